// SPDX-License-Identifier: Apache-2.0
// A map full of people of whom everything is known: person I of a crowd is the same in every map that has them, but for
// the version, which their record names. Tests hold answers against this.
#pragma once
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>

#include "map/map_build.h"
#include "map/map_read.h"
#include "map/map_records.h"

enum {
  CROWD_FIRST = 70000,    // person i has this number plus 2 * i
  CROWD_GROUPS = 12,      // groups g0, g1...; their numbers are the odd ones from here on
  CROWD_REMOVED = 20,     // so many odd numbers behind those of the groups were removed
  CROWD_MAPPED_EACH = 50, // each such person is a mapped local user
  CROWD_NOBODY = -1,
};

struct crowd {
  unsigned people;
  unsigned version;
  bool backwards;    // they are put in from the last to the first
  uint64_t keys_max; // room for so many keys; 0 for what is needed
  unsigned char seed;
};

// Person I in VERSION, all bytes defined. Some have long names, a few records that are read in two steps.
void crowd_person(unsigned i, unsigned version, struct map_account *ret_account);
bool crowd_is_mapped(unsigned i);

// Whether two are the same to the last byte, also behind the ends of their texts.
bool crowd_is_same(const struct map_account *a, const struct map_account *b);

// Group I; answer_group_done() frees it. g0 has MEMBERS_MAX members, g1 enforces.
void crowd_group(unsigned i, struct map_group *ret_group);

// The host settings: one range, which has all the numbers above and is not half full.
void crowd_settings(const struct crowd *crowd, struct map_settings *ret_settings);

// The seed of its map.
void crowd_seed(const struct crowd *crowd, unsigned char ret_seed[static SIPHASH_SEED_SIZE]);

// Whether a map has NUMBER, for number_choose(); CONTEXT is a struct map_reader.
enum status crowd_number_is_taken(void *context, uint32_t number, bool *ret_taken);

// Writes the map of CROWD to PATH by map_write(). Fails the test if that fails.
void crowd_write(const struct crowd *crowd, const char *path);

// Lets slot NUMBER of the map at PATH, which MAP has open, hold VALUE.
void crowd_write_slot(const char *path, const struct map_reader *map, uint64_t number, uint64_t value);

// Which person an answer is about: CROWD_NOBODY unless every byte of it is right, in whatever version it names.
int crowd_whose_account(const struct map_account *account);
int crowd_whose_passwd(const struct passwd *entry);
int crowd_whose_private_group(const struct group *entry);

// Which group of an org, CROWD_NOBODY unless it is exactly that one.
int crowd_which_group(const struct group *entry);
