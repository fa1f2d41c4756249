/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/audit_options.h"

#include "classifier/ascii.h"
#include "proxy/cli/cli.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char details[] =
    "\n"
    "Ask hosts of yours for everything that has ever made one relay, up to the reply to RCPT. HOST is an address or a name, with :PORT if it\n"
    "is not 25, or the title of a host in the policy. Nothing but a protected host of --policy is tested without --i-own-this. No message is sent, but\n"
    "with --deliver, to that mailbox of yours. --report reads what --json wrote, and puts it side by side. More: relaywall-audit(8).\n"
    "Exit status: 0 not a finding, 1 a finding, 2 not reviewed, or wrong usage.\n";

enum { RATE_MOST = 100, TIMEOUT_MOST_S = 600, TOTAL_MOST_S = 24 * 3600 };

static int
fault(const char *option, const char *value, const char *expected)
{
	fprintf(stderr, "relaywall audit: --%s %s: expected %s\n", option, value, expected);
	return -1;
}

static int
read_number(const char *option, const char *value, unsigned long most, unsigned long *out)
{
	char *rest, expected[64];

	*out = strtoul(value, &rest, 10);
	if (value[0] >= '0' && value[0] <= '9' && *rest == '\0' && *out >= 1 && *out <= most)
		return 0;
	snprintf(expected, sizeof(expected), "a number from 1 to %lu", most);
	return fault(option, value, expected);
}

static int
read_seconds(const char *option, const char *value, unsigned long most, uint64_t *out_ms)
{
	unsigned long n;

	if (read_number(option, value, most, &n) == -1)
		return -1;
	*out_ms = (uint64_t)n * 1000;
	return 0;
}

static int
read_ip(const char *option, const char *value, struct ip *out)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, value, v4) == 1) {
		*out = ip_from_v4(v4);
		return 0;
	}
	return inet_pton(AF_INET6, value, out->bytes) == 1 ? 0 : fault(option, value, "an IP address");
}

/* A mailbox that means the same in any form that it is put into: no operator, no quotes, no literal. */
static int
read_mailbox(const char *option, const char *value, char user[PATH_LOCAL_MAX + 1], char domain[DOMAIN_MAX + 1])
{
	struct path p;

	if (path_parse(span_str(value), &p) != PATH_OK || p.form != PATH_MAILBOX || p.route.len > 0 || p.quoted || p.host.literal)
		return fault(option, value, "a mailbox, USER@DOMAIN");
	for (size_t i = 0; i < p.local_len; i++)
		if (p.local[i] != '.' && !ascii_is(p.local[i], ASCII_SAFE))
			return fault(option, value, "a mailbox without special characters");
	memcpy(user, p.local, p.local_len);
	user[p.local_len] = '\0';
	memcpy(domain, p.host.text.at, p.host.text.len);
	domain[p.host.text.len] = '\0';
	return 0;
}

static int
read_sender(const char *value, char sender[AUDIT_MAILBOX])
{
	char user[PATH_LOCAL_MAX + 1], domain[DOMAIN_MAX + 1];

	if (read_mailbox("sender", value, user, domain) == -1)
		return -1;
	snprintf(sender, AUDIT_MAILBOX, "%s@%s", user, domain);
	return 0;
}

static int
read_domain(const char *option, const char *value, const char **out)
{
	if (!domain_tolerated(span_str(value)))
		return fault(option, value, "a domain name");
	*out = value;
	return 0;
}

/* A word that becomes the head of a column. */
static int
read_label(const char *value, const char **out)
{
	*out = value;
	return strlen(value) <= 32 && ascii_all(span_str(value), ASCII_GRAPH) ? 0 : fault("label", value, "a word, as direct or shield");
}

static int
read_rate(const char *value, unsigned *out)
{
	unsigned long n;

	if (read_number("rate", value, RATE_MOST, &n) == -1)
		return -1;
	*out = (unsigned)n;
	return 0;
}

/* One option with its value; 0, -1 and told, or 1: it is none of these. */
static int
take(struct audit_options *o, int option, const char *value)
{
	switch (option) {
	case 'p':
		o->policy = value;
		return 0;
	case 'f':
		o->has_from = true;
		return read_ip("from", value, &o->from);
	case 't':
		return read_mailbox("target", value, o->user, o->domain);
	case 'd':
		o->delivers = true;
		return read_mailbox("deliver", value, o->user, o->domain);
	case 's':
		return read_sender(value, o->sender);
	case 'l':
		return read_domain("local", value, &o->local);
	case 'e':
		return read_domain("helo", value, &o->helo);
	case 'w':
		return read_label(value, &o->label);
	case 'a':
		o->arrived = value;
		return 0;
	case 'h':
		o->html = value;
		return 0;
	case 'r':
		return read_rate(value, &o->rate);
	case 'i':
		return read_seconds("timeout", value, TIMEOUT_MOST_S, &o->timeout_ms);
	case 'T':
		return read_seconds("total", value, TOTAL_MOST_S, &o->total_ms);
	default:
		return 1;
	}
}

static int
usage(const char *why)
{
	if (why != NULL)
		fprintf(stderr, "relaywall audit: %s\n", why);
	cli_usage("audit");
	fputs(details, stderr);
	return -1;
}

static int
read_all(struct audit_options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "policy", required_argument, NULL, 'p' }, { "all", no_argument, NULL, 'A' }, { "i-own-this", no_argument, NULL, 'O' },
		{ "from", required_argument, NULL, 'f' }, { "target", required_argument, NULL, 't' }, { "deliver", required_argument, NULL, 'd' },
		{ "arrived", required_argument, NULL, 'a' }, { "sender", required_argument, NULL, 's' }, { "local", required_argument, NULL, 'l' },
		{ "helo", required_argument, NULL, 'e' }, { "label", required_argument, NULL, 'w' }, { "rate", required_argument, NULL, 'r' },
		{ "timeout", required_argument, NULL, 'i' }, { "total", required_argument, NULL, 'T' }, { "json", no_argument, NULL, 'j' },
		{ "html", required_argument, NULL, 'h' }, { "report", no_argument, NULL, 'R' }, { 0 },
	};
	int c, result;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		o->all = o->all || c == 'A';
		o->own = o->own || c == 'O';
		o->json = o->json || c == 'j';
		o->reads = o->reads || c == 'R';
		result = c == '?' ? usage(NULL) : take(o, c, optarg);
		if (result == -1)
			return -1;
	}
	o->arguments = argv + optind;
	o->count = (size_t)(argc - optind);
	return 0;
}

int
audit_options_read(struct audit_options *o, int argc, char **argv)
{
	*o = (struct audit_options){ .label = "", .user = "relaytest", .domain = "example.com", .rate = 5, .timeout_ms = 30 * 1000, .total_ms = 1800 * 1000 };
	if (read_all(o, argc, argv) == -1)
		return -1;
	if (o->reads && (o->count == 0 || o->all || o->delivers))
		return usage("--report wants files, and tests no hosts");
	if (o->all && (o->policy == NULL || o->count > 0))
		return usage("--all is for all hosts of --policy, and no others");
	if (!o->reads && !o->all && o->count == 0)
		return usage("which host?");
	if (o->arrived != NULL && !o->reads && !o->delivers)
		return usage("--arrived looks for the messages of --deliver");
	if (o->sender[0] == '\0' && o->delivers)
		snprintf(o->sender, sizeof(o->sender), "%s@%s", o->user, o->domain);	/* who gets the messages gets what bounces, too */
	else if (o->sender[0] == '\0')
		snprintf(o->sender, sizeof(o->sender), "relaywall-audit@%s", o->domain);
	return 0;
}
