/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/survey/inventory_fields.h"

#define OF(type, field) { #field, offsetof(struct type, field) }

const struct inventory_field inventory_fields[] = {
	OF(inventory, first_us), OF(inventory, last_us), OF(inventory, sessions), OF(inventory, hosts_left_out), OF(inventory, recipients_left_out),
	OF(inventory, no_memory), { 0 },
};

#define HOST(field) OF(inventory_host, field)
const struct inventory_field inventory_host_fields[] = {
	HOST(first_us), HOST(last_us), HOST(sessions), HOST(midstream), HOST(unreadable), HOST(missing), HOST(missing_octets), HOST(differs),
	HOST(differs_octets), HOST(banners_left_out), HOST(helo), HOST(ehlo), HOST(ehlo_refused), HOST(keywords_left_out), HOST(size),
	HOST(mechanisms_left_out), HOST(tls), HOST(vrfy), HOST(vrfy_answered), HOST(expn), HOST(expn_answered), HOST(mails), HOST(messages),
	HOST(messages_refused), HOST(octets), HOST(accepted), HOST(refused), HOST(deferred), HOST(bare), HOST(clients_left_out),
	HOST(domains_left_out), HOST(senders_left_out), { 0 },	/* clients, domains, refused_domains and senders follow from what there is */
};

#define CLIENT(field) OF(inventory_client, field)
const struct inventory_field inventory_client_fields[] = {
	CLIENT(first_us), CLIENT(last_us), CLIENT(sessions), CLIENT(mails), CLIENT(messages), CLIENT(accepted), CLIENT(refused), CLIENT(forms),
	CLIENT(forms_accepted), CLIENT(forms_delivered), CLIENT(stray), CLIENT(auths), CLIENT(tls), CLIENT(probes), { 0 },
};

#define DOMAIN(field) OF(inventory_domain, field)
const struct inventory_field inventory_domain_fields[] = {
	DOMAIN(first_us), DOMAIN(last_us), DOMAIN(accepted), DOMAIN(refused), DOMAIN(delivered), DOMAIN(null_sender), DOMAIN(unknown_user),
	DOMAIN(denied), DOMAIN(target), DOMAIN(target_accepted), DOMAIN(target_delivered), DOMAIN(hop), DOMAIN(told_local), DOMAIN(told_relay),
	DOMAIN(told_foreign), DOMAIN(forms), DOMAIN(links_left_out), { 0 },
};

#define SENDER(field) OF(inventory_sender, field)
const struct inventory_field inventory_sender_fields[] = { SENDER(mails), SENDER(aligned), SENDER(links_left_out), { 0 } };

#define LINK(field) OF(inventory_link, field)
const struct inventory_field inventory_link_fields[] = { LINK(accepted), LINK(refused), LINK(delivered), { 0 } };

#define TRIES(field) OF(inventory_tries, field)
const struct inventory_field inventory_tries_fields[] = { TRIES(tried), TRIES(accepted), TRIES(delivered), { 0 } };

uint64_t *
inventory_number(const struct inventory_field *f, const void *thing)
{
	return (uint64_t *)((char *)thing + f->offset);
}
