/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same program as one whose processes say other words to each other. */
#include "proxy/keeper/process/version.h"

const char version_text[] = "alien";
const unsigned version_protocol = 1000;
