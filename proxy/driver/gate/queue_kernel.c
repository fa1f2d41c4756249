/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/gate/queue_kernel.h"

#include <errno.h>
#include <stdio.h>

/* The columns in their order; the last is always 1. */
enum { NUMBER, PORT_ID, WAITING, COPY_MODE, COPY_RANGE, QUEUE_DROPPED, USER_DROPPED, LAST_ID, ONE, COLUMNS };

/* Take the next number of at most 32 bits from the front of *s. */
static bool
take_number(struct span *s, uint32_t *number)
{
	uint64_t n = 0;
	size_t i = 0, first;

	while (i < s->len && s->at[i] == ' ')
		i++;
	for (first = i; i < s->len && s->at[i] >= '0' && s->at[i] <= '9'; i++) {
		n = n * 10 + (uint64_t)(s->at[i] - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (i == first || (i < s->len && s->at[i] != ' '))
		return false;
	*s = span_cut(*s, i, s->len);
	*number = (uint32_t)n;
	return true;
}

bool
queue_kernel_parse(struct span line, struct queue_kernel *k)
{
	uint32_t column[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		if (!take_number(&line, &column[i]))
			return false;
	if (column[NUMBER] > UINT16_MAX)
		return false;
	*k = (struct queue_kernel){ .number = (uint16_t)column[NUMBER], .waiting = column[WAITING],
	    .queue_dropped = column[QUEUE_DROPPED], .user_dropped = column[USER_DROPPED], .last_id = column[LAST_ID] };
	return true;
}

int
queue_kernel_read(uint16_t number, struct queue_kernel *k)
{
	FILE *in = fopen("/proc/net/netfilter/nfnetlink_queue", "re");
	struct queue_kernel found = { 0 };
	char line[256];
	int result = -1;

	if (in == NULL)
		return -1;
	while (result == -1 && fgets(line, sizeof(line), in) != NULL)
		if (queue_kernel_parse(span_of(line, strcspn(line, "\n")), &found) && found.number == number)
			result = 0;
	fclose(in);
	if (result == -1)
		errno = ENOENT;
	else
		*k = found;
	return result;
}
