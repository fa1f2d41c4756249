/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/confine.h"

#include "proxy/keeper/process/sandbox_sanitizer.h"
#include "proxy/keeper/process/wire.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static const char usual_user[] = "relaywall";
static const char empty_folder[] = RUNTIME_FOLDER "/empty";

static int
find_user(struct confine *c, const struct site *site, FILE *errors)
{
	bool named = site != NULL && site->top_set[TOP_USER].line != 0;
	const char *user = site != NULL ? site->user : usual_user;

	if (sandbox_user(user, &c->uid, &c->gid) == -1) {
		if (!named && errno == ENOENT && sandbox_user("nobody", &c->uid, &c->gid) == 0) {
			fprintf(errors, "relaywall: warning: there is no user %s, so what others send is read as nobody\n", user);
			return 0;
		}
		fprintf(errors, "relaywall: user = \"%s\": %s\n", user, errno == ENOENT ? "there is no such user" : strerror(errno));
		return -1;
	}
	if (c->uid != 0 && c->gid != 0)
		return 0;
	fprintf(errors, "relaywall: user = \"%s\" has root's %s, expected a user without rights\n", user, c->uid == 0 ? "number" : "group");
	return -1;
}

static int
make_folder(const char *path, FILE *errors)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return 0;
	fprintf(errors, "relaywall: %s: %s\n", path, strerror(errno));
	return -1;
}

int
confine_open(struct confine *c, const struct site *site, FILE *errors)
{
	sandbox_sanitizer_prepare();	/* once here, or every child reads what it reads */
	if (find_user(c, site, errors) == -1 || make_folder(RUNTIME_FOLDER, errors) == -1)
		return -1;
	return make_folder(empty_folder, errors);
}

bool
confine_read(const char **text, struct confine *out)
{
	unsigned uid, gid;	/* the last number of all means "no user" to the kernel */

	if (!wire_number(text, UINT_MAX - 1, &uid) || !wire_number(text, UINT_MAX - 1, &gid) || uid == 0 || gid == 0)
		return false;
	*out = (struct confine){ .uid = uid, .gid = gid };
	return true;
}

/* Whatever is read from files that are out of sight in the sandbox. */
static void
read_beforehand(void)
{
	tzset();
	json_object_seed(0);
}

static int
fail(const char *name, const char *what)
{
	fprintf(stderr, "relaywall: %s cannot enter its sandbox: %s: %s\n", name, what, strerror(errno));
	return -1;
}

int
confine_enter(const struct confine *c, enum sandbox_profile profile, const char *name)
{
	const struct sandbox_conf conf = { .profile = profile, .uid = c->uid, .gid = c->gid, .empty_folder = empty_folder };
	const char *what;

	read_beforehand();
	return sandbox_enter(&conf, &what) == 0 ? 0 : fail(name, what);
}

int
confine_enter_as_it_is(enum sandbox_profile profile, const char *name)
{
	const char *what;

	read_beforehand();
	return sandbox_enter_as_it_is(profile, &what) == 0 ? 0 : fail(name, what);
}
