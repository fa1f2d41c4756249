/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/row.h"

#include "proxy/base/escape.h"

enum { ESCAPED = 4 * 1024 + 4 };	/* of TRIAL_OCTETS, or a line of a reply that is shown, each octet as \xNN */

json_t *
row_string(struct span text)
{
	char escaped[ESCAPED];

	escape_write(text, escaped, sizeof(escaped));
	return json_string(escaped);
}

json_t *
row_new(const struct trial *trial, const char *sender, const char *recipient)
{
	json_t *row = json_pack("{s:s, s:s, s:s, s:s}", "id", trial->id, "kind", trial->kind == TRIAL_ROUTED ? "routed" : "plain",
	    "tradition", trial->tradition, "source", trial->source);

	if (row == NULL)
		return NULL;
	if (json_object_set_new(row, "sender", row_string(span_str(sender))) == -1 ||
	    json_object_set_new(row, "recipient", row_string(span_str(recipient))) == -1 ||
	    row_reply(row, "", 0, "") == -1 || row_outcome(row, OUTCOME_UNTESTED) == -1) {
		json_decref(row);
		return NULL;
	}
	return row;
}

int
row_reply(json_t *row, const char *stage, unsigned code, const char *text)
{
	if (json_object_set_new(row, "stage", json_string(stage)) == -1 ||
	    json_object_set_new(row, "code", code == 0 ? json_null() : json_integer((json_int_t)code)) == -1)
		return -1;
	return json_object_set_new(row, "reply", row_string(span_str(text)));
}

int
row_outcome(json_t *row, enum outcome o)
{
	return json_object_set_new(row, "result", json_string(outcome_name(o)));
}

const char *
row_text(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text == NULL ? "" : text;
}

json_int_t
row_number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

enum outcome
row_outcome_of(const json_t *row)
{
	return outcome_named(row_text(row, "result"));
}

const json_t *
row_find(const json_t *rows, const char *id)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (strcmp(row_text(json_array_get(rows, i), "id"), id) == 0)
			return json_array_get(rows, i);
	return NULL;
}
