// SPDX-License-Identifier: Apache-2.0
// What a sign-in, or whatever else is no admin's change, may make of the rows that hosts share: the table, and the
// fields of records that it is about.
#pragma once
#include "change/context.h"
#include "store/fleet_rows.h"

enum fleet_fate {
  FLEET_FATE_REFUSED, // and all that no rule is about
  FLEET_FATE_CLAIMED, // the fleet's engine gives it; an admin host tells the fleet of it instead
  FLEET_FATE_OWN,     // it is so on this host alone, and stays so until an admin changes the same
  FLEET_FATE_TOLD,    // on an admin host the fleet is told; on others it is refused
  FLEET_FATE_LEFT,    // it stays as it was, and the sign-in goes on: see where that is decided
};

enum fleet_turn { FLEET_COMES, FLEET_CHANGES, FLEET_EMPTIES, FLEET_GOES };

struct fleet_rule {
  enum fleet_kind kind;
  enum fleet_turn turn;
  struct field field; // of the record, of what changes or empties
  uint8_t group;      // an admin who changes one field of a group has said what the others are, too
  enum fleet_fate fate;
  const char *line; // what it is, for people
};

enum { FLEET_RULE_COUNT = 14 };
extern const struct fleet_rule FLEET_RULES[FLEET_RULE_COUNT];

// Room for the record of either kind of which single fields are looked at.
union fleet_record {
  struct account account;
  struct membership membership;
};

// Of kinds of which no single fields are looked at: NULL.
const struct record_type *fleet_record_type(enum fleet_kind kind);
void fleet_record_forget(union fleet_record *record);

// Errors as record_decode().
MUST_CHECK enum status fleet_record_decode(enum fleet_kind kind, const struct bytes *bytes,
                                           union fleet_record *ret_record);
unsigned char *fleet_record_at(union fleet_record *record, const struct field *field);
bool fleet_record_same(union fleet_record *a, union fleet_record *b, const struct field *field);

// Whether RULE is about a field of records of that kind.
bool fleet_rule_of_field(const struct fleet_rule *rule, enum fleet_kind kind);
