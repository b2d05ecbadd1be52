// SPDX-License-Identifier: Apache-2.0
// The same change on two hosts with the same store: an admin host of a fleet, whose engine takes everything at once,
// and one in no fleet. What is in the two stores afterwards, but for what is drawn at random and the fleet's own.
#pragma once
#include "fleet_ground.h"

#define CAROL "carol@acme.test"
#define DAVE "dave@acme.test"
#define ERIN "erin@acme.test"

// An admin host with something of everything.
void twin_set_up(void);

// Codes that begin with FIRST.
const struct recovery_code *twin_codes(char first);

struct twin_change {
  const char *name;
  enum status (*change)(void); // must be done
};

// Makes each of CHANGES on both. Prints where the two stores differ afterwards, and fails if any do.
void twin_compare(const struct twin_change *changes, size_t count);

// For twin_fill.c: what is in the store now is that of both, and is closed; the host is in no fleet.
void twin_keep(void);
void twin_forget_fleet(void);
