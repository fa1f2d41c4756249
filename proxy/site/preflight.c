/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/site/kernel.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>

enum { PATH_OCTETS = 320 };

/* A number of /proc/sys, or -1. */
static int
read_sysctl(const char *name)
{
	char path[PATH_OCTETS];
	char text[32], *end;
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	f = fopen(path, "re");
	if (f == NULL)
		return -1;
	if (fgets(text, sizeof(text), f) != NULL) {
		value = strtol(text, &end, 10);
		if (end == text || value < 0 || value > INT_MAX)
			value = -1;
	}
	fclose(f);
	return (int)value;
}

static unsigned
forwarding(const struct site *site, FILE *out)
{
	unsigned n = 0;

	if (site_has_family(site, true) && read_sysctl("net/ipv4/ip_forward") == 0) {
		fprintf(out, "relaywall: warning: net.ipv4.ip_forward = 0: "
		    "but for mail to the hosts nothing passes this box\n");
		n++;
	}
	if (site_has_family(site, false) && read_sysctl("net/ipv6/conf/all/forwarding") == 0) {
		fprintf(out, "relaywall: warning: net.ipv6.conf.all.forwarding = 0: "
		    "but for mail to the hosts no IPv6 passes this box\n");
		n++;
	}
	return n;
}

/*
 * The kernel takes the larger of "all" and an interface's own value. Strict (1)
 * drops a packet whose way back leads through another interface. With
 * src_valid_mark the way back is looked up by our mark, where all is local.
 */
static unsigned
check_interface(const char *name, int all, FILE *out)
{
	char path[PATH_OCTETS];
	int filter, mark;

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", name);
	filter = read_sysctl(path);
	snprintf(path, sizeof(path), "net/ipv4/conf/%s/src_valid_mark", name);
	mark = read_sysctl(path);
	filter = filter > all ? filter : all;
	if (filter == 1) {
		fprintf(out, "relaywall: warning: net.ipv4.conf.%s.rp_filter = 1: "
		    "drops packets if the way back is another one; 2 is enough\n", name);
		return 1;
	}
	if (filter > 0 && (mark == 1 || read_sysctl("net/ipv4/conf/all/src_valid_mark") == 1)) {
		fprintf(out, "relaywall: warning: net.ipv4.conf.%s.src_valid_mark = 1: "
		    "with rp_filter diverted packets look forged and are dropped\n", name);
		return 1;
	}
	return 0;
}

static unsigned
return_path(FILE *out)
{
	int all = read_sysctl("net/ipv4/conf/all/rp_filter");
	DIR *d = opendir("/proc/sys/net/ipv4/conf");
	const struct dirent *e;
	unsigned n = 0;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && strcmp(e->d_name, "all") != 0 && strcmp(e->d_name, "default") != 0 &&
		    strcmp(e->d_name, "lo") != 0)
			n += check_interface(e->d_name, all, out);
	closedir(d);
	return n;
}

unsigned
kernel_preflight(const struct site *site, FILE *out)
{
	unsigned n = forwarding(site, out);

	if (site_has_family(site, true))
		n += return_path(out);
	return n;
}
