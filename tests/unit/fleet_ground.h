// SPDX-License-Identifier: Apache-2.0
// The ground of the tests of a fleet's rows: an admin host whose engine remembers all that it is told, and other hosts
// that take it over.
#pragma once
#include "change/fleet.h"
#include "fixture.h"

#define BOSS "boss@acme.test"
#define ALICE "alice@acme.test"
#define BOB "bob@acme.test"

// All that was pushed, in order.
extern struct fleet_rows engine;
extern size_t pushes;
extern bool overtakes;      // somebody catches up while the next push is told, once
extern enum status refuses; // what the next push comes to, once

void join_fleet(bool admin);
void push_from_here(void); // what is changed, from now on
int on_admin_host(void **state);
int end_all(void **state);

// The rows of all tables that are shared, and of what follows from them.
enum { PICTURE_TABLES = 19 };
struct picture {
  struct bytes tables[PICTURE_TABLES];
};
struct picture take_picture(void);
void same_pictures(struct picture *a, struct picture *b); // and frees both

// Another host, with nothing in its store, in place of the one there was.
void on_another_host(void);

// Takes ROWS over, as they were asked for now.
struct fleet_applied apply_now(struct fleet_rows *rows, enum status wanted);
int64_t writes_here(void); // struct fleet_state

// That takes over what was pushed from FROM on and before TO, in the order in which it can be.
struct fleet_applied take_over(size_t from, size_t to, enum status wanted);

// A bit of everything that hosts share.
void fill_fleet(void);

#define FLEET_TEST(function) cmocka_unit_test_setup_teardown(function, on_admin_host, end_all)
