/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/base/exhibit_image.h"

#include "proxy/base/tcp_image.h"

enum {
	NOTE = 1024,		/* of a comment; two texts of a worker's fit, and a name of the operator's */
	INSIDE = 0x40000000,	/* how far the numbers of the connection inside of TLS are from those outside */
};

struct painter {
	const struct exhibit_head *head;
	struct tcp_image tcp;
	struct exhibit_sums *sums;
	struct buf note;	/* for the next packet */
	uint8_t note_octets[NOTE];
};

/* Texts of a process that strangers speak to. */
static void
add_clean(struct buf *out, struct span s)
{
	for (size_t i = 0; s.at != NULL && i < s.len; i++)
		buf_add(out, s.at[i] >= ' ' && s.at[i] <= '~' ? span_cut(s, i, i + 1) : SPAN("?"));
}

/* The note, which nobody else gets. Valid until the next one begins. */
static struct span
take_note(struct painter *p)
{
	struct span note = buf_span(&p->note);

	buf_init(&p->note, p->note_octets, NOTE);
	return note;
}

static uint32_t
first_number(const struct exhibit_head *head)
{
	uint32_t n = 0;

	memcpy(&n, head->id, sizeof(n));	/* whatever it is: two sessions of the same ports shall not look like one */
	return n;
}

static void
open_outside(struct painter *p, struct buf *out, struct span host)
{
	const struct exhibit_head *head = p->head;
	const struct tcp_ends ends = { .ip = { head->client, head->address }, .port = { head->client_port, head->port } };

	buf_add_str(&p->note, "relaywall session ");
	add_clean(&p->note, span_str(head->id));
	buf_add_str(&p->note, ", host ");
	add_clean(&p->note, host);
	buf_add_str(&p->note, head->why[0] == '\0' ? ": nothing was refused" : ": refused: ");
	add_clean(&p->note, span_str(head->why));
	tcp_image_open(&p->tcp, out, &ends, first_number(head), head->began_us, take_note(p));
}

/* What goes on there is for a reader a connection of its own, or it would be taken for records of TLS. */
static void
open_inside(struct painter *p, uint64_t time_us, struct span how)
{
	const struct tcp_ends ends = p->tcp.ends;

	buf_add_str(&p->note, "relaywall session ");
	add_clean(&p->note, span_str(p->head->id));
	buf_add_str(&p->note, " goes on inside of TLS, in the same connection; octets as they were before and behind encryption: ");
	add_clean(&p->note, span_cut(how, 0, how.len < NOTE / 4 ? how.len : NOTE / 4));
	tcp_image_open(&p->tcp, p->tcp.out, &ends, first_number(p->head) + INSIDE, time_us, take_note(p));
}

static void
skip(struct painter *p, enum tcp_side from, uint64_t octets)
{
	tcp_image_skip(&p->tcp, from, octets);
	p->sums->left_out += octets;
	if (buf_room(&p->note) >= NOTE / 2)
		buf_addf(&p->note, "%s%llu octets %s are left out here", buf_span(&p->note).len > 0 ? "; " : "", (unsigned long long)octets,
		    from == TCP_CLIENT ? "of the client's" : "to the client");
}

static void
paint(struct painter *p, const struct exhibit_piece *piece, struct span octets)
{
	enum tcp_side side = piece->what % 2 == 0 ? TCP_CLIENT : TCP_SERVER;

	switch ((enum exhibit_what)piece->what) {
	case EXHIBIT_HEARD:
	case EXHIBIT_SAID:
		p->sums->kept += octets.len;
		tcp_image_send(&p->tcp, side, piece->time_us, octets, take_note(p));
		break;
	case EXHIBIT_UNHEARD:
	case EXHIBIT_UNSAID:
		skip(p, side, piece->octets);
		break;
	case EXHIBIT_CLIENT_ENDS:
	case EXHIBIT_BOX_ENDS:
		tcp_image_finish(&p->tcp, side, piece->time_us, take_note(p));
		break;
	case EXHIBIT_CLIENT_RESETS:
	case EXHIBIT_BOX_RESETS:
		tcp_image_reset(&p->tcp, side, piece->time_us, take_note(p));
		break;
	default:
		open_inside(p, piece->time_us, octets);
		break;
	}
}

int
exhibit_image(struct span exhibit, const struct exhibit_head *head, struct span host, struct buf *out, struct exhibit_sums *sums)
{
	struct painter p = { .head = head, .sums = sums };
	struct span rest = span_cut(exhibit, sizeof(*head), exhibit.len), octets;
	struct exhibit_piece piece;
	int got;

	*sums = (struct exhibit_sums){ 0 };
	(void)take_note(&p);
	open_outside(&p, out, host);
	while ((got = exhibit_next(&rest, &piece, &octets)) == 1)
		paint(&p, &piece, octets);
	return got == -1 || out->overflow ? -1 : 0;
}
