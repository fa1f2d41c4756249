/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.c - relaywall explain: why would this recipient be refused, or not?
 */
#include "proxy/base/escape.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/explanation.h"
#include "proxy/site/site.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char details[] =
    "\n"
    "Judge one recipient as the shield would, and say why. The argument is what stands\n"
    "behind RCPT; ADDRESS is a path (a@b, <a@b>) or what stands behind MAIL. --stdin reads\n"
    "one argument of RCPT a line, with escapes \\xNN \\t \\r \\n \\\\, and answers one JSON object a line.\n"
    "Exit status: 0 whatever the verdict is, 1 for a faulty policy or address, 2 for wrong usage.\n";

struct options {
	const char *policy, *client, *host, *mail_from, *argument;
	bool json, from_stdin;
};

static int
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "client", required_argument, NULL, 'c' },
		{ "host", required_argument, NULL, 'h' },
		{ "mail-from", required_argument, NULL, 'm' },
		{ "json", no_argument, NULL, 'j' },
		{ "stdin", no_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->policy = optarg;
			break;
		case 'c':
			o->client = optarg;
			break;
		case 'h':
			o->host = optarg;
			break;
		case 'm':
			o->mail_from = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 's':
			o->from_stdin = true;
			break;
		default:
			return -1;
		}
	}
	if (optind < argc)
		o->argument = argv[optind++];
	if (optind < argc || o->policy == NULL || o->client == NULL || o->host == NULL)
		return -1;
	return o->from_stdin == (o->argument == NULL) ? 0 : -1;
}

static int
parse_ip(const char *text, struct ip *ip)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 0;
	}
	if (inet_pton(AF_INET6, text, ip->bytes) == 1)
		return 0;
	fprintf(stderr, "relaywall explain: %s: not an IP address\n", text);
	return -1;
}

/* Judge the sender: "FROM:<a@b>" as it is, "<a@b>" and "a@b" with what is missing. */
static int
judge_sender(struct explanation *e, const char *text)
{
	static char argument[1024];	/* the verdict points into it */
	bool keyword = strncasecmp(text, "FROM", 4) == 0 && strchr(text, ':') != NULL;
	bool brackets = text[0] == '<';
	int n = snprintf(argument, sizeof(argument), "%s%s%s", keyword ? "" : brackets ? "FROM:" : "FROM:<", text,
	    keyword || brackets ? "" : ">");

	if (n < 0 || (size_t)n >= sizeof(argument)) {
		fprintf(stderr, "relaywall explain: --mail-from: too long, at most 1000 octets\n");
		return -1;
	}
	classify_sender(&e->asked, span_of(argument, (size_t)n), &e->sender);
	e->has_sender = true;
	return 0;
}

static int
print_json(json_t *object)
{
	int result = object == NULL || json_dumpf(object, stdout, JSON_COMPACT) == -1 ? -1 : 0;

	json_decref(object);
	if (result == -1)
		fprintf(stderr, "relaywall explain: cannot write JSON\n");
	else
		putchar('\n');
	return result;
}

/* One line of --stdin: an object for each, so that lines and answers can be paired. */
static int
explain_line(struct explanation *e, char *line)
{
	uint8_t *bytes = (uint8_t *)line;
	ptrdiff_t n = escape_read(span_str(line), bytes);	/* decoding never grows */

	if (n == -1)
		return print_json(json_pack("{s:n, s:s}", "verdict", "error", "a backslash that begins no escape"));
	explanation_judge(e, EVENT_RECIPIENT, span_of(bytes, (size_t)n));
	return print_json(explanation_json(e));
}

static int
explain_stdin(struct explanation *e)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int result = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);	/* who asks line by line waits for each answer */
	while (result == 0 && (n = getline(&line, &cap, stdin)) != -1) {
		if (n > 0 && line[n - 1] == '\n')
			line[n - 1] = '\0';
		result = explain_line(e, line);
	}
	if (result == 0 && !feof(stdin)) {	/* also without memory, which ferror() does not know */
		perror("relaywall explain: cannot read");
		result = -1;
	}
	free(line);
	return result;
}

static int
explain(const struct options *o, const struct site *site)
{
	static struct explanation e;

	e.policy = &site->policy;
	e.id = "explain";
	e.client_text = o->client;
	e.host_text = o->host;
	if (parse_ip(o->client, &e.client) == -1 || parse_ip(o->host, &e.address) == -1)
		return -1;
	e.asked = (struct asked){
		.host = policy_host(&site->policy, &e.address),
		.address = &e.address,
		.network = policy_network(&site->policy, &e.client),
	};
	if (e.asked.host == NULL) {
		fprintf(stderr, "relaywall explain: %s: no protected host of %s has this address\n", o->host, o->policy);
		return -1;
	}
	if (o->mail_from != NULL && judge_sender(&e, o->mail_from) == -1)
		return -1;
	if (o->from_stdin)
		return explain_stdin(&e);
	explanation_judge(&e, EVENT_RECIPIENT, span_str(o->argument));
	if (o->json)
		return print_json(explanation_json(&e));
	explanation_print(&e, stdout);
	return 0;
}

int
cli_explain(int argc, char **argv)
{
	struct options o = { 0 };
	struct site *site;
	int result;

	if (parse_options(argc, argv, &o) == -1) {
		cli_usage("explain");
		fputs(details, stderr);
		return CLI_USAGE;
	}
	site = site_load(o.policy, stderr);
	if (site == NULL)
		return CLI_FAILED;
	result = explain(&o, site);
	site_free(site);
	return result == -1 ? CLI_FAILED : CLI_OK;
}
