/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/audit/hosts.h"

#include "proxy/audit/report.h"
#include "proxy/audit/row.h"

#include <stdarg.h>
#include <stdlib.h>

static json_t *
rows_of(const struct trials *trials, enum outcome o)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < trials->count; i++) {
		json_t *row = row_new(&trials->at[i], "<s>", "<r>");

		row_outcome(row, o);
		json_array_append_new(rows, row);
	}
	return rows;
}

json_t *
host_new(const char *address, enum outcome relay)
{
	json_t *host = json_pack("{s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:o, s:[], s:n}", "host", "aix", "asked", address, "address", address, "port", 25,
	    "may_relay", 0, "relay", rows_of(&trials_relay, relay), "control", rows_of(&trials_control, OUTCOME_REFUSED),
	    "sender", rows_of(&trials_sender, OUTCOME_REFUSED), "disclosure", "given_up");

	if (host == NULL)
		abort();
	return host;
}

void
host_set(json_t *host, const char *key, const char *id, enum outcome o)
{
	json_t *rows = json_object_get(host, key);

	for (size_t i = 0; i < json_array_size(rows); i++)
		if (strcmp(row_text(json_array_get(rows, i), "id"), id) == 0)
			row_outcome(json_array_get(rows, i), o);
}

json_t *
report_of(const char *label, json_t *host, ...)
{
	json_t *report = report_new(label, "0123456789abcdef", "0.1");
	va_list args;

	va_start(args, host);
	for (; host != NULL; host = va_arg(args, json_t *))
		json_array_append_new(json_object_get(report, "hosts"), host);
	va_end(args);
	return report;
}
