/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/captain/unenforced.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define HOST(from) WITH_DNS "list \"l\" { zone = \"l.example\" } network lab { prefixes = { \"10.0.0.0/8\" } }\n" \
	"protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } " from " }\n"
#define STRICT "from untrusted { forged-local-sender = enforce forged-hello = enforce hello-syntax = enforce } "

/* "network rule mode since; ..." */
static char *
list_of(const char *text, const json_t *before, const char *now, json_t **list)
{
	struct site *site = folder_load_good(text);
	const json_t *rows;
	char *out;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	*list = unenforced_list(site, before, now);
	rows = json_object_get(*list, "rows");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *network, *rule, *mode, *since;

		json_unpack(json_array_get(rows, i), "{s:s, s:s, s:s, s:s}", "network", &network, "rule", &rule, "mode", &mode, "since", &since);
		fprintf(f, "%s %s %s %s;", network, rule, mode, since);
	}
	fclose(f);
	site_free(site);
	return out;
}

static const struct {
	const char *name, *text, *want;
} cases[] = {
	{ "all is enforced but for a network", HOST(STRICT), "lab * off now;" },
	{ "what only counts", HOST(STRICT "from lab { relay = count }"),
	    "lab relay count now;lab unqualified-recipient off now;lab unknown-recipient off now;lab unqualified-sender off now;"
	    "lab forged-local-sender off now;lab unsafe-sender off now;lab unresolvable-sender off now;lab hello-syntax off now;"
	    "lab forged-hello off now;lab block-list off now;" },
	{ "past the filter", HOST(STRICT "from lab { admit = pass }"), "lab * pass now;" },
	{ "who is not let in needs no rule", HOST(STRICT "from lab { admit = drop }"), "" },
	{ "the defaults for untrusted", HOST("from lab { admit = drop }"),
	    "untrusted forged-local-sender count now;untrusted hello-syntax count now;untrusted forged-hello count now;" },
};

static void
what_does_not_protect_is_listed(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *list;
		char *got = list_of(cases[i].text, NULL, "now", &list);

		CHECK(strcmp(got, cases[i].want) == 0, "%s: got %s", cases[i].name, got);
		free(got);
		json_decref(list);
	}
}

static void
it_is_so_since_it_was_first(void)
{
	json_t *first, *second, *third;

	free(list_of(HOST(STRICT "from lab { admit = pass }"), NULL, "monday", &first));
	free(list_of(HOST("from lab { admit = pass }"), first, "tuesday", &second));
	{
		char *got = list_of(HOST("from untrusted { forged-hello = off } from lab { admit = pass }"), second, "friday", &third);
		static const char want[] = "untrusted forged-local-sender count tuesday;untrusted hello-syntax count tuesday;"
		    "untrusted forged-hello off friday;lab * pass monday;";

		CHECK(strcmp(got, want) == 0, "got %s", got);
		free(got);
	}
	json_decref(first);
	json_decref(second);
	json_decref(third);
}

static void
the_list_is_whole_or_none(void)
{
	struct site *site = folder_load_good(HOST(""));
	json_t *whole = unenforced_list(site, NULL, "monday"), *got;
	struct scarce s;

	SCARCE_EACH(&s) {
		scarce_begin(&s);
		got = unenforced_list(site, whole, "tuesday");
		scarce_end(&s);
		CHECK(s.denied ? got == NULL : json_equal(got, whole), "%s", scarce_run(&s));
		json_decref(got);
	}
	json_decref(whole);
	site_free(site);
}

static CU_TestInfo tests[] = {
	{ "what does not protect is listed", what_does_not_protect_is_listed },
	{ "it is so since it was first", it_is_so_since_it_was_first },
	{ "the list is whole or none", the_list_is_whole_or_none },
	CU_TEST_INFO_NULL,
};
SUITE(unenforced, tests)
