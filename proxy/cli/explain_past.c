/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/explain_past.h"

#include "proxy/cli/cli.h"
#include "proxy/cli/past.h"
#include "proxy/cli/shown.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

static const char usual_policy[] = "/etc/relaywall/relaywall.conf";

static int
read_journal(struct history *h, const char *path)
{
	char why[UNPACKER_ERROR];
	struct unpacker *journal = unpacker_open(path, why);
	int result = -1;

	if (journal != NULL && (result = history_read(h, journal)) == -1)
		snprintf(why, sizeof(why), "%s", strerror(errno));
	else if (journal != NULL)
		result = unpacker_check(journal, why);
	if (result == -1)
		fprintf(stderr, "relaywall explain: %s: %s\n", shown(path), why);
	unpacker_close(journal);
	return result;
}

/* What of the journal could not be used. */
static void
tell_rest(const struct history *h)
{
	if (h->bad > 0)
		fprintf(stderr, "relaywall explain: %" PRIu64 " lines were passed over that are none of a journal, or torn\n", h->bad);
	if (h->version > 0)
		fprintf(stderr, "relaywall explain: %" PRIu64 " lines were passed over that are of another version of the journal\n", h->version);
	if (h->more > 0)
		fprintf(stderr, "relaywall explain: %" PRIu64 " further lines of such sessions are not shown\n", h->more);
}

/* Each session in turn. The number of them. */
static unsigned
tell_sessions(struct past *p, const struct history *h)
{
	const struct history_session *all = h->sessions.at;
	unsigned told = 0;

	for (size_t i = 0; i < h->sessions.count; i++) {
		if (!history_is_wanted(h, &all[i]))
			continue;
		if (told++ > 0 && !p->json)
			putchar('\n');
		past_tell(p, &all[i]);
	}
	if (told > 1 && !p->json)
		printf("\n%u sessions had this id: %s@TIME, with how the time of a line begins, is one of them\n", told, h->id);
	return told;
}

static int
status_of(const struct past *p, const struct history *h, unsigned told)
{
	if (told == 0)
		fprintf(stderr, "relaywall explain: no session %s in %" PRIu64 " lines\n", h->id, h->lines);
	if (p->contradictions > 0)
		fprintf(stderr, "relaywall explain: %u of %u decisions are not those of the policy that was in force\n", p->contradictions, p->decisions);
	if (fflush(stdout) != 0 || ferror(stdout) || p->failed) {
		fprintf(stderr, "relaywall explain: cannot write all of the answer\n");
		return CLI_FAILED;
	}
	return told == 0 || p->contradictions > 0 ? CLI_FAILED : CLI_OK;
}

static int
answer(const struct explain_past *o, const struct history *h)
{
	const char *policy = o->policy != NULL ? o->policy : access(usual_policy, R_OK) == 0 ? usual_policy : NULL;
	struct site *today = policy == NULL ? NULL : site_load(policy, stderr);
	struct past p = { .today = today, .archive = o->archive != NULL ? o->archive : today == NULL ? NULL : today->archive, .json = o->json };
	unsigned told = tell_sessions(&p, h);
	int status = status_of(&p, h, told);

	past_done(&p);
	site_free(today);
	return policy != NULL && today == NULL ? CLI_FAILED : status;
}

int
explain_past(const struct explain_past *o)
{
	struct history h;
	int status = CLI_USAGE;

	if (history_init(&h, o->wanted) == -1) {
		fprintf(stderr, "relaywall explain: %s: not the id of a session, expected eight hexadecimal digits, and perhaps @TIME\n", shown(o->wanted));
		return CLI_USAGE;
	}
	if (read_journal(&h, o->journal) == 0) {
		tell_rest(&h);
		status = answer(o, &h);
	}
	history_done(&h);
	return status;
}
