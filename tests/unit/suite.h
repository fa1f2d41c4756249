/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * suite.h - how a test file offers its tests.
 *
 * Each test_<module>.c ends in SUITE(module, tests) with a CU_TestInfo table;
 * suite.c finds all that were linked and runs them.
 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>

void suite_add(const char *name, CU_TestInfo *tests);

#define SUITE(name, tests)                                             \
	__attribute__((constructor)) static void suite_add_##name(void)       \
	{                                                                     \
		suite_add(#name, tests);                                             \
	}

/* Assert with a message that says what came instead: CHECK(got == want, "%s: got %d", name, got) */
#define CHECK(condition, ...)                                           \
	do {                                                                   \
		bool check_ok = (condition);                                          \
		if (!check_ok) {                                                      \
			printf("\n    %s:%d: ", __FILE__, __LINE__);                         \
			printf(__VA_ARGS__);                                                 \
		}                                                                     \
		CU_assertImplementation(check_ok, __LINE__, #condition, __FILE__, __func__, CU_FALSE); \
	} while (0)

#endif
