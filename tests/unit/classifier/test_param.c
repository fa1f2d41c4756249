/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/param.h"

#include "tests/unit/guard.h"
#include "tests/unit/suite.h"

#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static void
parameters_are_read_by_their_grammar(void)
{
	static const struct { enum param_verb verb; const char *text; enum param_fault want; } cases[] = {
		{ PARAM_OF_MAIL, "", PARAM_OK }, { PARAM_OF_RCPT, "", PARAM_OK }, { PARAM_OF_MAIL, "  ", PARAM_OK },
		{ PARAM_OF_MAIL, "SIZE=0", PARAM_OK }, { PARAM_OF_MAIL, "size=100", PARAM_OK }, { PARAM_OF_MAIL, "SIZE=2147483647", PARAM_OK },
		{ PARAM_OF_MAIL, "SIZE=00000000000000000009", PARAM_OK },
		{ PARAM_OF_MAIL, "SIZE=2147483648", PARAM_TOO_BIG }, { PARAM_OF_MAIL, "SIZE=4294967296", PARAM_TOO_BIG },
		{ PARAM_OF_MAIL, "SIZE=18446744073709551617", PARAM_TOO_BIG }, { PARAM_OF_MAIL, "SIZE=99999999999999999999", PARAM_TOO_BIG },
		{ PARAM_OF_MAIL, "SIZE=000000000000000000001", PARAM_VALUE }, { PARAM_OF_MAIL, "SIZE=", PARAM_VALUE }, { PARAM_OF_MAIL, "SIZE", PARAM_VALUE },
		{ PARAM_OF_MAIL, "SIZE=-1", PARAM_VALUE }, { PARAM_OF_MAIL, "SIZE=0x10", PARAM_VALUE }, { PARAM_OF_MAIL, "SIZE=1=1", PARAM_VALUE },
		{ PARAM_OF_MAIL, "BODY=8BITMIME", PARAM_OK }, { PARAM_OF_MAIL, "body=7bit", PARAM_OK },
		{ PARAM_OF_MAIL, "BODY=BINARYMIME", PARAM_UNKNOWN }, { PARAM_OF_MAIL, "BODY=", PARAM_VALUE }, { PARAM_OF_MAIL, "BODY=9BIT", PARAM_VALUE },
		{ PARAM_OF_MAIL, "RET=FULL", PARAM_OK }, { PARAM_OF_MAIL, "RET=hdrs", PARAM_OK }, { PARAM_OF_MAIL, "RET=ALL", PARAM_VALUE },
		{ PARAM_OF_MAIL, "RET", PARAM_VALUE },
		{ PARAM_OF_MAIL, "ENVID=QQ314159", PARAM_OK }, { PARAM_OF_MAIL, "ENVID=a+20b+3D", PARAM_OK }, { PARAM_OF_MAIL, "ENVID=" X100, PARAM_OK },
		{ PARAM_OF_MAIL, "ENVID=x" X100, PARAM_VALUE }, { PARAM_OF_MAIL, "ENVID=", PARAM_VALUE }, { PARAM_OF_MAIL, "ENVID=a=b", PARAM_VALUE },
		{ PARAM_OF_MAIL, "ENVID=a+", PARAM_VALUE }, { PARAM_OF_MAIL, "ENVID=a+2", PARAM_VALUE }, { PARAM_OF_MAIL, "ENVID=+3d", PARAM_VALUE },
		{ PARAM_OF_MAIL, "ENVID=+G0", PARAM_VALUE },
		{ PARAM_OF_MAIL, "AUTH=<>", PARAM_OK }, { PARAM_OF_MAIL, "AUTH=e+3Dmc2@example.com", PARAM_OK }, { PARAM_OF_MAIL, "AUTH=a=b", PARAM_VALUE },
		{ PARAM_OF_MAIL, "SIZE=1 BODY=8BITMIME RET=FULL ENVID=x AUTH=<>", PARAM_OK },
		{ PARAM_OF_MAIL, "SIZE=1  RET=FULL ", PARAM_OK }, { PARAM_OF_MAIL, "SIZE=1\tRET=FULL", PARAM_VALUE },
		{ PARAM_OF_MAIL, "SIZE=1 size=2", PARAM_TWICE }, { PARAM_OF_MAIL, "AUTH=<> AUTH=<>", PARAM_TWICE },
		{ PARAM_OF_MAIL, "SMTPUTF8", PARAM_OK }, { PARAM_OF_MAIL, "smtputf8 SIZE=1", PARAM_OK }, { PARAM_OF_MAIL, "SMTPUTF8=", PARAM_VALUE },
		{ PARAM_OF_MAIL, "SMTPUTF8=1", PARAM_VALUE }, { PARAM_OF_MAIL, "SMTPUTF8 SMTPUTF8", PARAM_TWICE }, { PARAM_OF_MAIL, "NOTIFY=NEVER", PARAM_UNKNOWN }, { PARAM_OF_MAIL, "=1", PARAM_UNKNOWN },
		{ PARAM_OF_MAIL, "XVERP", PARAM_UNKNOWN }, { PARAM_OF_MAIL, "SIZES=1", PARAM_UNKNOWN }, { PARAM_OF_MAIL, "SIZ=1", PARAM_UNKNOWN },
		{ PARAM_OF_MAIL, "MT-PRIORITY=1", PARAM_UNKNOWN }, { PARAM_OF_MAIL, "TRANSID=<x>", PARAM_UNKNOWN },
		{ PARAM_OF_RCPT, "NOTIFY=NEVER", PARAM_OK }, { PARAM_OF_RCPT, "NOTIFY=SUCCESS", PARAM_OK }, { PARAM_OF_RCPT, "notify=delay,Failure,SUCCESS", PARAM_OK },
		{ PARAM_OF_RCPT, "NOTIFY=NEVER,SUCCESS", PARAM_VALUE }, { PARAM_OF_RCPT, "NOTIFY=SUCCESS,NEVER", PARAM_VALUE },
		{ PARAM_OF_RCPT, "NOTIFY=SUCCESS,SUCCESS", PARAM_VALUE }, { PARAM_OF_RCPT, "NOTIFY=SUCCESS,", PARAM_VALUE },
		{ PARAM_OF_RCPT, "NOTIFY=,SUCCESS", PARAM_VALUE }, { PARAM_OF_RCPT, "NOTIFY=", PARAM_VALUE }, { PARAM_OF_RCPT, "NOTIFY", PARAM_VALUE },
		{ PARAM_OF_RCPT, "NOTIFY=SOMETIMES", PARAM_VALUE },
		{ PARAM_OF_RCPT, "ORCPT=rfc822;user@victim.example", PARAM_OK }, { PARAM_OF_RCPT, "ORCPT=x-y;a+20b", PARAM_OK },
		{ PARAM_OF_RCPT, "ORCPT=rfc822", PARAM_VALUE }, { PARAM_OF_RCPT, "ORCPT=;x", PARAM_VALUE }, { PARAM_OF_RCPT, "ORCPT=rfc822;", PARAM_VALUE },
		{ PARAM_OF_RCPT, "ORCPT=rf@c;x", PARAM_VALUE }, { PARAM_OF_RCPT, "ORCPT=rfc822;a=b", PARAM_VALUE },
		{ PARAM_OF_RCPT, "NOTIFY=NEVER ORCPT=a;b", PARAM_OK }, { PARAM_OF_RCPT, "ORCPT=a;b ORCPT=a;c", PARAM_TWICE },
		{ PARAM_OF_RCPT, "SIZE=1", PARAM_UNKNOWN }, { PARAM_OF_RCPT, "AUTH=<>", PARAM_UNKNOWN }, { PARAM_OF_RCPT, "RET=FULL", PARAM_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct params p;
		enum param_fault got = params_parse(guard_end(span_str(cases[i].text)), cases[i].verb, &p);

		CHECK(got == cases[i].want, "\"%s\": got %d, want %d", cases[i].text, (int)got, (int)cases[i].want);
	}
}

static void
only_what_the_host_offered_is_written(void)
{
	static const struct { enum param_verb verb; const char *text; unsigned offered; const char *want; } cases[] = {
		{ PARAM_OF_MAIL, "SIZE=9 BODY=8BITMIME RET=FULL ENVID=x", 0, "" },
		{ PARAM_OF_MAIL, "SIZE=9 BODY=8BITMIME RET=FULL ENVID=x", OFFER_SIZE, " SIZE=9" },
		{ PARAM_OF_MAIL, "SIZE=9 BODY=8BITMIME RET=FULL ENVID=x", OFFER_8BITMIME, " BODY=8BITMIME" },
		{ PARAM_OF_MAIL, "SIZE=9 BODY=8BITMIME RET=FULL ENVID=x", OFFER_DSN, " RET=FULL ENVID=x" },
		{ PARAM_OF_MAIL, "envid=x ret=Full  body=8bitmime size=9", OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN, " SIZE=9 BODY=8BITMIME RET=Full ENVID=x" },
		{ PARAM_OF_MAIL, "smtputf8 BODY=8BITMIME", OFFER_SMTPUTF8, " SMTPUTF8" },
		{ PARAM_OF_MAIL, "SMTPUTF8", OFFER_8BITMIME, "" },
		{ PARAM_OF_MAIL, "BODY=7BIT AUTH=<root@local.example>", OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN, "" },
		{ PARAM_OF_MAIL, "", OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN, "" },
		{ PARAM_OF_RCPT, "ORCPT=rfc822;a@b NOTIFY=NEVER", OFFER_DSN, " NOTIFY=NEVER ORCPT=rfc822;a@b" },
		{ PARAM_OF_RCPT, "ORCPT=rfc822;a@b NOTIFY=NEVER", OFFER_SIZE | OFFER_8BITMIME, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sent out = { .len = 0 };
		struct params p;

		CHECK(params_parse(span_str(cases[i].text), cases[i].verb, &p) == PARAM_OK, "\"%s\"", cases[i].text);
		params_write(&p, cases[i].offered, &out);
		CHECK(span_eq(sent_span(&out), span_str(cases[i].want)), "\"%s\": \"%.*s\"", cases[i].text, (int)out.len,
		    (const char *)out.bytes);
	}
}

/* Whatever one byte becomes: what is accepted is printable, and no blank smuggles in another parameter. */
static void
no_value_carries_a_byte_that_ends_it(void)
{
	static const struct { enum param_verb verb; const char *text; } cases[] = {
		{ PARAM_OF_MAIL, "SIZE=9 RET=FULL ENVID=ab+20 AUTH=<>" }, { PARAM_OF_RCPT, "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+3D@b" },
	};
	unsigned all = OFFER_SIZE | OFFER_8BITMIME | OFFER_DSN, accepted = 0;

	for (size_t i = 0; i < 2; i++) {
		for (size_t at = 0; at < strlen(cases[i].text); at++) {
			for (unsigned c = 0; c < 256; c++) {
				uint8_t text[80];
				size_t len = strlen(cases[i].text), equals = 0;
				struct sent out = { .len = 0 };
				struct params p;

				memcpy(text, cases[i].text, len);
				text[at] = (uint8_t)c;
				if (params_parse(guard_end(span_of(text, len)), cases[i].verb, &p) != PARAM_OK)
					continue;
				accepted++;
				params_write(&p, all, &out);
				for (size_t k = 0; k < out.len; k++) {
					CHECK(out.bytes[k] >= 0x20 && out.bytes[k] < 0x7f, "0x%02x at %zu of \"%s\"", c, at, cases[i].text);
					equals += out.bytes[k] == '=';
				}
				for (size_t k = 0; k < out.len; k++)
					equals -= out.bytes[k] == ' ';
				CHECK(equals == 0, "0x%02x at %zu of \"%s\": %.*s", c, at, cases[i].text, (int)out.len, (const char *)out.bytes);
			}
		}
	}
	CHECK(accepted > 200, "only %u", accepted);
}

static CU_TestInfo tests[] = {
	{ "parameters are read by their grammar", parameters_are_read_by_their_grammar },
	{ "only what the host offered is written", only_what_the_host_offered_is_written },
	{ "no value carries a byte that ends it", no_value_carries_a_byte_that_ends_it },
	CU_TEST_INFO_NULL,
};
SUITE(param, tests)
