/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/smtp/text.h"

void
text_begin(struct text *t, const struct text_conf *conf)
{
	*t = (struct text){ .conf = *conf, .body = { .strip8 = conf->strip8 } };
}

enum text_result
text_step(struct text *t, struct span in, bool last, struct text_step *step)
{
	enum body_result result;

	(void)last;
	*step = (struct text_step){ 0 };
	result = body_scan(&t->body, in, &step->pass);
	if (result == BODY_MORE)
		return TEXT_MORE;
	if (result == BODY_END)
		return TEXT_END;
	step->fault = (enum text_fault)(result - BODY_BARE_CR + TEXT_BARE_CR);
	return TEXT_FAULT;
}

enum text_fault
text_finish(struct text *t, uint8_t out[TEXT_EMIT_OCTETS], size_t *n)
{
	*n = t->body.column == 0 ? 3 : 5;
	memcpy(out, "\r\n.\r\n" + (5 - *n), *n);
	return TEXT_OK;
}

void
text_skip_begin(const struct text *t, struct body_skip *s)
{
	body_skip_begin(s, &t->body);
}

const char *
text_fault_name(enum text_fault f)
{
	return f == TEXT_OK ? "none" : body_fault_name((enum body_result)(f - TEXT_BARE_CR + BODY_BARE_CR));
}
