// SPDX-License-Identifier: Apache-2.0
// Changes of an org's domains: claimed, proven, missed, given up (POLICY E7). For all of them STATUS_NOT_FOUND: no such
// org, or no such claim.
#pragma once
#include "change/change.h"
#include "store/here.h"

struct domain_changed {
  bool changed;
  struct domain domain; // as it is now
  struct domain_here here;
};

struct domain_add {
  const char *org;
  const char *domain;
};

struct change change_domain_add(const struct domain_add *add, struct domain_changed *ret_result);

// STATUS_REFUSED: another org has verified it, or the claim is another one than was looked up.
struct domain_verify {
  const char *org;
  const char *domain;
  const char *token;  // of the record that was found
  const char *reason; // by hand, without a record; "" for none
};

struct change change_domain_verify(const struct domain_verify *verify, struct domain_changed *ret_result);

// A record was looked up. STATUS_REFUSED: the claim is another one meanwhile.
struct domain_look_up {
  const char *org;
  const char *domain;
  const char *token; // that was looked for
};

// The record is there; an audit event only if it was missing.
struct change change_domain_found(const struct domain_look_up *look_up, struct domain_changed *ret_result);

// It is not; an audit event only if it was there until now.
struct change change_domain_missing(const struct domain_look_up *look_up, struct domain_changed *ret_result);

// STATUS_REFUSED: it is the last verified one of an org that enforces.
struct domain_remove {
  const char *org;
  const char *domain;
};

struct change change_domain_remove(const struct domain_remove *removed, struct change_done *ret_result);
