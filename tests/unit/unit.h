// SPDX-License-Identifier: Apache-2.0
// What every unit test includes: cmocka with the headers it wants in front of it.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"

// Makes a new directory with mode 0700 under the system's temporary one into PATH of SIZE bytes.
void unit_make_directory(char *path, size_t size);

// The directory of the test that runs, and a teardown that removes it.
extern char unit_directory[64];
int unit_remove_ground(void **state);

// Removes the directory at PATH and the files in it.
void unit_remove_directory(const char *path);
