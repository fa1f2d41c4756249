/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_test.h - the tests that a command line asks for: which hosts, whether they may be tested, and what came of it.
 */
#ifndef PROXY_CLI_AUDIT_TEST_H
#define PROXY_CLI_AUDIT_TEST_H

#include "proxy/cli/audit_options.h"
#include "proxy/site/site.h"

#include <jansson.h>

/*
 * Test the hosts, and wait for messages where some were sent. site: NULL: no policy is given. SIGINT and SIGTERM end the test, once and
 * for all of the process. A document (proxy/audit/report.h), also of a test that was cut short; the caller's. NULL: told on stderr.
 */
json_t *audit_test(const struct audit_options *o, const struct site *site);

#endif
