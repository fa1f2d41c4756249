/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An inventory as JSON: host by host, so that no more than one is in memory twice. */
#include "proxy/survey/inventory_file.h"

#include "proxy/base/escape.h"
#include "proxy/base/ip_text.h"
#include "proxy/survey/inventory_fields.h"
#include "proxy/survey/inventory_order.h"
#include "proxy/survey/learn_words.h"

#include <jansson.h>

/* An object or array that is being made: NULL from the first lack of memory on, so that a row of puts needs one check. */
static void
put(json_t **to, const char *key, json_t *value)
{
	int result = *to == NULL ? (json_decref(value), -1) : key == NULL ? json_array_append_new(*to, value) : json_object_set_new(*to, key, value);

	if (result == -1) {
		json_decref(*to);
		*to = NULL;
	}
}

static json_t *
number(uint64_t n)
{
	return json_integer((json_int_t)(n > INT64_MAX ? INT64_MAX : n));
}

static json_t *
address(const struct ip *ip)
{
	char text[IP_TEXT];

	ip_text(ip, text);
	return json_string(text);
}

static json_t *
bytes(struct span s)
{
	char text[4 * INVENTORY_BANNER + 4];

	escape_write(s, text, sizeof(text));
	return json_string(text);
}

static void
put_fields(json_t **to, const struct inventory_field *f, const void *thing)
{
	for (; f->name != NULL; f++)
		if (*inventory_number(f, thing) != 0)
			put(to, f->name, number(*inventory_number(f, thing)));
}

static json_t *
tries(const struct inventory_tries *t)
{
	json_t *o = json_object();

	put_fields(&o, inventory_tries_fields, t);
	return o;
}

static json_t *
banners(const struct inventory_host *h)
{
	json_t *all = json_array();

	for (size_t i = 0; i < h->banner_count; i++) {
		json_t *o = json_object();

		put(&o, "text", bytes(h->banners[i].text));
		put(&o, "count", number(h->banners[i].count));
		put(&o, "first_us", number(h->banners[i].first_us));
		put(&all, NULL, o);
	}
	return all;
}

static json_t *
software(const struct software *s)
{
	json_t *o = s->name == NULL ? NULL : json_object(), *notes = json_array();
	char text[200];
	const char *note;

	if (s->name == NULL) {
		json_decref(notes);
		return json_null();
	}
	software_text(s, text, sizeof(text));
	for (size_t i = 0; (note = software_note(s, i)) != NULL; i++)
		put(&notes, NULL, json_string(note));
	put(&o, "name", json_string(s->name));
	put(&o, "version", json_string(s->version));
	if (s->platform != NULL)
		put(&o, "platform", json_string(s->platform));
	put(&o, "platform_version", json_string(s->platform_version));
	put(&o, "from", number(s->from));
	put(&o, "text", json_string(text));
	put(&o, "notes", notes);
	return o;
}

static json_t *
words(const struct inventory_word *w, size_t count)
{
	json_t *o = json_object();

	for (size_t i = 0; i < count; i++)
		put(&o, w[i].name, tries(&w[i].tries));
	return o;
}

static json_t *
forms(const struct inventory_host *h)
{
	json_t *o = json_object();

	for (size_t k = 0; k < READING_COUNT; k++)
		if (h->forms[k].tried > 0)
			put(&o, reading_name((enum reading_kind)k), tries(&h->forms[k]));
	return o;
}

static json_t *
faults(const struct inventory_host *h)
{
	json_t *o = json_object();

	for (size_t k = 1; k < TEXT_FAULTS; k++)
		if (h->faults[k] > 0)
			put(&o, text_fault_name((enum text_fault)k), number(h->faults[k]));
	return o;
}

static json_t *
links(const struct inventory *v, const struct vec *all)
{
	json_t *array = json_array();

	for (size_t i = 0; i < all->count; i++) {
		const struct inventory_link *l = inventory_link_at(all, i);
		json_t *o = json_object();

		put(&o, "client", address(&inventory_client_at(v, l->client)->ip));
		put_fields(&o, inventory_link_fields, l);
		put(&array, NULL, o);
	}
	return array;
}

static json_t *
client(const struct learnt *l, uint32_t i)
{
	json_t *o = json_object(), *is = json_array();

	for (unsigned bit = 0; learn_word(bit) != NULL; bit++)
		if ((l->clients[i].is & 1u << bit) != 0)
			put(&is, NULL, json_string(learn_word(bit)));
	put(&o, "address", address(&inventory_client_at(l->of, i)->ip));
	put_fields(&o, inventory_client_fields, inventory_client_at(l->of, i));
	put(&o, "is", is);
	return o;
}

static json_t *
domain(const struct learnt *l, uint32_t i)
{
	const struct inventory_domain *d = inventory_domain_at(l->of, i);
	json_t *o = json_object();

	put(&o, "name", bytes(d->name));
	put_fields(&o, inventory_domain_fields, d);
	put(&o, "links", links(l->of, &d->links));
	put(&o, "learnt", json_string(learn_name(l->domains[i].is)));
	put(&o, "weak", json_boolean(l->domains[i].weak));
	put(&o, "why", json_string(l->domains[i].why));
	return o;
}

static json_t *
sender(const struct learnt *l, uint32_t i)
{
	const struct inventory_sender *s = inventory_sender_at(l->of, i);
	json_t *o = json_object();

	put(&o, "name", bytes(s->name));
	put_fields(&o, inventory_sender_fields, s);
	put(&o, "links", links(l->of, &s->links));
	return o;
}

static json_t *
list(const struct learnt *l, const struct inventory_list *of, uint32_t host, json_t *(*one)(const struct learnt *l, uint32_t i))
{
	json_t *array = json_array();

	for (uint32_t i = of->begins[host]; i < of->begins[host + 1]; i++)
		put(&array, NULL, one(l, of->places[i]));
	return array;
}

static json_t *
host(const struct learnt *l, const struct inventory_order *order, uint32_t i)
{
	const struct inventory_host *h = inventory_host_at(l->of, i);
	json_t *o = json_object();

	put(&o, "address", address(&h->ip));
	put(&o, "port", number(h->port));
	put(&o, "ours", json_boolean(l->ours[i]));
	put(&o, "hostname", bytes(h->hostname));
	put(&o, "ehlo_name", bytes(h->ehlo_name));
	put(&o, "software", software(&h->software));
	put(&o, "banners", banners(h));
	put_fields(&o, inventory_host_fields, h);
	put(&o, "keywords", words(h->keywords, h->keyword_count));
	put(&o, "mechanisms", words(h->mechanisms, h->mechanism_count));
	put(&o, "forms", forms(h));
	put(&o, "faults", faults(h));
	put(&o, "domains", list(l, &order->domains, i, domain));
	put(&o, "clients", list(l, &order->clients, i, client));
	put(&o, "senders", list(l, &order->senders, i, sender));
	return o;
}

static int
write_hosts(const struct learnt *l, const struct inventory_order *order, FILE *out)
{
	for (uint32_t i = 0; i < l->of->hosts.count; i++) {
		json_t *o = host(l, order, i);
		int result = -1;

		fputs(i == 0 ? "\n" : ",\n", out);
		if (o != NULL)
			result = json_dumpf(o, out, JSON_COMPACT | JSON_ENSURE_ASCII);
		json_decref(o);
		if (result == -1 && !ferror(out))
			return -1;
	}
	return 0;
}

int
inventory_write(const struct inventory *v, const struct learnt *l, FILE *out)
{
	struct inventory_order order;
	int result;

	if (inventory_order(v, &order) == -1)
		return -1;
	fprintf(out, "{\"format\":\"relaywall-inventory\",\"version\":%d", INVENTORY_VERSION);
	for (const struct inventory_field *f = inventory_fields; f->name != NULL; f++)
		if (*inventory_number(f, v) != 0)
			fprintf(out, ",\"%s\":%llu", f->name, (unsigned long long)*inventory_number(f, v));
	fputs(",\"hosts\":[", out);
	result = write_hosts(l, &order, out);
	fputs("]}\n", out);
	inventory_order_done(&order);
	return result;
}
