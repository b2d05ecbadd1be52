// SPDX-License-Identifier: Apache-2.0
#include "fleet/hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"

enum { ENTRY_SIZE = FLEET_HOST_SIZE + 8, LABEL_MAX = 63 };

static bool is_loopback(const struct address *address)
{
  static const unsigned char V6[16] = {[15] = 1};
  return address->family == AF_INET ? address->number[0] == 127 : memcmp(address->number, V6, sizeof V6) == 0;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What is left is no number: one that is not whole must not be taken for a name.
static bool is_name(const char *name)
{
  size_t label = 0;
  bool has_letter = false;
  for (const char *at = name; *at != '\0'; at++) {
    if (*at == '.' ? label == 0 || at[-1] == '-' : !is_letter(*at) && (*at != '-' || label == 0)) {
      return false;
    }
    label = *at == '.' ? 0 : label + 1;
    has_letter = *at == '.' ? false : has_letter || !(*at >= '0' && *at <= '9');
    if (label > LABEL_MAX) {
      return false;
    }
  }
  return label > 0 && name[strlen(name) - 1] != '-' && has_letter;
}

static enum status parse_name(char *entry, struct fleet_host *ret_host)
{
  int64_t port = FLEET_PORT;
  char *colon = strchr(entry, ':');
  if (colon != NULL) {
    *colon = '\0';
    if (text_to_i64(colon + 1, 1, UINT16_MAX, &port) != STATUS_OK) {
      return STATUS_INVALID;
    }
  }
  if (strlen(entry) >= FLEET_HOST_SIZE || !is_name(entry)) {
    return STATUS_INVALID;
  }
  *ret_host = (struct fleet_host){.port = (uint16_t)port};
  return text_copy(entry, ret_host->name, sizeof ret_host->name);
}

static enum status parse_one(char *entry, struct fleet_host *ret_host)
{
  struct address address;
  if (address_parse(entry, FLEET_PORT, &address) != STATUS_OK) {
    return parse_name(entry, ret_host);
  }
  *ret_host = (struct fleet_host){.port = address.port, .is_number = true, .is_loopback = is_loopback(&address)};
  bool written = inet_ntop(address.family, address.number, ret_host->name, sizeof ret_host->name) != NULL;
  return written ? STATUS_OK : STATUS_INVALID;
}

enum status fleet_hosts_parse(const char *text, struct fleet_hosts *ret_hosts)
{
  struct fleet_hosts hosts = {.count = 0};
  const char *at = text;
  for (;;) {
    char entry[ENTRY_SIZE];
    size_t length = strcspn(at, ",");
    if (length == 0 || length >= sizeof entry || hosts.count == FLEET_HOSTS_MAX) {
      return STATUS_INVALID;
    }
    memcpy(entry, at, length);
    entry[length] = '\0';
    if (parse_one(entry, &hosts.hosts[hosts.count]) != STATUS_OK) {
      return STATUS_INVALID;
    }
    hosts.count++;
    at += length;
    if (*at == '\0') {
      *ret_hosts = hosts;
      return STATUS_OK;
    }
    at++;
  }
}

bool fleet_hosts_are_loopback(const struct fleet_hosts *hosts)
{
  bool all = hosts->count > 0;
  for (size_t i = 0; i < hosts->count; i++) {
    all = all && hosts->hosts[i].is_loopback;
  }
  return all;
}
