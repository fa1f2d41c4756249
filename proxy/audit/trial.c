/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/trial.h"

#include "classifier/ascii.h"
#include "proxy/base/buf.h"

#include <assert.h>
#include <string.h>

/* MS99-027: letters and digits as they are, every other octet as + and two hexadecimal digits. */
static void
add_imcea(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (ascii_is((uint8_t)*text, ASCII_LETDIG))
			buf_addf(out, "%c", *text);
		else
			buf_addf(out, "+%02X", (unsigned)(uint8_t)*text);
	}
}

static void
add_place(struct buf *out, struct span name, const struct trial_names *n)
{
	if (span_eq(name, SPAN("user"))) {
		buf_add_str(out, n->user);
	} else if (span_eq(name, SPAN("target"))) {
		buf_add_str(out, n->target);
	} else if (span_eq(name, SPAN("to"))) {
		buf_addf(out, "%s@%s", n->user, n->target);
	} else if (span_eq(name, SPAN("imcea"))) {
		add_imcea(out, n->user);
		add_imcea(out, "@");
		add_imcea(out, n->target);
	} else if (span_eq(name, SPAN("from"))) {
		buf_add_str(out, n->from);
	} else if (span_eq(name, SPAN("local"))) {
		buf_add_str(out, n->local);
	} else if (span_eq(name, SPAN("host"))) {
		buf_add_str(out, n->host);
	} else {
		assert(span_eq(name, SPAN("literal")));
		buf_add_str(out, n->literal);
	}
}

ptrdiff_t
trial_expand(const char *template, const struct trial_names *names, char out[TRIAL_OCTETS])
{
	struct span text = span_str(template), done;
	struct buf b;
	size_t at = 0;

	buf_init(&b, (uint8_t *)out, TRIAL_OCTETS - 1);
	while (at < text.len) {
		size_t open = span_find(text, at, '{'), close = span_find(text, open, '}');

		buf_add(&b, span_cut(text, at, open));
		if (open < text.len) {
			assert(close < text.len);
			add_place(&b, span_cut(text, open + 1, close), names);
		}
		at = close + 1;
	}
	done = buf_span(&b);
	out[done.len] = '\0';
	return b.overflow ? -1 : (ptrdiff_t)done.len;
}

const struct trial *
trials_find(const struct trials *trials, const char *id)
{
	for (size_t i = 0; i < trials->count; i++)
		if (strcmp(trials->at[i].id, id) == 0)
			return &trials->at[i];
	return NULL;
}

bool
trial_is_for_mailbox(const struct trial *trial)
{
	static const char *const places[] = { "{to}", "{user}", "{imcea}" };

	for (size_t i = 0; trial->kind != TRIAL_SECOND && i < sizeof(places) / sizeof(places[0]); i++)
		if (strstr(trial->recipient, places[i]) != NULL)
			return true;
	return false;	/* TRIAL_SECOND: its postmaster need not hear of it */
}
