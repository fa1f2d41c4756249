/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/classify.h"

#include "classifier/param.h"
#include "tests/unit/corpus.h"
#include "tests/unit/suite.h"

static void
check_row(const struct corpus_row *row, void *cookie)
{
	bool deliver = strcmp(row->expected, "deliver-local") == 0;
	char want[600];
	struct verdict v;

	(void)cookie;
	classify_recipient(corpus_asked(), span_of(row->rcpt, row->rcpt_len), &v);
	if (!deliver) {
		CHECK(v.action == ACTION_REFUSE && v.sent.len == 0, "%s: sent %.*s", row->id, (int)v.sent.len,
		    (const char *)v.sent.bytes);
		CHECK(reason_code(v.reason) >= 500 && reason_code(v.reason) <= 599, "%s: %s", row->id,
		    reason_name(v.reason));
		return;
	}
	snprintf(want, sizeof(want), "RCPT TO:<%s>", row->canonical);
	CHECK(v.action == ACTION_PASS && span_eq(sent_span(&v.sent), span_str(want)), "%s: %s %s: sent %.*s", row->id,
	    action_name(v.action), reason_name(v.reason), (int)v.sent.len, (const char *)v.sent.bytes);
}

static void
every_row_of_the_corpus_is_judged_as_expected(void)
{
	size_t rows = corpus_each(check_row, NULL);

	CHECK(rows >= 400, "only %zu rows", rows);
}

CU_TestInfo classify_tests[] = {
	{ "every row of the corpus is judged as expected", every_row_of_the_corpus_is_judged_as_expected },
	CU_TEST_INFO_NULL,
};
SUITE(classify, classify_tests)
