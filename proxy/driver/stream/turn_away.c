/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/stream/turn_away.h"

#include "proxy/base/clock.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EARLY_OCTETS = 64 * 1024,	/* that a client may have said before it was turned away */
	LINE = 512,			/* RFC 5321, 4.5.3.1.5; the longest of ours, with the name of a list, is half of it */
};

struct refusal {
	enum event_kind kind;
	unsigned code;
	const char *why;
	struct span by;		/* behind why: a list, or empty */
	const char *what;	/* in the journal, and for who asks the operator */
};

/* One reply, as far as it fits into the socket, and the end. What the client said before is read, or the end is a reset. */
static void
turn_away(const struct sessions *all, int fd, const struct session *who, const struct refusal *r)
{
	const struct event_hooks *hooks = &all->conf.hooks;
	char reply[LINE];
	int n = snprintf(reply, sizeof(reply), "%u %s%s%.*s (%s %s)\r\n", r->code, r->why, r->by.len > 0 ? " " : "", (int)r->by.len,
	    (const char *)r->by.at, who->id, r->what);

	hooks->report(hooks->cookie, who, &(struct event){ .kind = r->kind, .code = r->code, .what = r->what, .argument = r->by });
	(void)send(fd, reply, (size_t)n, MSG_NOSIGNAL);
	(void)recv(fd, NULL, EARLY_OCTETS, MSG_TRUNC | MSG_DONTWAIT);
	close(fd);
}

static struct refusal
over_rate(enum rate_limit limit)
{
	return (struct refusal){ .kind = EVENT_RATE, .code = 421, .why = "4.7.0 too many connections from you, try again later",
		.what = rates_name(limit) };
}

/*
 * For a cause that the gate found; none: the rules of the client's network. If these
 * let it in the cause was forgotten, and may have been one that passes.
 */
static struct refusal
not_admitted(const struct session *who, uint16_t cause)
{
	const struct policy *policy = who->policy;
	struct refusal r = { .kind = EVENT_ADMIT, .code = 554, .why = "5.7.1 you may not write to this host from your address", .what = "refuse" };

	if (cause != RATE_NONE && cause < RATE_LIMITS)
		return over_rate((enum rate_limit)cause);
	if (cause >= CAUSE_LIST && cause - CAUSE_LIST < (int)policy->lists.count) {
		r.why = "5.7.1 your address is listed by";
		r.by = policy->lists.list[cause - CAUSE_LIST].name;
		r.what = reason_name(REASON_BLOCK_LIST);
	} else if (who->host->rules[who->network].admit != ADMIT_REFUSE) {
		r.code = 421;
		r.why = "4.7.0 not now, try again later";
		r.what = "cause-forgotten";
	}
	return r;
}

void
turn_away_refused(const struct sessions *all, int fd, const struct session *who)
{
	const struct causes_who connection = { .client = who->client, .host = who->address, .client_port = who->client_port };
	uint16_t cause = all->conf.causes == NULL ? 0 : causes_ask(all->conf.causes, &connection);
	struct refusal r = not_admitted(who, cause);
	struct rates_who counted = session_rates_who(who);

	if (all->conf.rates != NULL && who->host->rules[who->network].mode[RULE_RATE] != MODE_OFF)	/* whom the gate lets connect to say so knocks like any other */
		rates_add(all->conf.rates, &counted, RATE_CONNECTIONS, 1, clock_ms());
	turn_away(all, fd, who, &r);
}

void
turn_away_too_many(const struct sessions *all, int fd, const struct session *who)
{
	turn_away(all, fd, who, &(struct refusal){ .kind = EVENT_LIMIT, .code = 421, .why = "4.3.2 too many sessions, try again later",
	    .what = "sessions-max" });
}

void
turn_away_no_memory(const struct sessions *all, int fd, const struct session *who)
{
	turn_away(all, fd, who, &(struct refusal){ .kind = EVENT_LIMIT, .code = 421, .why = "4.3.2 out of memory, try again later",
	    .what = "no-memory" });
}

void
turn_away_unrecorded(const struct sessions *all, int fd, const struct session *who)
{
	turn_away(all, fd, who, &(struct refusal){ .kind = EVENT_LIMIT, .code = 421, .why = "4.3.0 no record can be written, try again later",
	    .what = "unrecorded" });
}

static enum rate_limit
limit_reached(const struct sessions *all, const struct session *who)
{
	const struct rules *rules = &who->host->rules[who->network];
	struct rates_who counted = session_rates_who(who);
	struct rates *rates = all->conf.rates;
	uint64_t now_ms = clock_ms();
	enum rate_limit limit;

	if (rates == NULL || rules->mode[RULE_RATE] == MODE_OFF)
		return RATE_NONE;
	limit = rates_exceeded(rates, &counted, &rules->rates, RATE_CONNECTIONS, now_ms);
	rates_add(rates, &counted, RATE_CONNECTIONS, 1, now_ms);
	return limit != RATE_NONE ? limit : rates_exceeded(rates, &counted, &rules->rates, RATE_SESSIONS, now_ms);
}

bool
turn_away_rate(const struct sessions *all, int fd, const struct session *who)
{
	enum rate_limit limit = limit_reached(all, who);
	const struct event_hooks *hooks = &all->conf.hooks;
	struct refusal r = over_rate(limit);

	if (limit == RATE_NONE)
		return false;
	if (who->host->rules[who->network].mode[RULE_RATE] == MODE_COUNT) {
		hooks->report(hooks->cookie, who, &(struct event){ .kind = EVENT_RATE, .what = r.what });
		return false;
	}
	turn_away(all, fd, who, &r);
	return true;
}
