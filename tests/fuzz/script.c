/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/script.h"

#include <assert.h>
#include <stdio.h>

enum { TOKEN_FIRST = 0x80, RUN_MAX = 3000, CHUNK_HEAD = 24 };

/* seeds.py finds these by their quotes: one string a line. */
static const char *const tokens[] = {
	"EHLO c.example\r\n",
	"HELO c.example\r\n",
	"MAIL FROM:<a@spam.example>\r\n",
	"MAIL FROM:<> SIZE=99 BODY=8BITMIME RET=HDRS\r\n",
	"RCPT TO:<user@local.example>\r\n",
	"RCPT TO:<\"b c\"@mail.local.example> NOTIFY=NEVER\r\n",
	"RCPT TO:<postmaster>\r\n",
	"RCPT TO:<user@victim.example>\r\n",
	"RCPT TO:<user%victim.example@local.example>\r\n",
	"RCPT TO:<@victim.example:user@local.example>\r\n",
	"DATA\r\n",
	"RSET\r\n",
	"NOOP\r\n",
	"QUIT\r\n",
	"VRFY a\r\n",
	"HELP\r\n",
	"XCLIENT ADDR=1\r\n",
	"STARTTLS\r\n",
	"AUTH PLAIN AGEAYg==\r\n",
	"AUTH LOGIN\r\n",
	"YWJj\r\n",
	"*\r\n",
	"BDAT ",
	" LAST\r\n",
	"Subject: t\r\n\r\n",
	"text\r\n",
	"..\r\n",
	".\r\n",
	"\r\n.\r\n",
	"\r\n",
	"\n.\n",
	"\n.\r\n",
	"\r\n.\n",
	"\r.\r",
	"\r.\r\n",
	".\n",
	"MAIL FROM:",
	"RCPT TO:",
	"<user@local.example>",
	"<user@victim.example>",
	" NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x@y.example",
	" SIZE=1000",
	" BODY=8BITMIME",
	" AUTH=<>",
	" SMTPUTF8",
	"EHLO client.spam.example\r\n",
	"MAIL FROM:<probe@spam.example>\r\n",
	"MAIL FROM:<evil@spam.example>\r\n",
	"EHLO c.example\r\nMAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\n",
	"MAIL FROM:<a@spam.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n",
	"MAIL FROM:<evil@spam.example>\r\nRCPT TO:<user@victim.example>\r\nDATA\r\nx\r\n.\r\n",
	"Subject: t\r\n\r\ntext\r\n.\r\n",
	"\xe2\x80\xa8",
	"\xc2\x85",
	"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n",
	"Errors-To: <user@victim.example>\r\n",
};

static_assert(TOKEN_FIRST + sizeof(tokens) / sizeof(tokens[0]) <= STEP_FIRST, "tokens and steps are one alphabet");

/* Near what is a limit to somebody. */
static const unsigned lengths[32] = {
	2, 3, 10, 63, 64, 65, 100, 254, 255, 256, 490, 496, 504, 509, 510, 511,
	512, 513, 900, 994, 996, 997, 998, 999, 1000, 1018, 1022, 1024, 2040, 2047, 2498, RUN_MAX,
};

static struct span
run(unsigned number)
{
	static const uint8_t kinds[8] = { 'x', ' ', '.', 'a', 0, '\r', '\n', 0xae };
	static uint8_t octets[RUN_MAX];
	unsigned n = lengths[number >> 3 & 31];

	memset(octets, kinds[number & 7], n);
	return span_of(octets, n);
}

/* What a chunk holds would be commands, or the end of a message, to whom does not count its octets. */
static struct span
chunk(unsigned number, bool last)
{
	static const char inside[] = "\r\n.\r\nRSET\r\nMAIL FROM:<evil@spam.example>\r\nRCPT TO:<user@victim.example>\r\nDATA\r\nx\r\n.\r\n";
	static uint8_t octets[CHUNK_HEAD + 256];
	size_t head = (size_t)snprintf((char *)octets, CHUNK_HEAD, "BDAT %u%s\r\n", number, last ? " LAST" : "");

	for (unsigned i = 0; i < number; i++)
		octets[head + i] = (uint8_t)inside[i % (sizeof(inside) - 1)];
	return span_of(octets, head + number);
}

static bool
has_number(unsigned kind)
{
	return kind != STEP_LOST && kind != STEP_SHUTDOWN && kind != STEP_GO;
}

size_t
script_next(struct span script, struct step *s)
{
	uint8_t first = script.at[0];
	size_t used = 1;

	*s = (struct step){ .kind = STEP_CLIENT, .text = span_cut(script, 0, 1) };
	if (first < TOKEN_FIRST)
		return used;
	if (first < STEP_FIRST || first >= STEP_END_OF_TABLE) {
		s->text = span_str(tokens[(first - TOKEN_FIRST) % (sizeof(tokens) / sizeof(tokens[0]))]);
		return used;
	}
	s->kind = (enum step_kind)first;
	s->text = (struct span){ 0 };
	if (has_number(first) && script.len > 1)
		s->number = script.at[used++];
	switch (s->kind) {
	case STEP_HIGH: {
		static uint8_t octet;

		octet = (uint8_t)(s->number | 0x80);
		s->text = span_of(&octet, 1);
		break;
	}
	case STEP_RUN:
		s->text = run(s->number);
		break;
	case STEP_CHUNK:
	case STEP_LAST:
		s->text = chunk(s->number, s->kind == STEP_LAST);
		break;
	case STEP_HOST:
		s->text = span_cut(script, used, s->number < script.len - used ? used + s->number : script.len);
		return used + s->text.len;
	default:
		return used;
	}
	s->kind = STEP_CLIENT;
	return used;
}
