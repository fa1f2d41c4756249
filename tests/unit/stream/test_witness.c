/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A dialogue between a client and a host that answers, under the eyes of a witness; the client's octets come in pieces. */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/driver/stream/witness.h"

#include "tests/unit/names.h"
#include "tests/unit/suite.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 256 * 1024 };

static const struct ip host_address = { .bytes = { [10] = 0xff, 0xff, 198, 51, 100, 25 } };

/* What became of one session. */
static struct {
	uint8_t exhibit[EXHIBIT_OCTETS];
	size_t octets;			/* 0: it left nothing */
	unsigned events;
	bool no_room;			/* on the way to the scribe */
	struct stream_counters counters;
	struct witnesses all;
	struct event_hooks hooks;
	struct rules rules;
	struct policy_host host;
	struct policy policy;
	struct session session;
} play;

/* The session that is played. */
static struct {
	struct dialogue d;
	struct dialogue_transaction transaction;
	struct dialogue_words words;
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
	struct witness *w;
	uint8_t input[ROOM];
	size_t len;			/* of the client's input */
	char line[1024];		/* what the host has of a line */
	size_t line_len;
	unsigned challenges;		/* that it still has; 0: no exchange */
	bool in_text;
} s;

static void
count_event(void *cookie, const struct session *who, const struct event *e)
{
	(void)cookie, (void)who, (void)e;
	play.events++;
}

static int
deliver(void *cookie, struct span exhibit)
{
	(void)cookie;
	if (play.no_room)
		return -1;
	memcpy(play.exhibit, exhibit.at, exhibit.len);
	play.octets = exhibit.len;
	return 0;
}

static void
init_play(enum evidence_rule evidence)
{
	static struct names_memory memory;

	play.octets = play.events = 0;
	play.no_room = false;
	play.counters = (struct stream_counters){ 0 };
	play.hooks = (struct event_hooks){ .report = count_event };
	play.all = (struct witnesses){ .budget.held_max = WITNESS_MEMORY, .deliver = deliver, .counters = &play.counters, .hooks = &play.hooks };
	play.rules = rules_default(POLICY_UNTRUSTED);
	play.rules.auth = AUTH_PASS;
	play.rules.evidence = evidence;
	play.host = (struct policy_host){ .name = SPAN("aix"), .hostname = SPAN("mail.local.example"), .addresses = &host_address, .address_count = 1,
		.max_local = PATH_LOCAL_MAX, .uplift = UPLIFT_DEFAULT | UPLIFT_CHUNKING, .rules = &play.rules };
	NAMES_TABLE(&play.host.local, &memory, "local.example");
	play.policy = (struct policy){ .network_count = 1, .hosts = &play.host, .host_count = 1 };
	play.session = (struct session){ .id = "d0511a18", .client = { { [10] = 0xff, 0xff, 203, 0, 113, 66 } }, .address = host_address,
		.client_port = 40000, .port = 25, .policy = &play.policy, .host = &play.host };
}

/* --- the session --- */

static void feed_host(const char *text);

/* A line of what a host answers. It repeats what it is told, also passwords. */
static void
host_answers(const char *line)
{
	char reply[2048];

	if (s.challenges > 0) {
		s.challenges--;
		if (strcmp(line, "*") == 0)
			s.challenges = 0;
		snprintf(reply, sizeof(reply), s.challenges > 0 ? "334 you said %s\r\n" : "535-no: %s\r\n535 no\r\n", line);
	} else if (strncmp(line, "AUTH", 4) == 0) {
		s.challenges = strstr(line, "LOGIN") != NULL ? 3 : 1;
		s.challenges--;
		snprintf(reply, sizeof(reply), s.challenges > 0 ? "334 %s\r\n" : "535 no: %s\r\n", line);
	} else if (strncmp(line, "EHLO", 4) == 0) {
		snprintf(reply, sizeof(reply), "250-h\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n");
	} else {
		s.in_text = strncmp(line, "DATA", 4) == 0;
		snprintf(reply, sizeof(reply), s.in_text ? "354 go on\r\n" : strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 ok\r\n");
	}
	feed_host(reply);
}

static void
host_hears(struct span octets)
{
	for (size_t i = 0; i < octets.len; i++) {
		if (s.line_len < sizeof(s.line) - 1)
			s.line[s.line_len++] = (char)octets.at[i];
		if (octets.at[i] != '\n')
			continue;
		s.line[s.line_len] = '\0';
		s.line[strcspn(s.line, "\r\n")] = '\0';
		s.line_len = 0;
		if (!s.in_text) {
			host_answers(s.line);
		} else if (strcmp(s.line, ".") == 0) {
			s.in_text = false;
			feed_host("250 taken\r\n");
		}
	}
}

/* As flow.c does it. */
static void
feed_host(const char *text)
{
	bool auth = s.d.state == DIALOGUE_REPLY && s.d.asked.verb == VERB_AUTH;
	size_t waited = buf_span(&s.d.out[SIDE_CLIENT]).len, pass;

	dialogue_feed(&s.d, SIDE_HOST, span_str(text), &pass, 0);
	if (auth)
		witness_auth_answered(s.w, waited, buf_span(&s.d.out[SIDE_CLIENT]).len);
}

static void
send_out(enum side to)
{
	struct span out = dialogue_output(&s.d, to);
	uint8_t octets[DIALOGUE_TO_CLIENT];

	memcpy(octets, out.at == NULL ? octets : out.at, out.len);
	dialogue_sent(&s.d, to, out.len);
	if (to == SIDE_CLIENT && out.len > 0)
		witness_said(s.w, span_of(octets, out.len), s.d.state);
	else if (to == SIDE_HOST)
		host_hears(span_of(octets, out.len));
}

/* Show the dialogue the client's input. True when it used some. */
static bool
feed_client(void)
{
	enum dialogue_state before = s.d.state;
	static uint8_t passed[ROOM];
	size_t pass, used;

	if (s.len == 0 || (dialogue_wants(&s.d) & DIALOGUE_READ_CLIENT) == 0)
		return false;
	used = dialogue_feed(&s.d, SIDE_CLIENT, span_of(s.input, s.len), &pass, 0);
	witness_used(s.w, span_of(s.input, s.len), used, before, s.d.state);
	memcpy(passed, s.input, pass);
	memmove(s.input, s.input + used, s.len - used);
	s.len -= used;
	if (pass > 0) {
		dialogue_sent(&s.d, SIDE_HOST, pass);
		host_hears(span_of(passed, pass));
	}
	return used > 0;
}

static void
move(void)
{
	do {
		send_out(SIDE_HOST);
		send_out(SIDE_CLIENT);
	} while (feed_client() || dialogue_output(&s.d, SIDE_HOST).len > 0 || dialogue_output(&s.d, SIDE_CLIENT).len > 0);
}

static void
hear(struct span octets)
{
	CU_ASSERT_FATAL(s.len + octets.len <= ROOM);
	memcpy(s.input + s.len, octets.at, octets.len);
	s.len += octets.len;
	witness_heard(s.w, octets, s.d.state);
	move();
}

static bool
begin(void)
{
	const struct dialogue_conf conf = { .session = play.session, .limits = &dialogue_limits_default };

	memset(&s, 0, sizeof(s));
	s.w = witness_new(&play.all, &play.rules);
	if (s.w == NULL)
		return false;
	dialogue_init(&s.d, &(struct dialogue_conf){ .session = conf.session, .limits = conf.limits, .hooks = witness_hooks(s.w) }, 0);
	dialogue_lend(&s.d, SIDE_CLIENT, s.to_client);
	dialogue_lend(&s.d, SIDE_HOST, s.to_host);
	dialogue_lend_note(&s.d, NOTE_TRANSACTION, &s.transaction);
	dialogue_lend_note(&s.d, NOTE_WORDS, &s.words);
	feed_host("220 h\r\n");
	move();
	return true;
}

static void
end(void)
{
	witness_ends(s.w, EXHIBIT_CLIENT_ENDS);
	witness_ends(s.w, EXHIBIT_BOX_ENDS);
	witness_leave(s.w, &s.d.conf.session);
}

/* What a side said, in out[]; of octets that are left out "<N>". Returns how many pieces it came in. */
static size_t
told(enum exhibit_what what, char *out)
{
	struct exhibit_head head;
	struct exhibit_piece p;
	struct span rest = span_of(play.exhibit, play.octets), said;
	size_t n = 0, pieces = 0;

	out[0] = '\0';
	if (play.octets == 0)
		return 0;
	CU_ASSERT_FATAL(exhibit_head(rest, &head) == 0);
	rest = span_cut(rest, sizeof(head), rest.len);
	while (exhibit_next(&rest, &p, &said) == 1) {
		pieces += p.what == what;
		if (p.what == what) {
			memcpy(out + n, said.at, said.len);
			n += said.len;
		} else if (p.what == (uint32_t)what + EXHIBIT_UNHEARD) {
			n += (size_t)sprintf(out + n, "<%llu>", (unsigned long long)p.octets);
		}
	}
	out[n] = '\0';
	return pieces;
}

static const char *
why(void)
{
	static struct exhibit_head head;

	CU_ASSERT_FATAL(exhibit_head(span_of(play.exhibit, play.octets), &head) == 0);
	return head.why;
}

/* --- tests --- */

static const struct {
	const char *name, *client, *kept, *why;
} talks[] = {
	{ "a recipient that is refused", "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user%v.example@local.example>\r\nRCPT TO:<user@local.example>\r\nQUIT\r\n", NULL,
	    "recipient percent-hack 1" },
	{ "several", "EHLO c\r\nNONSENSE\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<u@v.example>\r\nRCPT TO:<w@v.example>\r\nQUIT\r\n", NULL,
	    "command unknown-command 1, recipient foreign-domain 2" },
	{ "a message", "EHLO c\r\nRCPT TO:<x>\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\nSubject: x\r\n\r\nAUTH PLAIN c2VjcmV0\r\n.\r\nQUIT\r\n", NULL,
	    "command out-of-sequence 1" },
	{ "AUTH with its password", "EHLO c\r\nAUTH PLAIN c2VjcmV0\r\nRCPT TO:<x>\r\nQUIT\r\n", "EHLO c\r\nAUTH **************\r\nRCPT TO:<x>\r\nQUIT\r\n",
	    "command out-of-sequence 1" },
	{ "an exchange", "EHLO c\r\nAUTH LOGIN\r\nc2VjcmV0\r\nc2VjcmV0c2VjcmV0\r\nRCPT TO:<x>\r\nQUIT\r\n",
	    "EHLO c\r\nAUTH *****\r\n********\r\n****************\r\nRCPT TO:<x>\r\nQUIT\r\n", "command out-of-sequence 1" },
	{ "an exchange that is broken off", "EHLO c\r\nAUTH LOGIN\r\nc2VjcmV0 \r\nRCPT TO:<x>\r\nQUIT\r\n", "EHLO c\r\nAUTH *****\r\n*********\r\nRCPT TO:<x>\r\nQUIT\r\n",
	    "command out-of-sequence 1" },
	{ "passwords behind an AUTH that was refused", "HELO c\r\nAUTH LOGIN\r\nc2VjcmV0\r\nXc2VjcmV0\r\nQUIT\r\n",
	    "HELO c\r\nAUTH *****\r\n********\r\n*********\r\nQUIT\r\n", "command not-offered 2, command unknown-command 1" },
	{ "AUTH that is none", "EHLO c\r\n AUTH PLAIN c2VjcmV0\r\nAUTH=PLAIN c2VjcmV0\r\nQUIT\r\n", "EHLO c\r\n********************\r\nAUTH=PLAIN ********\r\nQUIT\r\n",
	    "command unknown-command 2" },
	{ "stray line ends", "EHLO c\r\nAUTH PLAIN\rc2VjcmV0\r\nAUTH PLAIN c2VjcmV0\nQUIT\r\n", "EHLO c\r\nAUTH *****\r********\r\nAUTH **************\nQUIT\r\n",
	    "command bare-cr 1, command bare-lf 1" },
	{ "what nobody looks at any more", "EHLO c\r\nRCPT TO:<x>\r\nGET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n",
	    "EHLO c\r\nRCPT TO:<x>\r\nGET / HTTP/1.1\r\n*****************************\r\n\r\n", "command out-of-sequence 1, command http 1" },
	{ "half a line at the end", "EHLO c\r\nRCPT TO:<x>\r\nAUTH PLAIN c2VjcmV0", "EHLO c\r\nRCPT TO:<x>\r\n*******************", "command out-of-sequence 1" },
	{ "half an exchange", "EHLO c\r\nRCPT TO:<x>\r\nAUTH LOGIN\r\nc2Vjc", "EHLO c\r\nRCPT TO:<x>\r\nAUTH *****\r\n*****", "command out-of-sequence 1" },
	{ "a chunk", "EHLO c\r\nRCPT TO:<x>\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@local.example>\r\nBDAT 10\r\n12345678\r\nBDAT 6 LAST\r\n1234\r\nQUIT\r\n", NULL,
	    "command out-of-sequence 1" },
};

static void
talk(const char *client, size_t cut, size_t step)
{
	size_t len = strlen(client);

	CU_ASSERT_FATAL(begin());
	if (cut > 0)
		hear(span_of(client, cut));
	for (size_t at = cut; at < len; at += step)
		hear(span_of(client + at, len - at < step ? len - at : step));
	end();
}

static void
check_talk(size_t i, size_t cut, size_t step)
{
	static char client[2 * EXHIBIT_OCTETS], box[2 * EXHIBIT_OCTETS];
	const char *want = talks[i].kept == NULL ? talks[i].client : talks[i].kept;

	play.octets = 0;
	talk(talks[i].client, cut, step);
	told(EXHIBIT_HEARD, client);
	told(EXHIBIT_SAID, box);
	CHECK(strcmp(client, want) == 0, "%s, cut at %zu: %s", talks[i].name, cut, client);
	CHECK(strcmp(why(), talks[i].why) == 0, "%s, cut at %zu: %s", talks[i].name, cut, why());
	CHECK(talks[i].kept == NULL || memmem(play.exhibit, play.octets, "c2V", 3) == NULL, "%s, cut at %zu: a password is in it: %s", talks[i].name, cut, box);
	CHECK(strncmp(box, "220 h\r\n250-h\r\n", 14) == 0 || strncmp(box, "220 h\r\n250 ", 11) == 0, "%s: %s", talks[i].name, box);
}

static void
what_is_kept_is_what_was_said_but_for_passwords(void)
{
	init_play(EVIDENCE_REFUSED);
	for (size_t i = 0; i < sizeof(talks) / sizeof(talks[0]); i++) {
		size_t len = strlen(talks[i].client);

		for (size_t cut = 0; cut < len; cut++)
			check_talk(i, cut, len);
		check_talk(i, 0, 1);
		check_talk(i, 0, 3);
	}
	CU_ASSERT(play.all.budget.held == 0 && play.counters.evidence_cut == 0 && play.events > 0);
}

static void
replies_in_an_exchange_of_auth_show_their_code_alone(void)
{
	char box[1024];

	init_play(EVIDENCE_REFUSED);
	talk("EHLO c\r\nAUTH LOGIN\r\nc2VjcmV0\r\nc2VjcmV0\r\nRCPT TO:<x>\r\nQUIT\r\n", 0, 1);
	told(EXHIBIT_SAID, box);
	CHECK(strstr(box, "\r\n334 **********\r\n334 *****************\r\n535-******************\r\n535 ********\r\n503 5.5.1") != NULL, "%s", box);
	CHECK(strstr(box, "221 2.0.0 bye\r\n") != NULL || strstr(box, "221 bye\r\n") != NULL, "%s", box);
}

/* A reply of ours waits for the client while the host answers to AUTH, for the second time. */
static void
what_is_no_reply_to_auth_is_not_veiled(void)
{
	char box[1024];

	init_play(EVIDENCE_REFUSED);
	talk("EHLO c\r\nAUTH PLAIN c2VjcmV0\r\nRCPT TO:<x>\r\nVRFY a\r\nAUTH PLAIN c2VjcmV0\r\nQUIT\r\n", 0, 1000);
	told(EXHIBIT_SAID, box);
	CHECK(strstr(box, "out-of-sequence)\r\n252 2.1.5 cannot VRFY, but will take a message and try\r\n535 ****") != NULL && strstr(box, "c2V") == NULL, "%s", box);
}

/* Lines that the engine gives up in pieces, before it has seen their end. */
static void
in_lines_that_are_too_long_passwords_are_covered_too(void)
{
	static const char *const begins[] = { "AUTH PLAIN ", "auth ", "nonsense ", " ", "MAIL FROM:<" };
	static char client[2000], got[4000];

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		for (size_t name = 0; name < 2; name++) {
			size_t n = (size_t)sprintf(client, "EHLO c\r\n"), len;

			memset(client + n, 'y', name * 520);	/* the verb itself is longer than a line */
			n += name * 520;
			n += (size_t)sprintf(client + n, "%s", begins[i]);
			memset(client + n, 'c', 600);
			len = n + 600 + (size_t)sprintf(client + n + 600, " c2VjcmV0\r\nRCPT TO:<x>\r\n");
			for (size_t step = 1; step < len; step += step < 4 ? 1 : 61) {
				init_play(EVIDENCE_REFUSED);
				talk(client, 0, step);
				told(EXHIBIT_HEARD, got);
				CHECK(strlen(got) == len, "\"%s\" %zu, steps of %zu: %zu octets", begins[i], name, step, strlen(got));
				CHECK(strstr(got, "RCPT TO:<x>\r\n") != NULL, "\"%s\" %zu, steps of %zu: %s", begins[i], name, step, got);
				CHECK((strstr(got, "c2V") != NULL) == (name == 0 && begins[i][0] == 'M'), "\"%s\" %zu, steps of %zu: %s", begins[i], name, step, got);
			}
		}
	}
}

static void
of_each_message_the_begin_is_kept(void)
{
	static const char envelope[] = "MAIL FROM:<a@b.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n";
	static char text[4 * WITNESS_TEXT], got[8 * WITNESS_TEXT];
	unsigned gaps = 0;

	memset(text, 'x', sizeof(text));
	for (size_t i = 98; i < sizeof(text); i += 100)
		memcpy(text + i, "\r\n", 2);
	memcpy(text + sizeof(text) - 5, "\r\n.\r\n", 5);
	init_play(EVIDENCE_ALL);
	CU_ASSERT_FATAL(begin());
	hear(SPAN("EHLO c\r\n"));
	for (unsigned i = 0; i < 2; i++) {
		hear(span_str(envelope));
		for (size_t at = 0; at < sizeof(text); at += 1024)
			hear(span_of(text + at, 1024));
	}
	end();
	told(EXHIBIT_HEARD, got);
	for (const char *gap = got; (gap = strstr(gap, "<24571>\r\n.\r\n")) != NULL; gap++)
		gaps++;
	CHECK(gaps == 2, "%u gaps", gaps);
}

/* However it comes: the begin is kept, and the end, and what is behind it. */
static void
of_long_text_the_begin_and_the_end_are_kept(void)
{
	static const char before[] = "EHLO c\r\nRCPT TO:<x>\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n", after[] = "QUIT\r\n";
	enum { LINES = 2000, LINE = 50, TEXT = LINES * LINE };
	static char all[TEXT + 200], got[TEXT + 400];
	static const size_t steps[] = { 100, 1460, 4096, 65536, TEXT + 200, 49, 9973 };
	size_t n = (size_t)sprintf(all, "%s", before);

	for (unsigned i = 0; i < LINES; i++)
		n += (size_t)sprintf(all + n, "%047u.\r\n", i);
	all[n - 3] = '-';
	n += (size_t)sprintf(all + n, ".\r\n%s", after);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) + 40; i++) {
		size_t step = i < sizeof(steps) / sizeof(steps[0]) ? steps[i] : TEXT / 2 - 20 + i, kept;
		unsigned long long left_out = 0;
		const char *gap;

		init_play(EVIDENCE_REFUSED);
		talk(all, sizeof(before) - 1, step);
		told(EXHIBIT_HEARD, got);
		gap = strchr(got + sizeof(before), '<');
		CHECK(gap != NULL && sscanf(gap, "<%llu>", &left_out) == 1, "steps of %zu: nothing is left out", step);
		if (gap == NULL)
			continue;
		kept = (size_t)(gap - got) - (sizeof(before) - 1);
		CHECK(memcmp(got, all, (size_t)(gap - got)) == 0 && kept == WITNESS_TEXT, "steps of %zu: %zu of text is kept", step, kept);
		CHECK(strcmp(strchr(gap, '>') + 1, "\r\n.\r\nQUIT\r\n") == 0, "steps of %zu: %s", step, gap);
		CHECK(kept + left_out == TEXT + 3 - 5, "steps of %zu: %zu kept, %llu left out", step, kept, left_out);
	}
}

static void
a_session_without_a_refusal_leaves_nothing_unless_all_are_kept(void)
{
	static const char good[] = "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<user@local.example>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";

	init_play(EVIDENCE_REFUSED);
	talk(good, 0, 1000);
	CU_ASSERT(play.octets == 0 && play.counters.evidence_kept == 0 && play.all.budget.held == 0);
	init_play(EVIDENCE_ALL);
	talk(good, 0, 1000);
	CU_ASSERT(play.octets > 0 && play.counters.evidence_kept == 1 && strcmp(why(), "") == 0);
	init_play(EVIDENCE_OFF);
	CU_ASSERT(!begin() && play.counters.evidence_unseen == 0);
	init_play(EVIDENCE_ALL);
	play.all.deliver = NULL;
	CU_ASSERT(!begin() && play.counters.evidence_unseen == 0);
}

static void
what_finds_no_memory_or_no_room_is_counted(void)
{
	init_play(EVIDENCE_REFUSED);
	play.no_room = true;
	talk("RCPT TO:<x>\r\nNONSENSE\r\n", 0, 1000);
	CU_ASSERT(play.counters.evidence_lost == 1 && play.counters.evidence_kept == 0 && play.all.budget.held == 0);
	init_play(EVIDENCE_REFUSED);
	play.all.budget.held_max = 1000;
	CU_ASSERT(!begin() && play.counters.evidence_unseen == 1);
	init_play(EVIDENCE_REFUSED);
	play.all.budget.held_max = 2048;
	CU_ASSERT_FATAL(begin());
	for (unsigned i = 0; i < 50; i++)
		hear(SPAN("NONSENSE\r\n"));
	end();
	CU_ASSERT(play.counters.evidence_kept == 1 && play.counters.evidence_cut == 1 && play.all.budget.held == 0);
	CU_ASSERT(strcmp(why(), "command unknown-command 50") == 0);
}

static void
after_a_reset_there_is_no_other_end(void)
{
	struct exhibit_piece p, last = { 0 };
	struct span rest, said;

	init_play(EVIDENCE_ALL);
	CU_ASSERT_FATAL(begin());
	witness_ends(s.w, EXHIBIT_CLIENT_RESETS);
	end();
	rest = span_of(play.exhibit + sizeof(struct exhibit_head), play.octets - sizeof(struct exhibit_head));
	while (exhibit_next(&rest, &p, &said) == 1)
		last = p;
	CU_ASSERT(last.what == EXHIBIT_CLIENT_RESETS);
}

static CU_TestInfo tests[] = {
	{ "what is kept is what was said, but for passwords", what_is_kept_is_what_was_said_but_for_passwords },
	{ "replies in an exchange of AUTH show their code alone", replies_in_an_exchange_of_auth_show_their_code_alone },
	{ "what is no reply to AUTH is not veiled", what_is_no_reply_to_auth_is_not_veiled },
	{ "in lines that are too long passwords are covered, too", in_lines_that_are_too_long_passwords_are_covered_too },
	{ "of each message the begin is kept", of_each_message_the_begin_is_kept },
	{ "of long text the begin and the end are kept", of_long_text_the_begin_and_the_end_are_kept },
	{ "a session without a refusal leaves nothing, unless all are kept", a_session_without_a_refusal_leaves_nothing_unless_all_are_kept },
	{ "what finds no memory, or no room, is counted", what_finds_no_memory_or_no_room_is_counted },
	{ "after a reset there is no other end", after_a_reset_there_is_no_other_end },
	CU_TEST_INFO_NULL,
};
SUITE(witness, tests)
