/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/cli/cli.h"

#include "proxy/keeper/captain/captain.h"
#include "proxy/keeper/keeper.h"
#include "proxy/keeper/process/wire.h"

#include <limits.h>

/* For the keeper alone: it has the other end of the wire. */
int
cli_captain(int argc, char **argv)
{
	const char *number = argc == 3 ? argv[1] : "";
	unsigned wire;

	if (!wire_number(&number, INT_MAX, &wire))
		return CLI_USAGE;
	return captain_run((int)wire, argv[2]);
}

/* For the keeper alone, too: it is the program that ran in this process before. */
int
cli_keeper_resume(int argc, char **argv)
{
	const char *number = argc == 2 ? argv[1] : "";
	unsigned state;

	if (!wire_number(&number, INT_MAX, &state))
		return CLI_USAGE;
	return keeper_resume((int)state);
}
