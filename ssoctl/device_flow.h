// SPDX-License-Identifier: Apache-2.0
// A sign-in through an org's connection or a social one in this terminal, as 'idp test', 'identity add' and 'social
// test' make it.
#pragma once
#include "context.h"
#include "process/oidc.h"

struct device_flow {
  struct context *ctx;
  const char *what; // the command, for errors
  struct org org;
  struct connection connection;
  char fingerprint[FINGERPRINT_SIZE]; // of it and of what is looked at with it
  bool wants_groups;                  // of the provider, as facts/gate.h says
  enum speaks speaks;
  bool social;
  struct oidc_request request;
  struct oidc oidc;
  int64_t started_ms;
  int64_t code_ms; // from the start until the codes were there
  int64_t deadline_ms;
};

// Ends what runs and wipes the connection.
void device_flow_done(struct device_flow *flow);

// The org SLUG and its connection: the one that waits for its test if STAGED and there is one, or else the one in
// effect. An exit code, with the error on standard error.
int device_flow_load(struct device_flow *flow, const char *slug, bool staged);

// The social connection NAME instead: its name stands for the org's slug. Likewise.
int device_flow_load_social(struct device_flow *flow, const char *name);

// What is called with the answer, a struct message_found or message_authorized; the identity is sound.
typedef int device_flow_answered(void *context, enum message_type type, const void *value);

// Asks (MESSAGE_DISCOVER or MESSAGE_SIGN_IN), shows the codes on standard error, and waits. The store is closed while
// the helper is started. A delegate who has started too many is refused.
int device_flow_run(struct device_flow *flow, enum message_type asks, device_flow_answered *answered, void *context);
