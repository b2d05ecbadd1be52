// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Decodes one code point of well-formed UTF-8 (RFC 3629 section 4) and says how many bytes it took, 0 if none is there.
static size_t utf8_next(const unsigned char *at, size_t left, uint32_t *ret_point)
{
  static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned char lead = at[0];
  size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || length > left || lead > 0xf4) {
    return 0;
  }
  uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) {
      return 0;
    }
    point = point << 6 | (at[i] & 0x3f);
  }
  bool legal = point >= SMALLEST[length] && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  if (!legal) {
    return 0;
  }
  *ret_point = point;
  return length;
}

static bool point_is_clean(uint32_t point)
{
  bool control = point < 0x20 || (point >= 0x7f && point <= 0x9f);
  bool separator = point == 0x2028 || point == 0x2029;
  bool direction = point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
                   (point >= 0x2066 && point <= 0x2069) || point == 0x061c;
  return !control && !separator && !direction && point != 0xfeff;
}

size_t text_line_length(const char *text)
{
  const char *end = strchr(text, '\n');
  return end != NULL ? (size_t)(end - text) + 1 : strlen(text);
}

bool text_is_clean(const void *data, size_t length)
{
  const unsigned char *at = data;
  while (length > 0) {
    uint32_t point = 0;
    size_t taken = utf8_next(at, length, &point);
    if (taken == 0 || !point_is_clean(point)) {
      return false;
    }
    at += taken;
    length -= taken;
  }
  return true;
}

enum status text_copy_clean(const void *data, size_t length, char *text, size_t size)
{
  if (length >= size) {
    return STATUS_TOO_LARGE;
  }
  if (!text_is_clean(data, length)) {
    return STATUS_INVALID;
  }
  if (length > 0) {
    memcpy(text, data, length);
  }
  text[length] = '\0';
  return STATUS_OK;
}

enum status text_copy(const char *from, char *text, size_t size)
{
  size_t length = strlen(from);
  if (length >= size) {
    return STATUS_TOO_LARGE;
  }
  memcpy(text, from, length + 1);
  return STATUS_OK;
}

void text_escape(const void *data, size_t length, char *text, size_t size)
{
  const unsigned char *at = data;
  size_t used = 0;
  for (size_t i = 0; i < length; i++) {
    bool plain = at[i] >= 0x20 && at[i] < 0x7f && at[i] != '\\';
    size_t needed = plain ? 1 : 4;
    if (used + needed + 4 > size) {
      memcpy(text + used, "...", 4);
      return;
    }
    if (plain) {
      text[used] = (char)at[i];
    } else {
      (void)snprintf(text + used, 5, "\\x%02x", at[i]);
    }
    used += needed;
  }
  text[used] = '\0';
}

enum status text_to_i64(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
  char *end = NULL;
  bool digits = text[0] >= '0' && text[0] <= '9';
  bool negative = text[0] == '-' && text[1] >= '0' && text[1] <= '9';
  if (!digits && !negative) {
    return STATUS_INVALID;
  }
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno != 0 || *end != '\0' || value < min || value > max) {
    return STATUS_INVALID;
  }
  *ret_value = value;
  return STATUS_OK;
}

static int64_t unit_seconds(char unit)
{
  switch (unit) {
  case 's': return 1;
  case 'm': return 60;
  case 'h': return 3600;
  case 'd': return 86400;
  case 'w': return 7 * 86400;
  default: return 0;
  }
}

enum status text_to_duration(const char *text, int64_t min_s, int64_t max_s, int64_t *ret_seconds)
{
  size_t length = strlen(text);
  char digits[16];
  if (length < 2 || length > sizeof digits) {
    return STATUS_INVALID;
  }
  int64_t unit = unit_seconds(text[length - 1]);
  memcpy(digits, text, length - 1);
  digits[length - 1] = '\0';
  int64_t count = 0;
  int64_t seconds = 0;
  enum status status = text_to_i64(digits, 0, INT64_MAX, &count);
  if (status != STATUS_OK || unit == 0 || __builtin_mul_overflow(count, unit, &seconds)) {
    return STATUS_INVALID;
  }
  if (seconds < min_s || seconds > max_s) {
    return STATUS_INVALID;
  }
  *ret_seconds = seconds;
  return STATUS_OK;
}

void text_of_duration(int64_t seconds, char *text, size_t size)
{
  static const struct {
    int64_t unit_s;
    char letter;
  } UNITS[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  size_t i = 0;
  while (seconds % UNITS[i].unit_s != 0) {
    i++;
  }
  (void)snprintf(text, size, "%lld%c", (long long)(seconds / UNITS[i].unit_s), UNITS[i].letter);
}

void text_end_clean(char *text)
{
  for (size_t used = strlen(text); used > 0 && !text_is_clean(text, used); used--) {
    text[used - 1] = '\0';
  }
}

enum status text_fold_ascii(const char *from, char *text, size_t size)
{
  enum status status = text_copy(from, text, size);
  for (char *at = text; status == STATUS_OK && *at != '\0'; at++) {
    if (*at >= 'A' && *at <= 'Z') {
      *at = (char)(*at - 'A' + 'a');
    }
  }
  return status;
}

void text_hex(const unsigned char *data, size_t length, char *text)
{
  static const char DIGITS[] = "0123456789abcdef";
  for (size_t i = 0; i < length; i++) {
    text[2 * i] = DIGITS[data[i] >> 4];
    text[2 * i + 1] = DIGITS[data[i] & 15];
  }
  text[2 * length] = '\0';
}

static int hex_value(char digit)
{
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

enum status text_from_hex(const char *text, unsigned char *ret_data, size_t length)
{
  if (strlen(text) != 2 * length) {
    return STATUS_INVALID;
  }
  for (size_t i = 0; i < length; i++) {
    if (hex_value(text[2 * i]) < 0 || hex_value(text[2 * i + 1]) < 0) {
      return STATUS_INVALID;
    }
  }
  for (size_t i = 0; i < length; i++) {
    ret_data[i] = (unsigned char)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
  }
  return STATUS_OK;
}
