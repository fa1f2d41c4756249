/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_framing.c - octets of a message a second, through the scan alone and as text on its way.
 *
 * One message of lines of 76 octets comes in reads of 32 KiB, as from a socket.
 * The fastest round is taken, since noise only adds. Figures, no assertion on them.
 */
#include "proxy/smtp/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MESSAGE = 64 << 20, LINE = 78, READ = 32 << 10, ROUNDS = 21 };

static uint8_t message[MESSAGE];

static void
write_message(void)
{
	static const char header[] = "From: a@example\r\nSubject: b\r\n\r\n", end[] = "\r\n.\r\n", words[] = "the quick brown fox ";
	size_t n = sizeof(header) - 1, left = sizeof(end) - 1;

	memcpy(message, header, n);
	for (size_t column = 0; n < MESSAGE - left; n++, column = (column + 1) % LINE)
		message[n] = (uint8_t)(column == LINE - 2 ? '\r' : column == LINE - 1 ? '\n' : words[column % (sizeof(words) - 1)]);
	memcpy(message + n, end, left);
}

/* Each passes what it can of in; true at the end of the message. */
static bool
by_scan(void *state, struct span in, size_t *used)
{
	return body_scan(state, in, used) == BODY_END;
}

static bool
by_step(void *state, struct span in, size_t *used)
{
	struct text_step step;
	enum text_result result = text_step(state, in, false, &step);

	*used = step.pass;
	return result == TEXT_END;
}

/* Seconds of this processor for the message. Text that does not pass whole is no measure. */
static double
seconds(bool (*pass)(void *, struct span, size_t *), void *state)
{
	struct timespec from, to;
	size_t at = 0, used;
	bool end = false;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	while (!end && at < MESSAGE) {
		end = pass(state, span_of(message + at, MESSAGE - at < READ ? MESSAGE - at : READ), &used);
		if (used == 0)
			break;
		at += used;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	if (!end || at != MESSAGE) {
		fprintf(stderr, "stopped behind %zu octets\n", at);
		exit(1);
	}
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

int
main(void)
{
	double scan = 1e9, step = 1e9;

	write_message();
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct body body;
		struct text text;
		double s;

		body_begin(&body, false, false);
		text_begin(&text, &(struct text_conf){ .normalize = true });
		s = seconds(by_scan, &body);
		scan = s < scan ? s : scan;
		s = seconds(by_step, &text);
		step = s < step ? s : step;
	}
	printf("body_scan %.2f GB/s, text_step %.2f GB/s: %.2f of its speed\n", MESSAGE / scan / 1e9, MESSAGE / step / 1e9, scan / step);
	return 0;
}
