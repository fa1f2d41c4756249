/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * version.h - which program this is, for people and for processes of another one.
 *
 * After an upgrade processes of several programs live side by side for a while, so
 * what they say to each other has a number of its own.
 */
#ifndef PROXY_KEEPER_PROCESS_VERSION_H
#define PROXY_KEEPER_PROCESS_VERSION_H

/* "0.1", as `relaywall version` says; no blank in it. */
extern const char version_text[];

/*
 * Of the words between keeper and captain (captain.h). A keeper has no captain with
 * another number. It grows when one of them could misunderstand the other; a new word
 * that may be ignored is no reason.
 */
extern const unsigned version_protocol;

#endif
