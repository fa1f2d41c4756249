/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli.h - the subcommands of the one program.
 *
 * Each takes its own arguments, argv[0] being its name, and returns the exit
 * status. Answers go to stdout, all else to stderr.
 */
#ifndef PROXY_CLI_CLI_H
#define PROXY_CLI_CLI_H

enum {
	CLI_OK = 0,
	CLI_FAILED = 1,		/* the configuration is faulty, or what was asked for could not be done */
	CLI_USAGE = 2,		/* the command line is faulty; nothing was done */
	CLI_ABSENT = 3,		/* no relaywall runs that could be asked */
};

int cli_check(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_rules(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_captain(int argc, char **argv);
int cli_keeper_resume(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_health(int argc, char **argv);
int cli_sessions(int argc, char **argv);
int cli_counters(int argc, char **argv);
int cli_tail(int argc, char **argv);
int cli_top(int argc, char **argv);
int cli_tap(int argc, char **argv);
int cli_draft(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_upgrade(int argc, char **argv);
int cli_stop(int argc, char **argv);

/* Tell on stderr how this subcommand is called; CLI_USAGE. */
int cli_usage(const char *command);

#endif
