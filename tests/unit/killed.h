// SPDX-License-Identifier: Apache-2.0
// Processes that are killed in the middle of changing files.
#pragma once
#include <stdbool.h>

// Runs PREPARE and then WORK with NUMBER in a child, and kills it when it enters or leaves, in WORK, the system call
// number STOP of those that change files, from 1 on. False if it ended before.
bool killed_at(void (*prepare)(void), void (*work)(unsigned number), unsigned number, unsigned stop);
