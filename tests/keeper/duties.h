/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duties.h - what a child of the keeper must be able to do inside, with the libraries that it has. */
#ifndef TESTS_KEEPER_DUTIES_H
#define TESTS_KEEPER_DUTIES_H

#include "tests/keeper/attempts.h"

/* A certificate for the handshake, in files. */
struct duties_conf {
	const char *chain, *key;
};
extern struct duties_conf duties_conf;

/* As attempts: what they end with, inside and outside. Each ends with a name that is NULL. */
extern const struct attempt duties_of_all[], duties_of_drivers[], duties_of_drill[];

#endif
