/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - a configuration while it is read; known to config*.c only.
 *
 * libconfuse parses and calls back for each value and at the end of each
 * section. A section is taken over and forgotten at once: libconfuse compares
 * the title of a new section with all that it keeps, which for 100,000 hosts
 * would be five thousand million comparisons.
 */
#ifndef PROXY_SITE_CONFIG_H
#define PROXY_SITE_CONFIG_H

#include "proxy/site/names.h"
#include "proxy/site/site.h"
#include "proxy/site/source.h"
#include "proxy/site/vec.h"

struct config {
	struct site *site;		/* what comes of it */
	FILE *errors;
	unsigned error_count;
	bool no_memory;
	bool archived;			/* all texts are those of the site's bundle: no file is looked at */
	struct source source;
	size_t ended;			/* sections that ended so far */

	/* The sections being read. */
	struct setting set[SECTION_COUNT][KEYS_MAX];
	struct vec addresses, address_lines;	/* struct ip, uint32_t */
	struct vec local, relay;		/* struct site_domain */
	struct vec from;			/* struct site_from */
	unsigned profile;
	unsigned offer;

	/* What was read. */
	struct vec resolvers;		/* struct ip */
	struct vec lists, codes;	/* struct blocklist; of the list being read: struct blocklist_codes */
	uint32_t first_list_line;
	struct vec networks;		/* struct config_network; untrusted is the first */
	struct vec prefixes;		/* struct site_prefix */
	struct vec policy_hosts;	/* struct policy_host */
	struct vec hosts;		/* struct site_host */
	struct names network_names, host_names;
};

struct config_network {
	struct span name;
	uint32_t line;
};

/* Report a fault in this line of the configuration file. */
void config_error(struct config *c, uint32_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for another file. */
void config_error_in(struct config *c, const char *file, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* p, noting when it is NULL that there is no memory. */
void *config_memory(struct config *c, void *p);

/* A lasting copy of s in the arena; at == NULL: no memory, noted. */
struct span config_copy(struct config *c, struct span s);

/* Move the items of v into the arena and empty v; NULL: no memory, noted. */
void *config_keep(struct config *c, struct vec *v, size_t size);

/*
 * The text of a file that makes the policy, for source_done(): from the site's bundle, or from path, and then it is in the
 * bundle. name: as the configuration has it, BUNDLE_CONFIGURATION for itself. 0, or -1 with errno.
 */
int config_text(struct config *c, struct span name, const char *path, struct source *text);

/* Take the site's bundle from a file that archive.h keeps, whose name is its digest. 0, or -1 and told, or no memory, noted. */
int config_archived(struct config *c, const char *path);

/*
 * Read the file that this key of the section "protect" being read names. Its path, malloced, and text, to be given to
 * source_done(); or NULL: there is none, or it cannot be read, told of as a file of what it should hold.
 */
char *config_file(struct config *c, size_t key, const char *of, struct source *text);

/* Text of the operator as it may be shown in a message; valid for four more calls. */
const char *config_shown(struct span s);

/* One value of a list. */
void config_prefix(struct config *c, struct span text, uint32_t line);
void config_resolver(struct config *c, struct span text, uint32_t line);
void config_code(struct config *c, struct span text, uint32_t line);
void config_address(struct config *c, struct span text, uint32_t line);
void config_domain(struct config *c, struct vec *to, struct span text, uint32_t line);
void config_profile(struct config *c, struct span text, uint32_t line);
void config_offer(struct config *c, struct span text, uint32_t line);

/* Read a domains file, set as this key of the section being read, into a list. */
void config_domains_file(struct config *c, struct vec *to, size_t key);

/*
 * Read the recipients file of the section being read, if there is one, for this host, whose domains are known. Its text
 * goes into the arena.
 */
void config_recipients(struct config *c, struct policy_host *p, struct site_host *h);

/* A section ended; line: of its head. */
void config_network_end(struct config *c, struct span title, uint32_t line);
void config_list_end(struct config *c, struct span title, uint32_t line);
void config_protect_end(struct config *c, struct span title, uint32_t line);
void config_from_end(struct config *c, struct span title, uint32_t line);

/* What the top level says of the outputs of journal and evidence, and of the archive, into the site. */
void config_output(struct config *c);

/* Build the site from all that was read and check what concerns several sections. */
void config_seal(struct config *c);

#endif
