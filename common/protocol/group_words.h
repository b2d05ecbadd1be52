// SPDX-License-Identifier: Apache-2.0
// Names of groups at a provider as they are typed and kept in one text: "staff,ops team". A backslash takes from the
// character behind it what it would mean: a comma, a backslash, a blank at an end of a name. "none" is no list;
// "\\none" is one of a group with that name.
#pragma once
#include <stdbool.h>

#include "base/status.h"
#include "protocol/protocol.h"

enum { GROUP_WORDS_SIZE = 1024 };

#define GROUP_WORDS_NONE "none"

// Takes the name at *AT, which is not NULL, and moves *AT behind its comma; to NULL behind the last one. STATUS_INVALID
// for what is no name by group_list_takes(), has a plain blank at an end, or is the plain word "none"; nothing is
// touched then.
MUST_CHECK enum status group_words_next(const char **at, char ret_name[static PROTOCOL_GROUP_SIZE]);

// Appends NAME, which group_list_takes(), with the backslashes that it needs. STATUS_TOO_LARGE: there is no room for
// it, and WORDS is untouched.
MUST_CHECK enum status group_words_add(char words[static GROUP_WORDS_SIZE], const char *name);

// The list that TYPED is, as group_words_add() makes it, each name once. STATUS_INVALID for what is none, the empty
// text too; STATUS_TOO_LARGE. *RET_WORDS is untouched then.
MUST_CHECK enum status group_words_read(const char *typed, char ret_words[static GROUP_WORDS_SIZE]);

// Whether NAME is one of WORDS, which is "" or a list. Byte for byte.
bool group_words_hold(const char *words, const char *name);
