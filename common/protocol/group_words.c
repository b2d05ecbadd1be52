// SPDX-License-Identifier: Apache-2.0
#include "protocol/group_words.h"

#include <string.h>

#include "protocol/group_list.h"

static bool ends(char c)
{
  return c == ',' || c == '\0';
}

static bool is_none(const char *from, size_t length)
{
  return length == sizeof GROUP_WORDS_NONE - 1 && memcmp(from, GROUP_WORDS_NONE, length) == 0;
}

enum status group_words_next(const char **at, char ret_name[static PROTOCOL_GROUP_SIZE])
{
  char name[PROTOCOL_GROUP_SIZE];
  const char *from = *at;
  const char *p = from;
  size_t used = 0;
  for (; !ends(*p); p++) {
    bool plain = *p != '\\';
    p += plain ? 0 : 1;
    bool at_an_end = used == 0 || ends(p[*p != '\0']);
    if (*p == '\0' || (plain && *p == ' ' && at_an_end) || used == sizeof name - 1) {
      return STATUS_INVALID;
    }
    name[used++] = *p;
  }
  if (is_none(from, (size_t)(p - from)) || !group_list_takes(name, used)) {
    return STATUS_INVALID;
  }
  memcpy(ret_name, name, used);
  ret_name[used] = '\0';
  *at = *p == ',' ? p + 1 : NULL;
  return STATUS_OK;
}

static bool needs_backslash(const char *name, size_t i)
{
  bool at_an_end = i == 0 || name[i + 1] == '\0';
  bool none = i == 0 && strcmp(name, GROUP_WORDS_NONE) == 0;
  return name[i] == ',' || name[i] == '\\' || (name[i] == ' ' && at_an_end) || none;
}

enum status group_words_add(char words[static GROUP_WORDS_SIZE], const char *name)
{
  char added[2 * PROTOCOL_GROUP_SIZE + 1];
  size_t used = strlen(words);
  size_t length = 0;
  if (strlen(name) >= PROTOCOL_GROUP_SIZE) {
    return STATUS_TOO_LARGE;
  }
  if (used > 0) {
    added[length++] = ',';
  }
  for (size_t i = 0; name[i] != '\0'; i++) {
    if (needs_backslash(name, i)) {
      added[length++] = '\\';
    }
    added[length++] = name[i];
  }
  if (length >= GROUP_WORDS_SIZE - used) {
    return STATUS_TOO_LARGE;
  }
  memcpy(words + used, added, length);
  words[used + length] = '\0';
  return STATUS_OK;
}

enum status group_words_read(const char *typed, char ret_words[static GROUP_WORDS_SIZE])
{
  char words[GROUP_WORDS_SIZE] = "";
  char name[PROTOCOL_GROUP_SIZE];
  for (const char *at = typed; at != NULL;) {
    enum status status = group_words_next(&at, name);
    if (status == STATUS_OK && !group_words_hold(words, name)) {
      status = group_words_add(words, name);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  memcpy(ret_words, words, sizeof words);
  return STATUS_OK;
}

bool group_words_hold(const char *words, const char *name)
{
  char one[PROTOCOL_GROUP_SIZE];
  for (const char *at = words[0] != '\0' ? words : NULL; at != NULL;) {
    if (group_words_next(&at, one) != STATUS_OK) {
      return false;
    }
    if (strcmp(one, name) == 0) {
      return true;
    }
  }
  return false;
}
