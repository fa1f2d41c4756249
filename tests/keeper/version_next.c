/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same program as the next version of it, for an upgrade. */
#include "proxy/keeper/process/version.h"

const char version_text[] = "next";
const unsigned version_protocol = 1;
