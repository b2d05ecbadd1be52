// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { SECRET_MIN = 4 };

struct shown refusal_show(const char *data, size_t length)
{
  struct shown shown;
  text_escape(data, length, shown.text, sizeof shown.text);
  return shown;
}

enum status refusal_set(struct refusal *r, enum failure reason, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(r->detail, sizeof r->detail, format, arguments);
  va_end(arguments);
  if (length < 0) {
    r->detail[0] = '\0';
  }
  for (char *at = r->detail; *at != '\0'; at++) {
    if (*at < ' ' || *at > '~') {
      *at = '?';
    }
  }
  r->reason = reason;
  return STATUS_REFUSED;
}

static void blot_out(char *text, const char *secret, size_t length)
{
  if (length < SECRET_MIN) {
    return;
  }
  for (char *at = text; (at = memmem(at, strlen(at), secret, length)) != NULL; at += length) {
    memset(at, '*', length);
  }
}

void refusal_blot_out(struct refusal *r, const struct bytes *secret)
{
  if (secret->length == 0) {
    return;
  }
  // Every byte may become four, and the escaper marks a cut with dots.
  struct bytes escaped CLEANUP(bytes_done) = BYTES_EMPTY;
  size_t size = 0;
  if (__builtin_mul_overflow(secret->length, 4, &size) || bytes_reserve(&escaped, size + 8) != STATUS_OK) {
    r->detail[0] = '\0';
    return;
  }
  text_escape(secret->data, secret->length, escaped.data, size + 8);
  blot_out(r->detail, secret->data, secret->length);
  blot_out(r->detail, escaped.data, strlen(escaped.data));
}
