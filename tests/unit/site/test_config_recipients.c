/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

/* A host that is good, so that a case shows its one fault; all in line 1, with room for more keys. */
#define HOST "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" " \
    "local-domains = { \"h.example\", \"i.example\", \"*.sub.example\" } relay-domains = { \"r.example\" } "
#define LISTED HOST "recipients-file = \"list\"\n"

#define L16 "abcdefghijklmnop"
#define L64 L16 L16 L16 L16

/* Faults of a list; the line is of that file. */
static const struct {
	const char *name, *list;
	unsigned line;
	const char *says;
} faults[] = {
	{ "foreign domain", "ann\n\njohn@h.example\njohn@g.example OK\n", 4, "found \"john@g.example\", expected a mailbox in a local domain of host h" },
	{ "slip of the pen", "john@h.exampel\n", 1, "found \"john@h.exampel\", expected a mailbox in a local domain" },
	{ "relay domain", "@r.example\n", 1, "found \"@r.example\", expected a mailbox in a local domain" },
	{ "domain with a dot at its end", "ann\n@h.example.\n", 2, "found \"@h.example.\", expected a mailbox in a local domain" },
	{ "domain that is none, below a suffix", "john@a_b.sub.example\n", 1, "expected a mailbox in a local domain" },
	{ "no domain", "john@\n", 1, "found \"john@\", expected a mailbox in a local domain" },
	{ "address", "john@[192.0.2.1]\n", 1, "found \"john@[192.0.2.1]\", expected a mailbox in a local domain" },
	{ "operator", "a%b@h.example\n", 1, "found \"a%b@h.example\" (percent-hack), expected a mailbox as user@domain, user or @domain" },
	{ "\"@\" in quotes", "\"john@h.example\"\n", 1, "(quoted-routing), expected a mailbox as" },
	{ "brackets", "<john@h.example>\n", 1, "found \"<john@h.example>\", expected a mailbox in" },
	{ "brackets around a name", "<john>\n", 1, "found \"<john>\" (local-part), expected a mailbox as" },
	{ "several in a line", "ann\njohn, paul\n", 2, "found \"john,\" (list), expected a mailbox as" },
	{ "encapsulation", "IMCEAEX-_O=ORG_CN=USER@h.example\n", 1, "(encapsulation), expected a mailbox as" },
	{ "UTF-8", "jos\303\251\n", 1, "found \"jos\\xc3\\xa9\" (local-part), expected a mailbox as" },
	{ "a name of 65 octets", L64 "\r\n" L64 "q", 2, "(local-part-length), expected a mailbox as" },
	{ "no name", ": nobody\n", 1, "found \"\" (local-part), expected a mailbox as" },
	{ "wildcard of a detail", "ann\ninfo+*@h.example ann\n", 2, "found \"info+*@h.example\", expected a name without a wildcard" },
	{ "white space at the begin", " ann\n", 1, "found white space before \" ann\", expected an entry at the begin of its line" },
	{ "white space behind what ends", "ann: x,\n y,\n\n# c\n z\njoe\n bob\n", 7, "found white space before \" bob\"" },
	{ "quotes that do not end", "ann\n\"john: x,\n y\n", 2, "expected its closing quote" },
	{ "quotes with nothing in them", "\"\"@h.example\n", 1, "found a quoted name, expected" },
};

static void
every_fault_of_a_list_is_told_with_its_line(void)
{
	char *said, want[400], *where = folder_path("list");

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct site *site;

		folder_write("list", faults[i].list);
		site = folder_load(LISTED "}\n", &said);
		snprintf(want, sizeof(want), "%s:%u: ", where, faults[i].line);
		CHECK(site == NULL, "%s: was loaded", faults[i].name);
		CHECK(strncmp(said, want, strlen(want)) == 0 && strstr(said, faults[i].says) != NULL && strchr(said, '\n')[1] == '\0',
		    "%s: wanted line %u \"%s\", said: %s", faults[i].name, faults[i].line, faults[i].says, said);
		site_free(site);
		free(said);
	}
	free(where);
}

/* Faults of the configuration beside a good list. */
static const struct {
	const char *name, *text;
	unsigned line;
	const char *says;
} around[] = {
	{ "file that is not there", HOST "\n recipients-file = \"nowhere\" }", 2, "recipients-file: cannot read " },
	{ "file that is a folder", HOST "\n recipients-file = \"/\" }", 2, "recipients-file: cannot read /: Is a directory, expected a file of mailboxes" },
	{ "file without a mailbox", HOST "\n recipients-file = \"empty\" }", 2, "/empty, expected one at least" },
	{ "delimiter without a list", HOST "\n recipient-delimiter = \"+\" }", 2, "expected recipients-file too" },
	{ "letter as delimiter", LISTED " recipient-delimiter = \"+x\" }", 2, "recipient-delimiter = \"+x\", expected characters of a mailbox" },
	{ "operator as delimiter", LISTED " recipient-delimiter = \"%\" }", 2, "recipient-delimiter = \"%\", expected characters of a mailbox" },
	{ "no delimiter at all", LISTED " recipient-delimiter = \"\" }", 2, "expected a value that is not empty" },
	{ "word of the rule", LISTED " from untrusted { unknown-recipient = yes } }", 2, "unknown-recipient = \"yes\", expected off, count or enforce" },
	{ "without domains its entries are not looked at", "protect \"h\" {\n hostname = \"h.example\" addresses = { \"192.0.2.1\" } recipients-file = \"list\" }", 1,
	    "host h has no local domain" },
};

static void
every_fault_around_a_list_is_told_with_its_line(void)
{
	char *said, want[400], *where = folder_path("site.conf");

	folder_write("empty", "# john\n\n \t\n");
	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		struct site *site;

		folder_write("list", "ann@h.example\n");
		site = folder_load(around[i].text, &said);
		snprintf(want, sizeof(want), "%s:%u: ", where, around[i].line);
		CHECK(site == NULL, "%s: was loaded", around[i].name);
		CHECK(strncmp(said, want, strlen(want)) == 0 && strstr(said, around[i].says) != NULL && strchr(said, '\n')[1] == '\0',
		    "%s: wanted line %u \"%s\", said: %s", around[i].name, around[i].line, around[i].says, said);
		site_free(site);
		free(said);
	}
	free(where);
}

static const struct {
	const char *name, *list, *text, *says;	/* says NULL: nothing is said */
} dangers[] = {
	{ "a list", "ann\n", LISTED "}", NULL },
	{ "looked for without a list", "", HOST "from untrusted {\n unknown-recipient = count } }",
	    ":2: warning: host h: unknown-recipient = count without a recipients-file" },
	{ "off without a list", "", HOST "from untrusted { unknown-recipient = off } }", NULL },
	{ "off with a list", "ann\n", LISTED "from untrusted {\n unknown-recipient = off } }",
	    ":3: warning: host h: unknown-recipient = off for untrusted clients: the host takes mail" },
	{ "counted", "ann\n", LISTED "from untrusted { unknown-recipient = count } }", "unknown-recipient = count for untrusted clients" },
	{ "names that the profile refuses", "ann\nj.smith\nj.paul@h.example\n", LISTED "profile = { \"hostdotuser\" } }",
	    ":1: warning: host h: 2 of its recipients, the first in line 2 of the file, are refused" },
	{ "names that are too long for this host", "ann\njohn\n", LISTED "max-local-part = 3 }", "1 of its recipients, the first in line 2" },
	{ "an encapsulated name of Exchange's own", "IMCEAEX-_O=ORG_CN=USER@h.example\n", LISTED "profile = { \"exchange\" } }", NULL },
	{ "such names elsewhere", "ann\nj.smith\n\"a b\"\n", LISTED "}", NULL },
};

static void
what_a_list_cannot_do_is_warned_of(void)
{
	for (size_t i = 0; i < sizeof(dangers) / sizeof(dangers[0]); i++) {
		char *said, *warned;
		size_t len;
		FILE *out = open_memstream(&warned, &len);
		struct site *site;

		folder_write("list", dangers[i].list);
		site = folder_load(dangers[i].text, &said);
		CHECK(site != NULL, "%s: not loaded: %s", dangers[i].name, said);
		if (site != NULL)
			site_warn(site, out);
		fclose(out);
		/* of these hosts another warning is told too: the suffix of their domains */
		CHECK(strstr(warned, dangers[i].says == NULL ? "recipient" : dangers[i].says) == NULL ? dangers[i].says == NULL : dangers[i].says != NULL,
		    "%s: said %s", dangers[i].name, warned);
		site_free(site);
		free(warned);
		free(said);
	}
}

static bool
knows(const struct policy_host *h, const char *local, const char *domain)
{
	return recipients_know(&h->recipients, span_str(local), span_str(domain));
}

static void
files_of_the_host_are_taken_as_they_are(void)
{
	static const struct { const char *local, *domain; bool want; } cases[] = {
		{ "list", "h.example", true }, { "list", "x.sub.example", false }, { "any", "i.example", true }, { "any", "h.example", false },
		{ "mixed", "h.example", true }, { "virtual", "h.example", true }, { "alias", "h.example", true }, { "alias", "x.sub.example", true },
		{ "Spaced Out", "h.example", true }, { "root", "h.example", true }, { "last", "x.sub.example", true }, { "last", "sub.example", false },
		{ "list+x", "h.example", true }, { "list-x", "h.example", true }, { "list=x", "h.example", false }, { "postmaster", "h.example", true },
		/* none of their targets */
		{ "operator", "h.example", false }, { "next", "h.example", false }, { "error", "h.example", false }, { "ok", "h.example", false },
	};
	const struct policy_host *h;
	struct site *site;
	char *said;

	folder_write("list", "# a list\nlist@h.example\nlist@h.example\n@i.example\nMiXeD@H.example OK\n"
	    "virtual@h.example\terror:nouser 550\n"
	    "# aliases\nalias: operator,\n next\n\t\"|next\"\n\"spaced out\" :alias\n"
	    "root:x:0:0:operator:/root:/bin/sh\r\n\r\nlast@x.sub.example");
	site = folder_load(LISTED "recipient-delimiter = \"+-\" }\n", &said);
	CHECK(site != NULL, "said: %s", said);
	free(said);
	if (site == NULL)
		return;
	h = &site->policy.hosts[0];
	CHECK(h->recipients.entries.count == 9, "%zu entries", h->recipients.entries.count);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(knows(h, cases[i].local, cases[i].domain) == cases[i].want, "%s@%s", cases[i].local, cases[i].domain);
	site_free(site);
}

static void
a_host_without_a_file_knows_of_nobody(void)
{
	char *said;
	struct site *site = folder_load(HOST "}\n", &said);

	CHECK(site != NULL && site->policy.hosts[0].recipients.entries.count == 0, "said: %s", said);
	site_free(site);
	free(said);
}

static void
the_trap_need_not_be_in_the_list(void)
{
	struct site *site;
	char *said;

	folder_write("list", "ann\n");
	site = folder_load(LISTED "from untrusted { relay-action = redirect relay-trap = \"<t@h.example>\" } }\n", &said);
	CHECK(site != NULL && !knows(&site->policy.hosts[0], "t", "h.example"), "said: %s", said);
	site_free(site);
	free(said);
}

static void
how_many_mailboxes_there_are_is_printed(void)
{
	static const char *const want[] = { "\trecipients = 2 entries  # list\n", "\trecipients-file = \"list\" ", "\trecipient-delimiter = \"+\" ",
		"\t\tunknown-recipient = enforce " };
	char *said, *printed;
	struct site *site;
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	folder_write("list", "ann\njohn@h.example\n");
	site = folder_load(LISTED "recipient-delimiter = \"+\" }\n", &said);
	CHECK(site != NULL, "said: %s", said);
	if (site != NULL)
		site_print(site, out);
	fclose(out);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(strstr(printed, want[i]) != NULL, "no \"%s\" in: %s", want[i], printed);
	CHECK(strstr(printed, "john") == NULL, "not each of them: %s", printed);
	site_free(site);
	free(printed);
	free(said);
}

static void
a_large_list_loads_whole(void)
{
	enum { MANY = 100000 };
	char *text, *said, name[32];
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct site *site;

	for (unsigned i = 0; i < MANY; i++)
		fprintf(f, "User%u%s\tOK\n", i, i % 2 == 0 ? "@h.example" : "");
	fclose(f);
	folder_write("list", text);
	site = folder_load(LISTED "}\n", &said);
	CHECK(site != NULL && site->policy.hosts[0].recipients.entries.count == MANY, "said: %s", said);
	for (unsigned i = 0; site != NULL && i < 2 * MANY; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		CHECK(knows(&site->policy.hosts[0], name, "h.example") == (i < MANY), "%s", name);
	}
	site_free(site);
	free(said);
	free(text);
}

static CU_TestInfo tests[] = {
	{ "every fault of a list is told with its line", every_fault_of_a_list_is_told_with_its_line },
	{ "every fault around a list is told with its line", every_fault_around_a_list_is_told_with_its_line },
	{ "what a list cannot do is warned of", what_a_list_cannot_do_is_warned_of },
	{ "files of the host are taken as they are", files_of_the_host_are_taken_as_they_are },
	{ "a host without a file knows of nobody", a_host_without_a_file_knows_of_nobody },
	{ "the trap need not be in the list", the_trap_need_not_be_in_the_list },
	{ "how many mailboxes there are is printed", how_many_mailboxes_there_are_is_printed },
	{ "a large list loads whole", a_large_list_loads_whole },
	CU_TEST_INFO_NULL,
};
SUITE(config_recipients, tests)
