// SPDX-License-Identifier: Apache-2.0
// Forced in front of every source file: names that must not be used at all. Each has a bounded, checked or
// shell-free replacement (snprintf, strtoll through text_to_i64(), memcpy after a length check, execve).
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
// clang with _FORTIFY_SOURCE has these two as macros, which cannot be poisoned.
#undef sprintf
#undef vsprintf
#pragma GCC poison sscanf atoi atol atoll strcpy strcat sprintf vsprintf gets strtok system popen tmpnam mktemp
