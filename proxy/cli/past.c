/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* asprintf() */
#include "proxy/cli/past.h"

#include "proxy/cli/hindsight.h"
#include "proxy/cli/past_json.h"
#include "proxy/cli/shown.h"
#include "proxy/cli/story.h"
#include "proxy/site/archive.h"

#include <errno.h>
#include <stdlib.h>

/* Why a policy that should be kept is not there. */
static char *
missing(const struct past *p, int error)
{
	char *why = NULL;
	int n;

	if (p->archive == NULL)
		n = asprintf(&why, "there is no archive: --archive, or policy-archive in today's policy, say where it is");
	else if (error == ENOENT)
		n = asprintf(&why, "%s does not have it", shown(p->archive));
	else
		n = asprintf(&why, "%s: %s", shown(p->archive), error == EEXIST ? "several policies begin so" : strerror(error));
	return n == -1 ? NULL : why;
}

/* Load the policy of these digits, which is not the one that is there. */
static void
load(struct past *p)
{
	char *path = p->archive == NULL ? NULL : archive_find(p->archive, p->policy);
	size_t len;
	FILE *errors;

	if (path == NULL) {
		p->why = missing(p, errno);
		return;
	}
	errors = open_memstream(&p->why, &len);
	if (errors == NULL) {
		p->why = NULL;
	} else {
		p->then = site_load_archived(path, errors);
		fclose(errors);
		if (p->why != NULL && len > 0 && p->why[len - 1] == '\n')
			p->why[len - 1] = '\0';
	}
	free(path);
}

void
past_done(struct past *p)
{
	site_free(p->then);
	free(p->why);
	p->then = NULL;
	p->why = NULL;
}

/* The policy that was in force when this line was written; NULL: p->why. */
static const struct site *
policy_of(struct past *p, const struct journal_verdict *line)
{
	if ((p->then != NULL || p->why != NULL) && strcmp(p->policy, line->policy) == 0)
		return p->then;
	past_done(p);
	memcpy(p->policy, line->policy, sizeof(p->policy));
	if (line->policy[0] == '\0')
		p->why = strdup("the line does not say which one it was: an older version wrote it");
	else
		load(p);
	return p->then;
}

/* Why a line cannot be judged again by the policy of then; NULL: it can. */
static const char *
obstacle(const struct past *p, const struct journal_verdict *line, const struct hindsight *then)
{
	if (line->argument_cut)
		return "the journal has only the begin of the argument";
	if (p->then == NULL)
		return p->why == NULL ? "no memory" : p->why;
	if (!then->is_protected)
		return "it protects no host of this address";
	return line->understood ? NULL : "the journal has words of another version";
}

static void
print_journaled(const struct journal_verdict *line)
{
	printf("  %-10s%s, rule %s (%s), reason %s", "journal", shown_bytes(line->verdict), shown_bytes(line->rule), shown_bytes(line->mode),
	    shown_bytes(line->reason));
	if (line->list.len > 0)
		printf(", list %s", shown_bytes(line->list));
	if (line->code != 0)
		printf(", reply %u", line->code);
	putchar('\n');
}

/* What the verdict took from the journal, beside the command. */
static void
print_facts(const struct facts *f)
{
	if (f->authenticated)
		printf("  %-10s%s\n", "known", "the host had authenticated the client (235, in the journal)");
	if (f->listing == LISTING_REFUSE)
		printf("  %-10s%s\n", "known", "a block list had the client (in the journal)");
	if (f->truth == DOMAIN_UNKNOWN || f->truth == DOMAIN_NULL_MX || f->truth == DOMAIN_UNSURE)
		printf("  %-10s%s\n", "known", "what the DNS said of the sender's domain (in the journal)");
	if (f->truth == DOMAIN_RESOLVES)
		printf("  %-10s%s\n", "known", "the DNS had nothing against the sender's domain (the journal tells of nothing)");
	if (f->listing == LISTING_NONE)
		printf("  %-10s%s\n", "known", "no block list had the client (the journal tells of none)");
}

/* The explanation, each of its lines behind two blanks. */
static void
print_indented(const struct explanation *e, void (*print)(const struct explanation *e, FILE *out))
{
	char *text = NULL, *rest_of, *line;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return;		/* what is shorter follows */
	print(e, out);
	fclose(out);
	rest_of = text;
	while (rest_of != NULL && (line = strsep(&rest_of, "\n")) != NULL)
		if (line[0] != '\0')
			printf("  %s\n", line);
	free(text);
}

static void
print_then(const struct hindsight *then, const char *why)
{
	if (why != NULL)
		printf("  %-10s%s\n", "then", why);
	else if (then->same)
		printf("  %-10s%s\n", "then", "the policy of then says the same");
	else
		printf("  %-10s%s\n", "then", "THE POLICY OF THEN SAYS OTHERWISE than the journal");
}

/* "the same", or what is otherwise. */
static void
print_today(const struct hindsight *today)
{
	const struct verdict *v = &today->e.verdict;
	const struct policy_host *host = today->e.asked.host;

	printf("  %-10s", "today");
	if (!today->is_protected) {
		printf("no host of this address is protected\n");
		return;
	}
	if (today->not_shielded) {
		printf("such a client's connection would be %s\n", host->rules[today->e.asked.network].admit == ADMIT_PASS ?
		    "let through unfiltered" : "not let in");
		return;
	}
	if (today->same) {
		printf("the same\n");
		return;
	}
	printf("%s, rule %s (%s), reason %s", action_name(v->action), rule_name(v->rule), mode_name(v->mode), reason_name(v->reason));
	if (v->sent.len > 0)
		printf(", sent %s", shown_bytes(sent_span(&v->sent)));
	printf("%s%s\n", today->hangs_on_dns ? "; if the sender's domain resolves, of which the journal says nothing" : "",
	    today->hangs_on_lists ? "; if no block list has the client, of which the journal says nothing" : "");
}

/* A verdict line with everything that can be said of it. */
struct decision {
	const struct journal_verdict *line;
	struct facts facts;
	struct hindsight then, today;
	const char *why;	/* there is no then; NULL: there is */
	bool has_today;
};

static void
decide(struct past *p, struct decision *d, const struct journal_verdict *line, const struct facts *learnt)
{
	const struct site *then = policy_of(p, line);
	struct facts sure;

	d->line = line;
	if (line->argument_cut)
		then = NULL;
	d->facts = facts_of(learnt, line, then);
	if (then != NULL)
		hindsight_judge(&d->then, then, line, &d->facts);
	d->why = obstacle(p, line, &d->then);
	d->has_today = p->today != NULL && !line->argument_cut;
	if (d->has_today) {
		sure = facts_for_others(&d->facts, line);
		hindsight_judge(&d->today, p->today, line, &sure);
	}
	p->decisions++;
	p->unexplained += d->why != NULL;
	p->contradictions += d->why == NULL && !d->then.same;
	p->changed += d->has_today && !d->today.same;
}

static void
print_decision(const struct decision *d, bool says_who)
{
	if (d->why == NULL) {
		if (says_who)
			print_indented(&d->then.e, explanation_print_who);
		print_indented(&d->then.e, explanation_print_reasons);
	}
	print_journaled(d->line);
	print_facts(&d->facts);
	print_then(&d->then, d->why);
	if (d->has_today)
		print_today(&d->today);
}

static void
tell_decision(struct past *p, const struct decision *d, bool says_who)
{
	const struct past_answer answer = { .line = d->line, .then = d->why == NULL ? &d->then : NULL, .why = d->why,
		.today = d->has_today ? &d->today : NULL };

	if (p->json)
		p->failed |= past_json_print(&answer, stdout) == -1;
	else
		print_decision(d, says_who);
}

static void
tell_head(const struct history_session *s)
{
	const struct history_line *lines = s->lines.at, *last = lines + s->lines.count - 1;
	const struct journal_verdict *v = &lines[0].v;
	char client[IP_TEXT], address[IP_TEXT];

	ip_text(&v->client, client);
	ip_text(&v->address, address);
	printf("session %s of %s port %u (%s) with \"%s\", %s\nfrom %s to %s, %zu lines of the journal, policy %s\n", v->session, client, v->client_port,
	    shown_bytes(v->network), shown_bytes(v->host), address, shown_bytes(v->time), shown_bytes(last->v.time), s->lines.count,
	    v->policy[0] == '\0' ? "unknown" : v->policy);
}

void
past_tell(struct past *p, const struct history_session *s)
{
	static struct decision d;
	const struct history_line *lines = s->lines.at;
	struct facts learnt = { 0 };
	bool says_who = true;

	if (!p->json)
		tell_head(s);
	for (size_t i = 0; i < s->lines.count; i++) {
		const struct journal_verdict *v = &lines[i].v;

		if (!p->json) {
			printf("\n%s  ", shown_bytes(v->time));
			story_print(v, stdout);
		}
		if (lines[i].judged) {
			decide(p, &d, v, &learnt);
			tell_decision(p, &d, says_who);
			says_who = says_who && d.why != NULL;
		}
		facts_learn(&learnt, v);
	}
}
