// SPDX-License-Identifier: Apache-2.0
#include "helper/failure.h"

#include <stdarg.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "helper/form.h"

enum { SECRET_MIN = 4, SECRET_START = 16 };

struct shown failure_show(const char *data, size_t length)
{
  struct shown shown;
  text_escape(data, length, shown.text, sizeof shown.text);
  return shown;
}

enum status failure_set(struct failure *r, enum failure_reason reason, const char *format, ...)
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
  r->retry_after_s = 0;
  return STATUS_REFUSED;
}

// Where text was cut, the last bytes may be the first of a secret.
static void blot_out_before(char *text, size_t end, const char *secret)
{
  size_t most = strlen(secret) < end ? strlen(secret) : end;
  for (size_t length = most; length >= SECRET_MIN; length--) {
    if (memcmp(text + end - length, secret, length) == 0) {
      memset(text + end - length, '*', length);
      return;
    }
  }
}

static void blot_out_cut(char *text, const char *secret)
{
  static const char CUT[] = "...";
  for (const char *at = text; (at = strstr(at, CUT)) != NULL; at += strlen(CUT)) {
    blot_out_before(text, (size_t)(at - text), secret);
  }
  blot_out_before(text, strlen(text), secret);
}

static size_t common_length(const char *a, const char *b)
{
  size_t length = 0;
  while (a[length] != '\0' && a[length] == b[length]) {
    length++;
  }
  return length;
}

// A long secret may have been cut where it was shown: as much of it as stands there goes.
static void blot_out(char *text, const char *secret)
{
  size_t start = strnlen(secret, SECRET_START);
  if (start < SECRET_MIN) {
    return;
  }
  for (char *at = text; (at = memmem(at, strlen(at), secret, start)) != NULL;) {
    size_t length = common_length(at, secret);
    memset(at, '*', length);
    at += length;
  }
  blot_out_cut(text, secret);
}

// As it was sent in a form.
static void blot_out_encoded(char *text, const struct bytes *secret)
{
  struct bytes encoded CLEANUP(bytes_done) = BYTES_EMPTY;
  if (form_encode(&encoded, secret->data, secret->length) != STATUS_OK) {
    text[0] = '\0';
    return;
  }
  blot_out(text, bytes_text(&encoded));
}

void failure_blot_out(struct failure *r, const struct bytes *secret)
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
  blot_out(r->detail, secret->data);
  blot_out(r->detail, escaped.data);
  blot_out_encoded(r->detail, secret);
}
