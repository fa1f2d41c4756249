/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS block lists: the section "list". */
#include "proxy/site/config.h"

#include "classifier/ascii.h"

void
config_code(struct config *c, struct span text, uint32_t line)
{
	struct blocklist_codes codes, *to;

	if (blocklist_codes_parse(text, &codes) == -1) {
		config_error(c, line, "found \"%s\", expected codes of a list as \"127.0.0.2\" or \"127.0.0.4-7\"", config_shown(text));
		return;
	}
	to = config_memory(c, vec_push(&c->codes, sizeof(*to)));
	if (to != NULL)
		*to = codes;
}

static bool
is_zone(struct span zone)
{
	return zone.len <= BLOCKLIST_ZONE_MAX && domain_valid(zone);
}

/* A name that replies and the journal can show. */
static bool
is_name(struct span name)
{
	return name.len > 0 && name.len <= DOMAIN_MAX && ascii_all(name, ASCII_GRAPH);
}

static void
check(struct config *c, const struct blocklist *list, uint32_t line)
{
	const struct blocklist *all = c->lists.at;

	if (!is_name(list->name))
		config_error(c, line, "found list \"%s\", expected a name without blanks", config_shown(list->name));
	if (list->zone.at == NULL || !is_zone(list->zone))
		config_error(c, line, "list %s: expected zone = \"bl.example\", a domain of at most %d octets", config_shown(list->name),
		    BLOCKLIST_ZONE_MAX);
	for (size_t i = 0; i < c->lists.count; i++)
		if (span_eq(all[i].name, list->name))
			config_error(c, line, "list %s is there already, expected another name", config_shown(list->name));
	if (c->lists.count == BLOCKLISTS_MAX)
		config_error(c, line, "found one list more, expected at most %d", BLOCKLISTS_MAX);
}

void
config_list_end(struct config *c, struct span title, uint32_t line)
{
	const struct setting *set = c->set[SECTION_LIST];
	struct blocklist list = { .name = config_copy(c, title), .zone = set[LIST_ZONE].text }, *to;
	int weight = set[LIST_WEIGHT].line == 0 ? 1 : (int)set[LIST_WEIGHT].number;

	if (c->no_memory)
		return;
	if (list.zone.at != NULL)
		list.zone = domain_lower(list.zone, (uint8_t *)list.zone.at);	/* our own copy */
	list.weight = set[LIST_KIND].number == KEY_KIND_ALLOW ? -weight : weight;
	check(c, &list, line);
	list.code_count = c->codes.count;
	list.codes = config_keep(c, &c->codes, sizeof(*list.codes));
	to = config_memory(c, vec_push(&c->lists, sizeof(*to)));
	if (to == NULL)
		return;
	*to = list;
	if (c->first_list_line == 0)
		c->first_list_line = line;
}
