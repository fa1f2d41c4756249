/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upgrade.c - relaywall upgrade: have what runs go on as the program that is installed now, and wait until that serves or cannot. */
#include "proxy/cli/cli.h"
#include "proxy/cli/control_client.h"

int
cli_upgrade(int argc, char **argv)
{
	struct control c;

	if (control_options(&c, argc, argv) == -1)
		return cli_usage("upgrade");
	return control_do(&c, "upgrade", CONTROL_FOREVER, "upgraded");
}
