/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/unenforced.h"

#include "proxy/keeper/process/document.h"

enum { KEY = 512 };

struct list {
	json_t *rows;
	json_t *since;		/* by key: of the list before */
	size_t count;
	const char *now;
};

static const char *
text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	return text == NULL ? "" : text;
}

/* What makes a row the same row. No name has a line feed in it. */
static void
key_of(const json_t *row, char key[KEY])
{
	snprintf(key, KEY, "%s\n%s\n%s\n%s", text_of(row, "host"), text_of(row, "network"), text_of(row, "rule"), text_of(row, "mode"));
}

static json_t *
index_of(const json_t *before)
{
	const json_t *rows = json_object_get(before, "rows");
	json_t *since = json_object();

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		char key[KEY];

		key_of(row, key);
		document_put(&since, key, json_string(text_of(row, "since")));
	}
	return since;
}

static void
add(struct list *l, struct span host, struct span network, const char *rule, const char *mode)
{
	json_t *row;
	const json_t *since;
	char key[KEY];

	if (l->count++ >= UNENFORCED_MOST)
		return;
	row = json_object();
	document_put(&row, "host", document_bytes(host));
	document_put(&row, "network", document_bytes(network));
	document_put(&row, "rule", json_string(rule));
	document_put(&row, "mode", json_string(mode));
	key_of(row, key);
	since = json_object_get(l->since, key);
	document_put(&row, "since", since == NULL ? json_string(l->now) : json_copy((json_t *)since));
	document_append(&l->rows, row);
}

/* Of all rules that can be. */
static bool
is_all_off(const struct rules *r)
{
	for (enum rule rule = 0; rule < RULE_COUNT; rule++)
		if (rule != RULE_SYNTAX && rule != RULE_RATE && r->mode[rule] != MODE_OFF)
			return false;
	return true;
}

static void
add_network(struct list *l, struct span host, struct span network, const struct rules *r)
{
	bool all_off = is_all_off(r);

	if (r->admit == ADMIT_PASS)
		add(l, host, network, "*", "pass");
	if (r->admit != ADMIT_SHIELD)
		return;
	if (all_off)
		add(l, host, network, "*", mode_name(MODE_OFF));
	for (enum rule rule = 0; rule < RULE_COUNT; rule++)
		if (r->mode[rule] == MODE_COUNT || (r->mode[rule] == MODE_OFF && !all_off))
			add(l, host, network, rule_name(rule), mode_name((enum mode)r->mode[rule]));
}

json_t *
unenforced_list(const struct site *site, const json_t *before, const char *now)
{
	const struct policy *policy = &site->policy;
	struct list l = { .rows = json_array(), .since = index_of(before), .now = now };
	json_t *whole = json_object();

	for (size_t h = 0; h < policy->host_count; h++)
		for (uint32_t n = 0; n < policy->network_count; n++)
			add_network(&l, policy->hosts[h].name, policy->network_names[n], &policy->hosts[h].rules[n]);
	document_put(&whole, "rows", l.since == NULL ? NULL : json_incref(l.rows));
	document_put(&whole, "more", json_integer(l.count > UNENFORCED_MOST ? (json_int_t)(l.count - UNENFORCED_MOST) : 0));
	json_decref(l.since);
	json_decref(l.rows);
	return whole;
}
