/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole site, with all of its sections and files: loaded, written as rules, judged, printed, without memory. */
#include "proxy/site/draft.h"
#include "proxy/site/ranges.h"
#include "proxy/site/rules.h"
#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

enum {
	CHUNK = 1 << 16,	/* of arena.c */
	PADDED_FROM = 24 * 1024,	/* the rest of a chunk is more than the site wants */
	PARTS = 5,		/* of the padding: longer texts than a quarter of a chunk stand alone */
	STEP = 23 * 16,		/* octets that a chunk's end moves */
};

#define PROTECT(name, address, more) \
	"protect \"" name "\" { addresses = { " address " } hostname = \"" name ".example\" local-domains = { \"" name ".example\" } " more " }\n"

static const char conf[] =
    "resolvers = { \"192.0.2.53\", \"2001:db8::53\" }\n"
    "limits { command-timeout = 60 }\n"
    "list \"l\" { zone = \"bl.example\" weight = 2 codes = { \"127.0.0.2\", \"127.0.0.4-7\" } }\n"
    "list \"m\" { zone = \"wl.example\" kind = allow }\n"
    "network a { prefixes = { \"10.0.0.0/8\", \"2001:db8:10::/48\" } }\n"
    "network b { prefixes = { \"10.1.0.0/16\" } }\n"
    PROTECT("one", "\"198.51.100.25\", \"2001:db8:25::25\"", "local-domains-file = \"local\" relay-domains-file = \"relay\" "
	"recipients-file = \"boxes\" recipient-delimiter = \"+\" profile = { \"exchange\" } offer = { \"pipelining\" } "
	"from untrusted { relay-action = redirect relay-trap = \"<trap@one.example>\" gate = drop connect = mirror max-connections = 3 } "
	"from a { relay = enforce admit = refuse } from b { admit = pass }")
    PROTECT("two", "\"198.51.100.26\"", "on-failure = drop from untrusted { admit = drop } from a { relay = off }")
    PROTECT("three", "\"198.51.100.27\"", "on-failure = open");

/* Its scanner calls exit() without memory, and it frees what it could not make. */
static const char *const spared[] = { "libconfuse.so", NULL };

static char *
write_conf(void)
{
	folder_write("local", "# class w\nalso.example [198.51.100.25]\n");
	folder_write("relay", "behind.example\n");
	folder_write("boxes", "trap@one.example\nuser\npostmaster: user\n@also.example\n");
	folder_write("scarce.conf", conf);
	return folder_path("scarce.conf");
}

static struct site *
load(const char *path)
{
	struct site *site = site_load(path, stdout);

	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	return site;
}

/* What a site is, as check -v and the rules show it; malloced. */
static char *
shown(const struct site *site)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	site_print(site, out);
	rules_write_table(site, RULES_SERVE, QUEUE_BY_NFT, 26, out);
	fclose(out);
	return text;
}

static void
a_site_is_loaded_whole_or_not_and_that_is_told(void)
{
	char *path = write_conf(), *whole;
	struct site *site = load(path);
	struct scarce s;

	whole = shown(site);
	site_free(site);
	scarce_spare(spared);
	SCARCE_EACH(&s) {
		char said[2000] = "";
		FILE *errors = fmemopen(said, sizeof(said), "w");

		setbuf(errors, NULL);
		scarce_begin(&s);
		site = site_load(path, errors);
		scarce_end(&s);
		fclose(errors);
		CHECK(site == NULL || said[0] == '\0', "%s: loaded, and said %s", scarce_run(&s), said);
		CHECK(site != NULL || (s.denied && strchr(said, '\n') != NULL), "%s: said \"%s\"", scarce_run(&s), said);
		if (site != NULL) {
			char *text = shown(site);

			CHECK(strcmp(text, whole) == 0, "%s: %s", scarce_run(&s), text);
			free(text);
		}
		site_free(site);
	}
	scarce_spare(NULL);
	free(whole);
	free(path);
}

/* The site behind so many octets of other texts, each short enough to stand in a chunk with others; in padded.conf. */
static void
write_padded(size_t octets)
{
	static char text[CHUNK + sizeof(conf) + 1000];
	int part = (int)octets / PARTS;
	size_t n = (size_t)sprintf(text, "journal = \"%0*d\"\n", part, 0);

	for (int i = 0; i < 2; i++)
		n += (size_t)sprintf(text + n, PROTECT("pad%d", "\"198.51.100.%d\"", "tls-certificate = \"%0*d\" tls-key = \"%0*d\""), i, 99 + i, i, i,
		    part, 0, part, 0);
	strcpy(text + n, conf);
	folder_write("padded.conf", text);
}

/*
 * The site's memory comes in chunks, so that few allocations fail above. Here the
 * place where one is full and the next is asked for is moved through the whole site.
 */
static void
a_site_needs_every_piece_of_its_memory(void)
{
	char *path = write_conf(), *padded = folder_path("padded.conf");
	size_t hungry = 0;

	scarce_spare(spared);
	for (size_t octets = PADDED_FROM; octets < CHUNK; octets += STEP) {
		struct scarce s;

		write_padded(octets);
		SCARCE_LARGE(&s, CHUNK) {
			char said[200] = "";
			FILE *errors = fmemopen(said, sizeof(said), "w");
			struct site *site;

			setbuf(errors, NULL);
			scarce_begin(&s);
			site = site_load(padded, errors);
			scarce_end(&s);
			fclose(errors);
			CHECK((site == NULL) == s.denied, "%zu octets, %s: %s", octets, scarce_run(&s), said);
			CHECK(!s.denied || strstr(said, "no memory\n") != NULL || strstr(said, "Cannot allocate memory") != NULL, "%zu octets, %s: %s", octets, scarce_run(&s), said);
			site_free(site);
		}
		hungry += s.hungry_runs;
	}
	scarce_spare(NULL);
	CHECK(hungry > 2 * (CHUNK - PADDED_FROM) / STEP, "%zu runs", hungry);
	free(padded);
	free(path);
}

/* stage NULL: the ward. */
static char *
rules_text(const struct site *site, const enum rules_stage *stage)
{
	struct draft draft;
	FILE *out = draft_open(&draft);
	int result;
	char *text;

	if (out == NULL)
		return NULL;
	result = stage == NULL ? rules_write_ward(site, out) : rules_write_table(site, *stage, QUEUE_BY_NFT, 26, out);
	text = draft_close(&draft, out);
	if (result == 0)
		return text;
	free(text);
	return NULL;
}

/* A table without one of its lines may load all the same, and be a hole. */
static void
the_rules_are_written_whole_or_not(void)
{
	static const enum rules_stage serve = RULES_SERVE, drain = RULES_DRAIN, guard = RULES_GUARD;
	static const enum rules_stage *const stages[] = { &serve, &drain, &guard, NULL };
	char *path = write_conf();
	struct site *site = load(path);

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		char *whole = rules_text(site, stages[i]);
		struct scarce s;

		SCARCE_EACH(&s) {
			char *text;

			scarce_begin(&s);
			text = rules_text(site, stages[i]);
			scarce_end(&s);
			CHECK(text != NULL || s.denied, "%s", scarce_run(&s));
			CHECK(text == NULL || strcmp(text, whole) == 0, "stage %zu, %s: %s", i, scarce_run(&s), text);
			free(text);
		}
		free(whole);
	}
	site_free(site);
	free(path);
}

static void
ranges_of_clients_are_all_there_or_none(void)
{
	char *path = write_conf();
	struct site *site = load(path);
	struct scarce s;

	SCARCE_EACH(&s) {
		struct range *ranges;
		size_t count;

		scarce_begin(&s);
		ranges = ranges_new(site, true, &count);
		scarce_end(&s);
		CHECK((ranges == NULL) == s.denied && (ranges == NULL || count == 5), "%s: %zu", scarce_run(&s), count);
		free(ranges);
	}
	site_free(site);
	free(path);
}

/* Fewer warnings than there are would be consent. */
static void
every_warning_is_given_or_it_is_told(void)
{
	static char said[8000], whole[8000];
	char *path = write_conf();
	struct site *site = load(path);
	FILE *out = fmemopen(whole, sizeof(whole), "w");
	size_t count = site_warn(site, out);
	struct scarce s;

	fclose(out);
	SCARCE_EACH(&s) {
		out = fmemopen(said, sizeof(said), "w");
		setbuf(out, NULL);
		scarce_begin(&s);
		site_warn(site, out);
		scarce_end(&s);
		fclose(out);
		CHECK(strcmp(said, whole) == 0 || strstr(said, "no memory to add up") != NULL, "%s: %s", scarce_run(&s), said);
	}
	CHECK(count > 0, "%zu", count);
	site_free(site);
	free(path);
}

static CU_TestInfo tests[] = {
	{ "a site is loaded whole or not, and that is told", a_site_is_loaded_whole_or_not_and_that_is_told },
	{ "a site needs every piece of its memory", a_site_needs_every_piece_of_its_memory },
	{ "the rules are written whole or not", the_rules_are_written_whole_or_not },
	{ "ranges of clients are all there or none", ranges_of_clients_are_all_there_or_none },
	{ "every warning is given, or it is told", every_warning_is_given_or_it_is_told },
	CU_TEST_INFO_NULL,
};

SUITE(no_memory_site, tests)
