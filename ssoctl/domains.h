// SPDX-License-Identifier: Apache-2.0
// Claims of domains as ssoctl shows them, and looking up the records that prove them.
#pragma once
#include "context.h"
#include "process/proof.h"
#include "store/here.h"

// "verified", "pending"; static.
const char *domain_status_word(const struct domain *domain);

bool domain_is_by_hand(const struct domain *domain);

enum { DOMAIN_RECORD_SIZE = PROTOCOL_NAME_SIZE + 8 };

// "_ssoorg-verify.acme.test TXT". STATUS_TOO_LARGE.
MUST_CHECK enum status domain_record(const char *domain, char record[static DOMAIN_RECORD_SIZE]);

// Lines on standard error about those domains of the org whose record is gone (POLICY E7). The read transaction of CTX
// is open.
void domains_warn(struct context *ctx, int64_t org_id);

// One claim, and what became of looking up its record.
struct domain_check {
  struct domain domain;
  struct domain_here here;
  char slug[SLUG_SIZE];
  bool is_taken; // by another org: not looked up
  bool changed;  // what is stored, by what was found
  struct proof proof;
};

// Fills in what is to be known before the look-up. The read transaction of CTX is open. Errors as store_get().
MUST_CHECK enum status domain_check_begin(struct context *ctx, const struct domain *domain,
                                          struct domain_check *ret_check);

// The name server to ask: --resolver, or the host's setting; "" for those of resolv.conf.
int domains_server(const struct context *ctx, char server[static ADDRESS_SIZE]);

// Looks up the records of COUNT claims at SERVER and fills in their proofs. No read transaction may be open: the store
// is closed meanwhile. EXIT_FAILED if it cannot be opened again.
int domains_look_up(struct context *ctx, const char *server, struct domain_check *checks, size_t count);

// Stores what the look-up has shown; check->domain and its here are what they are then. Errors as context_change().
int domain_check_store(struct context *ctx, struct domain_check *check);
