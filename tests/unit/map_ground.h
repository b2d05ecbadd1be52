// SPDX-License-Identifier: Apache-2.0
// A map in a directory of its own: people p0@acme.test, p1..., the group acme with two members, its domain, and a
// number that was removed.
#pragma once
#include "map/map_records.h"
#include "unit.h"

enum { ACCOUNTS = 200, FIRST_UID = 70000 };

extern char map_path[96];

// Person I of that map.
void account_number(unsigned i, struct map_account *account);

int write_map(void **state);

// A test with that map under it.
#define MAP_TEST(function) cmocka_unit_test_setup_teardown(function, write_map, unit_remove_ground)
