/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* memmem() */
#include "proxy/keeper/board/page.h"

#include "classifier/span.h"
#include "proxy/keeper/board/tables.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

/* The files, put into the program by the linker: Makefile, "embedded". */
#define EMBEDDED(name)                                              \
	extern const uint8_t _binary_proxy_keeper_board_page_##name##_start[]; \
	extern const uint8_t _binary_proxy_keeper_board_page_##name##_end[];
EMBEDDED(html)
EMBEDDED(css)
EMBEDDED(js)

/* Two symbols, not two places of one array, for all that the compiler knows: the difference is that of numbers. */
#define FILE_OF(name)                                                \
	span_of(_binary_proxy_keeper_board_page_##name##_start,             \
	    (size_t)((uintptr_t)_binary_proxy_keeper_board_page_##name##_end - (uintptr_t)_binary_proxy_keeper_board_page_##name##_start))

enum { SHA256 = 32, BASE64 = 4 * (SHA256 / 3 + 1) + 1 };

static void
write_span(FILE *out, struct span s)
{
	fwrite(s.at, 1, s.len, out);
}

static void
write_style(FILE *out, const json_t *status, const json_t *sessions)
{
	(void)status, (void)sessions;
	write_span(out, FILE_OF(css));
}

static void
write_script(FILE *out, const json_t *status, const json_t *sessions)
{
	(void)status, (void)sessions;
	write_span(out, FILE_OF(js));
}

/* What stands for "{{name}}". */
static const struct part {
	const char *name;
	void (*write)(FILE *out, const json_t *status, const json_t *sessions);
} parts[] = {
	{ "style", write_style },
	{ "script", write_script },
	{ "title", tables_title },
	{ "head", tables_head },
	{ "faults", tables_faults },
	{ "tiles", tables_tiles },
	{ "hosts", tables_hosts },
	{ "rules", tables_rules },
	{ "unenforced", tables_unenforced },
	{ "sessions", tables_sessions },
	{ "processes", tables_processes },
	{ "events", tables_events },
};

/* Where this stands in s, from there on; s.len: nowhere. */
static size_t
find(struct span s, const char *what, size_t from)
{
	const uint8_t *at = memmem(s.at + from, s.len - from, what, strlen(what));

	return at == NULL ? s.len : (size_t)(at - s.at);
}

void
page_write(FILE *out, const json_t *status, const json_t *sessions)
{
	struct span page = FILE_OF(html);
	size_t at = 0, open, close;

	while ((open = find(page, "{{", at)) < page.len && (close = find(page, "}}", open)) < page.len) {
		struct span name = span_cut(page, open + 2, close);

		write_span(out, span_cut(page, at, open));
		for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (span_eq(name, span_str(parts[i].name)))
				parts[i].write(out, status, sessions);
		at = close + 2;
	}
	write_span(out, span_cut(page, at, page.len));
}

/* 'sha256-...' without its quotes. 0 or -1. */
static int
digest(struct span file, char out[BASE64])
{
	uint8_t sum[SHA256];
	gnutls_datum_t datum = { .data = sum, .size = sizeof(sum) };
	size_t len = BASE64;
	gnutls_datum_t text;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, file.at, file.len, sum) < 0 || gnutls_base64_encode2(&datum, &text) < 0)
		return -1;
	if (text.size < len)
		len = text.size;
	memcpy(out, text.data, len);
	out[len == BASE64 ? len - 1 : len] = '\0';
	gnutls_free(text.data);
	return 0;
}

const char *
page_policy(void)
{
	static char policy[512];
	char style[BASE64], script[BASE64];

	if (digest(FILE_OF(css), style) == -1 || digest(FILE_OF(js), script) == -1)
		return NULL;
	snprintf(policy, sizeof(policy), "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; connect-src 'self'; img-src data:; "
	    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'", style, script);
	return policy;
}
