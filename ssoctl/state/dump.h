// SPDX-License-Identifier: Apache-2.0
// The state that admins set, as one JSON document: dist/ssoorg-state.schema.json. Secrets are never in it.
#pragma once
#include <cjson/cJSON.h>

#include "context.h"

enum { STATE_FORMAT = 1 };

struct dump {
  struct context *ctx; // whose read transaction is open
  enum status status;  // what went wrong first
};

// Puts VALUE, which is taken over, into OBJECT or at the end of ARRAY.
void dump_put(struct dump *dump, cJSON *object, const char *key, cJSON *value);
void dump_add(struct dump *dump, cJSON *array, cJSON *value);

// A text under KEY, null for "".
void dump_text(struct dump *dump, cJSON *object, const char *key, const char *text);

// ORG, or NULL where something went wrong: dump->status says what.
cJSON *dump_org(struct dump *dump, const struct org *org);

// What is said of a connection, without its secret.
cJSON *dump_connection(struct dump *dump, const struct connection *connection);
