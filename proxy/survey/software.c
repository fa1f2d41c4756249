/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/software.h"

#include "classifier/ascii.h"
#include "proxy/survey/software_table.h"

#include <stdio.h>

static bool
is_version(uint8_t c)
{
	return ascii_is(c, ASCII_LDH) || c == '.' || c == '_';
}

/* The version at line.at[i], into out; octets of it, 0 if none stands there. */
static size_t
take_version(struct span line, size_t i, char out[SOFTWARE_VERSION])
{
	size_t n = 0;
	bool digit = false;

	while (i + n < line.len && n < SOFTWARE_VERSION - 1 && is_version(line.at[i + n])) {
		out[n] = (char)line.at[i + n];
		digit = digit || ascii_is(line.at[i + n], ASCII_DIGIT);
		n++;
	}
	while (n > 0 && (out[n - 1] == '.' || out[n - 1] == '-'))	/* the end of a sentence */
		n--;
	out[digit ? n : 0] = '\0';
	return digit ? n : 0;
}

void
software_take_version(const char *text, char out[SOFTWARE_VERSION])
{
	take_version(span_str(text), 0, out);
}

/* Does a part of a pattern, up to its "*", "$" or end, stand at line.at[i]? Octets of it, or -1. */
static ptrdiff_t
part_at(const char *part, struct span line, size_t i, struct software *s)
{
	size_t begin = i;

	for (; *part != '\0' && *part != '*' && *part != '$'; part++) {
		if (*part == ' ') {
			while (i < line.len && ascii_is(line.at[i], ASCII_BLANK))
				i++;
		} else if (*part == '%') {
			size_t n = take_version(line, i, *++part == 'v' ? s->version : s->platform_version);

			if (n == 0)
				return -1;
			i += n;
		} else if (i == line.len || ascii_lower(line.at[i]) != (*part == '~' ? '*' : ascii_lower((uint8_t)*part))) {
			return -1;
		} else {
			i++;
		}
	}
	if (*part == '$' && i != line.len)
		return -1;
	return (ptrdiff_t)(i - begin);
}

static bool
matches(const char *pattern, struct span line, struct software *s)
{
	bool anchored = *pattern == '^';
	size_t i = 0;

	pattern += anchored;
	for (;;) {
		ptrdiff_t n = part_at(pattern, line, i, s);

		while (n == -1 && !anchored && i < line.len)
			n = part_at(pattern, line, ++i, s);
		if (n == -1)
			return false;
		i += (size_t)n;
		pattern += strcspn(pattern, "*");
		if (*pattern++ == '\0')
			return true;
		anchored = false;
	}
}

bool
software_find(enum software_source from, struct span line, struct software *s)
{
	if (line.len > SOFTWARE_LINE)
		line.len = SOFTWARE_LINE;
	line = ascii_trim(line);
	for (size_t k = 0; k < software_sign_count; k++) {
		const struct software_sign *sign = &software_signs[k];

		*s = (struct software){ .name = sign->name, .platform = sign->platform, .from = from };
		if (sign->from == from && matches(sign->pattern, line, s))
			return true;
	}
	*s = (struct software){ 0 };
	return false;
}

bool
software_is_better(const struct software *a, const struct software *b)
{
	if (a->name == NULL || b->name == NULL)
		return a->name != NULL;
	if (a->from != b->from)
		return a->from < b->from;
	return a->version[0] != '\0' && b->version[0] == '\0';
}

void
software_text(const struct software *s, char *out, size_t cap)
{
	char platform[2 * SOFTWARE_VERSION + 8] = "";

	if (s->platform != NULL)
		snprintf(platform, sizeof(platform), " (%s%s%s)", s->platform, s->platform_version[0] == '\0' ? "" : " ", s->platform_version);
	snprintf(out, cap, "%s%s%s%s", s->name == NULL ? "not known" : s->name, s->version[0] == '\0' ? "" : " ", s->version, platform);
}

/* The next number in a version; false behind the last one. Nine digits are more than any version has. */
static bool
next_number(const char **v, unsigned long *n)
{
	size_t digits = 0;

	*v += strcspn(*v, "0123456789");
	if (**v == '\0')
		return false;
	for (*n = 0; **v >= '0' && **v <= '9'; (*v)++)
		if (++digits < 10)
			*n = *n * 10 + (unsigned long)(**v - '0');
	return true;
}

bool
software_version_before(const char *a, const char *b)
{
	unsigned long x, y;

	for (;;) {
		bool more_a = next_number(&a, &x), more_b = next_number(&b, &y);

		if (!more_b)
			return false;
		if (!more_a)
			return true;
		if (x != y)
			return x < y;
	}
}

static bool
holds(const struct software_fact *f, const struct software *s)
{
	if (s->name == NULL || strcmp(f->name, s->name) != 0)
		return false;
	if (s->version[0] == '\0')
		return f->since == NULL && f->before == NULL;
	return (f->since == NULL || !software_version_before(s->version, f->since)) &&
	    (f->before == NULL || software_version_before(s->version, f->before));
}

const char *
software_note(const struct software *s, size_t i)
{
	for (size_t k = 0; k < software_fact_count; k++)
		if (software_facts[k].note != NULL && holds(&software_facts[k], s) && i-- == 0)
			return software_facts[k].note;
	return NULL;
}

unsigned
software_profile(const struct software *s)
{
	unsigned profile = 0;

	for (size_t k = 0; k < software_fact_count; k++)
		if (holds(&software_facts[k], s))
			profile |= software_facts[k].profile;
	return profile;
}
