/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE	/* asprintf() */
#include "proxy/site/archive.h"

#include "tests/unit/scarce.h"
#include "tests/unit/site/folder.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *archive;	/* the folder of a test's policies */

/* Empty, or not there. */
static void
remove_archive(void)
{
	const struct dirent *e;
	DIR *d = opendir(archive);

	while (d != NULL && (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(archive);
}

static void
begin(void)
{
	archive = folder_path("archive");
	remove_archive();
}

static void
end(void)
{
	remove_archive();
	free(archive);
}

/* A site that keeps its policies there, at most so many; n: what makes it another one. */
static struct site *
load(unsigned most, unsigned n)
{
	char *text, *said;
	struct site *site;

	if (asprintf(&text, "policy-archive = \"%s\"\npolicy-archive-files = %u\nnetwork n%u { prefixes = { \"10.0.0.0/8\" } }\n"
	    "protect \"one\" { addresses = { \"192.0.2.1\" } hostname = \"one.example\" local-domains-file = \"domains\" relay-domains-file = \"domains\"\n"
	    "recipients-file = \"boxes\" }\n", archive, most, n) == -1)
		abort();
	site = folder_load(text, &said);
	CHECK(site != NULL, "%s", said);
	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	free(said);
	free(text);
	return site;
}

static void
write_files(const char *domain)
{
	char *boxes;

	folder_write("domains", domain);
	if (asprintf(&boxes, "user@%s", domain) == -1)
		abort();
	folder_write("boxes", boxes);
	free(boxes);
}

static int
count(void)
{
	const struct dirent *e;
	DIR *d = opendir(archive);
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d != NULL)
		closedir(d);
	return n;
}

/* Keep it and let it go; what was told, malloced. */
static char *
keep(const struct site *site, struct archive *a)
{
	char *said;
	size_t len;
	FILE *errors = open_memstream(&said, &len);

	archive_keep(a, site, errors);
	fclose(errors);
	return said;
}

static void
keep_quietly(const struct site *site, struct archive *a)
{
	char *said = keep(site, a);

	CHECK(a->fd != -1 && a->error == 0 && said[0] == '\0', "%d: %s", a->error, said);
	free(said);
}

/* By how its digest begins. */
static struct site *
load_kept(const char *digest, char **said)
{
	char digits[17] = "", *path;
	struct site *site;
	size_t len;
	FILE *errors = open_memstream(said, &len);

	memcpy(digits, digest, 16);
	path = archive_find(archive, digits);
	CHECK(path != NULL, "%s: %s", digits, strerror(errno));
	site = path == NULL ? NULL : site_load_archived(path, errors);
	fclose(errors);
	free(path);
	return site;
}

static char *
printed(const struct site *site)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; i < site->hosts[0].local.count; i++)
		fprintf(out, "%.*s ", (int)site->hosts[0].local.list[i].name.len, site->hosts[0].local.list[i].name.at);
	fprintf(out, "%zu %u", site->policy.hosts[0].recipients.entries.count, (unsigned)site->hosts[0].relay.count);
	fclose(out);
	return text;
}

static void
a_policy_is_what_it_was_whatever_its_files_are_now(void)
{
	struct archive a;
	struct site *site, *kept;
	char *before, *after, *said;

	begin();
	write_files("then.example");
	site = load(10, 1);
	keep_quietly(site, &a);
	archive_release(&a);
	before = printed(site);
	write_files("now.example");
	kept = load_kept(site->digest, &said);
	CHECK(kept != NULL && said[0] == '\0', "%s", said);
	after = kept == NULL ? NULL : printed(kept);
	CHECK(kept != NULL && strcmp(before, after) == 0 && strcmp(site->digest, kept->digest) == 0, "%s: %s", before, after);
	free(before);
	free(after);
	free(said);
	site_free(kept);
	site_free(site);
	end();
}

static void
every_file_makes_the_digest(void)
{
	struct site *site, *other;

	begin();
	write_files("then.example");
	site = load(10, 1);
	other = load(10, 1);
	CU_ASSERT(strcmp(site->digest, other->digest) == 0);
	site_free(other);
	folder_write("boxes", "other@then.example");
	other = load(10, 1);
	CU_ASSERT(strcmp(site->digest, other->digest) != 0);
	site_free(other);
	folder_write("domains", "then.example more.example");
	folder_write("boxes", "user@then.example");
	other = load(10, 1);
	CU_ASSERT(strcmp(site->digest, other->digest) != 0);
	site_free(other);
	write_files("then.example");
	other = load(10, 2);
	CU_ASSERT(strcmp(site->digest, other->digest) != 0);
	site_free(other);
	site_free(site);
	end();
}

static void
a_file_is_readable_by_its_group_and_written_once(void)
{
	struct archive a, b;
	struct stat first, second;
	struct site *site;
	char *path;

	begin();
	write_files("then.example");
	site = load(10, 1);
	keep_quietly(site, &a);
	path = archive_find(archive, site->digest);
	CU_ASSERT_FATAL(path != NULL && stat(path, &first) == 0);
	CHECK((first.st_mode & 07777) == 0640, "%o", first.st_mode);
	keep_quietly(site, &b);
	CU_ASSERT(stat(path, &second) == 0 && first.st_ino == second.st_ino && count() == 1);
	archive_release(&b);
	archive_release(&a);
	archive_release(&a);
	free(path);
	site_free(site);
	end();
}

static void
a_damaged_file_is_told_and_written_anew(void)
{
	struct archive a;
	struct site *site, *kept;
	struct stat st;
	char *path, *said;

	begin();
	write_files("then.example");
	site = load(10, 1);
	keep_quietly(site, &a);
	archive_release(&a);
	path = archive_find(archive, site->digest);
	CU_ASSERT_FATAL(path != NULL && stat(path, &st) == 0);
	for (off_t n = 0; n < st.st_size; n += 7) {
		CU_ASSERT(truncate(path, n) == 0);
		kept = load_kept(site->digest, &said);
		CHECK(kept == NULL && strstr(said, ": damaged: its SHA-256 is ") != NULL, "%lld octets: %s", (long long)n, said);
		site_free(kept);
		free(said);
	}
	keep_quietly(site, &a);
	archive_release(&a);
	kept = load_kept(site->digest, &said);
	CHECK(kept != NULL, "%s", said);
	free(said);
	site_free(kept);
	free(path);
	site_free(site);
	end();
}

/* The name is right, so it is as it was written: by somebody else. */
static void
what_is_no_policy_is_told(void)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "hello", "not a policy that was kept" },
		{ "relaywall-policy 9\n", "a policy kept by another version" },
		{ "relaywall-policy 1\nconfiguration 7\n", "damaged: its parts do not fit together" },
		{ "relaywall-policy 1\nconfiguration 6\nno key\n", "1: " },
	};

	begin();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char digest[BUNDLE_DIGEST + 1], *said, *path;
		struct site *site;
		size_t len;
		FILE *errors = open_memstream(&said, &len);

		CU_ASSERT(bundle_digest(span_str(cases[i].text), digest) == 0);
		folder_write(digest, cases[i].text);
		path = folder_path(digest);
		site = site_load_archived(path, errors);
		fclose(errors);
		CHECK(site == NULL && strstr(said, cases[i].want) != NULL, "%s: %s", cases[i].text, said);
		site_free(site);
		free(path);
		free(said);
	}
	end();
}

static void
the_one_used_longest_ago_goes_but_none_in_force(void)
{
	enum { POLICIES = 6, MOST = 3 };
	struct site *sites[POLICIES];
	struct archive in_force, a;
	char *path;

	begin();
	write_files("then.example");
	for (unsigned i = 0; i < POLICIES; i++)
		sites[i] = load(MOST, i);
	keep_quietly(sites[0], &in_force);
	for (unsigned i = 1; i < POLICIES; i++) {
		keep_quietly(sites[i], &a);
		archive_release(&a);
		CHECK(count() == (i + 1 < MOST ? (int)i + 1 : MOST), "%d after %u", count(), i);
		usleep(20000);
	}
	for (unsigned i = 0; i < POLICIES; i++) {
		path = archive_find(archive, sites[i]->digest);
		CHECK((path != NULL) == (i == 0 || i >= POLICIES - MOST + 1), "%u", i);
		free(path);
	}
	archive_release(&in_force);	/* which is its last use */
	keep_quietly(sites[1], &a);
	archive_release(&a);
	path = archive_find(archive, sites[0]->digest);
	CU_ASSERT(path != NULL && count() == MOST);
	free(path);
	for (unsigned i = 0; i < POLICIES; i++)
		site_free(sites[i]);
	end();
}

static void
what_is_left_half_written_goes_and_what_is_not_ours_stays(void)
{
	struct archive a;
	struct site *site;
	char *path;
	FILE *f;

	begin();
	write_files("then.example");
	site = load(1, 1);
	CU_ASSERT_FATAL(mkdir(archive, 0700) == 0 && asprintf(&path, "%s/.new-%s-1", archive, site->digest) != -1);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL && fclose(f) == 0);
	free(path);
	CU_ASSERT_FATAL(asprintf(&path, "%s/README", archive) != -1);
	f = fopen(path, "w");
	CU_ASSERT_FATAL(f != NULL && fclose(f) == 0);
	keep_quietly(site, &a);
	archive_release(&a);
	CHECK(count() == 2 && access(path, F_OK) == 0, "%d files", count());
	free(path);
	site_free(site);
	end();
}

static void
a_folder_that_cannot_be_written_is_told(void)
{
	struct archive a;
	struct site *site;
	char *said;
	FILE *f;

	begin();
	write_files("then.example");
	site = load(1, 1);
	f = fopen(archive, "w");
	CU_ASSERT_FATAL(f != NULL && fclose(f) == 0);
	said = keep(site, &a);
	CHECK(a.fd == -1 && a.error == ENOTDIR && strstr(said, "Not a directory; this policy is not kept") != NULL, "%d: %s", a.error, said);
	free(said);
	archive_release(&a);
	unlink(archive);
	site_free(site);
	end();
}

static void
no_archive_is_no_fault(void)
{
	struct archive a;
	char *said, *told;
	struct site *site = folder_load("protect \"one\" { addresses = { \"192.0.2.1\" } hostname = \"one.example\" local-domains = { \"one.example\" } }\n", &said);

	CU_ASSERT_PTR_NOT_NULL_FATAL(site);
	told = keep(site, &a);
	CU_ASSERT(a.fd == -1 && a.error == 0 && told[0] == '\0');
	free(told);
	free(said);
	site_free(site);
}

static void
digits_that_several_begin_with_are_no_answer(void)
{
	struct archive a;
	struct site *site;

	begin();
	write_files("then.example");
	CU_ASSERT(archive_find(archive, "0") == NULL && errno == ENOENT);
	for (unsigned i = 0; i < 2; i++) {
		site = load(10, i);
		keep_quietly(site, &a);
		archive_release(&a);
		site_free(site);
	}
	CU_ASSERT(archive_find(archive, "") == NULL && errno == EEXIST);
	CU_ASSERT(archive_find(archive, "0123456789abcdef0") == NULL && errno == ENOENT);
	end();
}

static void
without_memory_a_policy_is_kept_or_that_is_told(void)
{
	struct scarce s;
	struct site *site;

	begin();
	write_files("then.example");
	site = load(1, 1);
	SCARCE_EACH(&s) {
		char said[500] = "", *path;
		FILE *errors = fmemopen(said, sizeof(said), "w");
		struct archive a;

		setbuf(errors, NULL);
		scarce_begin(&s);
		archive_keep(&a, site, errors);
		path = archive_find(archive, site->digest);
		scarce_end(&s);
		fclose(errors);
		CHECK(a.fd != -1 || said[0] != '\0', "%s", scarce_run(&s));
		CHECK(path != NULL || s.denied, "%s", scarce_run(&s));
		free(path);
		archive_release(&a);
	}
	site_free(site);
	end();
}

static void
without_memory_a_kept_policy_is_loaded_whole_or_that_is_told(void)
{
	static const char *const spared[] = { "libconfuse.so", NULL };	/* its scanner calls exit() without memory */
	struct archive a;
	struct scarce s;
	struct site *site;
	char *path;

	begin();
	write_files("then.example");
	site = load(1, 1);
	keep_quietly(site, &a);
	archive_release(&a);
	path = archive_find(archive, site->digest);
	scarce_spare(spared);
	SCARCE_EACH(&s) {
		char said[2000] = "";
		FILE *errors = fmemopen(said, sizeof(said), "w");
		struct site *kept;

		setbuf(errors, NULL);
		scarce_begin(&s);
		kept = site_load_archived(path, errors);
		scarce_end(&s);
		fclose(errors);
		CHECK(kept == NULL || said[0] == '\0', "%s: loaded, and said %s", scarce_run(&s), said);
		CHECK(kept != NULL || (s.denied && strchr(said, '\n') != NULL), "%s: said \"%s\"", scarce_run(&s), said);
		site_free(kept);
	}
	scarce_spare(NULL);
	free(path);
	site_free(site);
	end();
}

static CU_TestInfo tests[] = {
	{ "a policy is what it was, whatever its files are now", a_policy_is_what_it_was_whatever_its_files_are_now },
	{ "every file makes the digest", every_file_makes_the_digest },
	{ "a file is readable by its group, and written once", a_file_is_readable_by_its_group_and_written_once },
	{ "a damaged file is told, and written anew", a_damaged_file_is_told_and_written_anew },
	{ "what is no policy is told", what_is_no_policy_is_told },
	{ "the one used longest ago goes, but none in force", the_one_used_longest_ago_goes_but_none_in_force },
	{ "what is left half written goes, and what is not ours stays", what_is_left_half_written_goes_and_what_is_not_ours_stays },
	{ "a folder that cannot be written is told", a_folder_that_cannot_be_written_is_told },
	{ "no archive is no fault", no_archive_is_no_fault },
	{ "digits that several begin with are no answer", digits_that_several_begin_with_are_no_answer },
	{ "without memory a policy is kept, or that is told", without_memory_a_policy_is_kept_or_that_is_told },
	{ "without memory a kept policy is loaded whole, or that is told", without_memory_a_kept_policy_is_loaded_whole_or_that_is_told },
	CU_TEST_INFO_NULL,
};
SUITE(archive, tests)
