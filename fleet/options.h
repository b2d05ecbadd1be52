// SPDX-License-Identifier: Apache-2.0
// How libpq is told to connect: everything that it would look for elsewhere is said.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "pem_file.h"
#include "protocol/protocol.h"

enum {
  OPTIONS_MAX = 40,
  OPTIONS_TEXT_SIZE = 512,
  OPTIONS_LIBPQ_16 = 160000,
};

// The arguments of PQconnectStartParams(), borrowed from what they were made of and from this itself, which stays where
// it is.
struct options {
  const char *names[OPTIONS_MAX + 1];
  const char *values[OPTIONS_MAX + 1];
  int count;
  char port[8];
  char settings[OPTIONS_TEXT_SIZE];
};

struct options_where {
  const char *host;    // as its certificate must have it
  const char *address; // its number
  uint16_t port;
  bool may_be_plain; // without TLS where the server has none
};

// LIBPQ: as PQlibVersion() has it.
void options_fill(const struct message_open *request, const struct pem_files *files, const struct options_where *where,
                  int libpq, struct options *ret_options);
