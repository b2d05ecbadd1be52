// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "store/store.h"

static void key_add(struct store_key *key, const void *data, size_t length)
{
  if (key->bad || length > sizeof key->data - key->length) {
    key->bad = true;
    return;
  }
  if (length > 0) {
    memcpy(key->data + key->length, data, length);
  }
  key->length += length;
}

struct store_key key_new(void)
{
  return (struct store_key){.length = 0};
}

void key_add_i64(struct store_key *key, int64_t value)
{
  unsigned char packed[8];
  for (int i = 0; i < 8; i++) {
    packed[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
  }
  key_add(key, packed, sizeof packed);
}

int64_t key_take_i64(const unsigned char *at)
{
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) {
    value = value << 8 | at[i];
  }
  return (int64_t)value;
}

void key_add_u32(struct store_key *key, uint32_t value)
{
  const unsigned char packed[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
                                   (unsigned char)(value >> 8), (unsigned char)value};
  key_add(key, packed, sizeof packed);
}

void key_add_text(struct store_key *key, const char *text)
{
  key_add(key, text, strlen(text));
}

struct store_key key_of_i64(int64_t value)
{
  struct store_key key = key_new();
  key_add_i64(&key, value);
  return key;
}

struct store_key key_of_two_i64(int64_t first, int64_t second)
{
  struct store_key key = key_of_i64(first);
  key_add_i64(&key, second);
  return key;
}

struct store_key key_of_text(const char *text)
{
  struct store_key key = key_new();
  key_add_text(&key, text);
  return key;
}
