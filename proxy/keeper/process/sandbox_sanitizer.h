/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sandbox_sanitizer.h - all that a build with sanitizers (SAN=1) does otherwise in the sandbox.
 *
 * No system call more is allowed for it. What a report is made from (the map of the memory, the names of functions) is
 * read before the file system is gone, so that a fault inside is told as one outside. The search for leaks wants a
 * process that traces this one: it is made here, and not at the end.
 */
#ifndef PROXY_KEEPER_PROCESS_SANDBOX_SANITIZER_H
#define PROXY_KEEPER_PROCESS_SANDBOX_SANITIZER_H

/*
 * Before anything is given up. Does nothing without sanitizers. Ends the process if there are leaks. Takes a good part
 * of a second, the first time in a process or in one that it was forked from.
 */
void sandbox_sanitizer_prepare(void);

#endif
