/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_client.h - a command's end of the control socket (proxy/keeper/desk/desk.h): one
 * line is asked, one JSON document answered.
 */
#ifndef PROXY_CLI_CONTROL_CLIENT_H
#define PROXY_CLI_CONTROL_CLIENT_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>

/* What every command that asks has in common. */
struct control {
	const char *path;	/* of the socket */
	bool json;		/* the answer as it is */
};

/* Entries for its table of options, and where it begins. */
#define CONTROL_OPTIONS { "control", required_argument, NULL, 'C' }, { "json", no_argument, NULL, 'J' }
struct control control_default(void);

/* Take one of these options. False: it is another one, or none. */
bool control_option(struct control *c, int option);

/* For a command without options of its own: -1 for any other argument. */
int control_options(struct control *c, int argc, char **argv);

enum { CONTROL_FOREVER = -1 };

/*
 * The answer, the caller's. NULL: it is told on stderr why there is none, and *status is what to exit with: CLI_ABSENT if
 * nobody listens. wait_ms: for how long; CONTROL_FOREVER.
 */
json_t *control_ask(const struct control *c, const char *request, int wait_ms, int *status);

/*
 * Have something done, and say what came of it: "done" is what to say when it was. The exit status: CLI_OK, CLI_FAILED if
 * it was refused, and why is on stderr.
 */
int control_do(const struct control *c, const char *request, int wait_ms, const char *done);

/*
 * Have this worker begin a drill (captain/drill.h). ends: the client's and the host's socket, the caller's. 0, or -1: there is none
 * within wait_ms; nothing is told.
 */
int control_drill(const struct control *c, unsigned worker, int wait_ms, int ends[2]);

/* Print the answer as one line. The exit status: CLI_OK, or CLI_FAILED and told. */
int control_print(const json_t *answer);

/* What is in an answer: 0, "", false where it is not, or something else is. Texts may hold control characters: shown.h. */
json_int_t control_number(const json_t *o, const char *key);
const char *control_text(const json_t *o, const char *key);
bool control_is(const json_t *o, const char *key);

/* A descriptor that can be read once the program has ended that listens there; -1: nobody does, or it cannot be known. */
int control_watch(const struct control *c);

#endif
