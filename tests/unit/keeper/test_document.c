/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/process/document.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static json_t *
parse(const char *text)
{
	return json_loads(text, 0, NULL);
}

static void
numbers_are_summed_and_objects_joined(void)
{
	json_t *to = parse("{\"a\":1,\"o\":{\"x\":2},\"t\":\"mine\",\"n\":3}");
	json_t *other = parse("{\"a\":10,\"b\":5,\"o\":{\"x\":20,\"y\":{\"z\":1}},\"t\":\"theirs\",\"n\":\"no number\"}");
	json_t *want = parse("{\"a\":11,\"b\":5,\"o\":{\"x\":22,\"y\":{\"z\":1}},\"t\":\"mine\",\"n\":3}");

	CU_ASSERT(document_add(to, other) == 0 && json_equal(to, want));
	json_decref(to);
	json_decref(other);
	json_decref(want);
}

static void
what_is_added_stays_its_own(void)
{
	json_t *to = json_object(), *other = parse("{\"o\":{\"x\":1}}"), *as_it_was = json_deep_copy(other);

	CU_ASSERT(document_add(to, other) == 0 && document_add(to, other) == 0);
	CU_ASSERT(json_equal(other, as_it_was));
	CU_ASSERT(json_integer_value(json_object_get(json_object_get(to, "o"), "x")) == 2);
	json_decref(to);
	json_decref(other);
	json_decref(as_it_was);
}

static void
a_sum_of_nonsense_is_no_fault_of_ours(void)
{
	json_t *to = parse("{\"a\":9223372036854775807}"), *other = json_deep_copy(to), *deep = json_object(), *deep2;

	CU_ASSERT(document_add(to, other) == 0);
	for (int i = 0; i < 100; i++) {
		json_t *around = json_object();

		document_put(&around, "o", deep);
		deep = around;
	}
	deep2 = json_deep_copy(deep);
	CU_ASSERT(document_add(deep, deep2) == 0);
	json_decref(to);
	json_decref(other);
	json_decref(deep);
	json_decref(deep2);
}

static void
a_document_comes_out_as_it_went_in(void)
{
	json_t *o = parse("{\"a\":1,\"b\":[\"x\",null,true]}"), *back;
	int fd = document_write(o);

	CU_ASSERT_FATAL(fd != -1);
	for (int twice = 0; twice < 2; twice++) {
		back = document_read(fd);
		CU_ASSERT(json_equal(o, back));
		json_decref(back);
	}
	close(fd);
	json_decref(o);
	CU_ASSERT(document_write(NULL) == -1);
}

static void
what_is_no_document_is_none(void)
{
	static const char *const texts[] = { "", "{", "[1]", "1", "{\"a\":1,\"a\":2}", "{} {}" };
	int nowhere[2];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = memfd_create("test", MFD_CLOEXEC);

		CU_ASSERT_FATAL(fd != -1 && write(fd, texts[i], strlen(texts[i])) == (ssize_t)strlen(texts[i]));
		CHECK(document_read(fd) == NULL, "%s", texts[i]);
		CU_ASSERT(ftruncate(fd, (off_t)DOCUMENT_MOST + 1) == 0 && document_read(fd) == NULL);
		close(fd);
	}
	CU_ASSERT_FATAL(pipe2(nowhere, O_CLOEXEC | O_NONBLOCK) == 0);
	CU_ASSERT(document_read(nowhere[0]) == NULL);
	close(nowhere[0]);
	close(nowhere[1]);
}

/* Of what is built. What is read is another thing: the lexer of jansson may lose an octet of a text without a word when there is no memory. */
static void
a_document_is_whole_or_none(void)
{
	struct scarce s;

	SCARCE_EACH(&s) {
		json_t *o, *list, *back = NULL;
		int fd, added = 0;

		scarce_begin(&s);
		o = json_object();
		list = json_array();
		document_append(&list, document_bytes(SPAN("a\x80")));
		document_append(&list, document_now());
		document_put(&o, "list", list);
		document_put(&o, "n", json_integer(7));
		fd = document_write(o);
		if (fd != -1)
			back = document_read(fd);
		if (back != NULL)
			added = document_add(back, o);
		scarce_end(&s);
		CHECK(s.denied || (o != NULL && fd != -1 && back != NULL && added == 0), "%s", scarce_run(&s));
		CHECK(o == NULL || json_array_size(json_object_get(o, "list")) == 2, "%s", scarce_run(&s));
		if (fd != -1)
			close(fd);
		json_decref(o);
		json_decref(back);
	}
}

static CU_TestInfo tests[] = {
	{ "numbers are summed and objects joined", numbers_are_summed_and_objects_joined },
	{ "what is added stays its own", what_is_added_stays_its_own },
	{ "a sum of nonsense is no fault of ours", a_sum_of_nonsense_is_no_fault_of_ours },
	{ "a document comes out as it went in", a_document_comes_out_as_it_went_in },
	{ "what is no document is none", what_is_no_document_is_none },
	{ "a document is whole or none", a_document_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(document, tests)
