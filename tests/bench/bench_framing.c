/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_framing.c - octets of a message a second, through the scan alone and as text on its way.
 *
 * One message of lines of 70 octets comes in reads of 64 KiB, as from a socket; it is small enough to stay in a cache of this
 * processor, where recv() has just put it.
 * The fastest round is taken, since noise only adds. Figures, no assertion on them.
 */
#include "proxy/smtp/plain.h"
#include "proxy/smtp/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MESSAGE = 256 << 10, LINE = 72, READ = 64 << 10, ROUNDS = 2001 };

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

static void
measure(const char *form)
{
	double scan = 1e9, step = 1e9;

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
	printf("%-8s body_scan %5.2f GB/s, text_step %5.2f GB/s\n", form, MESSAGE / scan / 1e9, MESSAGE / step / 1e9);
}

int
main(void)
{
	static const char *const forms[PLAIN_FORMS] = { [PLAIN_PORTABLE] = "portable", [PLAIN_SSE2] = "SSE2", [PLAIN_AVX2] = "AVX2" };

	write_message();
	for (enum plain_form form = PLAIN_PORTABLE; form < PLAIN_FORMS; form++)
		if (plain_use(form))
			measure(forms[form]);
	return 0;
}
