/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was read to a site: what concerns several sections at once. */
#include "proxy/site/config.h"

#include "proxy/base/siphash.h"
#include "proxy/site/metrics_address.h"

/* position in the section "limits", field, units of the field in one of the key */
#define LIMITS(X) \
	X(LIMITS_COMMAND, command_ms, 1000) \
	X(LIMITS_BODY, body_ms, 1000) \
	X(LIMITS_BANNER, banner_ms, 1000) \
	X(LIMITS_REPLY, reply_ms, 1000) \
	X(LIMITS_DATA, data_ms, 1000) \
	X(LIMITS_FINAL, final_ms, 1000) \
	X(LIMITS_LOOKUP, lookup_ms, 1000) \
	X(LIMITS_ERRORS, errors_max, 1) \
	X(LIMITS_IDLE_COMMANDS, idle_commands_max, 1) \
	X(LIMITS_RECIPIENTS, recipients_max, 1) \
	X(LIMITS_REFUSED, refused_max, 1) \
	X(LIMITS_RATE, rate_min, 1) \
	X(LIMITS_TARPIT_AFTER, tarpit_after, 1) \
	X(LIMITS_TARPIT_DELAY, tarpit_ms, 1000)

static void
seal_limits(struct config *c)
{
	struct setting *set = c->site->limits_set;
	struct dialogue_limits *limits = &c->site->limits;

	memcpy(set, c->set[SECTION_LIMITS], sizeof(c->site->limits_set));
	*limits = dialogue_limits_default;
#define X(key, field, unit)                                             \
	if (set[key].line == 0)                                                \
		set[key].number = limits->field / (unit);                             \
	else                                                                   \
		limits->field = (__typeof__(limits->field))(set[key].number * (unit));
	LIMITS(X)
#undef X
}

/* bind(2) takes no longer one; and who asks there is in another folder than the daemon. */
static void
seal_control(struct config *c)
{
	const struct setting *s = &c->site->top_set[TOP_CONTROL];

	if (s->text.len == 0)
		return;		/* told of already */
	if (s->text.len >= SITE_CONTROL || s->text.at[0] != '/')
		config_error(c, s->line, "control = \"%s\", expected a path from the root of at most %d octets", config_shown(s->text), SITE_CONTROL - 1);
	c->site->control = (const char *)s->text.at;
}

static void
seal_metrics(struct config *c)
{
	const struct setting *s = &c->site->top_set[TOP_METRICS];

	if (s->text.len > 0 && metrics_address_parse(s->text, &c->site->metrics_ip, &c->site->metrics_port) == -1)
		config_error(c, s->line, "metrics = \"%s\", expected an address of this box and a port, as \"127.0.0.1:9025\" or \"[::1]:9025\"",
		    config_shown(s->text));
}

static void
seal_top(struct config *c)
{
	struct site *site = c->site;
	struct setting *set = site->top_set;

	memcpy(set, c->set[SECTION_TOP], sizeof(site->top_set));
	for (size_t i = 0; i < TOP_KEYS; i++)	/* the fallbacks are values of their own keys */
		if (set[i].line == 0 && key_tables[SECTION_TOP].keys[i].fallback != NULL)
			key_read(&key_tables[SECTION_TOP].keys[i], span_str(key_tables[SECTION_TOP].keys[i].fallback), &set[i]);
	config_output(c);
	seal_control(c);
	seal_metrics(c);
	site->port = (uint16_t)set[TOP_LISTENER_PORT].number;
	site->refusal_port = (uint16_t)set[TOP_REFUSAL_PORT].number;
	if (site->refusal_port == site->port)
		config_error(c, set[TOP_REFUSAL_PORT].line + (set[TOP_REFUSAL_PORT].line == 0) * set[TOP_LISTENER_PORT].line,
		    "refusal-port = %u is the listener-port too, expected another port", site->port);
	site->fwmark = (uint32_t)set[TOP_FWMARK].number;
	site->table = (uint32_t)set[TOP_ROUTE_TABLE].number;
	site->keep_source_port = set[TOP_SOURCE_PORT].number == 0;
	site->connect_ms = set[TOP_CONNECT_TIMEOUT].number * 1000;
	site->sessions_max = (unsigned)set[TOP_MAX_SESSIONS].number;
	site->clients_max = (size_t)set[TOP_MAX_CLIENTS].number;
	site->tarpitted_max = (unsigned)set[TOP_MAX_TARPITTED].number;
	site->workers = (unsigned)set[TOP_WORKERS].number;
	site->drain_s = (unsigned)set[TOP_RELOAD_DRAIN].number;
	site->user = (const char *)set[TOP_USER].text.at;
	site->on_stop = (enum on_stop)set[TOP_ON_STOP].number;
	site->gate_queue = (uint16_t)set[TOP_GATE_QUEUE].number;
	site->gate_length = (uint32_t)set[TOP_GATE_LENGTH].number;
	site->gate_held = (unsigned)set[TOP_GATE_HELD].number;
	site->gate_lookups = (uint32_t)set[TOP_GATE_LOOKUPS].number;
	site->gate_hold_ms = set[TOP_GATE_TIMEOUT].number * 1000;
	site->lookups_max = (unsigned)set[TOP_MAX_LOOKUPS].number;
	site->resolver_count = c->resolvers.count;
	site->resolvers = config_keep(c, &c->resolvers, sizeof(*site->resolvers));
	if (c->lists.count > 0 && site->resolver_count == 0)
		config_error(c, c->first_list_line, "found a list without a DNS server, expected resolvers at the top level too");
	site->policy.lists.threshold = (int)set[TOP_LIST_THRESHOLD].number;
	site->policy.lists.count = c->lists.count;
	site->policy.lists.list = config_keep(c, &c->lists, sizeof(struct blocklist));
	if (site->table >= 253 && site->table <= 255)
		config_error(c, set[TOP_ROUTE_TABLE].line, "route-table = %u, expected a table that the kernel does not use (253 to 255)",
		    site->table);
}

/* Tell who has the prefix already. Rare, so it may look through all of them. */
static void
prefix_twice(struct config *c, const struct site_prefix *p)
{
	const struct site_prefix *all = c->site->prefixes;
	const struct config_network *networks = c->networks.at;

	for (; all < p; all++)
		if (all->prefix.len == p->prefix.len && ip_eq(&all->prefix.ip, &p->prefix.ip))
			break;
	config_error(c, p->line, "found prefix \"%s\" twice, expected once (first in network %s, line %u)",
	    config_shown(p->text), config_shown(networks[all->network].name), all->line);
}

/*
 * What is counted for a name stays counted for it when the next configuration is loaded, so this must not depend on the
 * others in the file. No secret: names are the operator's own.
 */
static uint64_t
key_of(struct span name)
{
	return siphash_octets((const uint64_t[2]){ 0, 0 }, name);
}

static void
seal_networks(struct config *c)
{
	static const struct prefix ipv4 = { .ip.bytes = { [10] = 0xff, [11] = 0xff }, .len = 96 };
	const struct config_network *networks = c->networks.at;
	struct site *site = c->site;
	size_t room = prefix_map_nodes(c->prefixes.count + 1);
	struct span *names = config_memory(c, arena_array(&site->arena, c->networks.count, sizeof(*names)));
	uint64_t *keys = config_memory(c, arena_array(&site->arena, c->networks.count, sizeof(*keys)));
	uint32_t *lines = config_memory(c, arena_array(&site->arena, c->networks.count, sizeof(*lines)));
	struct prefix_node *nodes = config_memory(c, arena_array(&site->arena, room, sizeof(*nodes)));
	const struct site_prefix *p;

	site->prefix_count = c->prefixes.count;
	site->prefixes = p = config_keep(c, &c->prefixes, sizeof(*p));
	if (c->no_memory)
		return;
	for (size_t i = 0; i < c->networks.count; i++) {
		names[i] = networks[i].name;
		keys[i] = key_of(networks[i].name);
		lines[i] = networks[i].line;
	}
	site->policy.network_names = names;
	site->policy.network_keys = keys;
	site->policy.network_count = c->networks.count;
	site->network_lines = lines;
	prefix_map_init(&site->policy.networks, nodes, room);
	for (size_t i = 0; i < site->prefix_count; i++)
		if (prefix_map_add(&site->policy.networks, &p[i].prefix, p[i].network) == -1)
			prefix_twice(c, &p[i]);
	/* "::/0" is every IPv6 address; that IPv4 stands below it in the map is no wish of the operator. */
	prefix_map_add(&site->policy.networks, &ipv4, POLICY_UNTRUSTED);
}

static void
seal_host_keys(struct config *c)
{
	struct policy_host *hosts = c->policy_hosts.at;

	for (size_t i = 0; i < c->policy_hosts.count; i++)
		hosts[i].key = key_of(hosts[i].name);
}

static void
seal_addresses(struct config *c)
{
	const struct policy_host *hosts = c->policy_hosts.at;
	const struct site_host *site_hosts = c->hosts.at;
	struct prefix_map *map = &c->site->policy.host_map;
	struct prefix_node *nodes;
	size_t count = 0;

	for (size_t i = 0; i < c->hosts.count; i++)
		count += hosts[i].address_count;
	nodes = config_memory(c, arena_array(&c->site->arena, prefix_map_nodes(count), sizeof(*nodes)));
	if (nodes == NULL)
		return;
	prefix_map_init(map, nodes, prefix_map_nodes(count));
	for (size_t i = 0; i < c->hosts.count; i++) {
		for (size_t k = 0; k < hosts[i].address_count; k++) {
			struct prefix p = { .ip = hosts[i].addresses[k], .len = 128 };
			uint32_t other;

			if (prefix_map_add(map, &p, (uint32_t)i) == 0)
				continue;
			other = prefix_map_find(map, &p.ip);
			config_error(c, site_hosts[i].address_lines[k],
			    "found an address of host %s again, expected each address once (host in line %u)",
			    config_shown(hosts[other].name), site_hosts[other].line);
		}
	}
}

/* Number the networks of a host's sections "from". */
static void
resolve_from(struct config *c, const struct site_host *h)
{
	struct site_from *from = (struct site_from *)h->from;	/* ours until the site is sealed */

	for (size_t i = 0; i < h->from_count; i++) {
		uint32_t n = names_find(&c->network_names, from[i].name);

		if (n == NAMES_NONE)
			config_error(c, from[i].line, "found network %s, expected untrusted or one that is defined",
			    config_shown(from[i].name));
		else
			from[i].network = n;
	}
}

/* Rules that ask the DNS, of a host's section "from". */
static void
check_lookups(struct config *c, const struct site_from *f)
{
	const struct setting *s = &f->set[FROM_UNRESOLVABLE_SENDER];

	if (s->line != 0 && s->number != MODE_OFF && c->site->resolver_count == 0)
		config_error(c, s->line, "unresolvable-sender = %s without a DNS server, expected resolvers at the top level too",
		    mode_name((enum mode)s->number));
	s = &f->set[FROM_BLOCK_LIST];
	if (s->line != 0 && s->number != MODE_OFF && c->site->policy.lists.count == 0)
		config_error(c, s->line, "block-list = %s without a list, expected a section list { zone = \"bl.example\" } too",
		    mode_name((enum mode)s->number));
}

static void
check_evidence(struct config *c, const struct site_from *f)
{
	const struct setting *s = &f->set[FROM_EVIDENCE];

	if (s->number != EVIDENCE_OFF && c->site->top_set[TOP_EVIDENCE_FOLDER].line == 0)
		config_error(c, s->line, "evidence = %s without a folder, expected evidence-folder at the top level too",
		    s->number == EVIDENCE_ALL ? "all" : "refused");
}

static void
apply_from(struct rules *r, const struct site_from *f)
{
	for (size_t k = 0; k < FROM_KEYS; k++)
		if (f->set[k].line != 0 && site_rule(k) != RULE_COUNT)
			r->mode[site_rule(k)] = (uint8_t)f->set[k].number;
	r->admit = (enum admit)f->set[FROM_ADMIT].number;
	r->gate = f->set[FROM_GATE].number == 0 ? ADMIT_SHIELD : (enum admit)(f->set[FROM_GATE].number + ADMIT_REFUSE - 1);
	r->mirror = f->set[FROM_CONNECT].number != 0;
	r->relay_action = (enum relay_action)f->set[FROM_RELAY_ACTION].number;
	r->relay_trap = f->set[FROM_RELAY_TRAP].text;
	r->relay_if_authenticated = f->set[FROM_RELAY_IF_AUTHENTICATED].number != 0;
	r->body = (enum body_rule)f->set[FROM_BODY].number;
	r->starttls = f->set[FROM_STARTTLS].number == KEY_PASS_UNFILTERED ? STARTTLS_PASS :
	    (enum starttls_rule)f->set[FROM_STARTTLS].number;
	r->auth = (enum auth_rule)f->set[FROM_AUTH].number;
	r->evidence = (enum evidence_rule)f->set[FROM_EVIDENCE].number;
	for (enum rate_limit l = RATE_NONE + 1; l < RATE_LIMITS; l++)
		r->rates.most[(l - 1) / RATE_MEASURES][(l - 1) % RATE_MEASURES] = (uint32_t)f->set[FROM_RATES + l - 1].number;
}

static bool
rules_equal(const struct rules *a, const struct rules *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(a[i].mode, b[i].mode, sizeof(a[i].mode)) != 0 || a[i].admit != b[i].admit || a[i].gate != b[i].gate ||
		    a[i].mirror != b[i].mirror || a[i].relay_action != b[i].relay_action || !span_eq(a[i].relay_trap, b[i].relay_trap) || a[i].body != b[i].body || a[i].starttls != b[i].starttls ||
		    a[i].auth != b[i].auth || a[i].evidence != b[i].evidence || a[i].relay_if_authenticated != b[i].relay_if_authenticated ||
		    memcmp(&a[i].rates, &b[i].rates, sizeof(a[i].rates)) != 0)
			return false;
	return true;
}

/*
 * Rules are an array over all networks for each host. Hosts of a fleet have
 * mostly the same: one that has the rules of the host before shares its array.
 */
static void
seal_rules(struct config *c)
{
	struct policy_host *hosts = c->policy_hosts.at;
	const struct site_host *site_hosts = c->hosts.at;
	size_t n = c->networks.count;
	struct rules *defaults = config_memory(c, arena_array(&c->site->arena, n, sizeof(*defaults)));
	struct rules *spare = config_memory(c, arena_array(&c->site->arena, n, sizeof(*spare)));
	const struct rules *last = defaults;

	if (c->no_memory)
		return;
	for (size_t i = 0; i < n; i++)
		defaults[i] = rules_default((uint32_t)i);
	if (c->site->resolver_count > 0)
		defaults[POLICY_UNTRUSTED].mode[RULE_UNRESOLVABLE_SENDER] = MODE_ENFORCE;
	if (c->site->policy.lists.count > 0)
		defaults[POLICY_UNTRUSTED].mode[RULE_BLOCK_LIST] = MODE_ENFORCE;
	for (size_t i = 0; i < c->hosts.count; i++) {
		resolve_from(c, &site_hosts[i]);
		hosts[i].rules = defaults;
		if (site_hosts[i].from_count == 0)
			continue;
		memcpy(spare, defaults, n * sizeof(*spare));
		for (size_t k = 0; k < site_hosts[i].from_count; k++) {
			check_lookups(c, &site_hosts[i].from[k]);
			check_evidence(c, &site_hosts[i].from[k]);
		}
		for (size_t k = 0; k < site_hosts[i].from_count; k++)
			apply_from(&spare[site_hosts[i].from[k].network], &site_hosts[i].from[k]);
		if (!rules_equal(spare, last, n)) {
			last = spare;
			spare = config_memory(c, arena_array(&c->site->arena, n, sizeof(*spare)));
			if (spare == NULL)
				return;
		}
		hosts[i].rules = last;
	}
}

void
config_seal(struct config *c)
{
	struct site *site = c->site;

	if (c->no_memory)
		return;
	seal_limits(c);
	seal_top(c);
	if (c->hosts.count == 0 && c->error_count == 0)
		config_error(c, 1, "no host is protected, expected at least one section protect");
	seal_networks(c);
	seal_host_keys(c);
	seal_addresses(c);
	if (c->no_memory)
		return;
	seal_rules(c);
	site->policy.host_count = c->hosts.count;
	site->policy.hosts = config_keep(c, &c->policy_hosts, sizeof(struct policy_host));
	site->hosts = config_keep(c, &c->hosts, sizeof(struct site_host));
}
