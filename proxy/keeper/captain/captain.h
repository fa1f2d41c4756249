/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * captain.h - the process that makes one configuration true: it loads it, starts the
 * gate and the workers, loads the kernel's rules, and watches over all of them.
 *
 * A captain lives as long as its configuration. A reload, or an upgrade, is another
 * captain, of this program or of a newer one, that takes over from this one: the keeper
 * (keeper.h) sees to it. It is privileged, and reads no mail. Its first word is "hello
 * PROTOCOL VERSION" (version.h). What the keeper says then, and what it answers:
 *
 *	hold NAME, with a descriptor	an item of the store; said before begin
 *	begin first|next GENERATION GROUP	load; answered by ready, or by failed and why. first: nobody serves now. In an
 *			upgrade with a descriptor, all that the keeper has (handover.h): failed if this program could not go on with it
 *	go		load the rules and serve; answered by serving, or by failed and why
 *	pause		another one will: accept no more, and leave the rules alone; answered by paused
 *	resume		it will not; answered as go
 *	drain		end when the sessions have, or after reload-drain
 *	stop		end as on-stop says, soon
 *	stop now	at once
 *	reopen		the journal; and tell the counters
 *	end ID		this session
 *	report SERIAL	what it is and does, answered by "report SERIAL" with a document (report.h)
 *	list SERIAL	the sessions, answered by "listing SERIAL" and "listed SERIAL INDEX" (report.h)
 *	drill SERIAL INDEX	have this worker begin a drill, answered by "staged SERIAL" (drill.h)
 *
 * By itself it says "hold NAME" with a descriptor of its own that its successors shall
 * have, "release NAME", "counted" with a document every ten seconds and at its end, and
 * "beat", twice a second; before it serves "user UID GID" of the configuration, which is the
 * desk's; when it serves "control PATH" of the socket for commands, and
 * "metrics UID GID NAME", the board's user and the item that is its socket, or "metrics"
 * alone: no board.
 */
#ifndef PROXY_KEEPER_CAPTAIN_CAPTAIN_H
#define PROXY_KEEPER_CAPTAIN_CAPTAIN_H

/* Be a captain, of the keeper at the other end of this wire. The exit status of the process. */
int captain_run(int wire, const char *file);

#endif
