/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/driver/resolver/domain.h"

#include "classifier/domain.h"

#include <stdlib.h>

/* What is asked, in this order; the two addresses at once. */
enum step { STEP_MX = 0, STEP_A, STEP_AAAA, STEPS };

struct domain_look {
	struct resolver *resolver;
	domain_told *told;
	void *cookie;
	struct resolver_question *asked[STEPS];
	enum answer_outcome outcome[STEPS];
	bool is_done[STEPS];
	size_t len;
	uint8_t name[DOMAIN_MAX];
};

static enum domain_truth take(struct domain_look *l, enum step step, const struct answer *a);

void
domain_give_up(struct domain_look *l)
{
	if (l == NULL)
		return;
	for (enum step s = 0; s < STEPS; s++)
		resolver_give_up(l->asked[s]);
	free(l);
}

struct span
domain_looked_at(const struct domain_look *l)
{
	return span_of(l->name, l->len);
}

/* An answer came later. */
static void
go_on(struct domain_look *l, enum step step, const struct answer *a)
{
	enum domain_truth truth;
	domain_told *told = l->told;
	void *cookie = l->cookie;

	l->asked[step] = NULL;
	truth = take(l, step, a);
	if (truth == DOMAIN_UNASKED)
		return;
	domain_give_up(l);
	told(cookie, truth);
}

static void
mx_told(void *cookie, const struct answer *a)
{
	go_on(cookie, STEP_MX, a);
}

static void
a_told(void *cookie, const struct answer *a)
{
	go_on(cookie, STEP_A, a);
}

static void
aaaa_told(void *cookie, const struct answer *a)
{
	go_on(cookie, STEP_AAAA, a);
}

static enum domain_truth
ask(struct domain_look *l, enum step step)
{
	static resolver_told *const told[STEPS] = { mx_told, a_told, aaaa_told };
	static const enum answer_type types[STEPS] = { ANSWER_MX, ANSWER_A, ANSWER_AAAA };
	struct answer a;

	l->asked[step] = resolver_ask(l->resolver, span_of(l->name, l->len), types[step], told[step], l, &a);
	return l->asked[step] == NULL ? take(l, step, &a) : DOMAIN_UNASKED;
}

static enum domain_truth
take_address(const struct domain_look *l)
{
	if (l->outcome[STEP_A] == ANSWER_FOUND || l->outcome[STEP_AAAA] == ANSWER_FOUND)
		return DOMAIN_RESOLVES;
	if (!l->is_done[STEP_A] || !l->is_done[STEP_AAAA])
		return DOMAIN_UNASKED;
	return l->outcome[STEP_A] == ANSWER_FAILED || l->outcome[STEP_AAAA] == ANSWER_FAILED ? DOMAIN_UNSURE : DOMAIN_UNKNOWN;
}

/* DOMAIN_UNASKED: it is not decided yet. */
static enum domain_truth
take(struct domain_look *l, enum step step, const struct answer *a)
{
	enum domain_truth truth;

	l->outcome[step] = a->outcome;
	l->is_done[step] = true;
	if (step != STEP_MX)
		return take_address(l);
	switch (a->outcome) {
	case ANSWER_FOUND:
		return a->null_mx ? DOMAIN_NULL_MX : DOMAIN_RESOLVES;
	case ANSWER_NO_NAME:
		return DOMAIN_UNKNOWN;
	case ANSWER_NO_DATA:
		truth = ask(l, STEP_A);
		return truth != DOMAIN_UNASKED ? truth : ask(l, STEP_AAAA);
	default:
		return DOMAIN_UNSURE;
	}
}

struct domain_look *
domain_look(struct resolver *r, struct span domain, domain_told *told, void *cookie, enum domain_truth *truth)
{
	struct domain_look *l = malloc(sizeof(*l));

	*truth = DOMAIN_UNSURE;
	if (l == NULL || domain.len > sizeof(l->name)) {
		free(l);
		return NULL;
	}
	*l = (struct domain_look){ .resolver = r, .told = told, .cookie = cookie, .len = domain.len };
	memcpy(l->name, domain.at, domain.len);
	*truth = ask(l, STEP_MX);
	if (*truth == DOMAIN_UNASKED)
		return l;
	domain_give_up(l);
	return NULL;
}
