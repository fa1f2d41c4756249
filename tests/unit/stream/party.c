/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* accept4() */
#include "tests/unit/stream/party.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char message[PARTY_MESSAGE + 100];

/* After so many replies the client says this. Its three commands go at once, so that some are read before their turn. */
static const struct { unsigned replies; const char *text; } script[] = {
	{ 1, "EHLO client.example\r\n" },
	{ 2, "MAIL FROM:<a@mail.a.invalid>\r\nRCPT TO:<user@local.example>\r\nDATA\r\n" },
	{ 5, message },
	{ 6, "QUIT\r\n" },
};
enum { STEPS = sizeof(script) / sizeof(script[0]), STEP_MESSAGE = 2, STEP_QUIT = 3 };

static int
must(int result, const char *what)
{
	if (result == -1) {
		perror(what);
		exit(1);
	}
	return result;
}

static int
listen_on(uint32_t address, uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(address) };
	socklen_t len = sizeof(a);
	int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){ 1 }, sizeof(int)), "SO_REUSEPORT");
	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)), "SO_REUSEADDR");
	must(bind(fd, (const struct sockaddr *)&a, len), "bind");
	must(listen(fd, 16), "listen");
	must(getsockname(fd, (struct sockaddr *)&a, &len), "getsockname");
	*port = ntohs(a.sin_port);
	return fd;
}

int
party_listen_anywhere(uint16_t *port)
{
	*port = 0;
	return listen_on(INADDR_ANY, port);
}

int
party_listen(uint16_t port)
{
	return listen_on(INADDR_LOOPBACK + 1, &port);
}

static void
write_message(void)
{
	size_t n = 0;

	while (n < PARTY_MESSAGE)
		n += (size_t)sprintf(message + n, "a line of the message, with its number %zu\r\n", n);
	strcpy(message + n, ".\r\n");
}

void
party_call(struct party *client, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };

	if (message[0] == '\0')
		write_message();
	memset(client, 0, sizeof(*client));
	client->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	must(connect(client->fd, (const struct sockaddr *)&a, sizeof(a)), "connect");
}


static void
say(struct party *p, const char *text)
{
	p->out = text;
	p->out_len = strlen(text);
}

bool
party_answer(struct party *host, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd == -1)
		return false;
	memset(host, 0, sizeof(*host));
	host->fd = fd;
	say(host, "220 host\r\n");
	return true;
}

static bool
send_some(struct party *p)
{
	ssize_t n;

	if (p->fd == -1 || p->out_len == 0)
		return false;
	n = send(p->fd, p->out, p->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n <= 0) {
		if (errno != EAGAIN)
			p->out_len = 0;
		return false;
	}
	p->out += n;
	p->out_len -= (size_t)n;
	return true;
}

static bool
receive_some(struct party *p)
{
	ssize_t n;

	if (p->fd == -1 || p->is_over)
		return false;
	n = recv(p->fd, p->got + p->len, sizeof(p->got) - 1 - p->len, MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return false;
	p->is_over = n <= 0;
	p->len += n > 0 ? (size_t)n : 0;
	p->got[p->len] = '\0';
	return true;
}

/* The next whole line, without its end, or NULL; valid until the next move. */
static const char *
next_line(struct party *p)
{
	char *line = p->got + p->read, *end = strstr(line, "\r\n");

	if (end == NULL)
		return NULL;
	p->read = (size_t)(end - p->got) + 2;
	*end = '\0';
	return line;
}

static void
take_reply(struct party *client, const char *line)
{
	if (strlen(line) < 4 || line[3] != ' ')
		return;
	client->code = (unsigned)strtoul(line, NULL, 10);
	client->replies++;
	client->failed = client->failed || client->code >= 400;
	client->kept = client->kept || (client->step == STEP_MESSAGE + 1 && client->replies == script[STEP_QUIT].replies && client->code == 250);
}

bool
party_client_moves(struct party *client)
{
	bool moved = receive_some(client);
	const char *line;

	while ((line = next_line(client)) != NULL)
		take_reply(client, line);
	if (client->failed && client->step < STEP_QUIT && client->out_len == 0)
		client->step = STEP_QUIT;
	if (client->step < STEPS && client->out_len == 0 && (client->failed || client->replies >= script[client->step].replies))
		say(client, script[client->step++].text);
	return send_some(client) || moved;
}

/* What a host without any extension says to a command. */
static const char *
reply_to(struct party *host, const char *line)
{
	if (strncmp(line, "EHLO", 4) == 0)
		return "250-host\r\n250 8BITMIME\r\n";
	if (strncmp(line, "DATA", 4) == 0) {
		host->step = 1;
		return "354 go on\r\n";
	}
	if (strncmp(line, "QUIT", 4) == 0)
		return "221 bye\r\n";
	return "250 ok\r\n";
}

bool
party_host_moves(struct party *host)
{
	bool moved = receive_some(host);
	const char *line;

	while (host->out_len == 0 && (line = next_line(host)) != NULL) {
		if (host->step == 0) {
			say(host, reply_to(host, line));
		} else if (strcmp(line, ".") == 0) {
			host->step = 0;
			host->kept = true;
			say(host, "250 taken\r\n");
		}
	}
	moved = send_some(host) || moved;
	if (host->is_over && host->fd != -1) {
		close(host->fd);
		host->fd = -1;
	}
	return moved;
}

void
party_end(struct party *p)
{
	if (p->fd != -1)
		close(p->fd);
	p->fd = -1;
}
