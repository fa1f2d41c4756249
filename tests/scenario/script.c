/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/scenario/script.h"

#include "classifier/ascii.h"

#include <stdio.h>
#include <stdlib.h>

static struct script_line *
add(struct script *s, enum script_kind kind, unsigned line)
{
	struct script_line *l;

	if (s->count == s->cap) {
		s->cap = s->cap == 0 ? 64 : 2 * s->cap;
		s->lines = realloc(s->lines, s->cap * sizeof(*s->lines));
		if (s->lines == NULL) {
			perror("script");
			exit(1);
		}
	}
	l = &s->lines[s->count++];
	*l = (struct script_line){ .kind = kind, .line = line, .at = s->text.len };
	return l;
}

static void
put_text(struct script *s, struct script_line *l, struct span text)
{
	tape_add(&s->text, text);
	l->len += text.len;
}

/* Text behind "C> ": a line, unless it ends in a backslash. */
static const char *
read_said(struct script *s, unsigned number, enum side side, bool sends, struct span text)
{
	struct script_line *l = add(s, sends ? SCRIPT_SENDS : SCRIPT_GETS, number);
	bool partial;

	l->side = side;
	if (!sends && text.len >= 3 && memcmp(text.at + text.len - 3, "...", 3) == 0) {
		l->open_ended = true;
		text.len -= 3;
	}
	partial = text.len > 0 && text.at[text.len - 1] == '\\' && (text.len < 2 || text.at[text.len - 2] != '\\');
	put_text(s, l, span_cut(text, 0, text.len - partial));
	if (!partial && !l->open_ended)
		put_text(s, l, SPAN("\\r\\n"));
	return NULL;
}

/* "5s", "300ms". */
static const char *
read_time(struct script_line *l, struct span word)
{
	size_t n = 0;

	for (; n < word.len && n < 9 && ascii_is(word.at[n], ASCII_DIGIT); n++)
		l->number = l->number * 10 + (uint64_t)(word.at[n] - '0');
	word = span_cut(word, n, word.len);
	if (n > 0 && span_eq(word, SPAN("ms")))
		return NULL;
	l->number *= 1000;
	return n > 0 && span_eq(word, SPAN("s")) ? NULL : "a time is expected, as 5s or 300ms";
}

static const char *
read_number(struct script_line *l, struct span word)
{
	if (word.len == 0 || word.len > 9 || !ascii_all(word, ASCII_DIGIT))
		return "a number is expected";
	for (size_t i = 0; i < word.len; i++)
		l->number = l->number * 10 + (uint64_t)(word.at[i] - '0');
	return NULL;
}

static const char *
read_server(struct script *s, struct span name)
{
	int mode = server_mode_find(name);

	s->served = true;
	s->mode = (enum server_mode)mode;
	return mode == -1 ? "no server of this name" : NULL;
}

/* "key = value" */
static const char *
read_set(struct script *s, struct span rest)
{
	size_t is = span_find(rest, 0, '=');

	if (is == rest.len)
		return "\"set KEY = VALUE\" is expected";
	return setting_read(&s->setting, ascii_trim(span_cut(rest, 0, is)), ascii_trim(span_cut(rest, is + 1, rest.len)));
}

/* What one end does, or what the box did to its connection. */
static const struct {
	const char *words;
	enum script_kind kind;
	enum side side;
	enum stage_end how;
} deeds[] = {
	{ "split", SCRIPT_SPLIT, SIDE_CLIENT, STAGE_OPEN },
	{ "tls", SCRIPT_SECURE, SIDE_CLIENT, STAGE_OPEN },
	{ "end", SCRIPT_END, SIDE_CLIENT, STAGE_OPEN },
	{ "client closes", SCRIPT_CLOSES, SIDE_CLIENT, STAGE_OPEN },
	{ "host closes", SCRIPT_CLOSES, SIDE_HOST, STAGE_OPEN },
	{ "client half-closes", SCRIPT_SHUTS, SIDE_CLIENT, STAGE_OPEN },
	{ "host half-closes", SCRIPT_SHUTS, SIDE_HOST, STAGE_OPEN },
	{ "client stops reading", SCRIPT_HOLDS, SIDE_CLIENT, STAGE_OPEN },
	{ "host stops reading", SCRIPT_HOLDS, SIDE_HOST, STAGE_OPEN },
	{ "client reads", SCRIPT_TAKES, SIDE_CLIENT, STAGE_OPEN },
	{ "host reads", SCRIPT_TAKES, SIDE_HOST, STAGE_OPEN },
	{ "client open", SCRIPT_ENDED, SIDE_CLIENT, STAGE_OPEN },
	{ "client closed", SCRIPT_ENDED, SIDE_CLIENT, STAGE_CLOSED },
	{ "host open", SCRIPT_ENDED, SIDE_HOST, STAGE_OPEN },
	{ "host closed", SCRIPT_ENDED, SIDE_HOST, STAGE_CLOSED },
	{ "host reset", SCRIPT_ENDED, SIDE_HOST, STAGE_RESET },
};

static const char *
read_deed(struct script *s, unsigned number, struct span words)
{
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		struct script_line *l;

		if (!span_eq(span_str(deeds[i].words), words))
			continue;
		l = add(s, deeds[i].kind, number);
		l->side = deeds[i].side;
		l->number = deeds[i].how;
		return NULL;
	}
	return "no line of this language";
}

static const char *
read_words(struct script *s, unsigned number, struct span line)
{
	size_t end = span_find(line, 0, ' ');
	struct span first = span_cut(line, 0, end), rest = ascii_trim(span_cut(line, end, line.len));

	if (span_eq(first, SPAN("set")))
		return s->count > 0 ? "settings stand before the dialogue" : read_set(s, rest);
	if (span_eq(first, SPAN("server")))
		return s->count > 0 ? "the server stands before the dialogue" : read_server(s, rest);
	if (span_eq(first, SPAN("wait")))
		return read_time(add(s, SCRIPT_WAIT, number), rest);
	if (span_eq(first, SPAN("repeat")))
		return read_number(add(s, SCRIPT_REPEAT, number), rest);
	if (span_eq(first, SPAN("messages")))
		return read_number(add(s, SCRIPT_MESSAGES, number), rest);
	if (span_eq(first, SPAN("journal"))) {
		put_text(s, add(s, SCRIPT_JOURNAL, number), rest);
		return NULL;
	}
	return read_deed(s, number, line);
}

static const char *
read_line(struct script *s, unsigned number, struct span line)
{
	bool said = line.len >= 2 && (line.at[0] == 'C' || line.at[0] == 'H') && (line.at[1] == '>' || line.at[1] == '<');

	if (said && line.len > 2 && line.at[2] != ' ')
		return "a blank is expected behind the arrow";
	if (said && line.at[0] == 'H' && line.at[1] == '>' && s->served)
		return "the server speaks for the host here";
	if (said)
		return read_said(s, number, line.at[0] == 'H' ? SIDE_HOST : SIDE_CLIENT, line.at[1] == '>',
		    span_cut(line, line.len > 2 ? 3 : 2, line.len));
	line = ascii_trim(line);
	return line.len == 0 || line.at[0] == '#' ? NULL : read_words(s, number, line);
}

static const char *
check_repeats(const struct script *s)
{
	int deep = 0;

	for (size_t i = 0; i < s->count; i++) {
		deep += s->lines[i].kind == SCRIPT_REPEAT;
		deep -= s->lines[i].kind == SCRIPT_END;
		if (deep < 0 || deep > 1)
			return "repeat and end belong together, and not into each other";
	}
	return deep == 0 ? s->count > 0 ? NULL : "no dialogue" : "repeat without end";
}

bool
script_read(struct script *s, const char *file)
{
	const char *wrong = NULL;
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	ssize_t n;

	s->file = file;
	s->count = 0;
	s->served = false;
	tape_clear(&s->text);
	setting_default(&s->setting);
	if (in == NULL) {
		printf("%s:1: cannot be opened\n", file);
		return false;
	}
	while (wrong == NULL && (n = getline(&line, &room, in)) > 0) {
		number++;
		wrong = read_line(s, number, span_of(line, (size_t)n - (line[n - 1] == '\n')));
	}
	if (wrong == NULL)
		wrong = check_repeats(s);
	if (wrong != NULL)
		printf("%s:%u: %s\n", file, number, wrong);
	free(line);
	fclose(in);
	setting_bind(&s->setting);
	return wrong == NULL;
}

void
script_free(struct script *s)
{
	tape_free(&s->text);
	free(s->lines);
	*s = (struct script){ 0 };
}
