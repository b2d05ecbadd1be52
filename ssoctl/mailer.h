// SPDX-License-Identifier: Apache-2.0
// Mails that commands send, through the host's mail server and ssoorg-oidc.
#pragma once
#include "context.h"
#include "mail/mail_text.h"
#include "store/entities.h"

struct mailer {
  struct context *ctx;
  struct mail_server server;
  char host[256];
  bool counted;                 // mails count as POLICY V2 says
  void (*pause)(void *context); // called where no more may go, until they may; NULL: that is a refusal
  void *context;
  char reply[256]; // the server's, to the last mail
};

#define MAILER_EMPTY                                                                                                   \
  {                                                                                                                    \
    .ctx = NULL                                                                                                        \
  }

// Reads which mail server there is. An exit code, EXIT_NO_SUCH if there is none, with the error on standard error. No
// read transaction may be open. mailer_done() ends it.
int mailer_open(struct context *ctx, struct mailer *mailer);
void mailer_done(struct mailer *mailer);

// "Acme (acme)", as mails name the org SLUG. EXIT_REFUSED for a self-made one, unless an operator asks. An exit code,
// with the error on standard error.
int mailer_org(const struct mailer *mailer, const char *slug, char *text, size_t size);

// One mail to TO. What of SAID is the host is filled in.
struct mailing {
  const char *to;
  enum mail_part part;
  struct mail_said said;
};

// Sends it, and waits until the server has taken it. An exit code with the error on standard error: EXIT_REFUSED if no
// more mails may be sent for now.
int mailer_send(struct mailer *mailer, const struct mailing *mailing);
