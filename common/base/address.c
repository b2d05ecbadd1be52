// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { PORT_DIGITS = 5 };

// Splits TEXT into HOST, without brackets, and *RET_PORT, "" without one.
static enum status split(const char *text, char host[static ADDRESS_SIZE], const char **ret_port)
{
  const char *first = strchr(text, ':');
  bool bracketed = text[0] == '[';
  bool bare_v6 = !bracketed && first != NULL && strchr(first + 1, ':') != NULL;
  const char *start = bracketed ? text + 1 : text;
  const char *end = bracketed ? strchr(text, ']') : bare_v6 || first == NULL ? text + strlen(text) : first;
  if (end == NULL || (size_t)(end - start) >= ADDRESS_SIZE) {
    return STATUS_INVALID;
  }
  const char *rest = bracketed ? end + 1 : end;
  if (rest[0] != '\0' && (rest[0] != ':' || rest[1] == '\0')) {
    return STATUS_INVALID;
  }
  memcpy(host, start, (size_t)(end - start));
  host[end - start] = '\0';
  *ret_port = rest[0] == ':' ? rest + 1 : "";
  return STATUS_OK;
}

enum status address_parse(const char *text, uint16_t default_port, struct address *ret_address)
{
  char host[ADDRESS_SIZE];
  const char *port = "";
  int64_t number = default_port;
  struct address address = {.family = strchr(text, ':') != strrchr(text, ':') || text[0] == '[' ? AF_INET6 : AF_INET};
  if (split(text, host, &port) != STATUS_OK || inet_pton(address.family, host, address.number) != 1) {
    return STATUS_INVALID;
  }
  bool digits = strspn(port, "0123456789") == strlen(port) && strlen(port) <= PORT_DIGITS;
  if (!digits || (port[0] != '\0' && text_to_i64(port, 1, UINT16_MAX, &number) != STATUS_OK)) {
    return STATUS_INVALID;
  }
  address.port = (uint16_t)number;
  *ret_address = address;
  return STATUS_OK;
}
