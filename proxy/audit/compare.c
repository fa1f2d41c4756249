/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/compare.h"

#include "proxy/audit/row.h"

#include <string.h>

const json_t *
compare_host(const json_t *report, const json_t *like)
{
	const json_t *hosts = json_object_get(report, "hosts");

	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *host = json_array_get(hosts, i);

		if (strcmp(row_text(host, "address"), row_text(like, "address")) == 0 && row_number(host, "port") == row_number(like, "port"))
			return host;
	}
	return NULL;
}

bool
compare_is_first(const json_t *reports, size_t i, const json_t *host)
{
	while (i-- > 0)
		if (compare_host(json_array_get(reports, i), host) != NULL)
			return false;
	return true;
}

const json_t *
compare_in_service(const json_t *reports, const json_t *like)
{
	const json_t *found = NULL;
	bool shielded = false;

	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *report = json_array_get(reports, i), *host = compare_host(report, like);
		bool is_shield = strcmp(row_text(report, "label"), "shield") == 0;

		if (host == NULL || (shielded && !is_shield))
			continue;
		found = host;
		shielded = shielded || is_shield;
	}
	return found;
}

enum status
compare_status(const json_t *reports)
{
	enum status all = STATUS_NOT_A_FINDING;
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(reports); i++) {
		const json_t *hosts = json_object_get(json_array_get(reports, i), "hosts");

		for (size_t k = 0; k < json_array_size(hosts); k++) {
			struct judgement j;

			count++;
			judge_host(compare_in_service(reports, json_array_get(hosts, k)), &j);
			if (j.status == STATUS_FINDING)
				return STATUS_FINDING;
			if (j.status == STATUS_NOT_REVIEWED)
				all = STATUS_NOT_REVIEWED;
		}
	}
	return count == 0 ? STATUS_NOT_REVIEWED : all;
}
