/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/engine/play.h"

#include "tests/unit/corpus.h"
#include "tests/unit/notes.h"
#include "tests/unit/suite.h"

enum { GOT_MAX = 1 << 20 };

struct play_event play_events[64];
size_t play_event_count;

struct player {
	const char *name;
	size_t cut;
	struct dialogue d;
	uint64_t now_ms;
	bool stalled[2];	/* by side */
	bool unrecorded;
	uint8_t to_client[DIALOGUE_TO_CLIENT], to_host[DIALOGUE_TO_HOST];
	struct notes notes[2];	/* one of them has those of the dialogue */
	struct buf in[2], got[2];	/* by side: not yet used input, everything it was sent */
};

static void
report(void *cookie, const struct session *s, const struct event *e)
{
	struct play_event *p = &play_events[play_event_count];

	(void)cookie;
	(void)s;
	if (play_event_count == sizeof(play_events) / sizeof(play_events[0]))
		return;
	play_event_count++;
	*p = (struct play_event){ .kind = e->kind, .code = e->code, .what = e->what };
	snprintf(p->sender, sizeof(p->sender), "%.*s", (int)e->sender.len, (const char *)e->sender.at);
	snprintf(p->argument, sizeof(p->argument), "%.*s", (int)e->argument.len, (const char *)e->argument.at);
	if (e->verdict == NULL)
		return;
	p->action = e->verdict->action;
	p->reason = e->verdict->reason;
	p->mode = e->verdict->mode;
	snprintf(p->sent, sizeof(p->sent), "%.*s", (int)e->verdict->sent.len, (const char *)e->verdict->sent.bytes);
}

static void
drain(struct player *p)
{
	for (int side = 0; side < 2; side++) {
		struct span out = dialogue_output(&p->d, side);

		if (p->stalled[side])
			continue;
		buf_add(&p->got[side], out);
		dialogue_sent(&p->d, side, out.len);
	}
}

/* Feed what waits on both sides until nothing moves. */
static void
pump(struct player *p)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (int side = 0; side < 2; side++) {
			struct span in = buf_span(&p->in[side]);
			enum dialogue_state was = p->d.state;
			size_t pass, used;

			if (in.len == 0)
				continue;
			used = dialogue_feed(&p->d, side, in, &pass, p->now_ms);
			CHECK(used <= in.len && pass <= used, "%s: used %zu of %zu", p->name, used, in.len);
			buf_add(&p->got[!side], span_cut(in, 0, pass));
			dialogue_sent(&p->d, !side, pass);
			drain(p);
			buf_take(&p->in[side], used);
			moved = moved || used > 0 || p->d.state != was;
		}
	}
}

static void
send(struct player *p, enum side side, struct span text)
{
	for (size_t at = 0; at < text.len; at += p->cut) {
		size_t end = p->cut < text.len - at ? at + p->cut : text.len;

		buf_add(&p->in[side], span_cut(text, at, end));
		pump(p);
	}
}

static void
expect(struct player *p, enum side side, struct span want, size_t step)
{
	struct span got = buf_span(&p->got[side]);

	CHECK(span_eq(got, want), "%s, step %zu, cut %zu: %s got \"%.*s\", expected \"%.*s\"", p->name, step, p->cut,
	    side == SIDE_HOST ? "host" : "client", (int)got.len, (const char *)got.at, (int)want.len,
	    (const char *)want.at);
	buf_take(&p->got[side], got.len);
}

static void
take(struct player *p, const struct step *s, size_t n)
{
	struct span text = span_of(s->text, s->len);

	switch (s->kind) {
	case STEP_CLIENT:
	case STEP_HOST:
		send(p, s->kind == STEP_CLIENT ? SIDE_CLIENT : SIDE_HOST, text);
		break;
	case STEP_CLIENT_EOF:
	case STEP_HOST_EOF:
		dialogue_eof(&p->d, s->kind == STEP_CLIENT_EOF ? SIDE_CLIENT : SIDE_HOST, p->now_ms);
		drain(p);
		pump(p);
		break;
	case STEP_WAIT:
		p->now_ms += s->number;
		dialogue_tick(&p->d, p->now_ms);
		drain(p);
		pump(p);
		break;
	case STEP_TO_CLIENT:
	case STEP_TO_HOST:
		expect(p, s->kind == STEP_TO_CLIENT ? SIDE_CLIENT : SIDE_HOST, text, n);
		break;
	case STEP_UNRECORDED:
		p->unrecorded = s->number != 0;
		break;
	case STEP_STALL:
	case STEP_STALL_CLIENT:
		p->stalled[s->kind == STEP_STALL ? SIDE_HOST : SIDE_CLIENT] = s->number != 0;
		drain(p);
		pump(p);
		break;
	case STEP_TAKE: {
		struct span out = dialogue_output(&p->d, SIDE_HOST);

		CHECK(out.len >= s->number, "%s, step %zu: %zu octets are queued", p->name, n, out.len);
		buf_add(&p->got[SIDE_HOST], span_cut(out, 0, s->number));
		dialogue_sent(&p->d, SIDE_HOST, s->number);
		break;
	}
	case STEP_READS: {
		unsigned wants = dialogue_wants(&p->d) & (DIALOGUE_READ_CLIENT | DIALOGUE_READ_HOST);

		CHECK(wants == s->number, "%s, step %zu: wants %u", p->name, n, wants);
		break;
	}
	case STEP_STATE:
		CHECK(p->d.state == s->number, "%s, step %zu: state %d", p->name, n, (int)p->d.state);
		break;
	case STEP_CLOSE: {
		unsigned closes = dialogue_wants(&p->d) & ~(unsigned)(DIALOGUE_READ_CLIENT | DIALOGUE_READ_HOST | DIALOGUE_ASK_LISTS);

		CHECK(closes == s->number, "%s, step %zu: closes %u", p->name, n, closes);
		break;
	}
	case STEP_ASKS: {
		struct span asked = dialogue_question(&p->d);

		CHECK(span_eq(asked, text) && ((dialogue_wants(&p->d) & DIALOGUE_ASK_DOMAIN) != 0) == (text.len > 0),
		    "%s, step %zu: asks for \"%.*s\"", p->name, n, (int)asked.len, (const char *)asked.at);
		break;
	}
	case STEP_ANSWER:
		dialogue_answer(&p->d, (enum domain_truth)s->number, p->now_ms);
		pump(p);
		break;
	case STEP_LISTED:
		CHECK(dialogue_wants(&p->d) & DIALOGUE_ASK_LISTS, "%s, step %zu: the lists are not asked for", p->name, n);
		dialogue_listed(&p->d, s->number != 0, s->number != 0 ? SPAN("bl.example") : (struct span){ 0 }, p->now_ms);
		CHECK((dialogue_wants(&p->d) & DIALOGUE_ASK_LISTS) == 0, "%s, step %zu: the lists are asked for twice", p->name, n);
		drain(p);
		pump(p);
		break;
	case STEP_SECURE:
		CHECK(dialogue_wants(&p->d) & DIALOGUE_START_TLS, "%s, step %zu: no TLS is wanted", p->name, n);
		dialogue_secured(&p->d, "TLS1.3", p->now_ms);
		break;
	default:
		break;
	}
}

/* Rates by which nobody has done anything yet. Valid until the next call. */
static struct rates *
fresh_rates(void)
{
	static uint64_t memory[1 << 10];
	static struct rates rates;

	memset(memory, 0, sizeof(memory));
	rates_init(&rates, memory, sizeof(memory), 1, (uint64_t[]){ 1, 2 });
	rates_take(&rates, 0);
	return &rates;
}

void
play_in(const char *name, const struct setting *setting, const struct step *steps)
{
	static const size_t cuts[] = { 1, 2, 3, 7, SIZE_MAX };
	static uint8_t memory[4][GOT_MAX];
	static struct player p;
	struct event_hooks hooks = { .report = report };
	struct policy_host host = *corpus_asked()->host;
	struct dialogue_conf conf = {
		.session = { .id = "0badcafe", .address = *corpus_asked()->address, .host = &host },
		.limits = setting->limits == NULL ? &dialogue_limits_default : setting->limits,
		.hooks = &hooks,
		.tarpit = setting->tarpit,
		.tls_ready = setting->tls_ready,
	};

	if (setting->rules != NULL)
		host.rules = setting->rules;
	host.profile = setting->profile;
	host.uplift = setting->uplift;
	host.max_message = setting->max_message;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		p = (struct player){ .name = name, .cut = cuts[i] };
		conf.unrecorded = setting->journal_required ? &p.unrecorded : NULL;
		conf.rates = setting->rates ? fresh_rates() : NULL;
		play_event_count = 0;
		for (int side = 0; side < 2; side++) {
			buf_init(&p.in[side], memory[side], GOT_MAX);
			buf_init(&p.got[side], memory[2 + side], GOT_MAX);
		}
		dialogue_init(&p.d, &conf, p.now_ms);
		dialogue_lend(&p.d, SIDE_CLIENT, p.to_client);
		dialogue_lend(&p.d, SIDE_HOST, p.to_host);
		notes_lend(&p.d, &p.notes[0]);
		for (size_t n = 0; steps[n].kind != STEP_END; n++) {
			take(&p, &steps[n], n);
			notes_change(&p.d, p.notes);
		}
	}
}

void
play_with(const char *name, const struct rules *rules, const struct dialogue_limits *limits, const struct step *steps)
{
	play_in(name, &(struct setting){ .rules = rules, .limits = limits }, steps);
}

void
play(const char *name, const struct step *steps)
{
	play_in(name, &(struct setting){ 0 }, steps);
}
