// SPDX-License-Identifier: Apache-2.0
#include "store/local_group.h"

#include <errno.h>
#include <stdio.h>
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

// The third field of a "name:x:number:..." line, which is cut behind it.
static enum status read_number(char *line, uint32_t *ret_gid)
{
  int64_t number = 0;
  char *at = strchr(line, ':');
  at = at != NULL ? strchr(at + 1, ':') : NULL;
  if (at == NULL) {
    return STATUS_NOT_FOUND;
  }
  at[1 + strcspn(at + 1, ":\n")] = '\0';
  if (text_to_i64(at + 1, 0, INT32_MAX, &number) != STATUS_OK) {
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
    at = strchr(at, ':');
    at = at != NULL ? at + 1 : NULL;
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

enum status local_group_has(const char *name, const char *login, uint32_t gid, bool *ret_has, uint32_t *ret_gid)
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
      bool listed = lists(line, login);
      enum status status = read_number(line, ret_gid);
      *ret_has = status == STATUS_OK && (listed || *ret_gid == gid);
      return status;
    }
  }
  return ferror(file) != 0 ? STATUS_IO : STATUS_NOT_FOUND;
}

enum status local_group_find(const char *name, uint32_t *ret_gid)
{
  bool has = false;
  return local_group_has(name, "", UINT32_MAX, &has, ret_gid);
}

bool local_group_is_privileged(const char *name, uint32_t gid)
{
  return gid <= SYSTEM_GID_MAX || name_is_reserved(name);
}
