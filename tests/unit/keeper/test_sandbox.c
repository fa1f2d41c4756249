/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/sandbox.h"

#include "tests/unit/suite.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

static void
a_user_has_a_name_or_a_number(void)
{
	static const struct { const char *name; int result, error; uid_t uid; gid_t gid; } cases[] = {
		{ "root", 0, 0, 0, 0 },
		{ "0", 0, 0, 0, 0 },
		{ "3999999999", 0, 0, 3999999999, 3999999999 },	/* nobody's, on any box */
		{ "4294967294", 0, 0, 4294967294, 4294967294 },
		{ "4294967295", -1, EINVAL, 7, 7 },
		{ "4294967296", -1, EINVAL, 7, 7 },
		{ "99999999999999999999", -1, EINVAL, 7, 7 },
		{ "no-such-user", -1, ENOENT, 7, 7 },
		{ "", -1, ENOENT, 7, 7 },
		{ "-1", -1, ENOENT, 7, 7 },
		{ "0x0", -1, ENOENT, 7, 7 },
		{ " 0", -1, ENOENT, 7, 7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uid_t uid = 7;
		gid_t gid = 7;
		int result = sandbox_user(cases[i].name, &uid, &gid), error = result == -1 ? errno : 0;

		CHECK(result == cases[i].result, "\"%s\": %d", cases[i].name, result);
		CHECK(error == cases[i].error, "\"%s\": %s", cases[i].name, strerror(error));
		CHECK(uid == cases[i].uid, "\"%s\": user %u", cases[i].name, (unsigned)uid);
		CHECK(gid == cases[i].gid, "\"%s\": group %u", cases[i].name, (unsigned)gid);
	}
}

/* One whose group has another number, as Debian's "sync" has. */
static const struct passwd *
somebody(void)
{
	const struct passwd *user;

	setpwent();
	while ((user = getpwent()) != NULL && user->pw_gid == user->pw_uid)
		;
	endpwent();
	return user;
}

static void
the_group_is_that_of_the_user(void)
{
	const struct passwd *user = somebody();
	uid_t uid = 0, wanted_uid;
	gid_t gid = 0, wanted_gid;
	char number[16];

	if (user == NULL)
		return;		/* all groups of this box are their users' own */
	wanted_uid = user->pw_uid;
	wanted_gid = user->pw_gid;
	snprintf(number, sizeof(number), "%u", (unsigned)wanted_uid);
	CHECK(sandbox_user(number, &uid, &gid) == 0 && uid == wanted_uid, "%s: user %u", number, (unsigned)uid);
	CHECK(gid == wanted_gid, "%s: group %u", number, (unsigned)gid);
}

static CU_TestInfo tests[] = {
	{ "a user has a name or a number", a_user_has_a_name_or_a_number },
	{ "the group is that of the user", the_group_is_that_of_the_user },
	CU_TEST_INFO_NULL,
};
SUITE(sandbox, tests)
