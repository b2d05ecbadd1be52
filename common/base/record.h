// SPDX-License-Identifier: Apache-2.0
// Packs a struct into bytes and back, driven by a table of its fields: one codec for stored records and for messages.
// Little-endian; text and blobs carry their length; nothing is left over and nothing is missing.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum field_type {
  FIELD_U8,
  FIELD_U32,
  FIELD_I64,
  FIELD_TEXT,    // char array in the struct, NUL-terminated; SIZE is the array's size
  FIELD_BYTES,   // struct bytes in the struct; SIZE is the most it may hold
  FIELD_U32_LIST // struct u32_list in the struct
};

enum { U32_LIST_MAX = 64 };

struct u32_list {
  uint32_t count;
  uint32_t values[U32_LIST_MAX];
};

struct field {
  enum field_type type;
  size_t offset;
  size_t size;
};

enum { RECORD_OLDER_MAX = 8 };

struct record_type {
  const char *name;
  uint8_t version; // written in front; a reader accepts this one, and those before that have a count
  size_t struct_size;
  const struct field *fields;
  size_t field_count;
  size_t older_counts[RECORD_OLDER_MAX]; // of the fields that the versions before had, the last one first; 0: not read
};

// A member of another type than the field's does not compile.
#define FIELD_AT(s, member, pointer) _Generic(&((struct s *)0)->member, pointer : offsetof(struct s, member))
#define FIELD_OF_U8(s, member)                                                                                         \
  {                                                                                                                    \
    FIELD_U8, FIELD_AT(s, member, uint8_t *), sizeof(uint8_t)                                                          \
  }
#define FIELD_OF_U32(s, member)                                                                                        \
  {                                                                                                                    \
    FIELD_U32, FIELD_AT(s, member, uint32_t *), sizeof(uint32_t)                                                       \
  }
#define FIELD_OF_I64(s, member)                                                                                        \
  {                                                                                                                    \
    FIELD_I64, FIELD_AT(s, member, int64_t *), sizeof(int64_t)                                                         \
  }
#define FIELD_OF_TEXT(s, member)                                                                                       \
  {                                                                                                                    \
    FIELD_TEXT, FIELD_AT(s, member, char(*)[sizeof(((struct s *)0)->member)]), sizeof(((struct s *)0)->member)         \
  }
#define FIELD_OF_BYTES(s, member, most)                                                                                \
  {                                                                                                                    \
    FIELD_BYTES, FIELD_AT(s, member, struct bytes *), (most)                                                           \
  }
#define FIELD_OF_U32_LIST(s, member)                                                                                   \
  {                                                                                                                    \
    FIELD_U32_LIST, FIELD_AT(s, member, struct u32_list *), sizeof(struct u32_list)                                    \
  }
// The versions before had the first so many fields of TABLE, the last version first, and are read too: what has been
// added since is zero then.
#define RECORD_TYPE_GROWN(s, number, table, ...)                                                                       \
  {                                                                                                                    \
#s, (number), sizeof(struct s), (table), sizeof(table) / sizeof((table)[0]),                                       \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define RECORD_TYPE(s, number, table) RECORD_TYPE_GROWN(s, number, table, 0)

// Appends VALUE (a struct of TYPE) to OUT. STATUS_NO_MEMORY; STATUS_INVALID for a text without NUL in its array, a
// blob over its limit or a list that is too long. OUT may hold a partial record after a failure.
MUST_CHECK enum status record_encode(const struct record_type *type, const void *value, struct bytes *out);

// Fills *RET_VALUE from exactly LENGTH bytes. Blobs in it become the caller's (bytes_done each, or record_done()); the
// struct must be all zero or done before the call. STATUS_VERSION for another version, STATUS_CORRUPT for a short or
// long record, an embedded NUL or a length out of bounds, STATUS_NO_MEMORY. On failure *RET_VALUE is all zero.
MUST_CHECK enum status record_decode(const struct record_type *type, const void *data, size_t length, void *ret_value);

// The same for the first COUNT of its fields: what follows them is not looked at.
MUST_CHECK enum status record_decode_first(const struct record_type *type, size_t count, const void *data,
                                           size_t length, void *ret_value);

// Wipes the struct and frees the blobs in it.
void record_done(const struct record_type *type, void *value);
