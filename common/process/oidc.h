// SPDX-License-Identifier: Apache-2.0
// Starting ssoorg-oidc and asking it, for ssoorg-signin and ssoctl.
#pragma once
#include "base/error.h"
#include "mail/mail_text.h"
#include "process/process.h"
#include "protocol/channel.h"
#include "store/entities.h"

struct oidc {
  struct process process;
  struct channel channel;
};

#define OIDC_NONE                                                                                                      \
  {                                                                                                                    \
    .process = PROCESS_NONE                                                                                            \
  }

// What is asked of the helper: TYPE (SIGN_IN, REFRESH or DISCOVER) for CONNECTION.
struct oidc_request {
  enum message_type type;
  const struct connection *connection;
  uint32_t timeout_s;
  bool allow_loopback_http;
  bool wants_qr;
  const struct org *org; // whose required-acr and required-amr the ID token must meet
  bool wants_groups;     // of the provider, as facts/gate.h says
  bool tries_auth;       // a test: with "auto", all ways that the provider lists
  enum speaks speaks;    // as a social connection says
  bool social;           // it is one
  enum confinement confinement;
  const struct refresh *refresh; // with REFRESH: whom it is about, and the token; else NULL
};

// Starts the helper at PATH as the system user "ssoorg" and sends it REQUEST. STATUS_NOT_FOUND if there is no such
// user, STATUS_IO, STATUS_NO_MEMORY; ERROR says which. *RET_OIDC is ended by oidc_end().
MUST_CHECK enum status oidc_start(const char *path, const struct oidc_request *request, struct error *error,
                                  struct oidc *ret_oidc);

// The same for a look-up of TXT records.
MUST_CHECK enum status oidc_start_txt(const char *path, const struct message_txt *request, struct error *error,
                                      struct oidc *ret_oidc);

// A mail that is to be sent. All borrowed.
struct mail_out {
  const struct mail_server *server;
  bool allow_loopback_smtp;
  const char *host; // this one's name, as it calls itself
  const char *to;
  const struct mail_text *mail;
  const char *secret; // what of it must not come back in an error; "" for nothing
  enum confinement confinement;
};

enum { OIDC_MAIL_S = 25 }; // for the whole exchange with the mail server

// The same for sending MAIL.
MUST_CHECK enum status oidc_start_mail(const char *path, const struct mail_out *mail, struct error *error,
                                       struct oidc *ret_oidc);

// Waits until OIDC has something to say or FD has; -1 for no other. At most until DEADLINE_MS (monotonic):
// STATUS_TIMEOUT. *RET_OIDC: it is OIDC that has.
MUST_CHECK enum status oidc_await(const struct oidc *oidc, int fd, int64_t deadline_ms, bool *ret_oidc);

void oidc_end(struct oidc *oidc);

// Whether CODE may be shown to people: addresses and code of plain ASCII, the picture of blocks and ends of lines
// alone, and none that was not asked for; and from a helper that shut itself in as REQUEST wants. The helper has seen
// to that; one that somebody else has taken over has not.
bool oidc_code_is_clean(const struct message_code *code, const struct oidc_request *request);

// Whether what the provider says of itself is clean, and was got by a way of authentication that CONNECTION has.
bool oidc_found_is_sound(const struct message_found *found, const struct connection *connection);

// Whether TOKEN is a refresh token that may be kept (RFC 6749 A.17), or none, which is all that a CONNECTION without
// "offline" has.
bool oidc_token_is_sound(const struct bytes *token, const struct connection *connection);

// Whether IDENTITY is complete and clean, its list of groups too, and of the issuer and client that REQUEST asked.
bool oidc_identity_is_sound(const struct message_authorized *identity, const struct connection *connection);
