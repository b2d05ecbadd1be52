// SPDX-License-Identifier: Apache-2.0
// What the document says of a connection goes through the hands of 'idp set', 'social set' and 'mail set': as if it had
// been typed. Exit codes, with the error, which says where in the document it is, on standard error.
#pragma once
#include "state/plan.h"
#include "state/read_json.h"

// What was read of a connection: as options, and certificates.
struct typed_connection {
  struct invocation typed;
  const cJSON *ca;
  const char *null_file; // the key of a secret that is to be there already; NULL for none
};

// The command that would be typed.
struct invocation typed_for(const struct plan *plan, const char *noun, const char *verb);

// Reads the connection at AT into *R, whose command is set. BASE is the one that is stored, or NULL.
int typed_connection_read(const struct json_place *at, const struct connection *base, struct typed_connection *r);

// Puts the certificates CA in the place of *CA_PEM. NULL changes nothing, and null is the system's.
int typed_take_ca(const struct json_place *at, const cJSON *ca, struct bytes *ca_pem);

// Fails where null stands for a secret that is to be stored, and none is.
int typed_check_secret(const struct json_place *at, const struct typed_connection *r, const struct connection *wanted);

// CODE, after what was typed was taken or refused: a refusal is said to be of what is at AT.
int typed_said(const struct json_place *at, int code);
