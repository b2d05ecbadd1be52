// SPDX-License-Identifier: Apache-2.0
// What sudo was asked to do, by the words that it was started with.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// True if sudo, started with WORDS (LENGTH bytes: as /proc/PID/cmdline has them, each ending with a zero byte, the
// program's name first), was told by -n or --non-interactive to ask nobody anything. Its options are those of sudo(8)
// 1.9; where one is not known, or may have taken the word behind it, this is false. It spares a sign-in that nobody
// would see; it lets nobody in and keeps nobody out.
bool sudo_words_ask_nobody(const char *words, size_t length);

// The same of the parent process, SERVICE being what it calls itself to PAM; false where that is not sudo.
bool sudo_caller_asks_nobody(const char *service);
