// SPDX-License-Identifier: Apache-2.0
// Builds a whole published map and puts it in place of the old one by a rename. Records go to the new file as they come
// when it is known beforehand how many keys there will be; otherwise they wait in memory.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "map/map_format.h"
#include "map/map_records.h"

struct map_entry {
  uint64_t hash;
  uint64_t offset; // of the record, counted from the first record
};

// All zero but the seed is a valid empty builder; map_builder_done() frees it.
struct map_builder {
  unsigned char seed[SIPHASH_SEED_SIZE];
  struct bytes records;
  struct map_entry *entries; // while they wait for their slots
  size_t entry_count;        // also of those that have them
  size_t entry_capacity;
  bool streaming; // into FD
  int fd;
  uint64_t slot_count;
  uint64_t *slots;  // their values, as soon as it is known how many there are
  uint64_t flushed; // bytes of records that are in the file
};

void map_builder_done(struct map_builder *b);

// Adds a record under all keys it is found by. STATUS_NO_MEMORY, STATUS_INVALID.
MUST_CHECK enum status map_add_account(struct map_builder *b, const struct map_account *account);
MUST_CHECK enum status map_add_group(struct map_builder *b, const struct map_group *group);
MUST_CHECK enum status map_add_domain(struct map_builder *b, const struct map_domain *domain);
MUST_CHECK enum status map_add_removed(struct map_builder *b, uint32_t number);
MUST_CHECK enum status map_add_invited(struct map_builder *b, const struct map_invited *invited);
MUST_CHECK enum status map_add_settings(struct map_builder *b, const struct map_settings *settings);

// Records are written beside PATH from now on; at most KEYS_MAX keys will come. STATUS_IO, STATUS_TOO_LARGE.
MUST_CHECK enum status map_builder_stream(struct map_builder *b, const char *path, uint64_t keys_max);

// Writes the map beside PATH, clean, with SERIAL and this boot's id, mode 0644 under any umask. STATUS_IO,
// STATUS_TOO_LARGE, STATUS_NO_MEMORY leave nothing there.
MUST_CHECK enum status map_write_beside(struct map_builder *b, const char *path, uint64_t serial);

// Puts what map_write_beside() wrote in the place of PATH, by a rename. STATUS_IO leaves the old map in place.
MUST_CHECK enum status map_put_in_place(const char *path);

// Removes what map_write_beside() wrote.
void map_drop_beside(const char *path);

// map_write_beside() and map_put_in_place().
MUST_CHECK enum status map_write(struct map_builder *b, const char *path, uint64_t serial);

// The bytes of one record, appended to OUT. STATUS_INVALID, STATUS_NO_MEMORY.
MUST_CHECK enum status map_record_append(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_kind kind,
                                         const void *value, struct bytes *out);

// The keys that a record of KIND is found by. STATUS_INVALID.
struct map_keys {
  size_t count;
  struct map_lookup list[2];
};
MUST_CHECK enum status map_record_keys(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_kind kind,
                                       const void *value, struct map_keys *ret_keys);

// Writes all LENGTH bytes at OFFSET. STATUS_IO.
MUST_CHECK enum status map_write_at(int fd, const void *data, size_t length, uint64_t offset);
