// SPDX-License-Identifier: Apache-2.0
// What 'ssoctl apply' does: ordinary changes, one after the other in one transaction, and what came of each.
#pragma once
#include <stdbool.h>

#include "change/connection.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/group.h"
#include "change/mail_server.h"
#include "change/member.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "change/social.h"
#include "context.h"
#include "state/host_wanted.h"
#include "state/settings_file.h"

enum step_kind {
  STEP_ORG_CREATE,
  STEP_ENFORCEMENT,
  STEP_SETTINGS,
  STEP_DOMAIN_ADD,
  STEP_DOMAIN_VERIFY,
  STEP_CONNECTION,
  STEP_GROUP_UNMAP,
  STEP_GROUP_MAP,
  STEP_GROUP_MAP_LOCAL,
  STEP_GROUP_MAP_ROLE,
  STEP_MEMBER_ROLE,
  STEP_MEMBER_SUSPEND,
  STEP_MEMBER_RESUME,
  STEP_MEMBER_ADD,
  STEP_TRANSFER,
  STEP_MEMBER_REMOVE,
  STEP_CONNECTION_REMOVE,
  STEP_DOMAIN_REMOVE,
  STEP_ORG_DELETE,
  STEP_SOCIAL,
  STEP_SOCIAL_REMOVE,
  STEP_MAIL,
  STEP_MAIL_REMOVE,
  STEP_ORG_SEEN,   // from here on: nothing to do, but named
  STEP_GROUP_SAME, // which is mapped so already
};

union step_input {
  struct org_create org_create;
  struct enforcement_set enforcement;
  struct org_settings_set settings;
  struct domain_add domain_add;
  struct domain_verify domain_verify;
  struct connection_set connection;
  struct group_unmap group_unmap;
  struct group_map group_map;
  struct group_map_local group_map_local;
  struct group_map_role group_map_role;
  struct member_name member;
  struct member_role member_role;
  struct member_resume member_resume;
  struct member_add member_add;
  struct org_transfer transfer;
  struct connection_remove connection_remove;
  struct domain_remove domain_remove;
  struct org_delete org_delete;
  struct social_set social;
  struct social_remove social_remove;
  struct mail_server_set mail;
};

union step_result {
  struct org_created org_created;
  struct org_settings_changed settings;
  struct domain_changed domain;
  struct connection_changed connection;
  struct member_changed member;
  struct member_added added;
  struct change_done done;
};

// One change; what it points to belongs to the plan or to the document.
struct step {
  enum step_kind kind;
  size_t number;    // in the order in which they were added
  const char *path; // where in the document it is asked for; "" for what is not named there
  const char *org;  // "" for none
  const char *name; // of what in it, "" for the org itself
  union step_input in;
  const char *before;                // the value that is replaced, if one is
  const char *after;                 // and by what
  const struct connection *replaced; // NULL for a new one
  bool late;                         // after another owner has taken over
  bool by_record;                    // a claim that is to be proven by its record
  bool waits;                        // found by the run: for a test sign-in
};

struct plan {
  struct context *ctx;
  bool prunes;
  struct step *steps;
  size_t count;
  size_t capacity;
  size_t run_count; // of those that are changes, which come first once they are sorted
  void **blocks;    // what the steps point to
  size_t block_count;
  size_t block_capacity;
  struct connection **connections; // that hold secrets
  size_t connection_count;
  size_t connection_capacity;
  struct mail_server server;
  struct settings_file settings; // of the host, as they will be
  bool settings_changed;
  struct host_wanted services;
  bool services_changed;
  bool asks;              // what is done otherwise only after a question
  struct table rows;      // what changes
  struct table pending;   // what a person has to do
  union step_result last; // of the change being made
  struct change change;
  int code; // of the step that ended it
};

struct plan plan_init(struct context *ctx);
void plan_done(struct plan *plan);

// LENGTH zeroed bytes, or a copy of TEXT, that live as long as the plan. NULL when there is no memory.
void *plan_make(struct plan *plan, size_t length);
const char *plan_text(struct plan *plan, const char *text);

// The same for a connection, whose secret is wiped with it.
struct connection *plan_connection(struct plan *plan);

// One more step of KIND, to be filled in. NULL when there is no memory, which has been said.
struct step *plan_step(struct plan *plan, enum step_kind kind, const char *path, const char *org, const char *name);

// Whether there is a step of KIND about NAME among those from FIRST on.
bool plan_has(const struct plan *plan, size_t first, enum step_kind kind, const char *name);

// "store: cannot be read", unless it was told: an exit code.
int plan_unreadable(enum status status);

// Puts the steps in an order that works, whatever order they were added in.
void plan_sort(struct plan *plan);

// Makes all changes in one transaction, or none: an exit code, with the error on standard error. DRY: without storing
// anything. The rows and what is pending are filled in.
int plan_run(struct plan *plan, bool dry);

// Notes what changes, and what is pending.
void plan_add_row(struct plan *plan, const char *action, const char *what, const char *before, const char *after);
void plan_add_pending(struct plan *plan, const char *what, const char *reason);

// Whether anything changes.
bool plan_changes(const struct plan *plan);
