/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl.h - does this kernel have the settings of a sysctl.conf?
 *
 * Nothing is set: that is sysctl(8)'s. The file is the one that it reads: lines
 * "net.ipv4.ip_forward = 1", "#" and ";" begin comments, "*" stands for every name
 * in its place.
 */
#ifndef PROXY_SITE_SYSCTL_H
#define PROXY_SITE_SYSCTL_H

#include <stdio.h>

/*
 * Compare. What differs, or is not there, is written to out, one a line: "key = 0,
 * wanted 1 (FILE:LINE)". root: "/proc/sys". Returns how many; -1 if the file cannot
 * be read to its end or is not of this form, or there is no memory, told on errors.
 */
int sysctl_check(const char *root, const char *file, FILE *out, FILE *errors);

#endif
