// SPDX-License-Identifier: Apache-2.0
// One mail to the owner of each org about who was found to be gone (POLICY K9).
#pragma once
#include "base/bytes.h"
#include "change/gone.h"
#include "context.h"

struct gone_mail {
  struct gone_mail_org {
    char org[SLUG_SIZE];
    struct bytes people; // names, separated by ", "
    size_t count;
    size_t unnamed; // of them, for want of room
  } * orgs;         // owned
  size_t count;
  size_t capacity;
};

void gone_mail_done(struct gone_mail *mail);

// Adds somebody. STATUS_NO_MEMORY.
MUST_CHECK enum status gone_mail_add(struct gone_mail *mail, const struct gone_person *person);

// Sends them, if there is a mail server. No read transaction may be open. An exit code, with the error on standard
// error.
int gone_mail_send(struct context *ctx, const struct gone_mail *mail);
