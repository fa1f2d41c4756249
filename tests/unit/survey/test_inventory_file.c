/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/inventory_file.h"

#include "tests/unit/scarce.h"
#include "tests/unit/suite.h"
#include "tests/unit/survey/scene.h"

#include <jansson.h>
#include <stdlib.h>

#define HOST "198.51.100.25"
#define PEER(n) "203.0.113." #n

static const struct scene_row rows[] = {
	{ HOST, PEER(1), "mail.local.example ESMTP Sendmail AIX4.3/8.9.3p2/8.9.3; Mon, 12", "mx.b.example", "a@b.example", "u@local.example", 250, NULL, 250 },
	{ HOST, PEER(2), "a\x01\xff\"\\ banner", "mx.c.example", "", "u%far.example@local.example", 250, NULL, 250 },
	{ HOST, PEER(2), NULL, "mx.c.example", "a@c.example", "u@far.example", 550, "Relaying denied", 0 },
	{ "2001:db8::25", PEER(3), "x ESMTP Exim 4.94.2 Mon", "mx.c.example", "a@c.example", "u@else.example", 250, NULL, 250 },
	{ 0 },
};

static struct inventory *
scene(void)
{
	struct inventory *v = scene_new(rows);
	struct exchange e = { .kind = EXCHANGE_COMMAND, .verb = VERB_EHLO, .code = 250, .reply = SPAN("250-x\r\n250-SIZE 1000\r\n250 AUTH LOGIN\r\n") };

	scene_exchange(v, HOST, PEER(4), &e);
	e = (struct exchange){ .kind = EXCHANGE_COMMAND, .verb = VERB_AUTH, .argument = SPAN("LOGIN"), .code = 235 };
	scene_exchange(v, HOST, PEER(4), &e);
	e = (struct exchange){ .kind = EXCHANGE_MESSAGE, .code = 250, .faults = 1 << TEXT_BARE_CR, .octets = 9 };
	scene_exchange(v, HOST, PEER(4), &e);
	return v;
}

/* Written by one of the two; malloced. */
static char *
text_of(const struct inventory *v, int (*write)(const struct inventory *v, const struct learnt *l, FILE *out))
{
	struct learnt *l = learn(v);
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	CHECK(write(v, l, out) == 0, "no memory");
	fclose(out);
	learn_free(l);
	return text;
}

static struct inventory *
read_text(const char *text, size_t len, char **said)
{
	FILE *in = fmemopen((char *)text, len, "r"), *errors;
	struct inventory *v;
	size_t n;

	errors = open_memstream(said, &n);
	v = inventory_read(in, "i.json", errors);
	fclose(errors);
	fclose(in);
	return v;
}

static void
what_was_written_is_read_back(void)
{
	struct inventory *v = scene(), *again;
	char *text = text_of(v, inventory_write), *shown = text_of(v, inventory_show), *said, *twice, *shown_twice;

	again = read_text(text, strlen(text), &said);
	CHECK(again != NULL, "%s", said);
	if (again != NULL) {
		twice = text_of(again, inventory_write);
		shown_twice = text_of(again, inventory_show);
		CHECK(strcmp(text, twice) == 0, "%s\nand then\n%s", text, twice);
		CHECK(strcmp(shown, shown_twice) == 0, "%s\nand then\n%s", shown, shown_twice);
		free(twice);
		free(shown_twice);
	}
	inventory_free(again);
	inventory_free(v);
	free(said);
	free(text);
	free(shown);
}

static void
it_says_what_it_is(void)
{
	struct inventory *v = scene();
	char *text = text_of(v, inventory_write);
	json_t *o = json_loads(text, 0, NULL), *host = json_array_get(json_object_get(o, "hosts"), 0);
	json_t *domain = json_array_get(json_object_get(host, "domains"), 0);

	CHECK(strcmp(json_string_value(json_object_get(o, "format")), "relaywall-inventory") == 0, "format");
	CHECK(json_integer_value(json_object_get(o, "version")) == INVENTORY_VERSION, "version");
	CHECK(strcmp(json_string_value(json_object_get(host, "address")), HOST) == 0, "address");
	CHECK(strcmp(json_string_value(json_object_get(json_object_get(host, "software"), "text")), "sendmail 8.9.3p2 (AIX 4.3)") == 0, "software");
	CHECK(strcmp(json_string_value(json_object_get(domain, "name")), "local.example") == 0, "domain");
	CHECK(strcmp(json_string_value(json_object_get(domain, "learnt")), "local") == 0, "learnt");
	CHECK(json_object_get(json_object_get(host, "forms"), "percent-hack") != NULL, "forms");
	json_decref(o);
	free(text);
	inventory_free(v);
}

static void
all_that_is_written_is_printable(void)
{
	struct inventory *v = scene();
	char *texts[] = { text_of(v, inventory_write), text_of(v, inventory_show) };

	for (size_t i = 0; i < 2; i++) {
		for (const char *p = texts[i]; *p != '\0'; p++)
			CHECK(*p == '\n' || (*p >= ' ' && *p <= '~'), "octet %d in %s", *p, texts[i]);
		CHECK(strstr(texts[i], "mail.local.example") != NULL && strstr(texts[i], "far.example") != NULL, "%s", texts[i]);
		free(texts[i]);
	}
	inventory_free(v);
}

static const struct { const char *text, *said; } bad[] = {
	{ "", "no JSON" }, { "{", "no JSON" }, { "[]", "no inventory" }, { "{}", "no inventory" }, { "{\"format\":\"x\"}", "no inventory" },
#define HEAD "{\"format\":\"relaywall-inventory\",\"version\":1,"
	{ "{\"format\":\"relaywall-inventory\",\"version\":2}", "version 2, expected 1" },
	{ HEAD "\"sessions\":-1}", "no number" }, { HEAD "\"sessions\":\"x\"}", "no number" },
	{ HEAD "\"hosts\":[{}]}", "no address" }, { HEAD "\"hosts\":[{\"address\":\"x\",\"port\":25}]}", "no address" },
	{ HEAD "\"hosts\":[{\"address\":\"192.0.2.1\"}]}", "port 0" }, { HEAD "\"hosts\":[{\"address\":\"192.0.2.1\",\"port\":65536}]}", "port 65536" },
#define IN HEAD "\"hosts\":[{\"address\":\"192.0.2.1\",\"port\":25,"
	{ IN "\"hostname\":\"a\\nb\"}]}", "no domain name" }, { IN "\"hostname\":\"\\\"\"}]}", "no domain name" },
	{ IN "\"domains\":[{\"name\":\"\"}]}]}", "no domain name" }, { IN "\"domains\":[{}]}]}", "no domain name" }, { IN "\"domains\":[3]}]}", "no domain name" },
	{ IN "\"clients\":[{\"address\":\"x\"}]}]}", "no address" }, { IN "\"senders\":[{\"name\":\"-\"}]}]}", "no domain name" },
	{ IN "\"domains\":[{\"name\":\"a.example\",\"links\":[{}]}]}]}", "no address" },
	{ IN "\"forms\":{\"percent-hack\":{\"tried\":-3}}}]}", "no number" },
};

static const char *const odd[] = {
	HEAD "\"hosts\":{}}", HEAD "\"hosts\":3,\"more\":null}", IN "\"clients\":3,\"domains\":{},\"senders\":\"x\"}]}",
	IN "\"software\":{\"name\":\"nothing of ours\",\"version\":\"1\"}}]}", IN "\"software\":{\"name\":\"Exim\",\"version\":\"; rm\",\"from\":99}}]}",
	IN "\"software\":3,\"banners\":[3,{\"text\":\"\\\\\"},{\"text\":\"a\",\"count\":-1}],\"keywords\":{\"\":1,\"x\":{}},\"faults\":3}]}",
	IN "\"domains\":[{\"name\":\"a.example\",\"links\":[{\"client\":\"192.0.2.9\"}]}]}]}",
	IN "\"hostname\":\"A.Example\",\"domains\":[{\"name\":\"a.example\"},{\"name\":\"A.example\"}]}]}",
};

static void
a_bad_file_is_told_and_an_odd_one_is_read(void)
{
	char *said;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct inventory *v = read_text(bad[i].text, strlen(bad[i].text) + (bad[i].text[0] == '\0'), &said);

		CHECK(v == NULL && strstr(said, bad[i].said) != NULL && strncmp(said, "i.json: ", 8) == 0, "%s: said \"%s\"", bad[i].text, said);
		free(said);
	}
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct inventory *v = read_text(odd[i], strlen(odd[i]), &said);

		CHECK(v != NULL && said[0] == '\0', "%s: %s", odd[i], said);
		if (v != NULL)
			free(text_of(v, inventory_write));
		free(said);
		inventory_free(v);
	}
}

static void
a_file_that_is_cut_is_told(void)
{
	struct inventory *v = scene();
	char *text = text_of(v, inventory_write), *said;

	for (size_t cut = 1; cut + 2 < strlen(text); cut += 7) {
		struct inventory *half = read_text(text, cut, &said);

		CHECK(half == NULL && strstr(said, "no JSON") != NULL, "at %zu: %s", cut, said);
		free(said);
	}
	free(text);
	inventory_free(v);
}

/* Its scanner leaves out octets of a text that it cannot make longer, and does not say so. */
static const char *const jansson[] = { "libjansson.so", NULL };

static void
a_lack_of_memory_is_told(void)
{
	struct inventory *v = scene();
	struct learnt *l = learn(v);
	char *text = text_of(v, inventory_write), said[500];
	FILE *out = fopen("/dev/null", "w"), *errors = fmemopen(said, sizeof(said), "w");
	struct scarce s;

	setvbuf(out, NULL, _IONBF, 0);
	setvbuf(errors, NULL, _IONBF, 0);
	SCARCE_STRIDE(&s, 13) {
		int wrote, showed;

		scarce_begin(&s);
		wrote = inventory_write(v, l, out);
		showed = s.denied ? 0 : inventory_show(v, l, out);
		scarce_end(&s);
		CHECK((wrote == -1 || showed == -1) == s.denied || (wrote == 0 && showed == 0 && s.nth > 0), "%s: %d, %d", scarce_run(&s), wrote, showed);
	}
	scarce_spare(jansson);
	SCARCE_STRIDE(&s, 13) {
		FILE *in = fmemopen(text, strlen(text), "r");
		struct inventory *again;

		setvbuf(in, NULL, _IONBF, 0);
		rewind(errors);
		scarce_begin(&s);
		again = inventory_read(in, "i.json", errors);
		scarce_end(&s);
		fclose(in);
		CHECK((again == NULL) == s.denied, "%s", scarce_run(&s));
		inventory_free(again);
	}
	scarce_spare(NULL);
	fclose(out);
	fclose(errors);
	learn_free(l);
	free(text);
	inventory_free(v);
}

static CU_TestInfo tests[] = {
	{ "what was written is read back", what_was_written_is_read_back },
	{ "it says what it is", it_says_what_it_is },
	{ "all that is written is printable", all_that_is_written_is_printable },
	{ "a bad file is told, and an odd one is read", a_bad_file_is_told_and_an_odd_one_is_read },
	{ "a file that is cut is told", a_file_that_is_cut_is_told },
	{ "a lack of memory is told", a_lack_of_memory_is_told },
	CU_TEST_INFO_NULL,
};
SUITE(inventory_file, tests)
