/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/tap_input.h"

#include "proxy/base/clock.h"
#include "proxy/cli/shown.h"

#include <sys/stat.h>

uint64_t
tap_input_total(char **files, size_t count)
{
	uint64_t total = 0;
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(files[i], "-") == 0 || stat(files[i], &st) == -1 || !S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

/* A message that names what it is about. */
static void
tell(struct tap_input *in, const char *message)
{
	progress_clear(in->progress);
	fprintf(stderr, "%s: %s\n", in->command, shown(message));
	in->unread++;
}

void
tap_input_fail(struct tap_input *in, const char *file, const char *why)
{
	char message[CAPTURE_ERROR];

	snprintf(message, sizeof(message), "%s: %s", file, why);
	tell(in, message);
}

static void
tell_progress(struct tap_input *in, const struct tap *t, struct capture_progress *p)
{
	capture_progress(in->now, p);
	progress_tell(in->progress, in->before + p->octets, tap_sessions(t), "sessions", clock_ms());
}

/* Its sums, and what is broken. */
static void
leave(struct tap_input *in, enum capture_result result)
{
	struct capture_progress p;
	struct capture *c = in->now;

	capture_progress(c, &p);
	in->before += p.octets;
	in->packets += p.packets;
	in->filtered += p.filtered;
	in->bad_times += p.bad_times;
	in->dropped += p.dropped;
	if (result == CAPTURE_BROKEN)
		tell(in, capture_error(c));
	in->now = NULL;
	capture_close(c);
}

void
tap_input_file(struct tap_input *in, struct tap *t, const char *file, struct unpacker *source)
{
	const struct capture_conf conf = { .file = file, .source = source, .filter = in->filter, .wait = in->rest, .cookie = in->cookie };
	char error[CAPTURE_ERROR];
	struct capture_progress p;
	enum capture_result result;

	in->now = capture_open(&conf, error);
	if (in->now == NULL) {
		tell(in, error);
		return;
	}
	in->opened = 1;
	while ((result = tap_read(t, in->now)) == CAPTURE_MORE)
		tell_progress(in, t, &p);
	leave(in, result);
}

int
tap_input_open_live(struct tap_input *in, const struct capture_conf *conf)
{
	char error[CAPTURE_ERROR];

	in->now = capture_open(conf, error);
	if (in->now == NULL) {
		tell(in, error);
		return -1;
	}
	in->opened = 1;
	return 0;
}

void
tap_input_live(struct tap_input *in, struct tap *t, uint64_t end_ms)
{
	struct capture_progress p;
	enum capture_result result;

	while ((result = tap_read(t, in->now)) == CAPTURE_MORE && (end_ms == 0 || clock_ms() < end_ms)) {
		tell_progress(in, t, &p);
		if (in->rest != NULL)
			in->rest(in->cookie);
	}
	leave(in, result);
}
