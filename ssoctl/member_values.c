// SPDX-License-Identifier: Apache-2.0
#include "member_values.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "domain_name.h"
#include "map/numbers.h"

static enum status take_text(const char *what, const char *typed, char *to, size_t size, struct error *error)
{
  if (typed[0] != '\0' && text_copy_clean(typed, strlen(typed), to, size) == STATUS_OK) {
    return STATUS_OK;
  }
  error_set(error, "%s \"%.100s\": is not 1 to %zu bytes of UTF-8 without control characters", what, typed, size - 1);
  return STATUS_INVALID;
}

static enum status take_email(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  if (domain_name_parse_email(typed, row->email) == STATUS_OK) {
    return STATUS_OK;
  }
  error_set(error,
            "%s \"%.260s\": is not LOCAL@DOMAIN with a local part of 1 to 64 of [a-z0-9._+-] that does not begin "
            "with \"-\" or \".\"",
            what, typed);
  return STATUS_INVALID;
}

static enum status take_role(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  uint8_t role = ROLE_VIEWER;
  if (role_from(typed, &role) == STATUS_OK && (role != ROLE_OWNER || row->imported)) {
    row->role = role;
    return STATUS_OK;
  }
  error_set(error, "%s \"%.40s\": is not viewer or admin%s", what, typed,
            row->imported ? "; owner is legal for the one who is" : "");
  return STATUS_INVALID;
}

static enum status take_status(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  bool suspended = strcmp(typed, member_status_word(MEMBER_SUSPENDED)) == 0;
  if (!suspended && strcmp(typed, member_status_word(MEMBER_ACTIVE)) != 0) {
    error_set(error, "%s \"%.40s\": is not active or suspended", what, typed);
    return STATUS_INVALID;
  }
  row->has_status = true;
  row->status = suspended ? MEMBER_SUSPENDED : MEMBER_ACTIVE;
  return STATUS_OK;
}

static enum status take_name(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  if (strpbrk(typed, ":,=\\\"") != NULL) {
    error_set(error, "%s \"%.100s\": holds one of : , = \\ \"", what, typed);
    return STATUS_INVALID;
  }
  return take_text(what, typed, row->name, sizeof row->name, error);
}

static enum status take_login(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  return take_text(what, typed, row->login, sizeof row->login, error);
}

enum { TYPED_PATH_SIZE = 256 };

static enum status take_path(const char *what, const char *typed, char to[static TYPED_PATH_SIZE], struct error *error)
{
  size_t length = strlen(typed);
  bool legal = typed[0] == '/' && typed[1] != '\0' && strpbrk(typed, ": \t") == NULL && strstr(typed, "/../") == NULL &&
               text_is_clean(typed, length) && length < TYPED_PATH_SIZE &&
               (length < 3 || strcmp(typed + length - 3, "/..") != 0);
  if (!legal) {
    error_set(error,
              "%s \"%.100s\": is not an absolute path of at most 255 characters without \"..\", spaces and colons",
              what, typed);
    return STATUS_INVALID;
  }
  memcpy(to, typed, length + 1);
  return STATUS_OK;
}

static enum status take_shell(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  return take_path(what, typed, row->shell, error);
}

// The next name of PATH behind slashes and "."; its length is 0 at the end.
static const char *next_name(const char *path, size_t *ret_length)
{
  size_t length = 0;
  do {
    path += length;
    path += strspn(path, "/");
    length = strcspn(path, "/");
  } while (length == 1 && path[0] == '.');
  *ret_length = length;
  return path;
}

static bool is_one_of(const char *const *names, size_t count, const char *name, size_t length)
{
  for (size_t i = 0; i < count; i++) {
    if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
      return true;
    }
  }
  return false;
}

// Whether a home there would be the system's, everybody's, or gone after a reboot.
static bool is_no_place_for_a_home(const char *path)
{
  static const char *const SYSTEMS[] = {"bin",  "boot", "dev", "etc",  "lib", "lib32", "lib64", "libx32",
                                        "proc", "root", "run", "sbin", "sys", "tmp",   "usr",   "lost+found"};
  static const char *const HOLD_THEM[] = {"home", "srv", "opt", "var", "mnt", "media"};
  size_t length = 0;
  size_t below_length = 0;
  const char *name = next_name(path, &length);
  const char *below = next_name(name + length, &below_length);
  bool top = below_length == 0 && is_one_of(HOLD_THEM, COUNT_OF(HOLD_THEM), name, length);
  bool var_tmp = length == 3 && memcmp(name, "var", 3) == 0 && below_length == 3 && memcmp(below, "tmp", 3) == 0;
  return length == 0 || top || var_tmp || is_one_of(SYSTEMS, COUNT_OF(SYSTEMS), name, length);
}

static enum status take_home(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  enum status status = take_path(what, typed, row->home, error);
  if (status == STATUS_OK && is_no_place_for_a_home(typed)) {
    error_set(error,
              "%s \"%.100s\": is no place for a home; a folder in /home, /srv, /opt, /var and the like is legal, "
              "below /etc, /usr, /tmp and others of the system's it is not",
              what, typed);
    return STATUS_INVALID;
  }
  return status;
}

static enum status take_uid(const char *what, const char *typed, struct member_row *row, struct error *error)
{
  int64_t uid = 0;
  if (text_to_i64(typed, 1, UINT32_MAX, &uid) == STATUS_OK && number_is_legal((uint32_t)uid)) {
    row->uid = (uint32_t)uid;
    return STATUS_OK;
  }
  error_set(error, "%s \"%.40s\": is not 1000 to 2147483647 without 61184 to 65519, 65534 and 65535", what, typed);
  return STATUS_INVALID;
}

const struct member_value MEMBER_VALUES[MEMBER_VALUE_COUNT] = {
    [MEMBER_EMAIL] = {"email", OPTION_COUNT, true, take_email},
    [MEMBER_ROLE] = {"role", OPTION_ROLE, true, take_role},
    [MEMBER_STATUS] = {"status", OPTION_COUNT, true, take_status},
    [MEMBER_NAME] = {"name", OPTION_NAME, true, take_name},
    [MEMBER_LOGIN] = {"login", OPTION_LOGIN, false, take_login},
    [MEMBER_SHELL] = {"shell", OPTION_SHELL, false, take_shell},
    [MEMBER_HOME] = {"home", OPTION_HOME, false, take_home},
    [MEMBER_UID] = {"uid", OPTION_UID, false, take_uid},
};

const struct member_value *member_value_find(const char *column)
{
  for (size_t i = 0; i < COUNT_OF(MEMBER_VALUES); i++) {
    if (strcmp(MEMBER_VALUES[i].column, column) == 0) {
      return &MEMBER_VALUES[i];
    }
  }
  return NULL;
}

const struct member_value *member_value_beyond_delegates(const struct member_value *const *values, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (!values[i]->delegate) {
      return values[i];
    }
  }
  return NULL;
}

struct member_add member_row_add(const struct member_row *row, const char *org, const char *local_user)
{
  return (struct member_add){.org = org,
                             .email = row->email,
                             .role = row->role,
                             .login = row->login,
                             .local_user = local_user,
                             .uid = row->uid,
                             .name = row->name,
                             .home = row->home,
                             .shell = row->shell,
                             .has_status = row->has_status,
                             .status = row->status,
                             .imported = row->imported};
}
