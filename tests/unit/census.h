// SPDX-License-Identifier: Apache-2.0
// Counts what enumeration tells of a crowd, through the entry points of libnss_ssoorg.
#pragma once
#include <stdbool.h>

#include "crowd.h"
#include "nss_entries.h"
#include "unit.h"

enum { CENSUS_MAX = 5000, CENSUS_BUFFER = 1 << 16 };

// All zero is nobody yet.
struct census {
  unsigned users[CENSUS_MAX];
  unsigned private_groups[CENSUS_MAX];
  unsigned groups[CROWD_GROUPS];
  unsigned wrong; // answers that are not exactly what they should be, and ends for another reason
};

// The one of the test that runs.
extern struct census census;

// A test with a directory of its own for its map, unit_map_path.
#define CENSUS_TEST(function) cmocka_unit_test_setup_teardown(function, census_make_ground, unit_remove_ground)
int census_make_ground(void **state);

// Begins enumeration anew, with nobody counted.
void census_begin(void);

// Goes through all of a map of PEOPLE. The test fails unless all of them came once, and nobody else.
void census_check_all(unsigned people);

// Takes the next entry into account; false at the end.
bool census_user(struct census *c);
bool census_group(struct census *c);

// To the end.
void census_users(struct census *c);
void census_groups(struct census *c);

// Whether nothing was wrong, the first PEOPLE people came once each, those behind them but before MOST not more than
// once, and nobody else; mapped users never. For groups: and each group of an org once, too. Says on standard error
// what is not so.
bool census_has_users(const struct census *c, unsigned people, unsigned most);
bool census_has_groups(const struct census *c, unsigned people, unsigned most);
