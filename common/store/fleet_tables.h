// SPDX-License-Identifier: Apache-2.0
// What each table of a store is once the host is in a fleet: whether its rows travel, and what becomes of what an
// admin's change wrote there, which is told to the fleet and undone here before it is stored.
#pragma once
#include "store/store.h"

enum fleet_table {
  FLEET_TABLE_UNSAID,
  FLEET_TABLE_SHARED,  // its rows travel where they are about the fleet's; else they are as those of CARRIED
  FLEET_TABLE_CARRIED, // this host's own: what the change wrote there is written again, as it was
  FLEET_TABLE_FOLLOWS, // kept by the functions that store the rows of other tables
  FLEET_TABLE_EVENTS,  // the audit trail: each event of the change is added with it
  FLEET_TABLE_LEFT,    // counters of this host, and its place in the fleet: no change of what is shared is about them
};

// FLEET_TABLE_UNSAID of none.
enum fleet_table fleet_table_of(enum store_table table);
