/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document.h - JSON that one process hands to another, in memory that goes by the wire
 * as a descriptor: of any size, and understood by a program of another version.
 *
 * Objects and arrays are built by rows of document_put() and document_append(). Want
 * of memory sticks: what is being built becomes NULL, so that a document is whole or
 * none.
 */
#ifndef PROXY_KEEPER_PROCESS_DOCUMENT_H
#define PROXY_KEEPER_PROCESS_DOCUMENT_H

#include "classifier/ip.h"
#include "classifier/span.h"

#include <jansson.h>
#include <time.h>

enum {
	DOCUMENT_MOST = 64 << 20,	/* octets that are read of one */
	DOCUMENT_TIME = 24,		/* "2026-11-26T11:05:26Z" and its NUL */
};

/* Put value, which is the document's then, into *object. NULL for either: *object is freed, and NULL. */
void document_put(json_t **object, const char *key, json_t *value);
void document_append(json_t **array, json_t *value);

/* Values; NULL without memory. What is not ASCII stands in the escapes of proxy/base/escape.h, and is cut after 2,000 octets. */
json_t *document_bytes(struct span bytes);
json_t *document_ip(const struct ip *ip);
json_t *document_now(void);

/* RFC 3339, UTC. */
void document_time(time_t t, char out[DOCUMENT_TIME]);

/* A descriptor of memory that holds this document, the caller's to close; or -1 with errno. NULL: none, ENOMEM. */
int document_write(const json_t *o);

/* The object that is in this memory, the caller's; NULL: it is none, or larger than DOCUMENT_MOST, or there is no memory. The descriptor stays open. */
json_t *document_read(int fd);

/*
 * Add what another one has counted: numbers of the same name are summed, objects are
 * joined, all else is left as it is in *to. 0, or -1: no memory, *to is what it was or part of the sum.
 */
int document_add(json_t *to, const json_t *other);

#endif
