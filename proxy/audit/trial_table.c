/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial_table.c - the forms, as data.
 *
 * Sources: rlytest (Chip Rosenthal, 1998); nmap's smtp-open-relay, by its number; abuse.net, MAPS and Nessus (10262, 11852) as far as their
 * tests are known; advisories and vendors' notes by their number; RFCs; rule sets and release notes of sendmail. Each names the ones that
 * ask so. docs/SMTP.md tells how servers read them.
 */
#include "proxy/audit/trial.h"

#define FOREIGN "<{from}>"	/* who sends when the form is about the recipient: neither side is the host's */

static const struct trial relay[] = {
	/* the victim's address as it is; senders that servers have trusted */
	{ "plain", FOREIGN, "<{to}>", TRIAL_PLAIN, "third party", "nmap 2; Nessus 10262; abuse.net 1; CVE-1999-0512" },
	{ "sender-host", "<nobody@{host}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "rlytest; nmap 3" },
	{ "sender-local", "<nobody@{local}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "sendmail FEATURE(relay_local_from)" },
	{ "sender-null", "<>", "<{to}>", TRIAL_PLAIN, "trusted sender", "nmap 1; NTMail 3 (BID 297)" },
	{ "sender-literal", "<nobody@{literal}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "nmap 4; MAPS 7" },
	{ "sender-unqualified", "<nobody>", "<{to}>", TRIAL_PLAIN, "trusted sender", "abuse.net 2; Nessus 11852" },
	{ "sender-postmaster", "<postmaster@{host}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "Nessus 11852" },
	{ "sender-recipient", "<{to}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "ORBS" },
	{ "sender-localhost", "<nobody@localhost>", "<{to}>", TRIAL_PLAIN, "trusted sender", "MAPS 6" },
	{ "sender-loopback", "<nobody@[127.0.0.1]>", "<{to}>", TRIAL_PLAIN, "trusted sender", "Domino R4.63 to R5.08" },
	{ "sender-percent", "<nobody%{target}@{local}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "sendmail check_mail rules" },
	{ "sender-auth", "<{from}> AUTH=<postmaster@{local}>", "<{to}>", TRIAL_PLAIN, "trusted sender", "RFC 4954 5" },
	{ "postmaster", FOREIGN, "<postmaster@{target}>", TRIAL_PLAIN, "exempt recipient", "RFC 5321 4.5.1 read too widely" },
	{ "second", FOREIGN, "<{to}>", TRIAL_SECOND, "exempt recipient", "Netscape 3, 4: only the first was tested" },

	/* the same address, written otherwise */
	{ "no-brackets", FOREIGN, "{to}", TRIAL_PLAIN, "spelling", "RFC 1123 era clients" },
	{ "blank", FOREIGN, " <{to}>", TRIAL_PLAIN, "spelling", "RFC 1123 era clients" },
	{ "blanks-inside", FOREIGN, "<{user} @ {target}>", TRIAL_PLAIN, "spelling", "sendmail prescan()" },
	{ "final-dot", FOREIGN, "<{user}@{target}.>", TRIAL_PLAIN, "spelling", "sendmail ruleset 3" },
	{ "final-semicolon", FOREIGN, "<{to};>", TRIAL_PLAIN, "spelling", "sendmail ruleset 3" },
	{ "quoted-user", FOREIGN, "<\"{user}\"@{target}>", TRIAL_PLAIN, "spelling", "RFC 5321 4.1.2" },
	{ "phrase", FOREIGN, "Relay Test <{to}>", TRIAL_PLAIN, "spelling", "RFC 822 in an envelope; Exim, Domino" },
	{ "comment", FOREIGN, "<{user}@{target}(@{local})>", TRIAL_PLAIN, "spelling", "RFC 822 comments" },
	{ "brackets-twice", FOREIGN, "<<{to}>>", TRIAL_PLAIN, "spelling", "sendmail ruleset 3" },
	{ "bracket-missing", FOREIGN, "<{to}", TRIAL_PLAIN, "spelling", "sendmail, qmail" },
	{ "at-twice", FOREIGN, "<{user}@@{target}>", TRIAL_PLAIN, "spelling", "Nessus 11852" },
	{ "single-quotes", FOREIGN, "<'{to}'>", TRIAL_PLAIN, "spelling", "MAPS" },
	{ "smtp-prefix", FOREIGN, "<smtp:{to}>", TRIAL_PLAIN, "spelling", "Exchange proxy addresses" },

	/* percent */
	{ "percent-host", FOREIGN, "<{user}%{target}@{host}>", TRIAL_ROUTED, "percent hack", "nmap 6; RFC 1123 5.2.16" },
	{ "percent-local", FOREIGN, "<{user}%{target}@{local}>", TRIAL_ROUTED, "percent hack", "CVE-2002-1278; RFC 1123 5.2.16" },
	{ "percent-literal", FOREIGN, "<{user}%{target}@{literal}>", TRIAL_ROUTED, "percent hack", "nmap 5" },
	{ "percent", FOREIGN, "<{user}%{target}>", TRIAL_ROUTED, "percent hack", "sendmail ruleset 3; Postfix allow_percent_hack" },
	{ "percent-quoted", FOREIGN, "<\"{user}%{target}\">", TRIAL_ROUTED, "percent hack", "nmap 8" },
	{ "percent-quoted-local", FOREIGN, "<\"{user}%{target}\"@{local}>", TRIAL_ROUTED, "percent hack", "sendmail 8.9" },
	{ "percent-null", "<>", "<{user}%{target}@{local}>", TRIAL_ROUTED, "percent hack", "Lotus SMTP MTA (Lister 1999)" },
	{ "percent-localhost", FOREIGN, "<{user}%{target}@localhost>", TRIAL_ROUTED, "percent hack", "MAPS" },
	{ "percent-twice", FOREIGN, "<{user}%{target}%{host}@{local}>", TRIAL_ROUTED, "percent hack", "RFC 1123 5.2.16" },
	{ "percent-blanks", FOREIGN, "<{user} % {target}@{local}>", TRIAL_ROUTED, "percent hack", "sendmail prescan()" },

	/* bang */
	{ "bang", FOREIGN, "<{target}!{user}>", TRIAL_ROUTED, "bang path", "nmap 14; RFC 976" },
	{ "bang-host", FOREIGN, "<{target}!{user}@{host}>", TRIAL_ROUTED, "bang path", "nmap 16" },
	{ "bang-local", FOREIGN, "<{target}!{user}@{local}>", TRIAL_ROUTED, "bang path", "Postfix swap_bangpath; RFC 976" },
	{ "bang-literal", FOREIGN, "<{target}!{user}@{literal}>", TRIAL_ROUTED, "bang path", "nmap 15" },
	{ "bang-quoted", FOREIGN, "<\"{target}!{user}\">", TRIAL_ROUTED, "bang path", "sendmail 8.6" },
	{ "bang-through-host", FOREIGN, "<{host}!{target}!{user}>", TRIAL_ROUTED, "bang path", "RFC 976" },
	{ "bang-and-at", FOREIGN, "<{host}!{user}@{target}>", TRIAL_PLAIN, "bang path", "RFC 976" },
	{ "bang-no-brackets", FOREIGN, "{target}!{user}", TRIAL_ROUTED, "bang path", "RFC 1123 era clients" },
	{ "bang-uucp", FOREIGN, "<{target}!{user}@{local}.UUCP>", TRIAL_ROUTED, "bang path", "sendmail ruleset 96" },
	{ "caret", FOREIGN, "<{target}^{user}@{local}>", TRIAL_ROUTED, "bang path", "sendmail 5" },

	/* two ats */
	{ "double-at-host", FOREIGN, "<{to}@{host}>", TRIAL_ROUTED, "double at", "nmap 11; sendmail 5 to 8.11" },
	{ "double-at-local", FOREIGN, "<{to}@{local}>", TRIAL_ROUTED, "double at", "Nessus 11852; sendmail 5 to 8.11" },
	{ "double-at-literal", FOREIGN, "<{to}@{literal}>", TRIAL_ROUTED, "double at", "nmap 9" },
	{ "final-at", FOREIGN, "<{to}@>", TRIAL_ROUTED, "double at", "sendmail 8.12 release notes" },
	{ "escaped-at", FOREIGN, "<{user}\\@{target}@{local}>", TRIAL_ROUTED, "double at", "Postfix, qmail" },

	/* an address in quotes */
	{ "quoted", FOREIGN, "<\"{to}\">", TRIAL_ROUTED, "quoted address", "nmap 7; MAPS; sendmail 8.8" },
	{ "quoted-null", "<>", "<\"{to}\">", TRIAL_ROUTED, "quoted address", "MAPS" },
	{ "quoted-host", FOREIGN, "<\"{to}\"@{host}>", TRIAL_ROUTED, "quoted address", "MAPS; sendmail 8.9" },
	{ "quoted-local", FOREIGN, "<\"{to}\"@{local}>", TRIAL_ROUTED, "quoted address", "sendmail 8.9; Postfix resolve_dequoted_address" },
	{ "quoted-literal", FOREIGN, "<\"{to}\"@{literal}>", TRIAL_ROUTED, "quoted address", "nmap 10" },
	{ "quoted-list", FOREIGN, "<\"{to}, {to}\"@{local}>", TRIAL_ROUTED, "quoted address", "Domino (VU#176972)" },

	/* source routes */
	{ "route-host", FOREIGN, "<@{host}:{to}>", TRIAL_PLAIN, "source route", "nmap 13; RFC 821 3.6" },
	{ "route-literal", FOREIGN, "<@{literal}:{to}>", TRIAL_PLAIN, "source route", "nmap 12; Nessus 11852" },
	{ "route-localhost", FOREIGN, "<@localhost:{to}>", TRIAL_PLAIN, "source route", "MAPS" },
	{ "route-two", FOREIGN, "<@{local},@{host}:{to}>", TRIAL_PLAIN, "source route", "RFC 821 3.6" },
	{ "route-comma", FOREIGN, "<@{local},{to}>", TRIAL_PLAIN, "source route", "sendmail 8.9.2 release notes" },
	{ "route-empty", FOREIGN, "<:{to}>", TRIAL_PLAIN, "source route", "Exchange (Q140940)" },
	{ "route-mailbox", FOREIGN, "<relaywall-no-such-mailbox@{local}:{to}>", TRIAL_ROUTED, "source route", "Exchange (Q140940)" },
	{ "route-percent", FOREIGN, "<@{local}:{user}%{target}@{host}>", TRIAL_ROUTED, "source route", "RFC 1123 5.2.16" },
	{ "route-through", FOREIGN, "<@{target}:relaywall-no-such-mailbox@{local}>", TRIAL_ROUTED, "source route", "sendmail 5 to 8.9" },

	/* gateways to other kinds of mail */
	{ "imcea", FOREIGN, "<IMCEASMTP-{imcea}@{local}>", TRIAL_ROUTED, "gateway", "Exchange (MS99-027, CVE-1999-0682)" },
	{ "imcea-host", FOREIGN, "<IMCEASMTP-{imcea}@{host}>", TRIAL_ROUTED, "gateway", "Exchange (MS99-027); IIS 4, 5" },
	{ "imcea-quoted", FOREIGN, "<\"IMCEA {to}\"@{local}>", TRIAL_ROUTED, "gateway", "Exchange (Q264330)" },
	{ "decnet", FOREIGN, "<{target}::{user}>", TRIAL_ROUTED, "gateway", "DECnet MAIL-11; Ultrix" },
	{ "decnet-local", FOREIGN, "<{target}::{user}@{local}>", TRIAL_ROUTED, "gateway", "DECnet MAIL-11; sendmail" },
	{ "colon-local", FOREIGN, "<{target}:{user}@{local}>", TRIAL_ROUTED, "gateway", "Berknet; sendmail 5" },
	{ "x400", FOREIGN, "</RFC-822={user}(a){target}/@{local}>", TRIAL_ROUTED, "gateway", "RFC 2156 3.4" },
	{ "pmdf", FOREIGN, "<IN%\"{to}\"@{local}>", TRIAL_ROUTED, "gateway", "PMDF" },
	{ "mx-vms", FOREIGN, "<SMTP%\"{to}\"@{local}>", TRIAL_ROUTED, "gateway", "MX for VMS" },

	/* octets that some servers read as others */
	{ "eighth-bit-at", FOREIGN, "<{user}\xc0{target}>", TRIAL_ROUTED, "eighth bit", "sendmail 5 clears bit 8" },
	{ "eighth-bit-at-local", FOREIGN, "<{user}\xc0{target}@{local}>", TRIAL_ROUTED, "eighth bit", "sendmail 5 clears bit 8" },
	{ "eighth-bit-percent", FOREIGN, "<{user}\xa5{target}@{local}>", TRIAL_ROUTED, "eighth bit", "sendmail 5 clears bit 8" },
};

/* Of these the recipient is the host's own: postmaster, whom every host has (RFC 5321 4.5.1). */
static const struct trial sender[] = {
	{ "unqualified", "<nobody>", "<postmaster@{local}>", TRIAL_PLAIN, "sender without a domain",
	    "sendmail accept_unqualified_senders (VU#814617)" },
	{ "unresolvable", "<nobody@relaywall-audit.invalid>", "<postmaster@{local}>", TRIAL_PLAIN, "sender of a domain that cannot exist (RFC 2606)",
	    "sendmail accept_unresolvable_domains (VU#814617)" },
	{ "forged-local", "<postmaster@{local}>", "<postmaster@{local}>", TRIAL_PLAIN, "sender of a domain of the host itself", "RFC 2505 2.6" },
};

static const struct trial control[] = {
	{ "local", FOREIGN, "<postmaster@{local}>", TRIAL_PLAIN, "a mailbox that every host has", "RFC 5321 4.5.1" },
	{ "unknown", FOREIGN, "<relaywall-no-such-mailbox@{local}>", TRIAL_PLAIN, "a mailbox that no host has", "" },
};

#define TRIALS(table) { table, sizeof(table) / sizeof((table)[0]) }

const struct trials trials_relay = TRIALS(relay);
const struct trials trials_sender = TRIALS(sender);
const struct trials trials_control = TRIALS(control);
