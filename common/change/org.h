// SPDX-License-Identifier: Apache-2.0
// Changes of an org as a whole: made, renamed, given to another owner, deleted. For all but the first STATUS_NOT_FOUND:
// no such org.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// Strings are borrowed. The owner is the account of that address, or a new one.
struct org_create {
  const char *org; // the slug
  const char *name;
  const char *owner;      // email
  const char *login;      // of a new account; "": the email
  const char *local_user; // a new account is mapped onto this one; "" for none
};

struct org_created {
  bool changed;
  uint32_t gid;         // of the org
  bool doubted;         // the owner's account was there unproven; password and identities were dropped
  struct account owner; // without the password's hash
};

// One that is there with this name and owner stays as it is. STATUS_INVALID, STATUS_EXISTS: the slug, which may be an
// org with another name or owner, or what a new account would be called. STATUS_REFUSED: the account may not own an
// org, or is not new but LOCAL_USER is given. Errors as change_new_account().
struct change change_org_create(const struct org_create *create, struct org_created *ret_result);

struct org_rename {
  const char *org;
  const char *to; // the new slug
};

// Its groups keep their numbers under the new names (HOLES H11). STATUS_INVALID, STATUS_EXISTS: the new name.
struct change change_org_rename(const struct org_rename *renamed, struct change_done *ret_result);

struct org_transfer {
  const char *org;
  const char *email; // of the member who becomes its owner, or their login
};

// The owner becomes an admin; nobody else changes. The recovery codes, which were the former owner's, are void.
// STATUS_NOT_FOUND: no such member. STATUS_REFUSED: they could not get in whatever the provider does (POLICY E3, E4).
struct change change_org_transfer(const struct org_transfer *transfer, struct change_done *ret_result);

struct org_delete {
  const char *org;
};

// STATUS_REFUSED: a delegate asks, and a member is guarded (HOLES H68).
struct change change_org_delete(const struct org_delete *deleted, struct change_done *ret_result);
