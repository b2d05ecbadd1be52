// SPDX-License-Identifier: Apache-2.0
#include "map/map_format.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/text.h"

// 0 magic, 8 version, 16 seed, 32 slot count, 40 records offset, 56 checksum
static const unsigned char MAGIC[8] = {'S', 'S', 'O', 'O', 'R', 'G', 'M', '1'};
static const unsigned char NO_SEED[SIPHASH_SEED_SIZE];
static const uint64_t SLOT_COUNT_MAX = (uint64_t)1 << 32;

void map_header_encode(const struct map_header *header, unsigned char out[static MAP_HEADER_SIZE])
{
  memset(out, 0, MAP_HEADER_SIZE);
  memcpy(out, MAGIC, sizeof MAGIC);
  endian_put_u32(out + 8, MAP_VERSION);
  memcpy(out + 16, header->seed, SIPHASH_SEED_SIZE);
  endian_put_u64(out + 32, header->slot_count);
  endian_put_u64(out + 40, header->records_offset);
  endian_put_u64(out + 56, siphash(NO_SEED, out, 56));
}

enum status map_header_decode(const unsigned char in[static MAP_HEADER_SIZE], struct map_header *ret_header)
{
  if (memcmp(in, MAGIC, sizeof MAGIC) != 0 || endian_get_u64(in + 56) != siphash(NO_SEED, in, 56)) {
    return STATUS_CORRUPT;
  }
  if (endian_get_u32(in + 8) != MAP_VERSION) {
    return STATUS_VERSION;
  }
  uint64_t slots = endian_get_u64(in + 32);
  uint64_t records = endian_get_u64(in + 40);
  bool power_of_two = slots > 0 && slots <= SLOT_COUNT_MAX && (slots & (slots - 1)) == 0;
  if (!power_of_two || records != MAP_SLOTS_OFFSET + slots * MAP_SLOT_SIZE) {
    return STATUS_CORRUPT;
  }
  memcpy(ret_header->seed, in + 16, SIPHASH_SEED_SIZE);
  ret_header->slot_count = slots;
  ret_header->records_offset = records;
  return STATUS_OK;
}

void map_state_encode(const unsigned char seed[static SIPHASH_SEED_SIZE], const struct map_state *state,
                      unsigned char out[static MAP_STATE_SIZE])
{
  memset(out, 0, MAP_STATE_SIZE);
  endian_put_u64(out, state->serial);
  memcpy(out + 8, state->boot_id, MAP_BOOT_ID_SIZE);
  out[24] = state->clean;
  endian_put_u64(out + 32, state->slots_used);
  endian_put_u64(out + 40, state->dead_bytes);
  endian_put_u64(out + 56, siphash(seed, out, 56));
}

enum status map_state_decode(const unsigned char seed[static SIPHASH_SEED_SIZE],
                             const unsigned char in[static MAP_STATE_SIZE], struct map_state *ret_state)
{
  if (endian_get_u64(in + 56) != siphash(seed, in, 56) || in[24] > 1) {
    return STATUS_CORRUPT;
  }
  ret_state->serial = endian_get_u64(in);
  memcpy(ret_state->boot_id, in + 8, MAP_BOOT_ID_SIZE);
  ret_state->clean = in[24];
  ret_state->slots_used = endian_get_u64(in + 32);
  ret_state->dead_bytes = endian_get_u64(in + 40);
  return STATUS_OK;
}

enum status map_lookup_text(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_key kind, const char *text,
                            struct map_lookup *ret_lookup)
{
  size_t length = strnlen(text, MAP_KEY_MAX);
  if (length + 1 > MAP_KEY_MAX) {
    return STATUS_NOT_FOUND;
  }
  ret_lookup->key[0] = (unsigned char)kind;
  memcpy(ret_lookup->key + 1, text, length);
  ret_lookup->length = length + 1;
  ret_lookup->hash = siphash(seed, ret_lookup->key, ret_lookup->length);
  return STATUS_OK;
}

struct map_lookup map_lookup_number(const unsigned char seed[static SIPHASH_SEED_SIZE], enum map_key kind,
                                    uint32_t number)
{
  struct map_lookup lookup;
  lookup.key[0] = (unsigned char)kind;
  endian_put_u32(lookup.key + 1, number);
  lookup.length = 5;
  lookup.hash = siphash(seed, lookup.key, lookup.length);
  return lookup;
}

struct map_lookup map_lookup_hash(enum map_key kind, uint64_t hash)
{
  struct map_lookup lookup;
  lookup.key[0] = (unsigned char)kind;
  endian_put_u64(lookup.key + 1, hash);
  lookup.length = 9;
  lookup.hash = hash;
  return lookup;
}

enum status map_lookup_invited(const unsigned char seed[static SIPHASH_SEED_SIZE], const char *login,
                               struct map_lookup *ret_lookup)
{
  struct map_lookup named;
  enum status status = map_lookup_text(seed, KEY_INVITED, login, &named);
  if (status == STATUS_OK) {
    *ret_lookup = map_lookup_hash(KEY_INVITED, named.hash);
  }
  return status;
}

uint64_t map_slot_value(uint64_t hash, uint64_t offset)
{
  return hash >> MAP_OFFSET_BITS << MAP_OFFSET_BITS | offset;
}

uint64_t map_slot_offset(uint64_t value)
{
  return value & (((uint64_t)1 << MAP_OFFSET_BITS) - 1);
}

bool map_slot_may_be(uint64_t value, uint64_t hash)
{
  return value != MAP_SLOT_GONE && value >> MAP_OFFSET_BITS == hash >> MAP_OFFSET_BITS;
}

void map_slot_encode(const unsigned char seed[static SIPHASH_SEED_SIZE], uint64_t number, uint64_t value,
                     unsigned char out[static MAP_SLOT_SIZE])
{
  endian_put_u64(out, value);
  endian_put_u64(out + 8, map_slot_check(seed, number, value));
}

uint64_t map_slot_check(const unsigned char seed[static SIPHASH_SEED_SIZE], uint64_t number, uint64_t value)
{
  unsigned char packed[16];
  endian_put_u64(packed, number);
  endian_put_u64(packed + 8, value);
  return siphash(seed, packed, sizeof packed);
}

enum status map_boot_id(unsigned char ret_id[static MAP_BOOT_ID_SIZE])
{
  char text[37] = {0};
  char digits[33];
  size_t used = 0;
  int fd CLEANUP(cleanup_fd) = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1) {
    return STATUS_IO;
  }
  for (const char *at = text; *at != '\0' && used < sizeof digits - 1; at++) {
    if (*at != '-') {
      digits[used++] = *at;
    }
  }
  digits[used] = '\0';
  return text_from_hex(digits, ret_id, MAP_BOOT_ID_SIZE) == STATUS_OK ? STATUS_OK : STATUS_IO;
}
