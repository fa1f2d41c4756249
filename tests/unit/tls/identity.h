/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.h - a key and its certificate, made for this run, in two files.
 */
#ifndef TESTS_UNIT_TLS_IDENTITY_H
#define TESTS_UNIT_TLS_IDENTITY_H

/* The paths of the PEM files; made at the first call, removed at exit. Ends the program if that cannot be. */
const char *identity_chain(void);
const char *identity_key(void);

#endif
