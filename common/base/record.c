// SPDX-License-Identifier: Apache-2.0
#include "base/record.h"

#include <string.h>

#include "base/endian.h"

struct cursor {
  const unsigned char *at;
  size_t left;
};

static enum status cursor_read(struct cursor *c, size_t length, const unsigned char **ret_at)
{
  if (length > c->left) {
    return STATUS_CORRUPT;
  }
  *ret_at = c->at;
  c->at += length;
  c->left -= length;
  return STATUS_OK;
}

static enum status cursor_read_u32(struct cursor *c, uint32_t *ret_value)
{
  const unsigned char *at = NULL;
  enum status status = cursor_read(c, 4, &at);
  if (status == STATUS_OK) {
    *ret_value = endian_get_u32(at);
  }
  return status;
}

static enum status append_u32(struct bytes *out, uint32_t value)
{
  unsigned char packed[4];
  endian_put_u32(packed, value);
  return bytes_append(out, packed, sizeof packed);
}

static enum status append_run(struct bytes *out, const void *data, size_t length)
{
  enum status status = append_u32(out, (uint32_t)length);
  return status != STATUS_OK ? status : bytes_append(out, data, length);
}

static enum status append_list(struct bytes *out, const struct u32_list *list)
{
  if (list->count > U32_LIST_MAX) {
    return STATUS_INVALID;
  }
  enum status status = append_u32(out, list->count);
  for (uint32_t i = 0; status == STATUS_OK && i < list->count; i++) {
    status = append_u32(out, list->values[i]);
  }
  return status;
}

static enum status encode_field(const struct field *field, const char *at, struct bytes *out)
{
  switch (field->type) {
  case FIELD_U8: return bytes_append(out, at, 1);
  case FIELD_U32: {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return append_u32(out, value);
  }
  case FIELD_I64: {
    int64_t value;
    unsigned char packed[8];
    memcpy(&value, at, sizeof value);
    endian_put_u64(packed, (uint64_t)value);
    return bytes_append(out, packed, sizeof packed);
  }
  case FIELD_TEXT: {
    size_t length = strnlen(at, field->size);
    return length == field->size ? STATUS_INVALID : append_run(out, at, length);
  }
  case FIELD_BYTES: {
    const struct bytes *blob = (const void *)at;
    return blob->length > field->size ? STATUS_INVALID : append_run(out, bytes_text(blob), blob->length);
  }
  case FIELD_U32_LIST: return append_list(out, (const void *)at);
  }
  return STATUS_INVALID;
}

enum status record_encode(const struct record_type *type, const void *value, struct bytes *out)
{
  enum status status = bytes_append(out, &type->version, 1);
  for (size_t i = 0; status == STATUS_OK && i < type->field_count; i++) {
    status = encode_field(&type->fields[i], (const char *)value + type->fields[i].offset, out);
  }
  return status;
}

static enum status decode_text(const struct field *field, struct cursor *c, char *at)
{
  uint32_t length = 0;
  const unsigned char *run = NULL;
  enum status status = cursor_read_u32(c, &length);
  if (status != STATUS_OK) {
    return status;
  }
  status = length < field->size ? cursor_read(c, length, &run) : STATUS_CORRUPT;
  if (status != STATUS_OK) {
    return status;
  }
  if (length > 0 && memchr(run, '\0', length) != NULL) {
    return STATUS_CORRUPT;
  }
  memcpy(at, run, length);
  at[length] = '\0';
  return STATUS_OK;
}

static enum status decode_bytes(const struct field *field, struct cursor *c, struct bytes *blob)
{
  uint32_t length = 0;
  const unsigned char *run = NULL;
  enum status status = cursor_read_u32(c, &length);
  if (status != STATUS_OK) {
    return status;
  }
  status = length <= field->size ? cursor_read(c, length, &run) : STATUS_CORRUPT;
  return status != STATUS_OK ? status : bytes_append(blob, run, length);
}

static enum status decode_list(struct cursor *c, struct u32_list *list)
{
  uint32_t count = 0;
  enum status status = cursor_read_u32(c, &count);
  if (status != STATUS_OK) {
    return status;
  }
  if (count > U32_LIST_MAX) {
    return STATUS_CORRUPT;
  }
  for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
    status = cursor_read_u32(c, &list->values[i]);
  }
  if (status == STATUS_OK) {
    list->count = count;
  }
  return status;
}

static enum status decode_number(const struct field *field, struct cursor *c, char *at)
{
  const unsigned char *run = NULL;
  size_t width = field->type == FIELD_U8 ? 1 : field->type == FIELD_U32 ? 4 : 8;
  enum status status = cursor_read(c, width, &run);
  if (status != STATUS_OK) {
    return status;
  }
  if (field->type == FIELD_U8) {
    memcpy(at, run, 1);
  } else if (field->type == FIELD_U32) {
    uint32_t value = endian_get_u32(run);
    memcpy(at, &value, sizeof value);
  } else {
    int64_t value = (int64_t)endian_get_u64(run);
    memcpy(at, &value, sizeof value);
  }
  return STATUS_OK;
}

static enum status decode_field(const struct field *field, struct cursor *c, char *at)
{
  switch (field->type) {
  case FIELD_U8:
  case FIELD_U32:
  case FIELD_I64: return decode_number(field, c, at);
  case FIELD_TEXT: return decode_text(field, c, at);
  case FIELD_BYTES: return decode_bytes(field, c, (void *)at);
  case FIELD_U32_LIST: return decode_list(c, (void *)at);
  }
  return STATUS_INVALID;
}

// How many fields a record of VERSION has; 0: it is not read.
static size_t fields_of(const struct record_type *type, uint8_t version)
{
  int back = type->version - version;
  if (back == 0) {
    return type->field_count;
  }
  return back > 0 && back <= RECORD_OLDER_MAX ? type->older_counts[back - 1] : 0;
}

static enum status decode_fields(const struct record_type *type, size_t count, struct cursor *c, void *ret_value)
{
  const unsigned char *version = NULL;
  memset(ret_value, 0, type->struct_size);
  enum status status = cursor_read(c, 1, &version);
  if (status != STATUS_OK) {
    return status;
  }
  size_t there = fields_of(type, *version);
  if (there == 0) {
    return STATUS_VERSION;
  }
  count = count < there ? count : there;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = decode_field(&type->fields[i], c, (char *)ret_value + type->fields[i].offset);
  }
  return status;
}

enum status record_decode(const struct record_type *type, const void *data, size_t length, void *ret_value)
{
  struct cursor c = {data, length};
  enum status status = decode_fields(type, type->field_count, &c, ret_value);
  if (status == STATUS_OK && c.left > 0) {
    status = STATUS_CORRUPT;
  }
  if (status != STATUS_OK) {
    record_done(type, ret_value);
  }
  return status;
}

enum status record_decode_first(const struct record_type *type, size_t count, const void *data, size_t length,
                                void *ret_value)
{
  struct cursor c = {data, length};
  enum status status = decode_fields(type, count, &c, ret_value);
  if (status != STATUS_OK) {
    record_done(type, ret_value);
  }
  return status;
}

void record_done(const struct record_type *type, void *value)
{
  for (size_t i = 0; i < type->field_count; i++) {
    if (type->fields[i].type == FIELD_BYTES) {
      bytes_done((void *)((char *)value + type->fields[i].offset));
    }
  }
  explicit_bzero(value, type->struct_size);
}
