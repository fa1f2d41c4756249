/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/keeper/process/version.h"
#include "proxy/site/key.h"

#include <inttypes.h>
#include <stdio.h>

static int help(int argc, char **argv);
static int version(int argc, char **argv);

static const struct command_row {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{ "check", cli_check, "[-v] FILE | --kernel SYSCTL.CONF",
	    "read a configuration and tell what is wrong with it; -v: every value and its origin; or what the kernel has set otherwise" },
	{ "explain", cli_explain, "--policy FILE --client IP --host IP [--mail-from ADDRESS] [--json] {--stdin | 'TO:<...>'} | "
	    "--journal FILE [--policy FILE] [--archive FOLDER] [--json] ID[@TIME]",
	    "the reasoning about one address, or about one on each line; or about all that a journal says of a session" },
	{ "tap", cli_tap, "[--policy FILE] [--journal FILE] [--exchanges FILE] [--inventory FILE] [--json] [--port PORT]... [--filter EXPRESSION] "
	    "{INPUT... | --interface NAME [--seconds N] [--no-promiscuous]}",
	    "listen, to captures or on an interface: which hosts there are, what they are and said, and what the shield would have written" },
	{ "draft", cli_draft, "[--port PORT]... [--filter EXPRESSION] INPUT...",
	    "a policy to begin with, from captures or an inventory; every rule counts" },
	{ "replay", cli_replay, "[--as-written] [--fail-on WORD] [--filter EXPRESSION] [--json] [--port PORT]... POLICY [POLICY2] INPUT...",
	    "what a policy would have done with the mail of captures or journals, or where two differ; --fail-on: which differences end with status 1" },
	{ "audit", cli_audit, "[--policy FILE] [--all] [--i-own-this] [--from IP] [--target MAILBOX] [--deliver MAILBOX] [--arrived FILE] [--sender MAILBOX] "
	    "[--local DOMAIN] [--helo DOMAIN] [--label WORD] [--rate N] [--timeout SECONDS] [--total SECONDS] [--json] [--html FILE] {HOST... | --report FILE...}",
	    "do these hosts of yours relay? Asked form by form, without a message; as a table, as JSON, as a page for an auditor" },
	{ "rules", cli_rules, "FILE | --guard [--print] FILE | --remove [FILE]",
	    "print the rules for the kernel; load those that close the hosts until run serves, --print: and print all; or take all out of it" },
	{ "run", cli_run, "FILE", "serve, until SIGTERM; SIGUSR1 opens the journal anew, SIGUSR2 goes on as the program that is installed now" },
	{ "status", cli_status, "[--json] [--control PATH]", "ask the one that runs: is it well, what serves, what was done for each host, which rules do not protect" },
	{ "health", cli_health, "[--json] [--control PATH] FILE",
	    "does the one that runs shield, by this configuration? Each worker judges a dialogue that goes to no host, the kernel's rules are compared; a fault a line" },
	{ "sessions", cli_sessions, "[--host NAME] [--client ADDRESS[/LENGTH]] [--json] [--control PATH] | --end ID",
	    "who is being served now; --end: end one" },
	{ "top", cli_top, "[--json] [--control PATH]", "rates, verdicts, and who is refused most, on a terminal; --json: of one second" },
	{ "counters", cli_counters, "[--json] [--control PATH]", "all that was counted since it began, reloads or not" },
	{ "tail", cli_tail, "[FILE] [--host NAME] [--client ADDRESS[/LENGTH]] [--event EVENT] [--verdict VERDICT] [-n LINES] [-f] [--json] [--control PATH]",
	    "the end of the journal, of FILE or of the one that runs, as a person reads it; -f: and what is added to it" },
	{ "reload", cli_reload, "[--json] [--control PATH]", "load the configuration anew; tells what is wrong with it if it is refused" },
	{ "upgrade", cli_upgrade, "[--json] [--control PATH]", "go on as the program that is installed now, without a session less; tells why if it cannot" },
	{ "stop", cli_stop, "[--now] [--json] [--control PATH]", "end it in order, and wait for that; --now: without time for sessions" },
	{ "captain", cli_captain, NULL, NULL },		/* what run starts, not for people */
	{ "keeper-resume", cli_keeper_resume, NULL, NULL },	/* nor is what an upgrade runs */
	{ "help", help, "[keys]", "this; or every key of the configuration file" },
	{ "version", version, "", "the version" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static const struct command_row *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int
cli_usage(const char *command)
{
	const struct command_row *c = find(command);

	if (c != NULL)
		fprintf(stderr, "usage: relaywall %s %s\n", c->name, c->arguments);
	return CLI_USAGE;
}

static void
print_commands(FILE *out)
{
	fputs("relaywall - a transparent SMTP filter in front of mail hosts that would relay\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].help != NULL)
			fprintf(out, "  relaywall %s %s\n      %s\n", commands[i].name, commands[i].arguments, commands[i].help);
	fputs("\nexit status: 0 done, 1 faulty configuration or failure, 2 faulty command line, 3 no relaywall runs that could be asked;\n"
	    "status, health: 1 if it is not well; replay: 1 differences; draft, replay, tap: 2 something could not be read;\n"
	    "audit: 1 a host relays, 2 that is not known\n", out);
}

static void
print_key(const struct key *k)
{
	char words[100];

	printf("  %s = ", k->name);
	if (k->type == KEY_WORD) {
		key_words(k->words, words, sizeof(words));
		printf("%s", words);
	} else if (k->type == KEY_NUMBER) {
		printf("%" PRIu64 " to %" PRIu64, k->least, k->most);
	} else {
		printf(k->type == KEY_LIST ? "{ \"...\", ... }" : "\"...\"");
	}
	if (k->fallback != NULL)
		printf(" [%s]", k->fallback);
	printf("\n      %s\n", k->help);
}

static void
print_keys(void)
{
	static const char *const heads[SECTION_COUNT] = {
		[SECTION_TOP] = "at the top level:",
		[SECTION_LIMITS] = "limits { ... }:",
		[SECTION_NETWORK] = "network NAME { ... }:",
		[SECTION_LIST] = "list \"NAME\" { ... }, of at most 16 DNS block lists and allow lists:",
		[SECTION_PROTECT] = "protect \"NAME\" { ... }:",
		[SECTION_FROM] = "from NETWORK { ... } in protect; untrusted is every other address:",
	};

	for (enum section s = SECTION_TOP; s < SECTION_COUNT; s++) {
		puts(heads[s]);
		for (size_t i = 0; i < key_tables[s].count; i++)
			print_key(&key_tables[s].keys[i]);
	}
}

static int
help(int argc, char **argv)
{
	if (argc == 1)
		print_commands(stdout);
	else if (argc == 2 && strcmp(argv[1], "keys") == 0)
		print_keys();
	else
		return cli_usage("help");
	return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

static int
version(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return cli_usage("version");
	printf("relaywall %s\n", version_text);
	return fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
}

int
main(int argc, char **argv)
{
	const struct command_row *c;
	const char *name = argc > 1 ? argv[1] : "";

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	c = find(name);
	if (c == NULL) {
		if (argc > 1)
			fprintf(stderr, "relaywall: unknown command %s\n", name);
		print_commands(stderr);
		return CLI_USAGE;
	}
	return c->run(argc - 1, argv + 1);
}
