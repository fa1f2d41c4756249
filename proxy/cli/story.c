/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/story.h"

#include "proxy/cli/shown.h"

#include <inttypes.h>

/* " (550 to the client)" where there was a reply. */
static void
print_reply(const struct journal_verdict *v, FILE *out)
{
	if (v->code != 0)
		fprintf(out, " (%u to the client)", v->code);
}

static void
print_text(const struct journal_verdict *v, FILE *out)
{
	if (v->text.len > 0)
		fprintf(out, ": %s", shown_bytes(v->text));
}

static void
print_judged(const char *command, const struct journal_verdict *v, FILE *out)
{
	fprintf(out, "%s %s: %s", command, shown_bytes(v->argument), shown_bytes(v->verdict));
	print_reply(v, out);
}

static void
print_message(const struct journal_verdict *v, FILE *out)
{
	fprintf(out, "a message from <%s> to %" PRIu64 " recipients, %" PRIu64 " octets: ", shown_bytes(v->sender), v->recipients, v->octets);
	if (v->what.len == 0)
		fprintf(out, "the host took it");
	else
		fprintf(out, "not delivered, %s", shown_bytes(v->what));
	print_reply(v, out);
}

static void
print_rate(const struct journal_verdict *v, FILE *out)
{
	fprintf(out, "more than the limit %s allows", shown_bytes(v->what));
	if (v->code == 0)
		fprintf(out, ", which is only counted");
	print_reply(v, out);
	print_text(v, out);
}

static void
print_event(const struct journal_verdict *v, FILE *out)
{
	const char *what = shown_bytes(v->what);

	switch (v->kind) {
	case EVENT_REPLY:
		fprintf(out, "the host refused %s: %u", what, v->code);
		if (v->text.len > 0)
			fprintf(out, " %s", shown_bytes(v->text));
		break;
	case EVENT_AUTH:
		fprintf(out, "AUTH ended, the host said %u", v->code);
		break;
	case EVENT_TLS:
		fprintf(out, "TLS with the client began: %s", what);
		break;
	case EVENT_REPAIR:
		fprintf(out, "the message was repaired: %s", what);
		break;
	case EVENT_COMMAND:
		fprintf(out, "a command was refused, %s", what);
		print_reply(v, out);
		print_text(v, out);
		break;
	case EVENT_LIMIT:
		fprintf(out, "the session was ended, %s", what);
		print_reply(v, out);
		print_text(v, out);
		break;
	case EVENT_ADMIT:
		fprintf(out, "the connection was not let in, %s", what);
		print_reply(v, out);
		break;
	default:
		fprintf(out, "%s %s", shown_bytes(v->event), what);
		print_reply(v, out);
		print_text(v, out);
		break;
	}
}

void
story_print(const struct journal_verdict *v, FILE *out)
{
	switch (v->kind) {
	case EVENT_HELLO:
		print_judged("HELO or EHLO", v, out);
		break;
	case EVENT_SENDER:
		print_judged("MAIL", v, out);
		break;
	case EVENT_RECIPIENT:
		print_judged("RCPT", v, out);
		break;
	case EVENT_MESSAGE:
		print_message(v, out);
		break;
	case EVENT_RATE:
		print_rate(v, out);
		break;
	default:
		print_event(v, out);
		break;
	}
	fputc('\n', out);
}
