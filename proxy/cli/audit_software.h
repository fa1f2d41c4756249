/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_software.h - what the inventory's tables (proxy/survey/software.h) know of a host that is tested.
 */
#ifndef PROXY_CLI_AUDIT_SOFTWARE_H
#define PROXY_CLI_AUDIT_SOFTWARE_H

#include "proxy/audit/audit.h"

/* In the form of audit.h's "software". False: the banner says nothing. */
bool audit_software_guess(struct span banner, struct audit_software *out);

#endif
