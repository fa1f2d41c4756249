/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/keeper/process/sandbox_sanitizer.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SANITIZED)

#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

void
sandbox_sanitizer_prepare(void)
{
	__sanitizer_sandbox_arguments arguments = { 0 };
	char name[256];

	__lsan_do_leak_check();
	__sanitizer_symbolize_pc(__builtin_return_address(0), "%f", name, sizeof(name));
	__sanitizer_sandbox_on_notify(&arguments);
}

#else

void
sandbox_sanitizer_prepare(void)
{
}

#endif
