/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/keeper/keeper.h"

int
cli_run(int argc, char **argv)
{
	if (argc != 2 || argv[1][0] == '-')
		return cli_usage("run");
	return keeper_run(argv[1]);
}
