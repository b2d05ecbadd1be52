// SPDX-License-Identifier: Apache-2.0
// The text of a PAM stack (pam.d(5)) with our lines in it, and without them. Nothing else of it is changed: an edited
// stack stays as it was edited.
#pragma once
#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"

// What of a service asks us.
enum stack_part {
  STACK_AUTH = 1,
  STACK_ACCOUNT = 2,
  STACK_SESSION = 4,
  STACK_PASSWORD = 8,
  STACK_REAUTH = 16, // a sign-in of a short while ago is enough for auth (POLICY K6)
  STACK_HOME = 32,   // a home is made at the first login
};

// How each line of ours ends. What removes a package goes by it too.
#define STACK_MARK " # ssoorg"

// Who of a stack is asked by another: "session include su" stands for all of su's lines.
enum { STACK_SERVICE_SIZE = 64 };

// Appends TEXT, without the lines of ours that it has, to OUT, which must be empty. STATUS_NO_MEMORY.
MUST_CHECK enum status stack_without(const char *text, struct bytes *out);

// Appends TEXT with our lines for PARTS (of enum stack_part), each before what the distribution has for its phase, to
// OUT, which must be empty; what TEXT has of ours already is replaced. STATUS_REFUSED where a line that comes before
// ours would let somebody by, or ask for another sign-in; STATUS_INVALID where there is no place for ours. ERROR names
// NAME, the line, and what is legal. STATUS_NO_MEMORY.
MUST_CHECK enum status stack_with(const char *text, unsigned parts, const char *name, struct error *error,
                                  struct bytes *out);

// Whether a line of TEXT that is not marked as ours names our module.
bool stack_names_module(const char *text);

// Whether every phase of PARTS is another service's, the same for all, as in su-l. *RET_SERVICE is its name.
bool stack_is_through(const char *text, unsigned parts, char ret_service[static STACK_SERVICE_SIZE]);
