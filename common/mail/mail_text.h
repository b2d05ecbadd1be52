// SPDX-License-Identifier: Apache-2.0
// What the host writes to people: the parts of one template, with what is said in them filled in. What a file leaves
// out is as it came with the program.
#pragma once
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "protocol/protocol.h"

enum mail_part { MAIL_CODE, MAIL_INVITATION, MAIL_MEMBER, MAIL_TEST, MAIL_GONE, MAIL_PART_COUNT };

// What can be said. A part takes some of them; "" leaves the line out.
struct mail_said {
  const char *host;
  const char *org;
  const char *login;
  const char *address; // remote
  const char *code;
  const char *minutes;
  const char *role;
  const char *expires;
  const char *people;
};

// A subject and a text (bytes_done()): UTF-8, lines end in "\n"; what was said is in them as it is if it is clean, else
// escaped.
struct mail_text {
  char subject[PROTOCOL_SUBJECT_LINE_SIZE];
  struct bytes text;
};

void mail_text_done(struct mail_text *mail);

// The template is the file at PATH, or what came with the program where there is none. STATUS_INVALID: an unknown part
// or field, a part without a Subject; STATUS_PERMISSION, STATUS_IO, STATUS_TOO_LARGE: it cannot be read; ERROR says
// file, line and what is legal. *RET_MAIL is then the one that came with the program. STATUS_NO_MEMORY: there is none.
MUST_CHECK enum status mail_text_fill(const char *path, enum mail_part part, const struct mail_said *said,
                                      struct error *error, struct mail_text *ret_mail);

// Whether all parts of the template at PATH are legal. Errors as above.
MUST_CHECK enum status mail_text_check(const char *path, struct error *error);
