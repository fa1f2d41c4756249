/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/version.h"

const char version_text[] = RELAYWALL_VERSION;
const unsigned version_protocol = 1;
