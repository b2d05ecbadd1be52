// SPDX-License-Identifier: Apache-2.0
// The published map on disk, little-endian:
//
//   0    header, 64 bytes, immutable: magic, version, seed, slot count, where slots and records begin, checksum
//   64   state line, 64 bytes, aligned: serial, boot id, clean or dirty, slots used, bytes not used any more, checksum
//   128  slots of 16 bytes {value, check}; value is offset (40 bits) and tag (24 bits of the key's hash), 0 is empty,
//        1 is a slot whose key is gone
//   then records {u32 payload length, u32 kind, payload, u64 check}, append-only
//
// A key is one kind byte and the key's bytes; slots are probed linearly from the key's hash.
//
// A change appends its records, marks the state line dirty, points the slots to the new records one by one, and marks
// the line clean: slots and lines are aligned, and single records are all that is ever whole.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/record.h"
#include "base/siphash.h"

enum {
  MAP_VERSION = 6,
  MAP_HEADER_SIZE = 64,
  MAP_STATE_OFFSET = 64,
  MAP_STATE_SIZE = 64,
  MAP_SLOTS_OFFSET = 128,
  MAP_SLOT_SIZE = 16,
  MAP_RECORD_HEAD = 8,
  MAP_RECORD_TAIL = 8,
  MAP_RECORD_MAX = 1 << 20,
  MAP_BOOT_ID_SIZE = 16,
  MAP_OFFSET_BITS = 40,
  MAP_SLOT_EMPTY = 0,
  MAP_SLOT_GONE = 1,
  MAP_KEY_MAX = 260,
};

enum map_kind {
  MAP_ACCOUNT = 1,
  MAP_GROUP,
  MAP_DOMAIN,
  MAP_REMOVED,
  MAP_SETTINGS,
  MAP_INVITED,
};

enum map_key {
  KEY_LOGIN = 'n',    // login -> account
  KEY_UID = 'u',      // u32 -> account
  KEY_GROUP = 'g',    // group name -> group of an org
  KEY_GID = 'G',      // u32 -> group of an org
  KEY_DOMAIN = 'd',   // domain -> domain open to first logins
  KEY_REMOVED = 'r',  // u32 -> number that must not be given again
  KEY_SETTINGS = 's', // one byte -> settings
  KEY_INVITED = 'i',  // the login's hash -> open invites
};

struct map_header {
  unsigned char seed[SIPHASH_SEED_SIZE];
  uint64_t slot_count; // a power of two
  uint64_t records_offset;
};

struct map_state {
  uint64_t serial; // of the store when this was written
  unsigned char boot_id[MAP_BOOT_ID_SIZE];
  uint8_t clean;
  uint64_t slots_used; // by keys that are there or gone; 0 if nobody counted
  uint64_t dead_bytes; // of records that no slot points to any more
};

// A key with its hash.
struct map_lookup {
  unsigned char key[MAP_KEY_MAX];
  size_t length;
  uint64_t hash;
};

// Header and state line as bytes and back. Decoding gives STATUS_CORRUPT for a wrong magic, checksum or geometry and
// STATUS_VERSION for another version.
void map_header_encode(const struct map_header *header, unsigned char out[static MAP_HEADER_SIZE]);
MUST_CHECK enum status map_header_decode(const unsigned char in[static MAP_HEADER_SIZE], struct map_header *ret_header);
void map_state_encode(const unsigned char seed[static SIPHASH_SEED_SIZE], const struct map_state *state,
                      unsigned char out[static MAP_STATE_SIZE]);
MUST_CHECK enum status map_state_decode(const unsigned char seed[static SIPHASH_SEED_SIZE],
                                        const unsigned char in[static MAP_STATE_SIZE], struct map_state *ret_state);

// The keys that a record is found by. STATUS_NOT_FOUND for a text that is too long to be a key.
MUST_CHECK enum status map_lookup_text(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_key kind,
                                       const char *text, struct map_lookup *ret_lookup);
struct map_lookup map_lookup_number(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_key kind,
                                    uint32_t number);

// Invited logins are kept as hashes alone: whoever reads the map does not learn the addresses.
MUST_CHECK enum status map_lookup_invited(const unsigned char seed[static SIPHASH_SEED_SIZE], const char *login,
                                          struct map_lookup *ret_lookup);
struct map_lookup map_lookup_hash(enum map_key kind, uint64_t hash);

// What a slot holds for a key of HASH whose record is at OFFSET, and the two parts of it again.
uint64_t map_slot_value(uint64_t hash, uint64_t offset);
uint64_t map_slot_offset(uint64_t value);
bool map_slot_may_be(uint64_t value, uint64_t hash);

// A slot as it is in the file.
void map_slot_encode(const unsigned char seed[static SIPHASH_SEED_SIZE], uint64_t number, uint64_t value,
                     unsigned char out[static MAP_SLOT_SIZE]);

// The check word of slot NUMBER holding VALUE.
uint64_t map_slot_check(const unsigned char seed[static SIPHASH_SEED_SIZE], uint64_t number, uint64_t value);

// This boot's id from the kernel. STATUS_IO.
MUST_CHECK enum status map_boot_id(unsigned char ret_id[static MAP_BOOT_ID_SIZE]);
