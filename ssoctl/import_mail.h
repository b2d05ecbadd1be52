// SPDX-License-Identifier: Apache-2.0
// The mails that tell people of an import that they have access: one each, as fast as POLICY V2 lets them go.
#pragma once
#include <stdio.h>

#include "mailer.h"

struct import_mail {
  struct mailer mailer;
  FILE *people; // a line for each who was added: address, login, role; TABs between. NULL: none is told
  uint64_t count;
  bool not_noted; // one of them could not be written
};

#define IMPORT_MAIL_NONE                                                                                               \
  {                                                                                                                    \
    .mailer = MAILER_EMPTY                                                                                             \
  }

// Before anything is stored: which mail server there is. An exit code, with the error on standard error.
int import_mail_open(struct context *ctx, struct import_mail *mail);
void import_mail_done(struct import_mail *mail);

// From the first row again.
void import_mail_restart(struct import_mail *mail);

// Somebody was added.
void import_mail_note(struct import_mail *mail, const char *email, const char *login, const char *role);

// Tells all of them. On a terminal this waits until more mails may go; elsewhere whoever cannot be told now is listed.
// An exit code, with the errors on standard error.
int import_mail_send(struct import_mail *mail, const char *slug);
