/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/exhibit.h"

bool
exhibit_has_octets(enum exhibit_what what)
{
	return what == EXHIBIT_HEARD || what == EXHIBIT_SAID || what == EXHIBIT_TLS;
}

int
exhibit_head(struct span exhibit, struct exhibit_head *head)
{
	if (exhibit.len < sizeof(*head) || exhibit.len > EXHIBIT_OCTETS)
		return -1;
	memcpy(head, exhibit.at, sizeof(*head));
	if (head->octets != exhibit.len || memchr(head->id, '\0', sizeof(head->id)) == NULL ||
	    memchr(head->why, '\0', sizeof(head->why)) == NULL)
		return -1;
	return ip_is_v4(&head->client) == ip_is_v4(&head->address) ? 0 : -1;
}

int
exhibit_next(struct span *rest, struct exhibit_piece *piece, struct span *octets)
{
	size_t follow;

	if (rest->len == 0)
		return 0;
	if (rest->len < sizeof(*piece))
		return -1;
	memcpy(piece, rest->at, sizeof(*piece));
	if (piece->what >= EXHIBIT_WHATS)
		return -1;
	*rest = span_cut(*rest, sizeof(*piece), rest->len);
	follow = exhibit_has_octets((enum exhibit_what)piece->what) ? (size_t)piece->octets : 0;
	if (follow > rest->len)
		return -1;
	*octets = span_cut(*rest, 0, follow);
	*rest = span_cut(*rest, follow, rest->len);
	return 1;
}
