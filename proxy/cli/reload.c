/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload.c - relaywall reload: have the configuration loaded anew, and wait until it serves or is refused. */
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"

int
cli_reload(int argc, char **argv)
{
	struct control c;

	if (control_options(&c, argc, argv) == -1)
		return cli_usage("reload");
	return control_do(&c, "reload", CONTROL_FOREVER, "loaded");
}
