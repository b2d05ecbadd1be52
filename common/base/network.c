// SPDX-License-Identifier: Apache-2.0
#include "base/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

enum { ADDRESS_BYTES = 16, V4_OFFSET = 12, V4_PREFIX = 96, WORD_SIZE = 64 };

static const char CONSOLE[] = "console";

// All are kept as IPv6 addresses; those of IPv4 are mapped (RFC 4291 2.5.5.2).
struct network {
  unsigned char bytes[ADDRESS_BYTES];
  unsigned prefix; // bits
};

static bool read_address(const char *text, struct network *network)
{
  static const unsigned char MAPPED[V4_OFFSET] = {[10] = 0xff, [11] = 0xff};
  network->prefix = 8 * ADDRESS_BYTES;
  if (inet_pton(AF_INET6, text, network->bytes) == 1) {
    return true;
  }
  memcpy(network->bytes, MAPPED, sizeof MAPPED);
  return inet_pton(AF_INET, text, network->bytes + V4_OFFSET) == 1;
}

static bool bit(const struct network *network, unsigned at)
{
  return (network->bytes[at / 8] >> (7 - at % 8) & 1) != 0;
}

static bool has_no_bits_behind(const struct network *network)
{
  for (unsigned i = network->prefix; i < 8 * ADDRESS_BYTES; i++) {
    if (bit(network, i)) {
      return false;
    }
  }
  return true;
}

static bool read_network(char *word, struct network *network)
{
  int64_t prefix = 0;
  char *slash = strchr(word, '/');
  if (slash == NULL) {
    return read_address(word, network);
  }
  *slash = '\0';
  bool v4 = strchr(word, ':') == NULL;
  if (!read_address(word, network) || text_to_i64(slash + 1, 0, v4 ? 32 : 128, &prefix) != STATUS_OK) {
    return false;
  }
  network->prefix = (unsigned)prefix + (v4 ? V4_PREFIX : 0);
  return has_no_bits_behind(network);
}

static bool contains(const struct network *network, const struct network *address)
{
  for (unsigned i = 0; i < network->prefix; i++) {
    if (bit(network, i) != bit(address, i)) {
      return false;
    }
  }
  return true;
}

// Copies the next word of *AT and goes behind it and its space. False for none, or one that is too long.
static bool next_word(const char **at, char word[static WORD_SIZE])
{
  size_t length = strcspn(*at, " ");
  if (length == 0 || length >= WORD_SIZE) {
    return false;
  }
  memcpy(word, *at, length);
  word[length] = '\0';
  *at += length;
  *at += **at == ' ' && (*at)[1] != '\0' ? 1 : 0;
  return true;
}

bool network_list_is_legal(const char *list)
{
  const char *at = list;
  char word[WORD_SIZE];
  struct network network;
  do {
    if (!next_word(&at, word) || (strcmp(word, CONSOLE) != 0 && !read_network(word, &network))) {
      return false;
    }
  } while (*at != '\0');
  return true;
}

// Without a scope (RFC 4007 11).
static bool read_remote(const char *text, struct network *network)
{
  char plain[WORD_SIZE] = "";
  size_t length = strcspn(text, "%");
  memcpy(plain, text, length < sizeof plain ? length : 0);
  return read_address(plain, network);
}

bool network_is_address(const char *text)
{
  struct network network;
  return read_remote(text, &network);
}

bool network_list_has(const char *list, const char *address)
{
  const char *at = list;
  char word[WORD_SIZE];
  struct network from = {.prefix = 0};
  bool console = address[0] == '\0';
  if (!console && !read_remote(address, &from)) {
    return false;
  }
  while (*at != '\0' && next_word(&at, word)) {
    struct network network;
    bool is_console = strcmp(word, CONSOLE) == 0;
    if (is_console ? console : !console && read_network(word, &network) && contains(&network, &from)) {
      return true;
    }
  }
  return false;
}
