/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/survey/scene.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

struct stage {
	struct inventory *v;
	struct exchange_session s;
	struct survey_session *m;
	struct span sender;
	unsigned accepted;
};

static uint64_t now_us = SCENE_BEGIN;

struct ip
scene_ip(const char *text)
{
	struct ip ip;
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1)
		return ip_from_v4(v4);
	if (inet_pton(AF_INET6, text, ip.bytes) != 1)
		abort();
	return ip;
}

static void
tell(struct stage *g, struct exchange e)
{
	e.time_us = now_us += 1000000;
	e.sender = g->sender;
	e.accepted = g->accepted;
	survey_exchange(g->v, g->m, &g->s, &e);
}

static void
command(struct stage *g, enum verb verb, const char *argument, unsigned code, const char *reply)
{
	char line[1024], text[1024];

	snprintf(line, sizeof(line), "%s %s", verb_name(verb), argument);
	snprintf(text, sizeof(text), "%u %s\r\n", code, reply);
	tell(g, (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = verb, .line = span_str(line), .argument = span_str(argument), .code = code,
	    .reply = span_str(text) });
}

static struct stage
begin(struct inventory *v, const char *host, const char *client, bool from_start)
{
	struct stage g = { .v = v, .s = { .ends = { .client = scene_ip(client), .host = scene_ip(host), .client_port = 40000, .port = 25 } } };

	g.s.from_start = from_start;
	g.m = survey_began(v, &g.s);
	return g;
}

static void
play(struct stage *g, const struct scene_row *r)
{
	char text[1024], sender[1024];

	if (r->banner != NULL) {
		snprintf(text, sizeof(text), "220 %s\r\n", r->banner);
		tell(g, (struct exchange){ .kind = EXCHANGE_BANNER, .code = 220, .reply = span_str(text) });
	}
	if (r->hello != NULL)
		command(g, VERB_EHLO, r->hello, 250, "ok");
	if (r->sender == NULL)
		return;
	snprintf(sender, sizeof(sender), "FROM:<%s>", r->sender);
	command(g, VERB_MAIL, sender, 250, "Sender ok");
	g->sender = span_str(sender);
	snprintf(text, sizeof(text), "TO:<%s>", r->rcpt);
	g->accepted = r->code / 100 == 2;
	command(g, VERB_RCPT, text, r->code, r->reply == NULL ? "Recipient ok" : r->reply);
	if (r->message == 0)
		return;
	command(g, VERB_DATA, "", 354, "go on");
	snprintf(text, sizeof(text), "%u done\r\n", r->message);
	tell(g, (struct exchange){ .kind = EXCHANGE_MESSAGE, .code = r->message, .reply = span_str(text), .octets = 1000 });
}

void
scene_play(struct inventory *v, const struct scene_row *rows)
{
	for (; rows->host != NULL; rows++) {
		struct stage g = begin(v, rows->host, rows->client, rows->banner != NULL);

		play(&g, rows);
		g.sender = (struct span){ 0 };
		tell(&g, (struct exchange){ .kind = EXCHANGE_CLOSED });
	}
}

struct inventory *
scene_new(const struct scene_row *rows)
{
	struct inventory *v;

	now_us = SCENE_BEGIN;
	v = inventory_new();
	if (v == NULL)
		abort();
	scene_play(v, rows);
	return v;
}

void
scene_exchange(struct inventory *v, const char *host, const char *client, const struct exchange *e)
{
	struct stage g = begin(v, host, client, true);

	tell(&g, *e);
	tell(&g, (struct exchange){ .kind = EXCHANGE_CLOSED });
}
