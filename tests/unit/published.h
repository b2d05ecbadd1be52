// SPDX-License-Identifier: Apache-2.0
// What the published map of the store under test says.
#pragma once
#include <sys/types.h>

#include "fixture.h"

// How many groups it gives the account, and how many members it lists of the group.
size_t published_groups(const char *login);
uint32_t published_members(const char *group);

// A map that is built anew has another.
ino_t published_inode(void);

// It is current and clean, and holds entry by entry what one holds that is built anew.
void expect_what_the_store_says(void);
