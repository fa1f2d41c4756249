/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_inside.h - what the files of the probe share: sessions (probe.c), and what is asked in them (probe_ask.c). For probe*.c alone.
 */
#ifndef PROXY_AUDIT_PROBE_INSIDE_H
#define PROXY_AUDIT_PROBE_INSIDE_H

#include "proxy/audit/probe.h"

/* Is there a session that can be asked, this one or, if need be, another? False: there is none any more. */
bool probe_has_session(struct probe *p);

/* Say a verb with what stands behind it, and read the reply. */
enum talk_result probe_say(struct probe *p, const char *verb, const char *argument);

/* The session ended for a reason that is not ours; too many of these, and the host is given up. */
void probe_lose(struct probe *p, enum talk_result why);

/* A part of the report was made (0), or could not be (-1), which is told at the end. */
void probe_keep(struct probe *p, int result);

#endif
