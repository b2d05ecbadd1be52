// SPDX-License-Identifier: Apache-2.0
#include "base/when.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

// COUNT digits at *AT, up to MOST.
static bool take_digits(const char **at, size_t count, int least, int most, int *ret_value)
{
  int value = 0;
  for (size_t i = 0; i < count; i++) {
    char c = (*at)[i];
    if (c < '0' || c > '9') {
      return false;
    }
    value = value * 10 + (c - '0');
  }
  *at += count;
  *ret_value = value;
  return value >= least && value <= most;
}

static bool take_one_of(const char **at, const char *legal)
{
  if (**at == '\0' || strchr(legal, **at) == NULL) {
    return false;
  }
  (*at)++;
  return true;
}

// "2026-11-01"; a 30th of February is none.
static bool take_day(const char **at, struct tm *day)
{
  int month = 0;
  int year = 0;
  bool taken = take_digits(at, 4, 1970, 9999, &year) && take_one_of(at, "-") && take_digits(at, 2, 1, 12, &month) &&
               take_one_of(at, "-") && take_digits(at, 2, 1, 31, &day->tm_mday);
  day->tm_year = year - 1900;
  day->tm_mon = month - 1;
  struct tm same = *day;
  return taken && timegm(&same) >= 0 && same.tm_mday == day->tm_mday;
}

// "08:00:00", with a fraction that is not looked at. A leap second is the next one (RFC 3339 5.7).
static bool take_time(const char **at, struct tm *time)
{
  bool taken = take_digits(at, 2, 0, 23, &time->tm_hour) && take_one_of(at, ":") &&
               take_digits(at, 2, 0, 59, &time->tm_min) && take_one_of(at, ":") &&
               take_digits(at, 2, 0, 60, &time->tm_sec);
  int digit = 0;
  if (!taken || **at != '.') {
    return taken;
  }
  (*at)++;
  bool any = take_digits(at, 1, 0, 9, &digit);
  while (any && **at >= '0' && **at <= '9') {
    (*at)++;
  }
  return any;
}

// "Z" or "+01:00", in seconds east of UTC.
static bool take_offset(const char **at, int *ret_east_s)
{
  int hours = 0;
  int minutes = 0;
  *ret_east_s = 0;
  if (take_one_of(at, "Zz")) {
    return true;
  }
  int sign = **at == '-' ? -1 : 1;
  bool taken = take_one_of(at, "+-") && take_digits(at, 2, 0, 23, &hours) && take_one_of(at, ":") &&
               take_digits(at, 2, 0, 59, &minutes);
  *ret_east_s = sign * (hours * HOUR_S + minutes * MINUTE_S);
  return taken;
}

static enum status parse_date(const char *text, int64_t *ret_at_s)
{
  struct tm parts = {.tm_year = 0};
  int east_s = 0;
  const char *at = text;
  if (!take_day(&at, &parts)) {
    return STATUS_INVALID;
  }
  bool has_time = *at != '\0';
  if (has_time && !(take_one_of(&at, "Tt ") && take_time(&at, &parts) && take_offset(&at, &east_s) && *at == '\0')) {
    return STATUS_INVALID;
  }
  *ret_at_s = timegm(&parts) - east_s;
  return STATUS_OK;
}

enum status when_parse(const char *text, int64_t now_s, int64_t *ret_at_s)
{
  int64_t back_s = 0;
  int64_t today_s = now_s - now_s % DAY_S;
  if (text_to_duration(text, 0, INT32_MAX, &back_s) == STATUS_OK) {
    *ret_at_s = now_s - back_s;
    return STATUS_OK;
  }
  if (strcmp(text, "today") == 0) {
    *ret_at_s = today_s;
    return STATUS_OK;
  }
  if (strcmp(text, "yesterday") == 0) {
    *ret_at_s = today_s - DAY_S;
    return STATUS_OK;
  }
  return parse_date(text, ret_at_s);
}
