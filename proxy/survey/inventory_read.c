/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An inventory back from its JSON. The file may be anybody's: what is no address, name or number is told and ends it, what
 * is missing counts as 0, what is not known is passed over.
 */
#include "proxy/survey/inventory_file.h"

#include "classifier/domain.h"
#include "proxy/base/escape.h"
#include "proxy/survey/inventory_fields.h"
#include "proxy/survey/software_table.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

struct reader {
	struct inventory *v;
	const char *file;
	FILE *errors;
	uint32_t host;			/* that is being read */
};

__attribute__((format(printf, 2, 3))) static int
fault(const struct reader *r, const char *format, ...)
{
	va_list ap;

	fprintf(r->errors, "%s: ", r->file);
	va_start(ap, format);
	vfprintf(r->errors, format, ap);
	va_end(ap);
	fputc('\n', r->errors);
	return -1;
}

static int
read_fields(const struct reader *r, const json_t *o, const struct inventory_field *f, void *thing)
{
	for (; f->name != NULL; f++) {
		const json_t *n = json_object_get(o, f->name);

		if (n == NULL)
			continue;
		if (!json_is_integer(n) || json_integer_value(n) < 0)
			return fault(r, "\"%s\" is no number, expected 0 or more", f->name);
		*inventory_number(f, thing) = (uint64_t)json_integer_value(n);
	}
	return 0;
}

static int
read_address(const struct reader *r, const json_t *text, struct ip *ip)
{
	const char *s = json_string_value(text);
	uint8_t v4[4];

	if (s != NULL && inet_pton(AF_INET, s, v4) == 1) {
		*ip = ip_from_v4(v4);
		return 0;
	}
	return s != NULL && inet_pton(AF_INET6, s, ip->bytes) == 1 ? 0 : fault(r, "found no address where one was expected");
}

/* A domain name, in lower case; memory: json's. required: the empty text is none. */
static int
read_name(const struct reader *r, const json_t *text, bool required, uint8_t lower[DOMAIN_MAX], struct span *name)
{
	*name = span_of(json_string_value(text), json_string_length(text));
	if (name->len == 0 && !required)
		return 0;
	if (!domain_valid(*name))
		return fault(r, "found no domain name where one was expected");
	*name = domain_lower(*name, lower);
	return 0;
}

static int
read_links(const struct reader *r, const json_t *array, struct vec *links, uint64_t *left_out)
{
	const json_t *o;
	size_t i;

	json_array_foreach(array, i, o) {
		struct inventory_link *l;
		struct ip ip;

		if (read_address(r, json_object_get(o, "client"), &ip) == -1)
			return -1;
		l = inventory_link(r->v, links, inventory_find_client(r->v, r->host, &ip), left_out);
		if (l != NULL && read_fields(r, o, inventory_link_fields, l) == -1)
			return -1;
	}
	return 0;
}

static int
read_client(const struct reader *r, const json_t *o)
{
	struct ip ip;
	uint32_t i;

	if (read_address(r, json_object_get(o, "address"), &ip) == -1)
		return -1;
	i = inventory_client(r->v, r->host, &ip);
	return i == INVENTORY_NONE ? 0 : read_fields(r, o, inventory_client_fields, inventory_client_at(r->v, i));
}

static int
read_domain(const struct reader *r, const json_t *o)
{
	uint8_t lower[DOMAIN_MAX];
	struct inventory_domain *d;
	struct span name;
	uint32_t i;

	if (read_name(r, json_object_get(o, "name"), true, lower, &name) == -1)
		return -1;
	i = inventory_domain(r->v, r->host, name, json_integer_value(json_object_get(o, "accepted")) > 0);
	if (i == INVENTORY_NONE)
		return 0;
	d = inventory_domain_at(r->v, i);
	if (read_fields(r, o, inventory_domain_fields, d) == -1)
		return -1;
	return read_links(r, json_object_get(o, "links"), &d->links, &d->links_left_out);
}

static int
read_sender(const struct reader *r, const json_t *o)
{
	uint8_t lower[DOMAIN_MAX];
	struct inventory_sender *s;
	struct span name;
	uint32_t i;

	if (read_name(r, json_object_get(o, "name"), true, lower, &name) == -1)
		return -1;
	i = inventory_sender(r->v, r->host, name);
	if (i == INVENTORY_NONE)
		return 0;
	s = inventory_sender_at(r->v, i);
	if (read_fields(r, o, inventory_sender_fields, s) == -1)
		return -1;
	return read_links(r, json_object_get(o, "links"), &s->links, &s->links_left_out);
}

static int
read_list(const struct reader *r, const json_t *host, const char *key, int (*one)(const struct reader *r, const json_t *o))
{
	const json_t *array = json_object_get(host, key), *o;
	size_t i;

	json_array_foreach(array, i, o)
		if (one(r, o) == -1)
			return -1;
	return 0;
}

static void
read_banners(const struct reader *r, const json_t *array, struct inventory_host *h)
{
	const json_t *o;
	size_t i;

	json_array_foreach(array, i, o) {
		struct span text = span_str(json_string_value(json_object_get(o, "text")));
		uint8_t raw[4 * INVENTORY_BANNER];
		ptrdiff_t n = text.len > sizeof(raw) ? -1 : escape_read(text, raw);

		if (h->banner_count == INVENTORY_BANNERS || n < 0 || n > INVENTORY_BANNER) {
			h->banners_left_out++;
			continue;
		}
		h->banners[h->banner_count++] = (struct inventory_banner){
			.text = inventory_keep(r->v, span_of(raw, (size_t)n)),
			.count = (uint64_t)json_integer_value(json_object_get(o, "count")),
			.first_us = (uint64_t)json_integer_value(json_object_get(o, "first_us")),
		};
	}
}

/* Names are those of the table: a text that a file claims to be one would outlive the file. */
static void
read_software(const json_t *o, struct software *s)
{
	const char *name = json_string_value(json_object_get(o, "name")), *platform = json_string_value(json_object_get(o, "platform"));
	const char *version = json_string_value(json_object_get(o, "version")), *of = json_string_value(json_object_get(o, "platform_version"));
	json_int_t from = json_integer_value(json_object_get(o, "from"));

	for (size_t k = 0; name != NULL && k < software_sign_count; k++) {
		const struct software_sign *sign = &software_signs[k];

		if (strcmp(sign->name, name) != 0 || (platform == NULL) != (sign->platform == NULL) ||
		    (platform != NULL && strcmp(sign->platform, platform) != 0))
			continue;
		*s = (struct software){ .name = sign->name, .platform = sign->platform };
		s->from = from >= 0 && from < SOFTWARE_SOURCES ? (enum software_source)from : SOFTWARE_REPLY;
		software_take_version(version, s->version);
		software_take_version(of, s->platform_version);
		return;
	}
}

static int
read_words(const struct reader *r, json_t *o, struct inventory_word *words, size_t *count)
{
	const char *name;
	json_t *value;

	json_object_foreach(o, name, value) {
		struct inventory_word *w = inventory_word(words, count, span_str(name));

		if (w != NULL && read_fields(r, value, inventory_tries_fields, &w->tries) == -1)
			return -1;
	}
	return 0;
}

static int
read_kinds(const struct reader *r, const json_t *o, struct inventory_host *h)
{
	const json_t *forms = json_object_get(o, "forms"), *faults = json_object_get(o, "faults");

	for (size_t k = 0; k < READING_COUNT; k++)
		if (read_fields(r, json_object_get(forms, reading_name((enum reading_kind)k)), inventory_tries_fields, &h->forms[k]) == -1)
			return -1;
	for (size_t k = 1; k < TEXT_FAULTS; k++)
		h->faults[k] = (uint64_t)json_integer_value(json_object_get(faults, text_fault_name((enum text_fault)k)));
	return 0;
}

static int
read_names(const struct reader *r, const json_t *o, struct inventory_host *h)
{
	uint8_t lower[DOMAIN_MAX];
	struct span name;

	if (read_name(r, json_object_get(o, "hostname"), false, lower, &name) == -1)
		return -1;
	if (name.len > 0)
		h->hostname = inventory_keep(r->v, name);
	if (read_name(r, json_object_get(o, "ehlo_name"), false, lower, &name) == -1)
		return -1;
	if (name.len > 0)
		h->ehlo_name = inventory_keep(r->v, name);
	return 0;
}

static int
read_host(struct reader *r, const json_t *o)
{
	json_int_t port = json_integer_value(json_object_get(o, "port"));
	struct inventory_host *h;
	struct ip ip;

	if (read_address(r, json_object_get(o, "address"), &ip) == -1)
		return -1;
	if (port < 1 || port > UINT16_MAX)
		return fault(r, "found port %lld, expected 1 to 65535", (long long)port);
	r->host = inventory_host(r->v, &ip, (uint16_t)port);
	if (r->host == INVENTORY_NONE) {
		r->v->hosts_left_out++;
		return 0;
	}
	h = inventory_host_at(r->v, r->host);
	if (read_fields(r, o, inventory_host_fields, h) == -1 || read_names(r, o, h) == -1 || read_kinds(r, o, h) == -1)
		return -1;
	read_banners(r, json_object_get(o, "banners"), h);
	read_software(json_object_get(o, "software"), &h->software);
	if (read_words(r, json_object_get(o, "keywords"), h->keywords, &h->keyword_count) == -1 ||
	    read_words(r, json_object_get(o, "mechanisms"), h->mechanisms, &h->mechanism_count) == -1)
		return -1;
	if (read_list(r, o, "clients", read_client) == -1 || read_list(r, o, "domains", read_domain) == -1)
		return -1;
	return read_list(r, o, "senders", read_sender);
}

static int
read_all(struct reader *r, const json_t *o)
{
	const char *format = json_string_value(json_object_get(o, "format"));
	json_int_t version = json_integer_value(json_object_get(o, "version"));
	const json_t *host;
	size_t i;

	if (format == NULL || strcmp(format, "relaywall-inventory") != 0)
		return fault(r, "this is no inventory, expected what relaywall tap writes with its option for that");
	if (version != INVENTORY_VERSION)
		return fault(r, "this inventory is of version %lld, expected %d", (long long)version, INVENTORY_VERSION);
	if (read_fields(r, o, inventory_fields, r->v) == -1)
		return -1;
	json_array_foreach(json_object_get(o, "hosts"), i, host)
		if (read_host(r, host) == -1)
			return -1;
	return 0;
}

struct inventory *
inventory_read(FILE *in, const char *name, FILE *errors)
{
	struct reader r = { .v = inventory_new(), .file = name, .errors = errors };
	json_error_t error;
	uint64_t before;
	json_t *o;
	int result;

	if (r.v == NULL) {
		fault(&r, "no memory");
		return NULL;
	}
	o = json_loadf(in, JSON_REJECT_DUPLICATES, &error);
	if (o == NULL) {
		fault(&r, "line %d: this is no JSON text: %s", error.line, json_error_code(&error) == json_error_out_of_memory ? "no memory" : "it cannot be read");
		inventory_free(r.v);
		return NULL;
	}
	result = read_all(&r, o);
	before = (uint64_t)json_integer_value(json_object_get(o, "no_memory"));
	json_decref(o);
	if (result == 0 && r.v->no_memory > before)
		result = fault(&r, "no memory");
	if (result == 0)
		return r.v;
	inventory_free(r.v);
	return NULL;
}
