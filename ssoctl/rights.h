// SPDX-License-Identifier: Apache-2.0
// What each command takes of whoever is no operator (POLICY W): one table for the commands, one for options and
// settings that take more. A command without a row is an operator's.
#pragma once
#include "command.h"
#include "policy/rights.h"

// Where a command names what it is about.
enum place {
  PLACE_HOST = 0,   // nothing of an org
  PLACE_ORG,        // the first argument is the org's slug; where it is left out, the whole host is meant
  PLACE_ORG_OPTION, // --org is; the first argument is an account, as for the next
  PLACE_ACCOUNT,    // the first argument is an account that an org of theirs must be in control of
  PLACE_PERSON,     // the first argument is somebody to look at
  PLACE_ANYBODY,    // the person themself, who need not be root
};

struct command_right {
  const char *noun;
  const char *verb;
  enum right right;
  enum place place;
};

// The row of COMMAND, static.
const struct command_right *rights_of(const struct command *command);

// What IN takes as it was typed: the command's right, or more for an option or setting that takes more.
enum right rights_taken(const struct invocation *in);

// Whether an option or argument of IN is the path of a file; "-" is none.
bool rights_path(const struct invocation *in);
