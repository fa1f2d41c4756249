/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/sink/host.h"

#include <stdio.h>
#include <strings.h>

static const char text_end[] = "\r\n.\r\n";

static void
begin_transaction(struct host *h)
{
	h->recipients = 0;
}

void
host_begin(struct host *h, struct buf *out)
{
	h->state = HOST_COMMANDS;
	h->len = 0;
	begin_transaction(h);
	buf_add_str(out, "220 mail.local.example ESMTP\r\n");
}

/* --- commands ----------------------------------------------------------------- */

static void
on_ehlo(struct host *h, struct buf *out)
{
	(void)h;
	buf_add_str(out, "250-mail.local.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
	    "250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n");
}

static void
on_mail(struct host *h, struct buf *out)
{
	begin_transaction(h);
	buf_add_str(out, "250 2.1.0 Sender ok\r\n");
}

static void
on_rcpt(struct host *h, struct buf *out)
{
	if (strstr(h->line, "@local.example>") == NULL) {
		buf_add_str(out, "550 5.7.1 Relaying denied\r\n");
		return;
	}
	h->recipients++;
	buf_add_str(out, "250 2.1.5 Recipient ok\r\n");
}

static void
on_data(struct host *h, struct buf *out)
{
	if (h->recipients == 0) {
		buf_add_str(out, "503 5.5.1 Need RCPT\r\n");
		return;
	}
	h->state = HOST_TEXT;
	memset(h->tail, 0, sizeof(h->tail));
	buf_add_str(out, "354 Go ahead\r\n");
}

static void
on_bdat(struct host *h, struct buf *out)
{
	char last[8] = "";

	if (h->recipients == 0 || sscanf(h->line + 4, "%llu %7s", &h->chunk_left, last) < 1 || h->chunk_left == 0) {
		h->state = HOST_BYE;	/* what follows cannot be told apart from commands */
		buf_add_str(out, "503 5.5.1 Need RCPT and a size\r\n");
		return;
	}
	h->chunk_last = strcasecmp(last, "LAST") == 0;
	h->state = HOST_CHUNK;
}

static void
on_rset(struct host *h, struct buf *out)
{
	begin_transaction(h);
	buf_add_str(out, "250 2.0.0 Ok\r\n");
}

static void
on_quit(struct host *h, struct buf *out)
{
	h->state = HOST_BYE;
	buf_add_str(out, "221 2.0.0 Bye\r\n");
}

static const struct command {
	const char *verb;
	void (*run)(struct host *h, struct buf *out);
} commands[] = {
	{ "MAIL", on_mail },
	{ "RCPT", on_rcpt },
	{ "DATA", on_data },
	{ "BDAT", on_bdat },
	{ "EHLO", on_ehlo },
	{ "QUIT", on_quit },
	{ "RSET", on_rset },
	{ "NOOP", on_rset },
};

static void
run_line(struct host *h, struct buf *out)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strncasecmp(h->line, commands[i].verb, 4) != 0)
			continue;
		commands[i].run(h, out);
		return;
	}
	buf_add_str(out, "502 5.5.1 Unknown\r\n");
}

/* --- octets ------------------------------------------------------------------- */

static void
end_message(struct host *h, struct buf *out)
{
	h->state = HOST_COMMANDS;
	begin_transaction(h);
	buf_add_str(out, "250 2.0.0 Taken\r\n");
}

/* Up to one line, or all there is. Returns the octets used. */
static size_t
take_command(struct host *h, struct span in, struct buf *out)
{
	size_t end = span_find(in, 0, '\n'), n = end < in.len ? end + 1 : in.len;
	size_t room = sizeof(h->line) - 1 - h->len, keep = n < room ? n : room;

	memcpy(h->line + h->len, in.at, keep);
	h->len += keep;
	if (end == in.len)
		return n;
	h->line[h->len] = '\0';
	h->len = 0;
	run_line(h, out);
	return n;
}

static size_t
take_text(struct host *h, struct span in, struct buf *out)
{
	size_t n = in.len < sizeof(h->tail) ? in.len : sizeof(h->tail);

	memmove(h->tail, h->tail + n, sizeof(h->tail) - n);
	memcpy(h->tail + sizeof(h->tail) - n, in.at + in.len - n, n);
	if (memcmp(h->tail, text_end, sizeof(h->tail)) == 0)
		end_message(h, out);
	return in.len;
}

static size_t
take_chunk(struct host *h, struct span in, struct buf *out)
{
	size_t n = in.len < h->chunk_left ? in.len : (size_t)h->chunk_left;

	h->chunk_left -= n;
	if (h->chunk_left > 0)
		return n;
	if (h->chunk_last) {
		end_message(h, out);
	} else {
		h->state = HOST_COMMANDS;
		buf_add_str(out, "250 2.0.0 Chunk\r\n");
	}
	return n;
}

enum host_state
host_hear(struct host *h, struct span in, struct buf *out)
{
	static size_t (*const take[])(struct host *, struct span, struct buf *) = {
		[HOST_COMMANDS] = take_command, [HOST_TEXT] = take_text, [HOST_CHUNK] = take_chunk,
	};

	while (in.len > 0 && h->state != HOST_BYE)
		in = span_cut(in, take[h->state](h, in, out), in.len);
	return h->state;
}
