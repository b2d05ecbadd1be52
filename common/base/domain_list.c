// SPDX-License-Identifier: Apache-2.0
#include "base/domain_list.h"

#include <string.h>

bool domain_list_next(const char **at, char ret_domain[static DOMAIN_SIZE])
{
  size_t length = strcspn(*at, " ");
  if (length == 0 || length >= DOMAIN_SIZE) {
    return false;
  }
  memcpy(ret_domain, *at, length);
  ret_domain[length] = '\0';
  *at += length;
  *at += **at == ' ';
  return true;
}

bool domain_list_has(const char *list, const char *domain)
{
  char word[DOMAIN_SIZE];
  for (const char *at = list; domain_list_next(&at, word);) {
    if (strcmp(word, domain) == 0) {
      return true;
    }
  }
  return false;
}

bool domain_list_is_legal(const char *list)
{
  char word[DOMAIN_SIZE];
  const char *at = list;
  while (*at != '\0') {
    const char *rest = at;
    if (!domain_list_next(&rest, word) || !name_is_domain(word) || domain_list_has(rest, word)) {
      return false;
    }
    if (*rest == '\0' && rest[-1] == ' ') {
      return false;
    }
    at = rest;
  }
  return true;
}
