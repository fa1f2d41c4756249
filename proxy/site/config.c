/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/site.h"

#include "proxy/site/config.h"

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

/* libconfuse hands no cookie to its callbacks. */
static struct config *reading;

static enum section
section_of(const char *name)
{
	for (enum section s = SECTION_LIMITS; s < SECTION_COUNT; s++)
		if (strcmp(key_tables[s].section, name) == 0)
			return s;
	return SECTION_TOP;
}

static void
list_value(struct config *c, enum section section, size_t key, struct span text, uint32_t line)
{
	if (section == SECTION_NETWORK)
		config_prefix(c, text, line);
	else if (section == SECTION_TOP)
		config_resolver(c, text, line);
	else if (section == SECTION_LIST)
		config_code(c, text, line);
	else if (key == PROTECT_ADDRESSES)
		config_address(c, text, line);
	else if (key == PROTECT_PROFILE)
		config_profile(c, text, line);
	else if (key == PROTECT_OFFER)
		config_offer(c, text, line);
	else
		config_domain(c, key == PROTECT_LOCAL ? &c->local : &c->relay, text, line);
}

static void
single_value(struct config *c, const struct key *k, struct span text, struct setting *s)
{
	char expected[200];

	if (key_read(k, text, s) == -1) {
		key_expected(k, expected, sizeof(expected));
		config_error(c, s->line, "%s = \"%s\", expected %s", k->name, config_shown(text), expected);
	} else if (k->type == KEY_TEXT) {
		s->text = config_copy(c, text);
	}
}

/* A value was read: called once for each, also in lists. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	struct config *c = reading;
	enum section section = section_of(cfg->name);
	const struct key *k = key_find(section, opt->name);
	size_t position = (size_t)(k - key_tables[section].keys);
	struct setting *s = &c->set[section][position];
	struct span text = span_str(value);

	*(void **)result = NULL;	/* libconfuse need not keep it */
	if (s->line != 0 && opt->nvalues == 1)	/* more than one: further values of a list */
		config_error(c, (uint32_t)cfg->line, "%s is set again, expected once (first in line %u)", k->name,
		    s->line);
	if (s->line == 0 || k->type != KEY_LIST)
		s->line = (uint32_t)cfg->line;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < 0x20 || text.at[i] == 0x7f) {
			config_error(c, (uint32_t)cfg->line, "%s: control character in \"%s\"", k->name,
			    config_shown(text));
			return 0;
		}
	}
	if (k->type == KEY_LIST)
		list_value(c, section, position, text, (uint32_t)cfg->line);
	else
		single_value(c, k, text, s);
	return c->no_memory ? -1 : 0;
}

/* A section ended: take it over, then have libconfuse forget it. */
static int
on_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct config *c = reading;
	struct span title = span_str(cfg_title(cfg_opt_getnsec(opt, 0)));
	enum section section = section_of(opt->name);
	uint32_t line = c->ended < c->source.head_count ? c->source.heads[c->ended] : (uint32_t)cfg->line;

	c->ended++;
	switch (section) {
	case SECTION_NETWORK:
		config_network_end(c, title, line);
		break;
	case SECTION_LIST:
		config_list_end(c, title, line);
		break;
	case SECTION_PROTECT:
		config_protect_end(c, title, line);
		break;
	case SECTION_FROM:
		config_from_end(c, title, line);
		break;
	default:	/* limits: its settings stay where they are, so that a second one is seen */
		cfg_opt_rmnsec(opt, 0);
		return 0;
	}
	memset(c->set[section], 0, sizeof(c->set[section]));
	cfg_opt_rmnsec(opt, 0);
	return c->no_memory ? -1 : 0;
}

/* The keys and sections that may stand where this section's keys stand. */
static void
names_in(enum section section, char *out, size_t cap)
{
	const struct key_table *t = &key_tables[section];
	const char *names[KEYS_MAX + SECTION_COUNT];
	size_t n = 0;

	for (size_t i = 0; i < t->count; i++)
		names[n++] = t->keys[i].name;
	if (section == SECTION_TOP)
		for (enum section s = SECTION_LIMITS; s < SECTION_FROM; s++)
			names[n++] = key_tables[s].section;
	if (section == SECTION_PROTECT)
		names[n++] = key_tables[SECTION_FROM].section;
	names[n] = NULL;
	key_words(names, out, cap);
}

/* libconfuse found a fault. Its words, in our form. */
__attribute__((format(printf, 2, 0))) static void
on_error(cfg_t *cfg, const char *format, va_list ap)
{
	struct config *c = reading;
	char text[200], expected[KEYS_MAX * 25];

	vsnprintf(text, sizeof(text), format, ap);
	if (strncmp(text, "no such option ", 15) != 0) {
		config_error(c, (uint32_t)cfg->line, "%s", config_shown(span_str(text)));
		return;
	}
	names_in(section_of(cfg->name), expected, sizeof(expected));
	config_error(c, (uint32_t)cfg->line, "unknown key %s, expected %s", config_shown(span_str(text + 15)), expected);
}

/* libconfuse's table of a section, from ours; opts[KEYS_MAX + SECTION_COUNT], zeroed. */
static void
fill_opts(enum section section, cfg_opt_t *opts)
{
	const struct key_table *t = &key_tables[section];

	for (size_t i = 0; i < t->count; i++)
		opts[i] = (cfg_opt_t){
			.name = t->keys[i].name,
			.type = CFGT_PTR,
			.flags = CFGF_NODEFAULT | (t->keys[i].type == KEY_LIST ? CFGF_LIST : CFGF_NONE),
			.parsecb = on_value,
		};
}

static void
add_section(cfg_opt_t *opts, enum section section, cfg_opt_t *sub)
{
	while (opts->name != NULL)
		opts++;
	fill_opts(section, sub);
	*opts = (cfg_opt_t){
		.name = key_tables[section].section,
		.type = CFGT_SEC,
		.flags = CFGF_MULTI | (section == SECTION_LIMITS ? CFGF_NONE : CFGF_TITLE),
		.subopts = sub,
		.validcb = on_section,
	};
}

static cfg_t *
parser_new(const char *file)
{
	static cfg_opt_t opts[SECTION_COUNT][KEYS_MAX + SECTION_COUNT];
	cfg_t *cfg;

	memset(opts, 0, sizeof(opts));
	fill_opts(SECTION_TOP, opts[SECTION_TOP]);
	add_section(opts[SECTION_TOP], SECTION_LIMITS, opts[SECTION_LIMITS]);
	add_section(opts[SECTION_TOP], SECTION_NETWORK, opts[SECTION_NETWORK]);
	add_section(opts[SECTION_TOP], SECTION_LIST, opts[SECTION_LIST]);
	add_section(opts[SECTION_TOP], SECTION_PROTECT, opts[SECTION_PROTECT]);
	add_section(opts[SECTION_PROTECT], SECTION_FROM, opts[SECTION_FROM]);
	cfg = cfg_init(opts[SECTION_TOP], CFGF_NONE);
	if (cfg == NULL)
		return NULL;
	cfg_set_error_function(cfg, on_error);
	cfg->filename = strdup(file);
	if (cfg->filename == NULL) {
		cfg_free(cfg);
		return NULL;
	}
	return cfg;
}

/* Have libconfuse read the text. It tells of every fault but the want of memory. */
static void
parse(struct config *c)
{
	cfg_t *cfg = config_memory(c, parser_new(c->site->file));
	FILE *text;

	if (cfg == NULL)
		return;
	text = config_memory(c, fmemopen(c->source.text, c->source.len, "r"));
	if (text != NULL) {
		reading = c;
		if (cfg_parse_fp(cfg, text) == CFG_SUCCESS)
			config_seal(c);
		else if (c->error_count == 0)
			c->no_memory = true;
		reading = NULL;
		fclose(text);
	}
	cfg_free(cfg);
}

static int
config_init(struct config *c, const char *file, FILE *errors)
{
	struct config_network *untrusted;

	*c = (struct config){ .errors = errors };
	c->site = calloc(1, sizeof(*c->site));
	if (c->site == NULL)
		return -1;
	c->site->file = (const char *)config_copy(c, span_str(file)).at;
	untrusted = vec_push(&c->networks, sizeof(*untrusted));
	if (untrusted == NULL || c->site->file == NULL)
		return -1;
	untrusted->name = SPAN("untrusted");
	return names_add(&c->network_names, untrusted->name, POLICY_UNTRUSTED);
}

static void
config_done(struct config *c)
{
	struct vec *vecs[] = { &c->addresses, &c->address_lines, &c->local, &c->relay, &c->from, &c->networks, &c->prefixes,
		&c->policy_hosts, &c->hosts, &c->resolvers, &c->lists,
		&c->codes };

	for (size_t i = 0; i < sizeof(vecs) / sizeof(vecs[0]); i++)
		vec_done(vecs[i]);
	names_done(&c->network_names);
	names_done(&c->host_names);
	source_done(&c->source);
}

/* From the text of the file to a site; faults are told. */
static void
read_text(struct config *c)
{
	if (source_scan(&c->source) == 0)
		parse(c);
	else if (c->source.fault_line == 0)
		c->no_memory = true;
	else
		config_error(c, c->source.fault_line, "%s", c->source.fault);
}

/* 0, or -1 and told: it cannot be read. */
static int
read_file(struct config *c, const char *file)
{
	if (config_text(c, BUNDLE_CONFIGURATION, file, &c->source) == 0)
		return 0;
	fprintf(c->errors, "%s: cannot read: %s\n", file, strerror(errno));
	c->error_count++;
	return -1;
}

/* From the text of the file, and of those that it names, to what is in c; faults are told. */
static void
load(struct config *c, const char *file)
{
	struct bundle *texts = &c->site->texts;

	if (read_file(c, file) == -1)
		return;
	read_text(c);
	if (!c->archived && bundle_digest(span_of(texts->at, texts->len), c->site->digest) == -1)
		c->no_memory = true;
}

/* The site, if all went well; else that is told, at last that there was no memory. */
static struct site *
finish(struct config *c, const char *file)
{
	struct site *site = NULL;

	if (c->no_memory)
		fprintf(c->errors, "%s: no memory\n", file);
	if (!c->no_memory && c->error_count == 0)
		site = c->site;
	else
		site_free(c->site);
	config_done(c);
	return site;
}

struct site *
site_load(const char *file, FILE *errors)
{
	struct config c;

	if (config_init(&c, file, errors) == -1)
		c.no_memory = true;
	else
		load(&c, file);
	return finish(&c, file);
}

struct site *
site_load_archived(const char *path, FILE *errors)
{
	struct config c;

	if (config_init(&c, path, errors) == -1)
		c.no_memory = true;
	else if (config_archived(&c, path) == 0)
		load(&c, path);
	return finish(&c, path);
}

void
site_forget_texts(struct site *site)
{
	bundle_done(&site->texts);
}

void
site_free(struct site *site)
{
	if (site == NULL)
		return;
	site_forget_texts(site);
	arena_done(&site->arena);
	free(site);
}
