/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receiver models of the fuzzers see the classic smuggles when these are shown to them unfiltered: a model
 * that sees nothing would let every session pass.
 */
#include "tests/fuzz/models.h"

#include "tests/unit/suite.h"

#include <string.h>

enum {
	RFC = 1 << 0, LF = 1 << 1, CR = 1 << 2, CR_LF = 1 << 3, NUL = 1 << 4, NUL_LF = 1 << 5, UNICODE = 1 << 6, BDAT = 1 << 7,
	SENDMAIL_86 = 1 << 8, SENDMAIL_89 = 1 << 9, SENDMAIL_5 = 1 << 10, SENDMAIL_5_STRIP8 = 1 << 11,
	ALL = (1 << MODEL_COUNT) - 1,
	OLD = SENDMAIL_86 | SENDMAIL_5 | SENDMAIL_5_STRIP8,
	LFS = LF | CR_LF | NUL_LF | UNICODE | SENDMAIL_89 | OLD,
	CRS = CR | CR_LF | UNICODE,
};

#define OPEN "EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<user@local.example>\r\n"
#define EVIL "MAIL FROM:<x@y>\r\nRCPT TO:<user@victim.example>\r\nDATA\r\nx\r\n.\r\n"
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100

/* The rest of a text, or the message that a model reads in it; and who reads it. */
#define BODY(bytes) OPEN "DATA\r\n" bytes, sizeof(OPEN "DATA\r\n" bytes) - 1
#define COMMANDS(bytes) OPEN bytes, sizeof(OPEN bytes) - 1

static const struct {
	const char *name, *octets;
	size_t len;
	unsigned seen_by;
} smuggles[] = {
	{ "none", BODY("text\r\n.\r\n" EVIL), ALL },
	{ "a stuffed dot", BODY("text\r\n..\r\n" EVIL), 0 },
	{ "LF dot LF", BODY("text\n.\n" EVIL), LFS },
	{ "LF dot CRLF", BODY("text\n.\r\n" EVIL), LFS },
	{ "CRLF dot LF", BODY("text\r\n.\n" EVIL), LFS },
	{ "CR dot CR", BODY("text\r.\r" EVIL), CRS },
	{ "CR dot CRLF", BODY("text\r.\r\n" EVIL), CRS },
	{ "LF dot CR", BODY("text\n.\r" EVIL), CR_LF | UNICODE },
	{ "dot NUL", BODY("text\r\n.\0\r\n" EVIL), NUL | NUL_LF | UNICODE | OLD },
	{ "dot NUL and more", BODY("text\r\n.\0more\r\n" EVIL), NUL | NUL_LF | OLD },
	{ "dot of a host that clears bit 8", BODY("text\r\n\xae\r\n" EVIL), SENDMAIL_5_STRIP8 },
	{ "line ends of such a host", BODY("text\x8a.\x8a" EVIL), SENDMAIL_5_STRIP8 },
	{ "dot between blanks", BODY("text\r\n . \r\n" EVIL), UNICODE },
	{ "dot between U+2028", BODY("text\xe2\x80\xa8.\xe2\x80\xa8" EVIL), UNICODE },
	{ "dot behind VT", BODY("text\x0b.\r\n" EVIL), UNICODE },
	{ "dot behind 2047 octets", BODY(X1000 X1000 X10 X10 X10 X10 "xxxxxxx" ".\r\n" EVIL), SENDMAIL_86 },
	{ "dot behind 2499 octets", BODY(X1000 X1000 X100 X100 X100 X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxxxxxx" ".\r\n" EVIL),
	    SENDMAIL_5 | SENDMAIL_5_STRIP8 },
	{ "a chunk", COMMANDS("BDAT 6\r\n\r\n.\r\n\n" "BDAT 0 LAST\r\n" EVIL), ALL },
	{ "commands in a chunk", COMMANDS("BDAT 60\r\n" EVIL), ALL & ~BDAT },
	{ "a command behind LF", COMMANDS("NOOP\n" EVIL), ALL },
	{ "a message behind LF", COMMANDS("NOOP a\nMAIL FROM:<x@y>\nRCPT TO:<user@victim.example>\nDATA\r\nx\r\n.\r\n"), LFS },
	{ "a message behind CR", COMMANDS("NOOP a\rMAIL FROM:<x@y>\rRCPT TO:<user@victim.example>\rDATA\r\nx\r\n.\r\n"), CRS },
	{ "a command behind 1023 octets", COMMANDS("RSET\r\nMAIL FROM:<x@y>\r\nNOOP " X1000 X10 "xxxxxxxx" "RCPT TO:<user@victim.example>\r\n"
	    "DATA\r\nx\r\n.\r\n"), SENDMAIL_5 | SENDMAIL_5_STRIP8 },
	{ "a command behind 2047 octets", COMMANDS("RSET\r\nMAIL FROM:<x@y>\r\nNOOP " X1000 X1000 X10 X10 X10 X10 "xx"
	    "RCPT TO:<user@victim.example>\r\nDATA\r\nx\r\n.\r\n"), SENDMAIL_86 | SENDMAIL_89 },
};

static struct model model;

/* Show it all, cut octets at a time, and answer as a host does that likes everything. */
static void
show(const struct model_conf *conf, const char *octets, size_t len, size_t cut)
{
	size_t shown = 0;

	model_init(&model, conf);
	do {
		shown = cut < len - shown ? shown + cut : len;
		for (size_t answered = SIZE_MAX; answered != model.answered;) {
			answered = model.answered;
			model_read(&model, (const uint8_t *)octets, shown);
			if (model_asks(&model))
				model_reply(&model, strcmp(model.log[model.answered].verb, "DATA") == 0 ? 354 : 250);
		}
	} while (shown < len);
}

/* The digest of the command that all models read in a plain line. */
static uint64_t
digest_of(const char *line)
{
	show(&models[0], line, strlen(line), SIZE_MAX);
	return model.log[1].digest;
}

/* Did it read "RCPT TO:<user@victim.example>" as a command? */
static bool
saw(uint64_t evil)
{
	for (size_t i = 0; i < model.count; i++)
		if (model.log[i].kind == ENTRY_COMMAND && model.log[i].digest == evil)
			return true;
	return false;
}

static void
test_smuggles_are_seen(void)
{
	uint64_t evil = digest_of("RCPT TO:<user@victim.example>\r\n");

	for (size_t i = 0; i < sizeof(smuggles) / sizeof(smuggles[0]); i++) {
		for (size_t m = 0; m < MODEL_COUNT; m++) {
			bool expected = (smuggles[i].seen_by >> m & 1) != 0;

			for (size_t cut = 1; cut < 8; cut += 6) {
				show(&models[m], smuggles[i].octets, smuggles[i].len, cut);
				CHECK(saw(evil) == expected, "%s: \"%s\" %s, in pieces of %zu", smuggles[i].name, models[m].name,
				    expected ? "sees nothing" : "sees it", cut);
			}
		}
	}
}

static void
test_a_plain_session_is_the_same_for_all(void)
{
	static const char octets[] = OPEN "DATA\r\nSubject: t\r\n\r\n..text\r\n.\r\nRSET\r\n" OPEN "DATA\r\n.\r\nQUIT\r\n";
	static struct model first;

	show(&models[0], octets, sizeof(octets) - 1, SIZE_MAX);
	first = model;
	CHECK(first.count == 13, "%zu entries", first.count);
	for (size_t m = 0; m < MODEL_COUNT; m++) {
		for (size_t cut = 1; cut < 4; cut++) {
			show(&models[m], octets, sizeof(octets) - 1, cut);
			CHECK(model.count == first.count, "%s: %zu entries", models[m].name, model.count);
			for (size_t i = 0; i < first.count && i < model.count; i++)
				CHECK(entry_same(&first.log[i], &model.log[i]), "%s: entry %zu, %s at %zu to %zu", models[m].name, i,
				    model.log[i].verb, model.log[i].begin, model.log[i].end);
		}
	}
}

static void
test_a_message_has_its_octets_and_recipients(void)
{
	static const char octets[] = OPEN "DATA\r\nab\r\n.\r\nNOOP\r\n";

	show(&models[0], octets, sizeof(octets) - 1, SIZE_MAX);
	CHECK(model.count == 7, "%zu entries", model.count);
	CHECK(model.log[5].kind == ENTRY_MESSAGE && model.log[5].end - model.log[5].begin == 7, "%zu to %zu", model.log[5].begin,
	    model.log[5].end);
	CHECK(model.log[5].recipients == 1 && model.log[5].open, "%u recipients", model.log[5].recipients);
	CHECK(!model.log[6].open && model.log[6].recipients == 0, "the transaction goes on");
}

static void
test_hello_keeps_an_old_transaction(void)
{
	static const char octets[] = OPEN OPEN;

	show(&models[0], octets, sizeof(octets) - 1, SIZE_MAX);
	CHECK(!model.log[5].open, "open behind EHLO");
	show(&models[8], octets, sizeof(octets) - 1, SIZE_MAX);
	CHECK(model.log[5].open && model.log[5].recipients == 1, "closed by EHLO");
}

static void
test_text_is_the_same_by_data_and_by_bdat(void)
{
	static const char data[] = "DATA\r\na\r\n..b\r\n.\r\n", bdat[] = "BDAT 3\r\na\r\nBDAT 2 LAST\r\n.b", other[] = "DATA\r\na\r\nc\r\n.\r\n";
	struct entry first;

	show(&models[7], data, sizeof(data) - 1, SIZE_MAX);
	first = model.log[2];
	CHECK(first.last, "no message");
	show(&models[7], bdat, sizeof(bdat) - 1, SIZE_MAX);
	CHECK(model.log[2].last && model.log[2].text == first.text && model.log[2].loose == first.loose, "the text differs");
	show(&models[7], other, sizeof(other) - 1, SIZE_MAX);
	CHECK(model.log[2].last && model.log[2].text != first.text && model.log[2].loose != first.loose, "any text is the same");
}

static void
test_nothing_is_read_before_a_reply_decides(void)
{
	static const char octets[] = "DATA\r\nRSET\r\n.\r\n";

	model_init(&model, &models[0]);
	model_read(&model, (const uint8_t *)octets, sizeof(octets) - 1);
	CHECK(model.count == 1 && model.at == 0, "%zu octets before the banner", model.at);
	model_reply(&model, 220);
	model_read(&model, (const uint8_t *)octets, sizeof(octets) - 1);
	CHECK(model.count == 2 && model.at == 6, "%zu entries, %zu octets", model.count, model.at);
	model_reply(&model, 451);
	model_read(&model, (const uint8_t *)octets, sizeof(octets) - 1);
	CHECK(model.count == 3 && strcmp(model.log[2].verb, "RSET") == 0, "%zu entries", model.count);
}

static CU_TestInfo tests[] = {
	{ "smuggles are seen by the models that fall for them, and by no other", test_smuggles_are_seen },
	{ "a plain session is the same for all", test_a_plain_session_is_the_same_for_all },
	{ "a message has its octets and recipients", test_a_message_has_its_octets_and_recipients },
	{ "HELLO keeps an old transaction", test_hello_keeps_an_old_transaction },
	{ "text is the same by DATA and by BDAT", test_text_is_the_same_by_data_and_by_bdat },
	{ "nothing is read before a reply decides", test_nothing_is_read_before_a_reply_decides },
	CU_TEST_INFO_NULL,
};

SUITE(models, tests)
