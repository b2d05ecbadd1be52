// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/text.h"
#include "host_user.h"
#include "map/map_read.h"
#include "map/numbers.h"

enum holder { HOLDER_NONE, HOLDER_US, HOLDER_UNKNOWN };

// Out of memory is never "not ours" (HOLES H59): it is asked about.
static enum holder from_status(enum status status)
{
  return status == STATUS_OK || status == STATUS_NO_MEMORY ? HOLDER_US
         : status == STATUS_NOT_FOUND                      ? HOLDER_NONE
                                                           : HOLDER_UNKNOWN;
}

// Row L16: whoever is nobody's may be the default org's, but for those of /etc/passwd (row L2).
static enum holder short_holder(const struct map_reader *map, const char *name)
{
  struct map_settings settings;
  if (!name_is_new_short(name) || name_is_local(name)) {
    return HOLDER_NONE;
  }
  enum status status = map_settings(map, &settings);
  return from_status(status == STATUS_OK && settings.short_gid == 0 ? STATUS_NOT_FOUND : status);
}

static enum holder holder_of(const struct map_reader *map, const char *name)
{
  struct map_account account;
  struct map_domain domain;
  struct map_invited invited;
  enum holder holder = from_status(map_account_by_login(map, name, &account));
  if (holder != HOLDER_NONE || !name_is_email(name)) {
    return holder != HOLDER_NONE ? holder : short_holder(map, name);
  }
  holder = from_status(map_domain(map, name_email_domain(name), &domain));
  return holder != HOLDER_NONE ? holder : from_status(map_invited(map, name, &invited));
}

static enum holder look_up(const char *map_path, const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  enum status status = map_open(map_path, &map);
  if (status != STATUS_OK) {
    return status == STATUS_NO_MEMORY ? HOLDER_US : HOLDER_UNKNOWN;
  }
  enum holder holder = holder_of(&map, name);
  if (holder == HOLDER_NONE && !map_is_clean(&map)) {
    return HOLDER_UNKNOWN;
  }
  return holder;
}

// Local, and not mapped onto: root and the services need no map that can be read (POLICY L2, N5).
static bool is_surely_local(const char *user)
{
  struct host_user known;
  return name_is_local(user) && host_user_find(user, &known) == STATUS_OK && known.known && known.uid < MAPPED_UID_MIN;
}

enum filter_result filter_check(const char *map_path, const char *user)
{
  char folded[LOGIN_SIZE];
  // A name in another case is asked about too: it may have to be refused (POLICY L0). A longer one is not legal.
  if (text_fold_ascii(user, folded, sizeof folded) != STATUS_OK || !name_is_login(folded)) {
    return FILTER_NOT_OURS;
  }
  enum holder holder = look_up(map_path, folded);
  if (holder == HOLDER_US) {
    return FILTER_ASK;
  }
  return holder == HOLDER_NONE || is_surely_local(user) ? FILTER_NOT_OURS : FILTER_ASK;
}
