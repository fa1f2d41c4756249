/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/drill_script.h"

#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <stdlib.h>

#define CONF(domains, from) \
	"protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"mail.local.example\" " domains " from untrusted { " from " } }\n"
#define LOCAL "local-domains = { \"local.example\" }"
#define TEXT "Subject: relaywall health\r\n\r\n..to nobody\r\n."
#define PLAIN "RCPT TO:<nobody@relaywall-health.invalid>"
#define HACK "RCPT TO:<nobody%relaywall-health.invalid@local.example>"

struct line {
	const char *command;
	unsigned code;
	const char *heard;	/* NULL: anything */
	bool ends;
};

#define BEGIN(postmaster) \
	{ "", 220, NULL, false }, { "EHLO relaywall-health.invalid", 250, NULL, false }, { "MAIL FROM:<>", 250, NULL, false }, \
	{ "RCPT TO:<" postmaster ">", 250, "RCPT TO:<" postmaster ">\r\n", false }, { "DATA", 354, NULL, false }, \
	{ TEXT, 250, TEXT "\r\n", false }, { "MAIL FROM:<>", 250, NULL, false }
#define QUIT { "QUIT", 221, NULL, true }

static const struct {
	const char *conf;
	unsigned recipients;
	bool refuses;
	struct line lines[SCRIPT_STEPS + 1];
} scripts[] = {
	{ CONF(LOCAL, ""), 1, true, { BEGIN("postmaster@local.example"), { PLAIN, 550, "", false }, { HACK, 550, "", false }, QUIT } },
	{ CONF("local-domains = { \"*.local.example\" }", ""), 1, true, { BEGIN("postmaster@health.local.example"), { PLAIN, 550, "", false },
	    { "RCPT TO:<nobody%relaywall-health.invalid@health.local.example>", 550, "", false }, QUIT } },
	{ CONF(LOCAL, "relay-action = drop"), 1, true, { BEGIN("postmaster@local.example"), { PLAIN, 421, "", true } } },
	{ CONF(LOCAL, "relay-action = redirect relay-trap = \"<trap@local.example>\""), 3, true, { BEGIN("postmaster@local.example"),
	    { PLAIN, 250, "RCPT TO:<trap@local.example>\r\n", false }, { HACK, 250, "RCPT TO:<trap@local.example>\r\n", false }, QUIT } },
	{ CONF(LOCAL, "relay = count"), 3, false, { BEGIN("postmaster@local.example"), { PLAIN, 250, PLAIN "\r\n", false }, { HACK, 250, HACK "\r\n", false },
	    QUIT } },
};

/* What it says is wrong with the policy, malloced. */
static char *
write_script(struct script *s, const char *conf)
{
	struct site *site = folder_load_good(conf);
	char *faults;
	size_t len;
	FILE *out = open_memstream(&faults, &len);

	script_write(s, site, out);
	fclose(out);
	site_free(site);
	return faults;
}

static void
check_step(size_t i, const struct script_step *got, const struct line *want)
{
	CHECK(strcmp(got->command, want->command) == 0 && got->code == want->code && got->ends == want->ends &&
	    got->overheard == (want->heard != NULL) && (want->heard == NULL || strcmp(got->heard, want->heard) == 0),
	    "%zu: \"%s\" %u \"%s\" %d, expected \"%s\"", i, got->command, got->code, got->heard, got->ends, want->command);
}

static void
it_expects_of_relaying_what_the_policy_says(void)
{
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct script s;
		char *faults = write_script(&s, scripts[i].conf);
		size_t n = 0;

		CHECK(faults[0] == '\0', "%zu: %s", i, faults);
		free(faults);
		CHECK(s.recipients == scripts[i].recipients && s.refuses == scripts[i].refuses, "%zu: %u", i, s.recipients);
		for (; scripts[i].lines[n].command != NULL && n < s.count; n++)
			check_step(i, &s.steps[n], &scripts[i].lines[n]);
		CHECK(n == s.count && scripts[i].lines[n].command == NULL, "%zu: %zu steps", i, s.count);
	}
}

static void
a_policy_that_lets_the_foreign_domain_pass_is_at_fault(void)
{
	struct script s;
	char *faults = write_script(&s, CONF(LOCAL " relay-domains = { \"*.invalid\" }", ""));

	CHECK(strstr(faults, "the policy lets mail to nobody@relaywall-health.invalid pass\n") == faults, "%s", faults);
	free(faults);
}

static CU_TestInfo tests[] = {
	{ "it expects of relaying what the policy says", it_expects_of_relaying_what_the_policy_says },
	{ "a policy that lets the foreign domain pass is at fault", a_policy_that_lets_the_foreign_domain_pass_is_at_fault },
	CU_TEST_INFO_NULL,
};
SUITE(drill_script, tests)
