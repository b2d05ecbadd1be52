// SPDX-License-Identifier: Apache-2.0
#include "store/local_group.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/text.h"

enum { SYSTEM_GID_MAX = 999 };

static void close_file(FILE **file)
{
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

// The third field of a "name:x:number:..." line.
static enum status read_number(const char *line, uint32_t *ret_gid)
{
  char digits[sizeof "2147483647"] = "";
  int64_t number = 0;
  const char *at = strchr(line, ':');
  at = at != NULL ? strchr(at + 1, ':') : NULL;
  size_t length = at != NULL ? strcspn(at + 1, ":\n") : sizeof digits;
  if (length >= sizeof digits) {
    return STATUS_NOT_FOUND;
  }
  memcpy(digits, at + 1, length);
  if (text_to_i64(digits, 0, INT32_MAX, &number) != STATUS_OK) {
    return STATUS_NOT_FOUND;
  }
  *ret_gid = (uint32_t)number;
  return STATUS_OK;
}

// Whether LOGIN stands in the fourth field of a "name:x:number:login,login" line.
static bool lists(const char *line, const char *login)
{
  size_t length = strlen(login);
  const char *at = line;
  for (int i = 0; at != NULL && i < 3; i++) {
    at += strcspn(at, ":\n");
    at = *at == ':' ? at + 1 : NULL; // a line that has no such field lists nobody
  }
  while (at != NULL && *at != '\0' && *at != '\n') {
    size_t word = strcspn(at, ",\n");
    if (word == length && strncmp(at, login, length) == 0) {
      return true;
    }
    at += word + (at[word] == ',');
  }
  return false;
}

enum status local_group_load(const char *name, struct local_group *ret_group)
{
  FILE *file CLEANUP(close_file) = fopen("/etc/group", "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  size_t length = strlen(name);
  if (file == NULL) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  while (getline(&line, &size, file) >= 0) {
    if (length > 0 && strncmp(line, name, length) == 0 && line[length] == ':') {
      enum status status = read_number(line, &ret_group->gid);
      if (status != STATUS_OK) {
        return status;
      }
      ret_group->line = line;
      line = NULL;
      return STATUS_OK;
    }
  }
  return ferror(file) != 0 ? STATUS_IO : STATUS_NOT_FOUND;
}

void local_group_done(struct local_group *group)
{
  free(group->line);
  group->line = NULL;
}

bool local_group_has(const struct local_group *group, const char *login, uint32_t gid)
{
  return group->gid == gid || lists(group->line, login);
}

enum status local_members_load(struct local_members *ret_members)
{
  FILE *file CLEANUP(close_file) = fopen("/etc/group", "re");
  char *text CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  if (file == NULL) {
    return errno == ENOENT ? STATUS_OK : STATUS_IO;
  }
  ssize_t length = getdelim(&text, &size, '\0', file); // to its end: it has no such byte
  if (length < 0 && ferror(file) != 0) {
    return STATUS_IO;
  }
  ret_members->text = length > 0 ? text : NULL;
  text = length > 0 ? NULL : text;
  return STATUS_OK;
}

void local_members_done(struct local_members *members)
{
  free(members->text);
  members->text = NULL;
}

bool local_members_have(const struct local_members *members, const char *login)
{
  for (const char *line = members->text; line != NULL && *line != '\0';) {
    if (lists(line, login)) {
      return true;
    }
    const char *end = strchr(line, '\n');
    line = end != NULL ? end + 1 : NULL;
  }
  return false;
}

enum status local_groups_list(const char *login, bool *ret_listed)
{
  struct local_members members CLEANUP(local_members_done) = {NULL};
  enum status status = local_members_load(&members);
  if (status == STATUS_OK) {
    *ret_listed = local_members_have(&members, login);
  }
  return status;
}

static enum status append_name(struct bytes *names, const char *line)
{
  enum status status = names->length > 0 ? bytes_append(names, " ", 1) : STATUS_OK;
  return status != STATUS_OK ? status : bytes_append(names, line, strcspn(line, ":\n"));
}

enum status local_groups_of(const char *login, struct bytes *ret_names)
{
  struct local_members members CLEANUP(local_members_done) = {NULL};
  struct bytes names CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = local_members_load(&members);
  for (const char *line = members.text; status == STATUS_OK && line != NULL && *line != '\0';) {
    if (lists(line, login)) {
      status = append_name(&names, line);
    }
    const char *end = strchr(line, '\n');
    line = end != NULL ? end + 1 : NULL;
  }
  if (status == STATUS_OK) {
    bytes_take(ret_names, &names);
  }
  return status;
}

enum status local_group_find(const char *name, uint32_t *ret_gid)
{
  struct local_group group CLEANUP(local_group_done) = {.line = NULL};
  enum status status = local_group_load(name, &group);
  if (status == STATUS_OK) {
    *ret_gid = group.gid;
  }
  return status;
}

bool local_group_is_privileged(const char *name, uint32_t gid)
{
  return gid <= SYSTEM_GID_MAX || name_is_reserved(name);
}
