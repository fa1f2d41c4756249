/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/domain.h"

#include "classifier/ascii.h"

static bool
is_name(struct span name, bool underscore)
{
	size_t start = 0;
	bool digits = true;

	if (name.len == 0 || name.len > DOMAIN_MAX)
		return false;
	for (size_t i = 0; i <= name.len; i++) {
		if (i < name.len && name.at[i] != '.') {
			if (!ascii_is(name.at[i], ASCII_LDH) && !(underscore && name.at[i] == '_'))
				return false;
			digits = digits && ascii_is(name.at[i], ASCII_DIGIT);
			continue;
		}
		if (i == start || i - start > 63)
			return false;
		if (name.at[start] == '-' || name.at[i - 1] == '-')
			return false;
		start = i + 1;
		if (i < name.len)
			digits = true;
	}
	return !digits;
}

bool
domain_valid(struct span name)
{
	return is_name(name, false);
}

bool
domain_tolerated(struct span name)
{
	return is_name(name, true);
}

size_t
domain_labels(struct span name)
{
	size_t labels = 1;

	for (size_t i = 0; i < name.len; i++)
		labels += name.at[i] == '.';
	return labels;
}

struct span
domain_lower(struct span name, uint8_t *out)
{
	for (size_t i = 0; i < name.len; i++)
		out[i] = ascii_lower(name.at[i]);
	return span_of(out, name.len);
}

static bool
is_suffix(struct span name)
{
	return name.len > 2 && name.at[0] == '*' && name.at[1] == '.';
}

/* "*.suffix" is kept with its dot, which no name begins with. names: the list. */
static struct span
kept(const void *names, size_t i)
{
	const struct name_list *l = names;
	struct span name = l->at(l->names, i);

	return is_suffix(name) ? span_cut(name, 1, name.len) : name;
}

size_t
domain_table_octets(const struct name_list *l)
{
	return name_set_octets(&(struct name_list){ .at = kept, .names = l, .count = l->count });
}

void
domain_table_build(struct domain_table *t, void *memory, const struct name_list *l)
{
	*t = (struct domain_table){ 0 };
	name_set_build(&t->names, memory, &(struct name_list){ .at = kept, .names = l, .count = l->count });
	for (size_t i = 0; i < l->count && !t->has_suffix; i++)
		t->has_suffix = is_suffix(l->at(l->names, i));
}

bool
domain_table_has(const struct domain_table *t, struct span name)
{
	if (name_set_has(&t->names, name))
		return true;
	if (!t->has_suffix)
		return false;
	for (size_t dot = span_find(name, 0, '.'); dot < name.len; dot = span_find(name, dot + 1, '.'))
		if (name_set_has(&t->names, span_cut(name, dot, name.len)))
			return true;
	return false;
}
