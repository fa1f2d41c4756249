/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/classify.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdlib.h>

/* A host that is good, so that a case shows its one fault. Two lines. */
#define HOST "protect \"h\" { addresses = { \"192.0.2.1\" }\n hostname = \"h.example\" local-domains = { \"h.example\" } "
#define GOOD HOST "}\n"
#define TEN "0123456789"

#define OCTETS_54 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz01"

static const struct {
	const char *name, *text;
	unsigned line;
	const char *says;
	const char *file;	/* NULL: site.conf */
} faults[] = {
	{ "unknown key at the top", "colour = red\n" GOOD, 1, "unknown key 'colour', expected journal, journal-required, syslog,", NULL },
	{ "unknown section", "\nmachine x { }\n" GOOD, 2, "unknown key 'machine', expected", NULL },
	{ "unknown key of a host", "protect \"h\" {\n\n adresses = { }\n}", 3, "unknown key 'adresses', expected addresses, hostname", NULL },
	{ "unknown key of a network", "network n { prefix = { } }\n" GOOD, 1, "unknown key 'prefix', expected prefixes", NULL },
	{ "unknown key of rules", HOST "\n from untrusted {\n max-connection = 1 } }", 4, "unknown key 'max-connection', expected admit, gate, connect, relay, relay-action", NULL },
	{ "a rule that asks nobody", HOST "\n from untrusted {\n unresolvable-sender = enforce } }", 4,
	    "unresolvable-sender = enforce without a DNS server, expected resolvers at the top level too", NULL },
	{ "a name of a resolver", "resolvers = { \"dns.example\" }\n" GOOD, 1, "found \"dns.example\", expected the IPv4 or IPv6 address of a DNS server", NULL },
	{ "a resolver twice", "resolvers = { \"192.0.2.53\",\n \"::1\", \"192.0.2.53\" }\n" GOOD, 2, "found DNS server \"192.0.2.53\" twice, expected once", NULL },
	{ "a list nobody can ask", "\nlist \"bl\" { zone = \"bl.example\" }\n" GOOD, 2, "found a list without a DNS server, expected resolvers", NULL },
	{ "a list without a zone", WITH_DNS "\nlist \"bl\" { weight = 2 }\n" GOOD, 2, "list bl: expected zone = \"bl.example\"", NULL },
	{ "a zone that is none", WITH_DNS "list \"bl\" { zone = \"bl..example\" }\n" GOOD, 1, "list bl: expected zone = \"bl.example\"", NULL },
	{ "a list twice", WITH_DNS "list \"bl\" { zone = \"bl.example\" }\nlist \"bl\" { zone = \"b2.example\" }\n" GOOD, 2, "list bl is there already", NULL },
	{ "codes that are none", WITH_DNS "list \"bl\" { zone = \"bl.example\"\n codes = { \"128.0.0.1\" } }\n" GOOD, 2, "found \"128.0.0.1\", expected codes of a list", NULL },
	{ "a weight of 0", WITH_DNS "list \"bl\" { zone = \"bl.example\" weight = 0 }\n" GOOD, 1, "weight = \"0\", expected a number from 1 to 1000", NULL },
	{ "a rule without a list", WITH_DNS HOST "from untrusted {\n block-list = count } }", 3, "block-list = count without a list, expected a section list", NULL },
	{ "one port for two", "refusal-port = 2525\n" GOOD, 1, "refusal-port = 2525 is the listener-port too, expected another port", NULL },
	{ "a look without end", "limits { lookup-timeout = 61 }\n" GOOD, 1, "lookup-timeout = \"61\", expected a number from 1 to 60", NULL },
	{ "a path into another section", "protect|hostname = \"x\"\n" GOOD, 1, "no sub-section title/index for 'protect'", NULL },
	{ "prefix that is none", "network n {\n prefixes = { \"10.0.0/8\" } }\n" GOOD, 2, "found \"10.0.0/8\", expected a prefix as \"10.0.0.0/8\"", NULL },
	{ "prefix without a length", "network n {\n prefixes = { \"10.0.0.0\" } }\n" GOOD, 2, "without a length, expected \"10.0.0.0/32\"", NULL },
	{ "prefix too long", "network n { prefixes = { \"10.0.0.0/33\" } }\n" GOOD, 1, "expected a prefix", NULL },
	{ "prefix with a sign", "network n { prefixes = { \"10.0.0.0/+8\" } }\n" GOOD, 1, "expected a prefix", NULL },
	{ "prefix with an empty length", "network n { prefixes = { \"10.0.0.0/\" } }\n" GOOD, 1, "expected a prefix", NULL },
	{ "IPv4 prefix with host bits", "network n {\n\n prefixes = { \"10.0.0.0/8\",\n \"10.1.2.3/12\" } }\n" GOOD, 4,
	    "found prefix \"10.1.2.3/12\" with host bits set, expected \"10.0.0.0/12\"", NULL },
	{ "IPv6 prefix with host bits", "network n { prefixes = { \"2001:db8::1/32\" } }\n" GOOD, 1, "expected \"2001:db8::/32\"", NULL },
	{ "IPv4 in IPv6 notation", "network n { prefixes = { \"::ffff:10.0.0.0/104\" } }\n" GOOD, 1, "expected it in IPv4's own notation", NULL },
	{ "prefix twice in two networks", "network a { prefixes = { \"10.0.0.0/8\" } }\nnetwork b { prefixes = { \"10.0.0.0/8\" } }\n" GOOD, 2,
	    "found prefix \"10.0.0.0/8\" twice, expected once (first in network a, line 1)", NULL },
	{ "network without prefixes", "\nnetwork n\n{\n}\n" GOOD, 2, "network n has no prefixes, expected prefixes =", NULL },
	{ "network with an empty list", "network n { prefixes = { } }\n" GOOD, 1, "network n has no prefixes", NULL },
	{ "network twice", "network n { prefixes = { \"10.0.0.0/8\" } }\nnetwork N { prefixes = { \"11.0.0.0/8\" } }\n" GOOD, 2,
	    "network n is there already, expected another name (first in line 1)", NULL },
	{ "network of that name", "network untrusted { prefixes = { \"10.0.0.0/8\" } }\n" GOOD, 1, "expected another name", NULL },
	{ "network without a name", "network { prefixes = { \"10.0.0.0/8\" } }\n" GOOD, 1, "missing title for section 'network'", NULL },
	{ "name of a network", "network \"a b\" { prefixes = { \"10.0.0.0/8\" } }\n" GOOD, 1, "expected a name of letters", NULL },
	{ "no host", "journal = \"/tmp/x\"\n", 1, "no host is protected, expected at least one section protect", NULL },
	{ "empty file", "", 1, "no host is protected", NULL },
	{ "host without domains", "\nprotect \"h\" {\n addresses = { \"192.0.2.1\" }\n hostname = \"h.example\"\n}\n", 2,
	    "host h has no local domain, expected local-domains or local-domains-file", NULL },
	{ "host without addresses", "\n\nprotect \"h\" {\n hostname = \"h.example\" local-domains = { \"h.example\" }\n}\n", 3,
	    "host h has no address, expected addresses =", NULL },
	{ "host without a name of its own", "protect \"h\" { addresses = { \"192.0.2.1\" }\n local-domains = { \"h.example\" } }\n", 1,
	    "host h has no name, expected hostname =", NULL },
	{ "comments do not move lines", "/* one */ /* two\n three */ # four\n// five\n" "protect \"h\" { }\n", 4, "host h has no name", NULL },
	{ "address that is none", "protect \"h\" { addresses = { \"192.0.2.256\" }\n", 1, "the section that begins here does not end", NULL },
	{ "address of a network", HOST "\n addresses += { \"192.0.2.0/24\" } }", 3, "found \"192.0.2.0/24\", expected the IPv4 or IPv6 address of one host", NULL },
	{ "loopback address", HOST "\n addresses += { \"127.0.0.1\" } }", 3, "expected the IPv4 or IPv6 address of one host", NULL },
	{ "mapped address", HOST "\n addresses += { \"::ffff:192.0.2.9\" } }", 3, "expected the IPv4 or IPv6 address of one host", NULL },
	{ "two hosts with one address", GOOD "protect \"i\" {\n addresses = { \"192.0.2.2\",\n \"192.0.2.1\" } hostname = \"i.example\" local-domains = { \"i.example\" } }\n", 5,
	    "found an address of host h again, expected each address once (host in line 1)", NULL },
	{ "one host with one address twice", HOST "\n addresses += { \"192.0.2.1\" } }", 3, "found an address of host h again", NULL },
	{ "two hosts of one name", GOOD GOOD, 3, "host h is there already, expected another name (first in line 1)", NULL },
	{ "name of a host", "protect \"a\\\"b\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h.example\" } }", 1,
	    "expected a name of 1 to 64 printable", NULL },
	{ "hostname that is none", "protect \"h\" { addresses = { \"192.0.2.1\" }\n hostname = \"h_.example\" local-domains = { \"h.example\" } }", 2,
	    "hostname = \"h_.example\", expected a domain name", NULL },
	{ "domain that is none", HOST "\n local-domains += { \"a.example\",\n \"b..example\" } }", 4, "found \"b..example\", expected a domain name", NULL },
	{ "domain with a dot at its end", HOST "\n relay-domains = { \"a.example.\" } }", 3, "without a dot at its end", NULL },
	{ "sendmail's leading dot", HOST "\n relay-domains = { \".a.example\" } }", 3, "or \"*.suffix\" for all names below one", NULL },
	{ "star alone", HOST "\n local-domains += { \"*\" } }", 3, "found \"*\", expected a domain name", NULL },
	{ "star without quotes", HOST "\n local-domains += { *.a.example } }", 3, "found * outside of quotes, expected \"*.suffix\"", NULL },
	{ "U-label", HOST "\n local-domains += { \"b\303\274cher.example\" } }", 3, "expected a domain name in ASCII", NULL },
	{ "domains file that is not there", HOST "\n local-domains-file = \"nowhere\" }", 3, "local-domains-file: cannot read ", NULL },
	{ "domains file that is a folder", HOST "\n relay-domains-file = \"/\" }", 3, "relay-domains-file: cannot read /: Is a directory", NULL },
	{ "bad name in a domains file", HOST "\n local-domains-file = \"bad.cw\" }", 3, "found \"bad_name.example\", expected a domain name", "bad.cw" },
	{ "foreign literal in a domains file", HOST "\n local-domains-file = \"foreign.cw\" }", 2, "found \"[192.0.2.2]\", expected a domain name, or an address of this very host", "foreign.cw" },
	{ "mode word", HOST "\n from untrusted {\n relay = maybe } }", 4, "relay = \"maybe\", expected off, count or enforce", NULL },
	{ "mode in capitals", HOST "\n from untrusted { relay = OFF } }", 3, "relay = \"OFF\", expected off, count or enforce", NULL },
	{ "action word", HOST "\n from untrusted { relay-action = bounce } }", 3, "expected refuse, drop or redirect", NULL },
	{ "on-failure word", HOST "\n on-failure = \"\" }", 3, "on-failure = \"\", expected closed, drop or open", NULL },
	{ "profile word", HOST "\n profile = { \"exim\" } }", 3, "found profile \"exim\", expected exchange, domino, hostdotuser, strip8, bare-literals or reflect", NULL },
	{ "offer word", HOST "\n offer = { \"chunked\" } }", 3, "found offer \"chunked\", expected pipelining, enhancedstatuscodes, chunking, smtputf8 or none", NULL },
	{ "none and more", HOST "\n offer = { \"none\", \"chunking\" } }", 3, "found offer \"chunking\", expected \"none\" alone", NULL },
	{ "blind TLS for everybody", HOST "\n from Untrusted {\n starttls = pass } }", 4, "starttls = pass for untrusted", NULL },
	{ "TLS without a certificate", HOST "\n from untrusted {\n starttls = terminate } }", 4, "expected tls-certificate and tls-key", NULL },
	{ "certificate without a key", HOST "\n tls-certificate = \"/x\" }", 3, "found only one of tls-certificate and tls-key, expected both", NULL },
	{ "unknown network", HOST "\n from trusted { relay = off } }", 3, "found network trusted, expected untrusted or one that is defined", NULL },
	{ "from twice", HOST "\n from untrusted { relay = off }\n from Untrusted { relay = enforce } }", 4, "from untrusted is there already", NULL },
	{ "redirect without a trap", HOST "\n from untrusted {\n relay-action = redirect } }", 4, "expected relay-trap = \"<box@domain>\" too", NULL },
	{ "trap in a foreign domain", HOST "\n from untrusted { relay-trap = \"<t@victim.example>\" } }", 3, "(foreign-domain), expected a mailbox in a local domain", NULL },
	{ "trap in a relay domain", HOST "\n relay-domains = { \"r.example\" } from untrusted { relay-trap = \"<t@r.example>\" } }", 3, "(relay-domain), expected a mailbox", NULL },
	{ "trap at an address", HOST "\n from untrusted { relay-trap = \"<t@[192.0.2.1]>\" } }", 3, "(own-literal), expected a mailbox", NULL },
	{ "trap that routes", HOST "\n from untrusted { relay-trap = \"<a%b@h.example>\" } }", 3, "(percent-hack), expected a mailbox", NULL },
	{ "trap without brackets", HOST "\n from untrusted { relay-trap = \"t@h.example\" } }", 3, "(brackets), expected a mailbox", NULL },
	{ "trap with parameters", HOST "\n from untrusted { relay-trap = \"<t@h.example> NOTIFY=NEVER\" } }", 3, "expected a mailbox", NULL },
	{ "number below the least", "max-sessions = 0\n" GOOD, 1, "max-sessions = \"0\", expected a number from 1 to 1000000", NULL },
	{ "number above the most", "listener-port = 65536\n" GOOD, 1, "expected a number from 1 to 65535", NULL },
	{ "number that is none", "fwmark = 12x\n" GOOD, 1, "fwmark = \"12x\", expected a number", NULL },
	{ "negative number", "fwmark = -1\n" GOOD, 1, "fwmark = \"-1\", expected a number", NULL },
	{ "huge number", "fwmark = 18446744073709551617\n" GOOD, 1, "expected a number", NULL },
	{ "local parts longer than the RFC has", HOST "\n max-local-part = 65 }", 3, "expected a number from 1 to 64", NULL },
	{ "recipients fewer than the RFC has", "limits {\n max-recipients = 99 }\n" GOOD, 2, "expected a number from 100", NULL },
	{ "the kernel's own table", "route-table = 255\n" GOOD, 1, "expected a table that the kernel does not use", NULL },
	{ "key twice", "fwmark = 1\n\nfwmark = 2\n" GOOD, 3, "fwmark is set again, expected once (first in line 1)", NULL },
	{ "list twice", HOST "\n addresses = { \"192.0.2.2\" } }", 3, "addresses is set again, expected once (first in line 1)", NULL },
	{ "limits twice", "limits { max-errors = 1 }\nlimits { max-errors = 2 }\n" GOOD, 2, "max-errors is set again", NULL },
	{ "missing equal sign", "journal \"/tmp/x\"\n" GOOD, 1, "missing equal sign after option 'journal'", NULL },
	{ "append to what is no list", "journal += \"/tmp/x\"\n" GOOD, 1, "attempt to append to non-list option", NULL },
	{ "list for a single value", "journal = { \"/tmp/x\" }\n" GOOD, 1, "unexpected token '{'", NULL },
	{ "empty path", "journal = \"\"\n" GOOD, 1, "journal = \"\", expected a value that is not empty", NULL },
	{ "a socket that is no path from the root", "\nsyslog = \"log\"\n" GOOD, 2, "syslog = \"log\", expected none or a path from the root", NULL },
	{ "a socket with too long a path", "syslog = \"/" OCTETS_54 OCTETS_54 "\"\n" GOOD, 1, "expected none or a path from the root, of at most 107 octets", NULL },
	{ "no socket", "syslog = \"\"\n" GOOD, 1, "syslog = \"\", expected a value that is not empty", NULL },
	{ "a facility of the kernel", "syslog-facility = kern\n" GOOD, 1, "syslog-facility = \"kern\", expected user, mail, daemon, auth", NULL },
	{ "a record that is required and not wanted", "journal = none\njournal-required = yes\n" GOOD, 2,
	    "journal-required = yes without an output, expected journal or syslog too", NULL },
	{ "evidence and no place for it", HOST "\n from untrusted {\n evidence = refused } }", 4, "evidence = refused without a folder, expected evidence-folder", NULL },
	{ "evidence of all and no place for it", HOST "\n from untrusted { evidence = all } }", 3, "evidence = all without a folder, expected evidence-folder", NULL },
	{ "evidence word", HOST "\n from untrusted { evidence = yes } }", 3, "evidence = \"yes\", expected off, refused or all", NULL },
	{ "a folder that is no path from the root", "evidence-folder = \"kept\"\n" GOOD, 1, "evidence-folder = \"kept\", expected a path from the root", NULL },
	{ "files too small for a session", "\nevidence-file-size = 1048575\n" GOOD, 2, "expected a number from 1048576", NULL },
	{ "one file", "evidence-files = 1\n" GOOD, 1, "evidence-files = \"1\", expected a number from 2", NULL },
	{ "control character", "journal = \"/tmp/\\x1b\"\n" GOOD, 1, "control character", NULL },
	{ "section that does not end", GOOD "protect \"i\" {\n from untrusted {\n", 4, "the section that begins here does not end, expected }", NULL },
	{ "list that does not end", "\nnetwork n { prefixes =\n { \"10.0.0.0/8\"\n", 2, "does not end, expected }", NULL },
	{ "text that does not end", GOOD "journal = \"/tmp/x\n\n", 3, "expected its closing quote", NULL },
	{ "comment that does not end", GOOD "/* and\nso on", 3, "this comment does not end", NULL },
	{ "brace too many", GOOD "}\n", 3, "found }, but no section is open here", NULL },
	{ "variable", "journal = \"${HOME}/x\"\n" GOOD, 1, "variables are not filled in", NULL },
	{ "variable without quotes", "journal = ${HOME}\n" GOOD, 1, "variables are not filled in", NULL },
	{ "socket in no folder", "control = \"control\"\n" GOOD, 1, "control = \"control\", expected a path from the root of at most 107 octets", NULL },
	{ "socket too deep", "\ncontrol = \"/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "1234567\"\n" GOOD, 2, "expected a path from the root", NULL },
	{ "metrics without a port", "metrics = \"127.0.0.1\"\n" GOOD, 1, "metrics = \"127.0.0.1\", expected an address of this box and a port, as", NULL },
	{ "metrics at port 0", "metrics = \"127.0.0.1:0\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics at a port too high", "metrics = \"127.0.0.1:65536\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics at a port with a sign", "metrics = \"127.0.0.1:+1\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics at a name", "\nmetrics = \"localhost:9025\"\n" GOOD, 2, "expected an address of this box and a port", NULL },
	{ "metrics without brackets", "metrics = \"::1:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of half a bracket", "metrics = \"[::1:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of IPv4 in brackets", "metrics = \"[127.0.0.1]:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of IPv4 as IPv6", "metrics = \"[::ffff:127.0.0.1]:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of one link", "metrics = \"[fe80::1]:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics and more", "metrics = \"127.0.0.1:9025/metrics\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of many", "metrics = \"224.0.0.1:9025\"\n" GOOD, 1, "expected an address of this box and a port", NULL },
	{ "metrics of nothing", "metrics = \"\"\n" GOOD, 1, "metrics = \"\", expected a value that is not empty", NULL },
	{ "socket without a name", "control = \"\"\n" GOOD, 1, "control = \"\", expected a value that is not empty", NULL },
	{ "parenthesis", "include(\"x\")\n" GOOD, 1, "found a parenthesis", NULL },
};

static void
every_fault_is_told_with_its_line(void)
{
	char *said, *where, want[400];

	folder_write("bad.cw", "# names\na.example\nb.example bad_name.example # c\n");
	folder_write("foreign.cw", "h.example [192.0.2.1]\n[192.0.2.2]\n");
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct site *site = folder_load(faults[i].text, &said);

		where = folder_path(faults[i].file == NULL ? "site.conf" : faults[i].file);
		snprintf(want, sizeof(want), "%s:%u: ", where, faults[i].line);
		CHECK(site == NULL, "%s: was loaded", faults[i].name);
		CHECK(strstr(said, want) != NULL && strstr(said, faults[i].says) != NULL, "%s: wanted line %u \"%s\", said: %s",
		    faults[i].name, faults[i].line, faults[i].says, said);
		site_free(site);
		free(where);
		free(said);
	}
}

static void
independent_faults_are_told_at_once(void)
{
	static const char text[] = "fwmark = x\n"
	    "network n { prefixes = { \"bad\" } }\n"
	    "protect \"h\" { addresses = { \"192.0.2.1\" } hostname = \"h.example\" local-domains = { \"h_.example\" }\n"
	    "from nobody { relay = maybe } }\n";
	static const char *const want[] = { ":1: fwmark", ":2: found \"bad\"", ":3: found \"h_", ":4: relay = ", ":4: found network nobody" };
	char *said;

	CU_ASSERT_PTR_NULL(folder_load(text, &said));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		CHECK(strstr(said, want[i]) != NULL, "no \"%s\" in: %s", want[i], said);
	free(said);
}

static const struct {
	const char *name, *text, *says;	/* NULL: nothing is said */
} dangers[] = {
	{ "nothing", GOOD, NULL },
	{ "all of IPv4", "network n { prefixes = { \"0.0.0.0/0\" } }\n" GOOD, ":1: warning: prefix 0.0.0.0/0 of network n covers" },
	{ "a half by sevens", "network n { prefixes = { \"0.0.0.0/7\" } }\n" GOOD, "prefix 0.0.0.0/7 of network n" },
	{ "all of IPv6", "network n { prefixes = { \"::/0\" } }\n" GOOD, "prefix ::/0 of network n" },
	{ "an eighth is allowed", "network n { prefixes = { \"10.0.0.0/8\", \"fd00::/8\" } }\n" HOST "from n { relay = off } }", NULL },
	{ "relay counted only", HOST "from untrusted {\n relay = count } }", ":3: warning: host h: relay = count for untrusted clients: the host relays" },
	{ "forged senders unseen", HOST "from untrusted { forged-local-sender = off } }", "forged-local-sender = off for untrusted" },
	{ "stricter than the default", HOST "from untrusted { forged-local-sender = enforce } }", NULL },
	{ "wildcard", HOST "\n relay-domains = { \"*.b.example\" } }", ":3: warning: host h: \"*.b.example\" holds every name below it" },
	{ "single label", HOST "local-domains += { \"localhost\" } }", "\"localhost\" is a single label" },
	{ "wildcard of a single label", HOST "local-domains += { \"*.com\" } }", "\"*.com\" is a single label" },
	{ "open", HOST "\n on-failure = open }", ":3: warning: host h: on-failure = open: it is an open relay" },
	{ "a network that relays silently", "network n { prefixes = { \"192.0.2.0/24\" } }\n" GOOD,
	    "warning: host h: clients of network n may relay" },
	{ "no filter", HOST "\n from untrusted { admit = pass } }", ":3: warning: host h: admit = pass for untrusted clients: nothing of their mail" },
	{ "more to ask than may be asked", "max-lookups = 499\nlist \"l\" { zone = \"bl.example\" }\n" HOST "from untrusted { gate = drop } }",
	    ":1: warning: max-lookups = 499: 500 packets may wait for 1 lists" },
	{ "nothing to judge", HOST "\n from untrusted {\n gate = drop } }", ":4: warning: host h: gate = drop for untrusted: no limit and no list" },
	{ "nobody is asked", HOST "\n from untrusted {\n admit = drop\n connect = mirror } }", ":4: warning: host h: admit = drop for untrusted: the kernel decides alone" },
	{ "blind TLS", HOST "\n from untrusted { starttls = pass-unfiltered } }", ":3: warning: host h: starttls = pass-unfiltered for untrusted: nothing behind" },
	{ "relay when authenticated", HOST "\n from untrusted { relay-if-authenticated = yes } }", "relay-if-authenticated for untrusted: old hosts accept" },
	{ "passwords", HOST "\n from untrusted { auth = pass } }", "auth = pass for untrusted without TLS: passwords" },
	{ "nothing is recorded", GOOD "\njournal = none\n", ":4: warning: journal = none without syslog: nothing that is decided is recorded" },
	{ "everybody's mail", "evidence-folder = \"/x\"\n" HOST "\n from untrusted { evidence = all } }",
	    ":4: warning: host h: evidence = all for untrusted: the first octets of mail" },
	{ "evidence that nobody asks for", "evidence-folder = \"/x\"\n" HOST "from untrusted { evidence = off } }", ":1: warning: evidence-folder without" },
	{ "evidence", "evidence-folder = \"/x\"\n" HOST "from untrusted { evidence = refused } }", NULL },
	{ "metrics for strangers", "metrics = \"203.0.113.1:9025\"\n" GOOD, ":1: warning: metrics = \"203.0.113.1:9025\" is no loopback and no private" },
	{ "metrics for all", "\nmetrics = \"0.0.0.0:9025\"\n" GOOD, ":2: warning: metrics = \"0.0.0.0:9025\" is no loopback" },
	{ "metrics for all of IPv6", "metrics = \"[::]:9025\"\n" GOOD, ":1: warning: metrics = \"[::]:9025\" is no loopback" },
	{ "metrics at the host", "metrics = \"192.0.2.1:9025\"\n" GOOD, ":1: warning: metrics = \"192.0.2.1:9025\" is an address of host h" },
	{ "metrics inside", "metrics = \"[::1]:9025\"\n" GOOD, NULL },
	{ "removed at the end", "on-stop = remove\n" GOOD, ":1: warning: on-stop = remove" },
	{ "open at the end", "on-stop = open\n" GOOD, ":1: warning: on-stop = open" },
};

static void
what_is_dangerous_is_warned_of(void)
{
	for (size_t i = 0; i < sizeof(dangers) / sizeof(dangers[0]); i++) {
		char *said, *warned;
		size_t len;
		FILE *out = open_memstream(&warned, &len);
		char text[1024];
		struct site *site;

		snprintf(text, sizeof(text), WITH_DNS "%s", dangers[i].text);
		site = folder_load(text, &said);
		CHECK(site != NULL, "%s: not loaded: %s", dangers[i].name, said);
		if (site != NULL)
			site_warn(site, out);
		fclose(out);
		CHECK(dangers[i].says == NULL ? len == 0 : strstr(warned, dangers[i].says) != NULL, "%s: said %s",
		    dangers[i].name, warned);
		site_free(site);
		free(warned);
		free(said);
	}
}

static void
the_sum_of_many_prefixes_is_seen(void)
{
	char *text, *said, *warned;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct site *site;

	fputs(WITH_DNS "network n { prefixes = { \"16.0.0.0/9\"", f);
	for (unsigned i = 1; i <= 127; i++)
		fprintf(f, ", \"%u.0.0.0/8\"", i);
	fprintf(f, ", \"128.0.0.0/8\" } }\n" HOST "from n { relay = off } }");
	fclose(f);
	site = folder_load(text, &said);
	f = open_memstream(&warned, &len);
	CHECK(site != NULL && site_warn(site, f) == 1, "said: %s", said);
	fclose(f);
	CHECK(strstr(warned, "together cover at least half of the IPv4 Internet") != NULL, "warned: %s", warned);
	site_free(site);
	free(warned);
	free(said);
	free(text);
}

static struct ip
ip_of(const char *text)
{
	struct ip ip;
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1)
		return ip_from_v4(v4);
	CU_ASSERT(inet_pton(AF_INET6, text, ip.bytes) == 1);
	return ip;
}

static void
values_and_their_lines_are_kept(void)
{
	static const char text[] = "network Trusted { prefixes = { \"10.0.0.0/8\", \"::/0\" } }\n"
	    "network lab { prefixes = { \"10.1.0.0/16\" } }\n"
	    "limits { body-timeout = 7\n max-errors = 3 }\n"
	    "protect \"h\" { addresses = { \"192.0.2.1\", \"2001:db8::1\" }\n"
	    " hostname = \"H.Example\" local-domains = { \"H.example\" } local-domains-file = \"good.cw\"\n"
	    " profile = { \"strip8\", \"exchange\" } offer = { \"chunking\" } max-message-size = 1000\n"
	    " from untrusted { relay-action = redirect starttls = pass-unfiltered auth = pass body = note max-connections = 9\n"
	    "  relay-trap = \"<\\\"trap\\\"@H.EXAMPLE>\" }\n"
	    " from trusted { evidence = refused unsafe-sender = count relay-if-authenticated = yes } }\n"
	    "protect \"i\" { addresses = { \"192.0.2.9\" } hostname = \"i.example\" local-domains = { \"i.example\" } }\n"
	    "journal = none syslog = \"/run/log\" syslog-facility = local3 journal-required = yes\n"
	    "evidence-folder = \"/kept\" evidence-files = 3\n";
	struct ip v4 = ip_of("192.0.2.77"), v6 = ip_of("2001:db8:77::1"), lab = ip_of("10.1.2.3"), ten = ip_of("10.2.2.3");
	const struct policy_host *h;
	struct ip address = ip_of("2001:db8::1");
	struct site *site;
	char *said;

	folder_write("good.cw", "# all of them\r\nFILE.example\tother.example#\n[192.0.2.1] [IPv6:2001:db8::1]");
	site = folder_load(text, &said);
	CHECK(site != NULL, "said: %s", said);
	free(said);
	if (site == NULL)
		return;
	h = policy_host(&site->policy, &address);
	CU_ASSERT_PTR_EQUAL(h, &site->policy.hosts[0]);
	CU_ASSERT(policy_network(&site->policy, &v4) == 0 && policy_network(&site->policy, &v6) == 1);
	CU_ASSERT(policy_network(&site->policy, &lab) == 2 && policy_network(&site->policy, &ten) == 1);
	CU_ASSERT(site_network(site, SPAN("lab")) == 2 && site_network(site, SPAN("none")) == -1);
	CU_ASSERT(site_network(site, SPAN("untrusted")) == 0);
	CU_ASSERT(site->limits.body_ms == 7000 && site->limits.errors_max == 3);
	CU_ASSERT(site->limits.command_ms == dialogue_limits_default.command_ms);
	CU_ASSERT(site->limits_set[LIMITS_ERRORS].line == 4 && site->limits_set[LIMITS_COMMAND].line == 0);
	CU_ASSERT(h->profile == (PROFILE_STRIP8 | PROFILE_EXCHANGE));
	CU_ASSERT(h->uplift == UPLIFT_CHUNKING && h->max_message == 1000 && h[1].uplift == UPLIFT_DEFAULT && h[1].max_message == 0);
	CU_ASSERT(h->rules[0].starttls == STARTTLS_PASS && h->rules[0].auth == AUTH_PASS && h->rules[0].body == BODY_RULE_NOTE);
	CU_ASSERT(h->rules[0].rates.most[RATE_ADDRESS][RATE_SESSIONS] == 9 && !h->rules[0].relay_if_authenticated && h->rules[1].relay_if_authenticated);
	CU_ASSERT(h->rules[1].starttls == STARTTLS_HIDE && h->rules[1].auth == AUTH_HIDE && h->rules[1].body == BODY_RULE_REJECT);
	CU_ASSERT(h->rules[0].relay_action == RELAY_REDIRECT && span_eq(h->rules[0].relay_trap, SPAN("trap@h.example")));
	CU_ASSERT(h->rules[0].mode[RULE_RELAY] == MODE_ENFORCE && h->rules[1].mode[RULE_UNSAFE_SENDER] == MODE_COUNT);
	CU_ASSERT(h->rules[1].mode[RULE_RELAY] == MODE_OFF && h->rules[2].mode[RULE_UNSAFE_SENDER] == MODE_OFF);
	CU_ASSERT(domain_table_has(&h->local, SPAN("file.example")) && domain_table_has(&h->local, SPAN("other.example")));
	CU_ASSERT(h->local.names.count == 3 + 1);	/* the name of the host, too */
	CU_ASSERT(site_from(site, 0, 1)->set[FROM_UNSAFE_SENDER].line == 10 && site_from(site, 0, 2) == NULL);
	CU_ASSERT(site->hosts[0].line == 5 && site->hosts[0].set[PROTECT_HOSTNAME].line == 6);
	CU_ASSERT(site->journal == NULL && strcmp(site->syslog, "/run/log") == 0 && site->syslog_facility == 19 && site->journal_required);
	CU_ASSERT(strcmp(site->evidence_folder, "/kept") == 0 && site->evidence_files == 3 && site->evidence_octets == 4 << 20 && site_keeps_evidence(site));
	CU_ASSERT(h->rules[0].evidence == EVIDENCE_OFF && h->rules[1].evidence == EVIDENCE_REFUSED);
	CU_ASSERT(site->port == 2525 && site->fwmark == 0x2525 && site->keep_source_port && site->on_stop == ON_STOP_CLOSED);
	site_free(site);
}

/* A site of three hosts and two named networks in the order of the digits. */
static struct site *
in_order(const char *order)
{
	static const char *const sections[] = {
		"protect \"aix\" { addresses = { \"192.0.2.1\" } hostname = \"a.example\" local-domains = { \"a.example\" } }\n",
		"protect \"AIX\" { addresses = { \"192.0.2.2\" } hostname = \"b.example\" local-domains = { \"b.example\" } }\n",
		"protect \"lab\" { addresses = { \"192.0.2.3\" } hostname = \"c.example\" local-domains = { \"c.example\" } }\n",
		"network Lab { prefixes = { \"10.1.0.0/16\" } }\n",
		"network office { prefixes = { \"10.2.0.0/16\" } }\n",
		"network lAB { prefixes = { \"10.3.0.0/16\" } }\n",
	};
	char text[1000] = "", *said;
	struct site *site;

	for (; *order != '\0'; order++)
		strcat(text, sections[*order - '0']);
	site = folder_load(text, &said);
	CHECK(site != NULL, "said: %s", said);
	free(said);
	return site;
}

static uint64_t
host_key(const struct site *site, struct span name)
{
	for (size_t i = 0; site != NULL && i < site->policy.host_count; i++)
		if (span_eq(site->policy.hosts[i].name, name))
			return site->policy.hosts[i].key;
	CHECK(false, "no host %.*s", (int)name.len, (const char *)name.at);
	return 0;
}

static uint64_t
network_key(const struct site *site, struct span name)
{
	int64_t n = site == NULL ? -1 : site_network(site, name);

	CHECK(n >= 0, "no network %.*s", (int)name.len, (const char *)name.at);
	return n < 0 ? 0 : site->policy.network_keys[n];
}

/* Others may come, go and change places. A host and a network of one name are counted in different scopes. */
static void
a_name_has_the_same_key_in_every_site(void)
{
	static const char *const orders[] = { "01234", "43210", "52401", "15240" };
	const uint64_t aix = 0x4daf8f8851721a57, upper = 0x5dfcaf6e737eb936, lab = 0x95f04bf21e7e2c82, office = 0x1740f7ba794ffb95,
	    untrusted = 0xed78e68dd0a710cd;	/* SipHash-2-4 of the names with a key of zeros, says OpenSSL */

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct site *site = in_order(orders[i]);

		CHECK(host_key(site, SPAN("aix")) == aix, "\"%s\"", orders[i]);
		CHECK(host_key(site, SPAN("AIX")) == upper, "\"%s\"", orders[i]);
		CHECK(host_key(site, SPAN("lab")) == lab, "\"%s\"", orders[i]);
		CHECK(network_key(site, SPAN("lab")) == lab, "\"%s\"", orders[i]);
		CHECK(network_key(site, SPAN("office")) == office, "\"%s\"", orders[i]);
		CHECK(network_key(site, SPAN("untrusted")) == untrusted, "\"%s\"", orders[i]);
		site_free(site);
	}
}

/* The first host has the defaults; the second and the third have what differs. */
static void
hosts_share_rules_that_are_the_same_and_no_others(void)
{
	static const char *const differ[] = {
		"admit = drop", "gate = drop", "connect = mirror", "relay = count", "relay-action = drop", "relay-trap = \"<t@h.example>\"", "unqualified-sender = count", "unqualified-recipient = count",
		"unknown-recipient = count", "forged-local-sender = enforce", "unsafe-sender = count",
		"unresolvable-sender = count", "hello-syntax = off", "forged-hello = enforce", "block-list = count", "body = note", "starttls = refuse", "auth = pass",
		"relay-if-authenticated = yes", "rate = count", "max-connections = 7", "connections-per-minute = 7", "recipients-per-hour = 7",
		"messages-per-hour = 7", "prefix-max-connections = 7", "prefix-connections-per-minute = 7", "prefix-recipients-per-hour = 7",
		"prefix-messages-per-hour = 7", "network-max-connections = 7", "network-connections-per-minute = 7", "network-recipients-per-hour = 7",
		"network-messages-per-hour = 7", "evidence = all",
	};

	CHECK(sizeof(differ) / sizeof(differ[0]) == FROM_KEYS, "%d keys", FROM_KEYS);
	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
		const char *rules[] = { "", differ[i], differ[i] };
		const struct policy_host *h;
		char text[1000] = WITH_DNS "evidence-folder = \"/x\"\nlist \"bl\" { zone = \"bl.example\" }\n", *said;
		struct site *site;
		size_t n = strlen(text);

		for (unsigned k = 0; k < 3; k++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "protect \"h%u\" { addresses = { \"192.0.2.%u\" } hostname = \"h.example\" "
			    "local-domains = { \"h.example\" } from untrusted { %s } }\n", k, k + 1, rules[k]);
		site = folder_load(text, &said);
		h = site == NULL ? NULL : site->policy.hosts;
		CHECK(h != NULL && h[0].rules != h[1].rules && h[1].rules == h[2].rules, "%s: said: %s", differ[i], said);
		site_free(site);
		free(said);
	}
}

/* The rule wants somebody to ask: strict where there is one. */
static void
senders_are_looked_up_where_there_is_a_resolver(void)
{
	static const struct { const char *text; size_t resolvers; enum mode untrusted; } cases[] = {
		{ GOOD, 0, MODE_OFF }, { WITH_DNS GOOD, 1, MODE_ENFORCE }, { "resolvers = { \"192.0.2.53\", \"2001:db8::53\" }\n" GOOD, 2, MODE_ENFORCE },
		{ WITH_DNS HOST "from untrusted { unresolvable-sender = off } }", 1, MODE_OFF }, { HOST "from untrusted { unresolvable-sender = off } }", 0, MODE_OFF },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *said;
		struct site *site = folder_load(cases[i].text, &said);

		CHECK(site != NULL, "%zu: %s", i, said);
		if (site != NULL) {
			CHECK(site->resolver_count == cases[i].resolvers, "%zu: %zu resolvers", i, site->resolver_count);
			CHECK(site->policy.hosts[0].rules[0].mode[RULE_UNRESOLVABLE_SENDER] == cases[i].untrusted, "%zu: mode", i);
			CHECK(site->limits.lookup_ms == 5000 && site->lookups_max == 1000, "%zu: limits", i);
		}
		site_free(site);
		free(said);
	}
}

static void
lists_are_those_that_were_written(void)
{
	char *said;
	struct site *site = folder_load(WITH_DNS "list-threshold = 5\nlist \"bl\" { zone = \"BL.example\" weight = 5 codes = { \"127.0.0.2\", \"127.0.0.4-7\" } }\n"
	    "list \"friends\" { zone = \"wl.example\" kind = allow weight = 3 }\nlist \"plain\" { zone = \"p.example\" }\n"
	    "network n { prefixes = { \"10.0.0.0/8\" } }\n" GOOD, &said);
	const struct blocklist *l;

	CHECK(site != NULL, "said: %s", said);
	free(said);
	if (site == NULL)
		return;
	l = site->policy.lists.list;
	CU_ASSERT_FATAL(site->policy.lists.count == 3);
	CU_ASSERT(site->policy.lists.threshold == 5);
	CU_ASSERT(span_eq(l[0].name, SPAN("bl")) && span_eq(l[0].zone, SPAN("bl.example")) && l[0].weight == 5 && l[0].code_count == 2);
	CU_ASSERT(l[0].codes[1].first[3] == 4 && l[0].codes[1].last[3] == 7);
	CU_ASSERT(l[1].weight == -3 && l[1].code_count == 0 && l[2].weight == 1);
	CU_ASSERT(site->policy.hosts[0].rules[0].mode[RULE_BLOCK_LIST] == MODE_ENFORCE && site->policy.hosts[0].rules[1].mode[RULE_BLOCK_LIST] == MODE_OFF);
	site_free(site);
}

static void
every_file_in_configs_loads(void)
{
	DIR *d = opendir("configs");
	const struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		const char *dot = strrchr(e->d_name, '.');
		char path[300];
		struct site *site;

		if (dot == NULL || strcmp(dot, ".conf") != 0 || strcmp(e->d_name, "sysctl.conf") == 0)	/* the kernel's */
			continue;
		snprintf(path, sizeof(path), "configs/%s", e->d_name);
		site = site_load(path, stdout);
		CHECK(site != NULL, "%s does not load", path);
		site_free(site);
		n++;
	}
	if (d != NULL)
		closedir(d);
	CHECK(n >= 3, "only %zu files", n);
}

/* hosts with a domain of their own and some more, loaded and found again by address and by domain. */
static void
load_many(unsigned hosts, unsigned domains)
{
	char *text, *said;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	struct site *site;

	for (unsigned i = 0; i < hosts; i++) {
		fprintf(f, "protect \"h%u\" { addresses = { \"10.%u.%u.%u\" } hostname = \"h%u.example\" local-domains = { \"h%u.example\"",
		    i, i >> 16, i >> 8 & 255, i & 255, i, i);
		for (unsigned k = 0; k < domains; k++)
			fprintf(f, ", \"d%u.h%u.example\"", k, i);
		fputs(" } from untrusted { relay = enforce } }\n", f);
	}
	fclose(f);
	site = folder_load(text, &said);
	CHECK(site != NULL && site->policy.host_count == hosts, "said: %s", said);
	for (unsigned i = 0; site != NULL && i < hosts; i++) {
		struct ip ip = ip_from_v4((uint8_t[]){ 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i });
		const struct policy_host *host = policy_host(&site->policy, &ip);
		char name[64];

		snprintf(name, sizeof(name), "d%u.h%u.example", domains - 1, i);
		CHECK(host != NULL && domain_table_has(&host->local, span_str(name)), "host %u", i);
	}
	site_free(site);
	free(said);
	free(text);
}

static void
a_large_policy_loads_whole(void)
{
	load_many(8000, 9);
	load_many(1, 5000);
}

CU_TestInfo config_tests[] = {
	{ "every fault is told with its line", every_fault_is_told_with_its_line },
	{ "independent faults are told at once", independent_faults_are_told_at_once },
	{ "what is dangerous is warned of", what_is_dangerous_is_warned_of },
	{ "the sum of many prefixes is seen", the_sum_of_many_prefixes_is_seen },
	{ "values and their lines are kept", values_and_their_lines_are_kept },
	{ "a name has the same key in every site", a_name_has_the_same_key_in_every_site },
	{ "hosts share rules that are the same, and no others", hosts_share_rules_that_are_the_same_and_no_others },
	{ "senders are looked up where there is a resolver", senders_are_looked_up_where_there_is_a_resolver },
	{ "lists are those that were written", lists_are_those_that_were_written },
	{ "every file in configs/ loads", every_file_in_configs_loads },
	{ "a large policy loads whole", a_large_policy_loads_whole },
	CU_TEST_INFO_NULL,
};
SUITE(config, config_tests)
