/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/json_line.h"

#include "proxy/base/escape.h"

static void
add(struct json_line *l, const char *text, size_t len)
{
	if (len > l->cap - l->len) {
		l->overflow = true;
		return;
	}
	memcpy(l->at + l->len, text, len);
	l->len += len;
}

/* Of printable ASCII these two alone need a backslash, and mostly neither is there. */
static void
add_escaped(struct json_line *l, const char *text, size_t len)
{
	bool is_plain = memchr(text, '"', len) == NULL && memchr(text, '\\', len) == NULL;
	size_t begin = 0;

	for (size_t i = 0; i < len && !is_plain; i++) {
		if (text[i] != '"' && text[i] != '\\')
			continue;
		add(l, text + begin, i - begin);
		add(l, "\\", 1);
		begin = i;
	}
	add(l, text + begin, len - begin);
}

static void
add_key(struct json_line *l, const char *key)
{
	if (l->len > 1)
		add(l, ",", 1);
	add(l, "\"", 1);
	add(l, key, strlen(key));
	add(l, "\":", 2);
}

void
json_line_begin(struct json_line *l, char *memory, size_t cap)
{
	*l = (struct json_line){ .at = memory, .cap = cap };
	add(l, "{", 1);
}

void
json_line_number(struct json_line *l, const char *key, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	add_key(l, key);
	add(l, digits + at, sizeof(digits) - at);
}

void
json_line_text(struct json_line *l, const char *key, const char *text)
{
	add_key(l, key);
	if (text == NULL) {
		add(l, "null", 4);
		return;
	}
	add(l, "\"", 1);
	add(l, text, strlen(text));
	add(l, "\"", 1);
}

void
json_line_bytes(struct json_line *l, const char *key, struct span bytes)
{
	char shown[JSON_LINE_TEXT + 1];
	size_t len = escape_write(bytes, shown, sizeof(shown));

	add_key(l, key);
	add(l, "\"", 1);
	add_escaped(l, shown, len);
	add(l, "\"", 1);
}

struct span
json_line_end(struct json_line *l)
{
	add(l, "}\n", 2);
	return span_of(l->at, l->overflow ? 0 : l->len);
}
