/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <nftables/libnftables.h>	/* defines _GNU_SOURCE, so it comes first */

#include "proxy/site/evidence.h"

#include "proxy/site/admission.h"
#include "proxy/site/rules.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>

enum { KEPT_MOST = 4 * 4096 };	/* notes: twice what the sets of both families hold */

struct note {
	struct ip host, client;
	uint64_t packets;
};

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct note, packets));
}

static int
read_ip(const char *text, struct ip *ip)
{
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 0;
	}
	return inet_pton(AF_INET6, text, ip->bytes) == 1 ? 0 : -1;
}

static bool is_starved;		/* since load_text() began */

static void *
give(size_t size)
{
	void *p = malloc(size);

	is_starved = is_starved || p == NULL;
	return p;
}

/*
 * libnftables' answer, or NULL. jansson leaves out octets of a string that has no
 * room to grow, and says nothing: "203.0.113.66" is another client then.
 */
static json_t *
load_text(const char *text)
{
	json_malloc_t its_malloc;
	json_free_t its_free;
	json_t *answer;

	json_get_alloc_funcs(&its_malloc, &its_free);
	json_set_alloc_funcs(give, free);
	is_starved = false;
	answer = json_loads(text, 0, NULL);
	json_set_alloc_funcs(its_malloc, its_free);
	if (!is_starved)
		return answer;
	json_decref(answer);
	return NULL;
}

/* One element of a set. 0, or -1: not of the form that is known. */
static int
read_note(json_t *element, struct note *n)
{
	const char *host, *client;
	json_int_t packets;

	if (json_unpack(element, "{s:{s:{s:[s,s]}, s:{s:I}}}", "elem", "val", "concat", &host, &client, "counter", "packets",
	    &packets) == -1 || packets < 0)
		return -1;
	n->packets = (uint64_t)packets;
	return read_ip(host, &n->host) == -1 || read_ip(client, &n->client) == -1 ? -1 : 0;
}

/* The elements of the one set in libnftables' answer, or NULL: it has none. */
static json_t *
elements_of(json_t *answer)
{
	json_t *list = json_object_get(answer, "nftables"), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		json_t *elements = json_object_get(json_object_get(item, "set"), "elem");

		if (elements != NULL)
			return elements;
	}
	return NULL;
}

/* Add the notes of one set. 0, or -1: no memory, or not of the form that is known. */
static int
add_notes(const char *text, struct note **notes, size_t *count)
{
	json_t *answer = load_text(text), *elements, *item;
	struct note *more;
	int result = 0;
	size_t i;

	if (answer == NULL)
		return -1;
	elements = elements_of(answer);
	more = realloc(*notes, (*count + json_array_size(elements) + 1) * sizeof(*more));
	if (more != NULL) {
		*notes = more;
		json_array_foreach(elements, i, item) {
			if (read_note(item, &more[*count]) == 0)
				(*count)++;
			else
				result = -1;
		}
	} else {
		result = -1;
	}
	json_decref(answer);
	return result;
}

static void
report(struct evidence *e, const struct site *site, const struct note *n, uint64_t packets, const struct event_hooks *hooks)
{
	const struct policy *policy = &site->policy;
	struct session s = { .id = "kernel", .client = n->client, .address = n->host, .port = 25, .policy = policy,
		.host = policy_host(policy, &n->host), .network = policy_network(policy, &n->client) };

	if (s.host == NULL)
		return;
	e->packets += packets;
	hooks->report(hooks->cookie, &s, &(struct event){ .kind = EVENT_ADMIT, .packets = packets,
	    .what = key_tables[SECTION_FROM].keys[FROM_ADMIT].words[s.host->rules[s.network].admit] });
}

/* What was not read again is as it was the last time, or it would be reported twice. 0, or -1: no memory. */
static int
keep_old(const struct evidence *e, struct note **notes, size_t *count)
{
	size_t fresh = *count;
	struct note *more = realloc(*notes, (fresh + e->count + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	*notes = more;
	qsort(more, fresh, sizeof(*more), compare);
	for (size_t i = 0; i < e->count && *count < KEPT_MOST; i++)
		if (bsearch(&e->notes[i], more, fresh, sizeof(*more), compare) == NULL)
			more[(*count)++] = e->notes[i];
	return 0;
}

int
evidence_take(struct evidence *e, const struct site *site, const char *const *sets, size_t count,
    const struct event_hooks *hooks)
{
	struct note *notes = NULL;
	size_t n = 0;
	int result = 0;

	for (size_t i = 0; i < count; i++)
		if (sets[i] != NULL && add_notes(sets[i], &notes, &n) == -1)
			result = -1;
	if (result == -1 && keep_old(e, &notes, &n) == -1) {
		free(notes);
		return -1;
	}
	if (n > 0)
		qsort(notes, n, sizeof(*notes), compare);
	for (size_t i = 0; i < n; i++) {
		const struct note *old = e->count == 0 ? NULL : bsearch(&notes[i], e->notes, e->count, sizeof(*notes), compare);
		uint64_t before = old == NULL || old->packets > notes[i].packets ? 0 : old->packets;	/* fewer: forgotten, and seen again */

		if (notes[i].packets > before)
			report(e, site, &notes[i], notes[i].packets - before, hooks);
	}
	free(e->notes);
	e->notes = notes;
	e->count = n;
	return result;
}

static uint64_t
counter_in(json_t *answer, const char *name)
{
	json_t *list = json_object_get(answer, "nftables"), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		json_t *counter = json_object_get(item, "counter");
		const char *its = json_string_value(json_object_get(counter, "name"));

		if (its != NULL && strcmp(its, name) == 0)
			return (uint64_t)json_integer_value(json_object_get(counter, "packets"));
	}
	return 0;
}

/* How much a counter has grown; one that is smaller began anew, with its table. */
static uint64_t
growth(uint64_t now, uint64_t *before)
{
	uint64_t grown = now < *before ? now : now - *before;

	*before = now;
	return grown;
}

int
evidence_take_counters(struct evidence *e, const char *counters)
{
	json_t *answer = load_text(counters);
	uint64_t all, noted;

	if (answer == NULL)
		return -1;
	all = growth(counter_in(answer, ADMISSION_ALL), &e->all);
	noted = growth(counter_in(answer, ADMISSION_NOTED), &e->noted);
	e->unnoted += all > noted ? all - noted : 0;	/* they are read one after the other */
	json_decref(answer);
	return 0;
}

/* What the kernel says to a command; malloced, or NULL and told. */
static char *
ask_kernel(struct nft_ctx *nft, const char *command, FILE *errors)
{
	const char *text;
	char *copy = NULL;

	if (nft_run_cmd_from_buffer(nft, command) != 0)
		fprintf(errors, "relaywall: nftables: %s: failed\n", command);
	else if ((text = nft_ctx_get_output_buffer(nft)) != NULL)
		copy = strdup(text);
	return copy;
}

static char *
read_set(struct nft_ctx *nft, char family, FILE *errors)
{
	char command[80];

	snprintf(command, sizeof(command), "list set inet " RULES_TABLE " " ADMISSION_REFUSED "%c", family);
	return ask_kernel(nft, command, errors);
}

/* Before the sets are read: what is noted between is no loss. */
static void
read_counters(struct evidence *e, struct nft_ctx *nft, FILE *errors)
{
	uint64_t before = e->unnoted;
	char *text = ask_kernel(nft, "list counters table inet " RULES_TABLE, errors);

	if (text != NULL && evidence_take_counters(e, text) == -1)
		fprintf(errors, "relaywall: counters of refused clients cannot be read\n");
	if (before == 0 && e->unnoted > 0)
		fprintf(errors, "relaywall: more clients are refused than the kernel can note: admit_unnoted counts the packets\n");
	free(text);
}

static bool
is_noted(const struct site *site)
{
	return site_admits(site, ADMIT_DROP) || site_admits(site, ADMIT_RESET);
}

int
evidence_collect(struct evidence *e, const struct site *site, const struct event_hooks *hooks, FILE *errors)
{
	const char *texts[2] = { NULL, NULL };
	char *sets[2] = { NULL, NULL };
	struct nft_ctx *nft;
	int result = -1;

	if (!is_noted(site))
		return 0;
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (nft == NULL) {
		fprintf(errors, "relaywall: libnftables cannot start: %s\n", strerror(errno));
		return -1;
	}
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON);
	if (nft_ctx_buffer_output(nft) == 0 && nft_ctx_buffer_error(nft) == 0) {
		read_counters(e, nft, errors);
		for (size_t i = 0; i < 2; i++) {
			if (!site_has_family(site, i == 0))
				continue;
			sets[i] = read_set(nft, i == 0 ? '4' : '6', errors);
			texts[i] = sets[i] == NULL ? "" : sets[i];	/* what is no JSON was not read */
		}
		result = evidence_take(e, site, texts, 2, hooks);
		if (result == -1)
			fprintf(errors, "relaywall: notes of refused clients: not all of them could be read\n");
	}
	free(sets[0]);
	free(sets[1]);
	nft_ctx_free(nft);
	return result;
}

void
evidence_done(struct evidence *e)
{
	free(e->notes);
	*e = (struct evidence){ 0 };
}
