/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/audit/talk.h"

#include "proxy/base/clock.h"
#include "tests/unit/suite.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A connection whose other end is the test's. */
struct pair {
	struct talk_conf conf;
	struct talk talk;
	int host;
};

static void
begin(struct pair *p, bool delivers)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == -1)
		abort();
	p->conf = (struct talk_conf){ .timeout_ms = 50, .delivers = delivers };
	talk_init(&p->talk, &p->conf);
	p->talk.fd = fds[0];
	p->host = fds[1];
}

static void
end(struct pair *p)
{
	talk_close(&p->talk);
	close(p->host);
}

/* What the host was told, all of it. */
static const char *
heard(struct pair *p)
{
	static char text[8192];
	ssize_t n = recv(p->host, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
host_says(struct pair *p, const char *text)
{
	if (send(p->host, text, strlen(text), 0) != (ssize_t)strlen(text))
		abort();
}

/* Say a line, to which this is the answer, once the host has heard it; nothing is unheard before. */
static enum talk_result
ask(struct pair *p, const char *line, const char *answer)
{
	pid_t child = fork();
	enum talk_result r;

	if (child == 0) {
		char text[1024];

		while (recv(p->host, text, sizeof(text), MSG_PEEK) <= 0)
			usleep(500);
		host_says(p, answer);
		_exit(0);
	}
	r = talk_say(&p->talk, span_str(line));
	if (child > 0 && kill(child, SIGKILL) == 0)
		waitpid(child, NULL, 0);
	return r;
}

static void
no_line_is_written_that_could_begin_a_message(void)
{
	static const char *const lines[] = { "DATA", "data", " DATA", "DATA ", "DATA x", "BDAT 5", "BDAT 0 LAST", "bdat 1", "RCPT TO:<a@b>\r\nDATA", "RCPT TO:<a@b>\nDATA", "RSET\r",
		"MAIL FROM:<>\x8a" "DATA", "MAIL FROM:<>\x8d\x8a" "DATA", "\xc4\xc1\xd4\xc1", "", "NOOP", "AUTH PLAIN", "STARTTLS", "TURN", "ETRN x", "XCLIENT ADDR=1.2.3.4", "X", "\tDATA" };
	struct pair p;

	begin(&p, false);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		enum talk_result r = talk_say(&p.talk, span_str(lines[i]));
		const char *said = heard(&p);

		CHECK(r == TALK_FORBIDDEN && said[0] == '\0', "\"%s\": %d, said \"%s\"", lines[i], r, said);
	}
	CU_ASSERT(talk_say(&p.talk, SPAN("RSET\0DATA")) == TALK_FORBIDDEN);
	CU_ASSERT(p.talk.commands == 0 && p.talk.fd != -1);
	end(&p);
}

static void
no_text_is_written_without_leave_or_without_354(void)
{
	struct pair p;

	begin(&p, false);
	p.talk.code = 354;
	CHECK(talk_message(&p.talk, SPAN("x\r\n")) == TALK_FORBIDDEN && heard(&p)[0] == '\0', "without leave");
	end(&p);
	begin(&p, true);
	p.talk.code = 250;
	CHECK(talk_message(&p.talk, SPAN("x\r\n")) == TALK_FORBIDDEN && heard(&p)[0] == '\0', "after 250");
	end(&p);
}

static void
with_leave_a_message_goes_out_whole(void)
{
	struct pair p;

	begin(&p, true);
	CU_ASSERT(ask(&p, "DATA", "354 go on\r\n") == TALK_REPLY && p.talk.code == 354);
	CU_ASSERT(strcmp(heard(&p), "DATA\r\n") == 0);
	CU_ASSERT(talk_message(&p.talk, SPAN("a\r\n.\r\n..b\r\n")) == TALK_SILENT);
	CU_ASSERT(strcmp(heard(&p), "a\r\n..\r\n...b\r\n.\r\n") == 0);
	end(&p);
}

static void
lines_go_out_as_they_are(void)
{
	static const char *const lines[] = { "EHLO [192.0.2.1]", "HELO x", "MAIL FROM:<>", "RCPT TO:<user\xc0victim.example>", "RCPT TO: <a@b>", "RSET", "VRFY root", "EXPN root", "QUIT" };
	struct pair p;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char want[64];

		begin(&p, false);
		snprintf(want, sizeof(want), "%s\r\n", lines[i]);
		CHECK(ask(&p, lines[i], "250 ok\r\n") == TALK_REPLY, "%s", lines[i]);
		CHECK(strcmp(heard(&p), want) == 0, "%s", lines[i]);
		end(&p);
	}
}

static void
replies_are_read_or_named(void)
{
	static const struct {
		const char *answer;
		enum talk_result want;
		unsigned code;
		const char *text;
	} cases[] = {
		{ "250 ok\r\n", TALK_REPLY, 250, "ok" },
		{ "250-one\r\n250-two\r\n250 three\r\n", TALK_REPLY, 250, "one two three" },
		{ "550 5.7.1 no\n", TALK_REPLY, 550, "5.7.1 no" },
		{ "421 4.3.2 bye\r\n", TALK_CLOSED, 421, "4.3.2 bye" },
		{ "250-never ends\r\n", TALK_SILENT, 0, "" },
		{ "250 no end of line", TALK_SILENT, 0, "" },
		{ "hello\r\n", TALK_GARBAGE, 0, "" },
		{ "250-a\r\n251 b\r\n", TALK_GARBAGE, 0, "" },
		{ "\xff\xfe\r\n", TALK_GARBAGE, 0, "" },
		{ "99 x\r\n", TALK_GARBAGE, 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum talk_result r;
		struct pair p;

		begin(&p, false);
		r = ask(&p, "RSET", cases[i].answer);
		CHECK(r == cases[i].want && p.talk.code == cases[i].code && strcmp(p.talk.text, cases[i].text) == 0, "%s: %d, %u %s", cases[i].answer, r, p.talk.code, p.talk.text);
		CHECK((p.talk.fd == -1) == (r != TALK_REPLY), "%s: connection", cases[i].answer);
		end(&p);
	}
}

static void
what_nobody_asked_for_ends_the_connection(void)
{
	struct pair p;

	begin(&p, false);
	host_says(&p, "421 4.4.2 idle for too long\r\n");
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_CLOSED && p.talk.code == 421 && p.talk.fd == -1, "421: %u %s", p.talk.code, p.talk.text);
	end(&p);
	begin(&p, false);
	host_says(&p, "250 ok\r\n");
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_GARBAGE && heard(&p)[0] == '\0', "250");
	end(&p);
	begin(&p, false);
	CU_ASSERT(ask(&p, "RSET", "250 ok\r\n250 and again\r\n") == TALK_REPLY);
	heard(&p);
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_GARBAGE && heard(&p)[0] == '\0', "two replies");
	end(&p);
	begin(&p, false);
	shutdown(p.host, SHUT_WR);
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_CLOSED && heard(&p)[0] == '\0', "end of file");
	end(&p);
}

static void
commands_keep_a_pace_and_end_when_told(void)
{
	volatile sig_atomic_t stop = 0;
	uint64_t began = clock_ms();
	struct pair p;

	begin(&p, false);
	p.conf.interval_ms = 40;
	p.conf.stop = &stop;
	for (size_t i = 0; i < 3; i++) {
		CU_ASSERT(ask(&p, "RSET", "250 ok\r\n") == TALK_REPLY);
		heard(&p);
	}
	CHECK(clock_ms() - began >= 80, "three commands in %u ms", (unsigned)(clock_ms() - began));
	stop = 1;
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_STOPPED && heard(&p)[0] == '\0' && p.talk.fd == -1, "stopped");
	end(&p);
	begin(&p, false);
	p.talk.until_ms = clock_ms();
	CHECK(talk_say(&p.talk, SPAN("RSET")) == TALK_STOPPED && heard(&p)[0] == '\0', "out of time");
	end(&p);
}

static void
a_connection_greets_or_is_not_there(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct talk_conf conf = { .to = ip_from_v4(loopback), .timeout_ms = 50 };
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct talk t;

	CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)&a, len) == 0 && getsockname(listener, (struct sockaddr *)&a, &len) == 0);
	conf.port = ntohs(a.sin_port);
	talk_init(&t, &conf);
	CHECK(talk_open(&t) == TALK_UNREACHED && t.error == ECONNREFUSED && t.fd == -1, "nobody listens: %d", t.error);
	CU_ASSERT_FATAL(listen(listener, 5) == 0);
	CHECK(talk_open(&t) == TALK_SILENT && t.fd == -1 && t.connections == 1, "no greeting");
	conf.from = &conf.to;
	if (fork() == 0) {
		int fd = accept(listener, NULL, NULL);

		close(fd);	/* the one before */
		fd = accept(listener, NULL, NULL);
		_exit(send(fd, "220 x\r\n", 7, 0) == 7 ? usleep(100 * 1000) : 1);
	}
	conf.timeout_ms = 1000;
	CHECK(talk_open(&t) == TALK_REPLY && t.code == 220 && ip_eq(&t.own, &conf.to), "greeting: %u", t.code);
	talk_close(&t);
	close(listener);
}

static CU_TestInfo tests[] = {
	{ "no line is written that could begin a message", no_line_is_written_that_could_begin_a_message },
	{ "no text is written without leave, or without 354", no_text_is_written_without_leave_or_without_354 },
	{ "with leave, a message goes out whole", with_leave_a_message_goes_out_whole },
	{ "lines go out as they are", lines_go_out_as_they_are },
	{ "replies are read, or named", replies_are_read_or_named },
	{ "what nobody asked for ends the connection", what_nobody_asked_for_ends_the_connection },
	{ "commands keep a pace, and end when told", commands_keep_a_pace_and_end_when_told },
	{ "a connection greets, or is not there", a_connection_greets_or_is_not_there },
	CU_TEST_INFO_NULL,
};
SUITE(talk, tests)
