/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/keeper/captain.h"

#include <stdlib.h>

/* For the keeper alone: it has the other end of the wire. */
int
cli_captain(int argc, char **argv)
{
	if (argc != 3)
		return CLI_USAGE;
	return captain_run(atoi(argv[1]), argv[2]);
}
