/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "classifier/blocklist.h"

int
blocklist_codes_parse(struct span text, struct blocklist_codes *codes)
{
	struct blocklist_codes c;
	size_t at = 0;

	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && (at == text.len || text.at[at++] != '.'))
			return -1;
		if (ip_parse_octet(text, &at, &c.first[i]) == -1)
			return -1;
		c.last[i] = c.first[i];
		if (at == text.len || text.at[at] != '-')
			continue;
		at++;
		if (ip_parse_octet(text, &at, &c.last[i]) == -1 || c.last[i] < c.first[i])
			return -1;
	}
	if (at != text.len || c.first[0] != 127 || c.last[0] != 127)
		return -1;
	if (c.first[1] == 255 && c.first[2] == 255)
		return -1;
	*codes = c;
	return 0;
}

static char *
put_decimal(char *at, uint8_t octet)
{
	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	*at++ = '.';
	return at;
}

static char *
put_nibbles(char *at, uint8_t octet)
{
	static const char hex[] = "0123456789abcdef";

	*at++ = hex[octet & 0xf];
	*at++ = '.';
	*at++ = hex[octet >> 4];
	*at++ = '.';
	return at;
}

static size_t
write_name(const struct blocklist *list, enum blocklist_family family, const struct ip *ip, char *out)
{
	char *at = out;

	for (size_t i = 16; i-- > (family == BLOCKLIST_IPV4 ? 12 : 0);)
		at = family == BLOCKLIST_IPV4 ? put_decimal(at, ip->bytes[i]) : put_nibbles(at, ip->bytes[i]);
	memcpy(at, list->zone.at, list->zone.len);
	at += list->zone.len;
	*at = '\0';
	return (size_t)(at - out);
}

size_t
blocklist_name(const struct blocklist *list, const struct ip *client, char out[BLOCKLIST_NAME_MAX + 1])
{
	return write_name(list, ip_is_v4(client) ? BLOCKLIST_IPV4 : BLOCKLIST_IPV6, client, out);
}

size_t
blocklist_test_name(const struct blocklist *list, enum blocklist_family family, bool held,
    char out[BLOCKLIST_NAME_MAX + 1])
{
	struct ip point = ip_from_v4((const uint8_t[4]){ 127, 0, 0, held ? 2 : 1 });

	return write_name(list, family, &point, out);
}

static bool
is_error(const uint8_t a[4])
{
	return a[0] != 127 || (a[1] == 255 && a[2] == 255);
}

static bool
is_localhost(const uint8_t a[4])
{
	static const uint8_t localhost[4] = { 127, 0, 0, 1 };

	return memcmp(a, localhost, 4) == 0;
}

static bool
is_one_code(const struct blocklist_codes *c)
{
	return memcmp(c->first, c->last, 4) == 0;
}

static bool
holds(const struct blocklist_codes *c, const uint8_t a[4])
{
	for (size_t i = 0; i < 4; i++)
		if (a[i] < c->first[i] || a[i] > c->last[i])
			return false;
	return true;
}

/* Does an address that is no error say "listed"? */
static bool
is_listing(const struct blocklist *list, const uint8_t a[4])
{
	if (list->code_count == 0)
		return !is_localhost(a);
	for (size_t i = 0; i < list->code_count; i++)
		if (holds(&list->codes[i], a) && (!is_localhost(a) || is_one_code(&list->codes[i])))
			return true;
	return false;
}

static enum blocklist_state
judge_addresses(const struct blocklist *list, const struct blocklist_answer *answer)
{
	bool listed = false, code = false;

	for (size_t i = 0; i < answer->count; i++) {
		const uint8_t *a = answer->addresses[i];

		if (is_error(a))
			return BLOCKLIST_ERROR;
		listed = listed || is_listing(list, a);
		code = code || !is_localhost(a);
	}
	if (listed)
		return BLOCKLIST_LISTED;
	return code || answer->count == 0 ? BLOCKLIST_CLEAN : BLOCKLIST_ERROR;
}

enum blocklist_state
blocklist_judge(const struct blocklist *list, const struct blocklist_answer *answer)
{
	switch (answer->outcome) {
	case BLOCKLIST_DNS_ANSWER:
		return judge_addresses(list, answer);
	case BLOCKLIST_DNS_NXDOMAIN:
	case BLOCKLIST_DNS_NODATA:
		return BLOCKLIST_CLEAN;
	case BLOCKLIST_DNS_FAILED:
		break;
	}
	return BLOCKLIST_ERROR;
}

void
blocklist_vote(struct blocklist_votes *votes, size_t i, enum blocklist_state state)
{
	uint32_t bit = UINT32_C(1) << i;
	uint32_t *mask[] = {
		[BLOCKLIST_PENDING] = &votes->pending,
		[BLOCKLIST_LISTED] = &votes->listed,
		[BLOCKLIST_CLEAN] = &votes->clean,
		[BLOCKLIST_ERROR] = &votes->error,
	};

	for (size_t s = 0; s < sizeof(mask) / sizeof(mask[0]); s++)
		*mask[s] &= ~bit;
	*mask[state] |= bit;
}

struct blocklist_verdict
blocklists_decide(const struct blocklists *set, const struct blocklist_votes *votes)
{
	struct blocklist_verdict v = { .refuse = false };
	int least, most;	/* what the sum can still become: each pending list may be the only one that lists */
	int gain = 0, loss = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct blocklist *l = &set->list[i];

		if (votes->pending >> i & 1)
			*(l->weight < 0 ? &loss : &gain) += l->weight;
		if ((votes->listed >> i & 1) == 0)
			continue;
		v.sum += l->weight;
		if (v.because == NULL || l->weight > v.because->weight)
			v.because = l;
	}
	least = v.sum + loss;
	most = v.sum + gain;
	v.refuse = v.sum >= set->threshold;
	v.final = (least >= set->threshold) == (most >= set->threshold);
	if (!v.refuse)
		v.because = NULL;
	return v;
}

/* An answer came, and it is none of a list. */
static bool
is_foreign(const struct blocklist_answer *answer, enum blocklist_state state)
{
	return answer->outcome == BLOCKLIST_DNS_ANSWER && state == BLOCKLIST_ERROR;
}

enum blocklist_health
blocklist_health(const struct blocklist_answer *held, const struct blocklist_answer *not_held)
{
	static const struct blocklist any_code = { .code_count = 0 };
	enum blocklist_state yes = blocklist_judge(&any_code, held), no = blocklist_judge(&any_code, not_held);

	if (is_foreign(held, yes) || is_foreign(not_held, no))
		return BLOCKLIST_ERROR_ANSWER;
	if (no == BLOCKLIST_LISTED)
		return BLOCKLIST_EVERYTHING_IS_LISTED;
	if (yes == BLOCKLIST_CLEAN)
		return BLOCKLIST_TEST_POINT_NOT_LISTED;
	return yes == BLOCKLIST_LISTED && no == BLOCKLIST_CLEAN ? BLOCKLIST_HEALTHY : BLOCKLIST_NO_ANSWER;
}

const char *
blocklist_state_name(enum blocklist_state s)
{
	static const char *const names[] = {
		[BLOCKLIST_PENDING] = "pending",
		[BLOCKLIST_LISTED] = "listed",
		[BLOCKLIST_CLEAN] = "clean",
		[BLOCKLIST_ERROR] = "error",
	};

	return names[s];
}

const char *
blocklist_health_name(enum blocklist_health h)
{
	static const char *const names[] = {
		[BLOCKLIST_HEALTHY] = "healthy",
		[BLOCKLIST_TEST_POINT_NOT_LISTED] = "test-point-not-listed",
		[BLOCKLIST_EVERYTHING_IS_LISTED] = "everything-is-listed",
		[BLOCKLIST_ERROR_ANSWER] = "error-answer",
		[BLOCKLIST_NO_ANSWER] = "no-answer",
	};

	return names[h];
}
