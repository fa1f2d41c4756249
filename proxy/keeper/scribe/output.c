/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memrchr() */
#include "proxy/keeper/scribe/output.h"

#include "proxy/keeper/scribe/opener.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	AGAIN_MS = 1000,	/* between two attempts at what does not work */
	SLOW_MS = 1000,		/* a reader that has not gone on for so long is stuck; and what worked for so long works */
};

/* Has its last line no end, since a disk was full, the power went or a scribe was killed over it? */
static bool
is_torn(int fd)
{
	char last = '\n';
	struct stat st;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return false;
	return pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

size_t
output_lines(struct span s)
{
	size_t n = 0;

	for (const uint8_t *end; (end = memchr(s.at, '\n', s.len)) != NULL; n++)
		s = span_cut(s, (size_t)(end + 1 - s.at), s.len);
	return n;
}

/* Somebody removed it: what is written there nobody reads. */
static bool
is_gone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0;
}

/* A line of which a part was written is ended, and written again as a whole. */
static struct output_result
write_file(struct output *o, struct span lines)
{
	struct iovec io[2] = { { (void *)"\n", 1 }, { (void *)lines.at, lines.len } };
	struct output_result r = { .error = ENOENT };
	const uint8_t *end;
	ssize_t n;

	if (is_gone(o->fd))
		return r;
	if (o->error != 0)	/* the scribe of another captain writes there, too: what it could not end stands before ours */
		o->torn |= is_torn(o->fd);
	n = o->torn ? writev(o->fd, io, 2) : writev(o->fd, io + 1, 1);
	r.error = n == -1 ? errno : 0;
	if (n <= 0)
		return r;
	n -= o->torn;
	end = memrchr(lines.at, '\n', (size_t)n);
	r.octets = end == NULL ? 0 : (size_t)(end + 1 - lines.at);
	o->torn = r.octets < (size_t)n;
	r.written = output_lines(span_cut(lines, 0, r.octets));
	return r;
}

static struct output_result
write_syslog(struct output *o, struct span lines)
{
	static char message[SYSLOG_HEADER + OUTPUT_BATCH];
	struct output_result r = { 0 };

	while (r.octets < lines.len) {
		struct span rest = span_cut(lines, r.octets, lines.len);
		size_t len = (size_t)((const uint8_t *)memchr(rest.at, '\n', rest.len) - rest.at);
		ssize_t n = send(o->fd, message, syslog_message(o->sender, span_cut(rest, 0, len), message, sizeof(message)),
		    MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno != EMSGSIZE) {
			r.error = errno;
			break;
		}
		r.octets += len + 1;
		r.lost += n == -1;	/* too long for any syslogd here */
		r.written += n != -1;
	}
	return r;
}

void
output_init_file(struct output *o, const char *path, bool required, int opener)
{
	*o = (struct output){ .kind = "journal", .path = path, .required = required, .opener = opener, .write = write_file,
		.batch = OUTPUT_BATCH, .fd = -1 };
}

void
output_init_syslog(struct output *o, const char *path, bool required, int opener, const struct syslog_sender *sender)
{
	*o = (struct output){ .kind = "syslog", .path = path, .required = required, .opener = opener, .write = write_syslog,
		.sender = sender, .batch = OUTPUT_BATCH, .fd = -1 };
}

/* Not broken: there is no room yet, or no answer. */
static bool
is_slowness(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == EINTR || error == EINPROGRESS;
}

/* The descriptor is good: what is behind it has no room. */
static bool
is_want_of_room(int error)
{
	return is_slowness(error) || error == ENOSPC || error == EDQUOT || error == EFBIG;
}

static void
set_error(struct output *o, int error, uint64_t now_ms)
{
	if ((o->error == 0) != (error == 0))
		o->since_ms = now_ms;
	o->error = error;
	if (!is_slowness(error) && error != 0)
		o->again_ms = now_ms + AGAIN_MS;
}

static void
leave(struct output *o)
{
	if (o->fd != -1)
		close(o->fd);
	o->fd = -1;
	o->torn = false;
}

/* So many octets go in whole or not. */
static size_t
batch_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) ? PIPE_BUF : OUTPUT_BATCH;
}

int
output_reopen(struct output *o)
{
	int fd = opener_ask(o->opener, o->kind);

	if (fd == -1)
		return -1;
	leave(o);
	o->fd = fd;
	o->torn = is_torn(fd);
	o->batch = batch_of(fd);
	o->again_ms = 0;
	return 0;
}

int
output_open(struct output *o, uint64_t now_ms)
{
	if (now_ms < o->again_ms) {
		errno = EAGAIN;
		return -1;
	}
	if (o->fd != -1 || output_reopen(o) == 0)
		return 0;
	set_error(o, errno, now_ms);
	o->again_ms = now_ms + AGAIN_MS;
	return -1;
}

struct output_result
output_try(struct output *o, struct span lines, uint64_t now_ms)
{
	struct output_result r = o->write(o, lines);

	if (r.octets > 0 && o->error != 0)
		o->since_ms = now_ms;	/* slow is not stuck */
	if (r.octets > 0 || r.error != 0)
		set_error(o, r.error, now_ms);
	if (r.error != 0 && !is_want_of_room(r.error))
		leave(o);
	o->lost += r.lost;
	return r;
}

void
output_idle(struct output *o, uint64_t now_ms)
{
	if (o->fd != -1)
		set_error(o, 0, now_ms);
}

bool
output_is_full(const struct output *o)
{
	return o->fd != -1 && is_slowness(o->error);
}

bool
output_is_failing(const struct output *o, uint64_t now_ms)
{
	return o->error != 0 && (!is_slowness(o->error) || now_ms - o->since_ms >= SLOW_MS);
}

void
output_tell(struct output *o, uint64_t now_ms, FILE *errors)
{
	if (!o->told && (o->lost > 0 || output_is_failing(o, now_ms))) {
		fprintf(errors, "relaywall: %s %s: %s; %s\n", o->kind, o->path, o->error == 0 ? "some lines are lost" : strerror(o->error),
		    o->required ? "no line is dropped, they wait for it" : "lines wait, the oldest are dropped, mail goes on");
		o->told = true;
	} else if (o->told && o->error == 0 && now_ms - o->since_ms >= SLOW_MS) {
		fprintf(errors, "relaywall: %s %s: works again, %" PRIu64 " lines are lost\n", o->kind, o->path, o->lost);
		o->told = false;
		o->lost = 0;
	}
}
