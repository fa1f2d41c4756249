/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memfd_create() */
#include "proxy/keeper/process/roll.h"

#include "proxy/keeper/process/document.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TEXT_MOST = 256 };

/* The memory, and how much of it has lines. */
struct writer {
	char *text;
	size_t len;
	bool more;	/* a session is not among them */
};

/* No session, so whoever reads it knows that something is missing. */
static const char more_line[] = "more\n";

int
roll_new(void)
{
	int fd = memfd_create("relaywall-roll", MFD_CLOEXEC | MFD_ALLOW_SEALING), error;

	if (fd == -1)
		return -1;
	if (ftruncate(fd, ROLL_OCTETS) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static json_t *
describe(const struct stream_view *v)
{
	const struct session *s = v->session;
	json_t *o = json_object();

	document_put(&o, "id", json_string(s->id));
	document_put(&o, "client", document_ip(&s->client));
	document_put(&o, "client_port", json_integer(s->client_port));
	document_put(&o, "host", document_bytes(s->host->name));
	document_put(&o, "address", document_ip(&s->address));
	document_put(&o, "network", document_bytes(s->policy->network_names[s->network]));
	document_put(&o, "state", json_string(v->connecting ? "connecting" : dialogue_state_name(v->state)));
	document_put(&o, "tls", json_boolean(v->secured));
	document_put(&o, "authenticated", json_boolean(v->authenticated));
	document_put(&o, "age_ms", json_integer((json_int_t)v->age_ms));
	document_put(&o, "recipients_taken", json_integer(v->taken));
	document_put(&o, "recipients_refused", json_integer(v->refused));
	document_put(&o, "last", json_string(v->last == NULL ? "" : v->last));
	document_put(&o, "octets_to_host", json_integer((json_int_t)v->octets[SIDE_HOST]));
	document_put(&o, "octets_to_client", json_integer((json_int_t)v->octets[SIDE_CLIENT]));
	return o;
}

static void
write_one(void *cookie, const struct stream_view *v)
{
	struct writer *w = cookie;
	json_t *o;
	size_t n;

	w->more |= w->len + ROLL_LINE + sizeof(more_line) > ROLL_OCTETS;
	if (w->more)
		return;
	o = describe(v);
	n = o == NULL ? 0 : json_dumpb(o, w->text + w->len, ROLL_LINE - 1, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(o);
	if (n == 0 || n > ROLL_LINE - 1) {
		memset(w->text + w->len, 0, ROLL_LINE);	/* what was begun */
		w->more = true;
		return;
	}
	w->text[w->len + n] = '\n';
	w->len += n + 1;
}

/* Mapped: a worker may not write to files, of which this is one to the kernel. */
void
roll_write(const struct stream *s, int fd)
{
	struct writer w = { .text = mmap(NULL, ROLL_OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) };

	if (w.text == MAP_FAILED)
		return;
	stream_each_session(s, write_one, &w);
	if (w.more)
		memcpy(w.text + w.len, more_line, sizeof(more_line) - 1);
	munmap(w.text, ROLL_OCTETS);
}

void
roll_begin(struct roll *r, int fd)
{
	r->fd = fd;
	r->at = r->start = r->end = 0;
	r->torn = false;
}

/* The next line without its end; at NULL: there is none. */
static struct span
next_line(struct roll *r)
{
	const char *lf = memchr(r->text + r->start, '\n', r->end - r->start);
	struct span line = { 0 };
	ssize_t n;

	if (lf == NULL) {
		memmove(r->text, r->text + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
		n = pread(r->fd, r->text + r->end, sizeof(r->text) - r->end, (off_t)r->at);
		r->at += n > 0 ? (size_t)n : 0;
		r->end += n > 0 ? (size_t)n : 0;
		lf = memchr(r->text, '\n', r->end);
	}
	if (lf == NULL)
		return line;
	line = span_of((const uint8_t *)r->text + r->start, (size_t)(lf - r->text) - r->start);
	r->start += line.len + 1;
	return line;
}

static void
take(json_t **to, const json_t *from, const char *key, json_type type)
{
	const json_t *value = json_object_get(from, key);
	bool is_good = value != NULL && (json_typeof(value) == type || (type == JSON_TRUE && json_is_false(value))) &&
	    json_string_length(value) <= TEXT_MOST;

	document_put(to, key, is_good ? json_copy((json_t *)value) : NULL);
}

json_t *
roll_next(struct roll *r)
{
	static const struct {
		const char *key;
		json_type type;
	} parts[] = {
		{ "id", JSON_STRING }, { "client", JSON_STRING }, { "client_port", JSON_INTEGER }, { "host", JSON_STRING },
		{ "address", JSON_STRING }, { "network", JSON_STRING }, { "state", JSON_STRING }, { "tls", JSON_TRUE },
		{ "authenticated", JSON_TRUE }, { "age_ms", JSON_INTEGER }, { "recipients_taken", JSON_INTEGER },
		{ "recipients_refused", JSON_INTEGER }, { "last", JSON_STRING }, { "octets_to_host", JSON_INTEGER },
		{ "octets_to_client", JSON_INTEGER },
	};
	struct span line = next_line(r);
	json_t *said, *o;

	r->torn = line.at == NULL && r->end > r->start && r->text[r->start] != '\0';	/* a line without an end */
	if (line.at == NULL)
		return NULL;
	said = json_loadb((const char *)line.at, line.len, JSON_REJECT_DUPLICATES, NULL);
	o = said == NULL ? NULL : json_object();
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		take(&o, said, parts[i].key, parts[i].type);
	json_decref(said);
	r->torn = o == NULL;
	return o;
}
