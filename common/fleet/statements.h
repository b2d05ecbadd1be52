// SPDX-License-Identifier: Apache-2.0
// Everything that is ever asked of a fleet's engine: the functions of fleet/schema.sql, and transactions. One table, of
// the one who asks and of ssoorg-fleet.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum engine_statement {
  ENGINE_BEGIN = 0,
  ENGINE_COMMIT,
  ENGINE_ROLLBACK,
  ENGINE_HEAD,
  ENGINE_SERVED,
  ENGINE_CHECK_REVISION,
  ENGINE_CONTACT,
  ENGINE_PULL,
  ENGINE_PULL_TAKEN,
  ENGINE_CLAIM_ACCOUNT,
  ENGINE_CLAIM_MEMBERSHIP,
  ENGINE_REPORT,
  ENGINE_PUT_ORG,
  ENGINE_PUT_ACCOUNT,
  ENGINE_PUT_MEMBERSHIP,
  ENGINE_PUT_DOMAIN,
  ENGINE_PUT_INVITE,
  ENGINE_PUT_PART,
  ENGINE_ADD_HOST,
  ENGINE_SERVE,
  ENGINE_REMOVE_HOST,
  ENGINE_HOSTS,
  ENGINE_REPORTS,
  ENGINE_STATEMENT_COUNT
};

enum { ENGINE_VALUES_MAX = 16 }; // parameters of a statement

// Parameters are text as PostgreSQL reads it ("t", "{1,2}"), but for those of type bytea, which are bytes.
struct engine_statement_text {
  const char *name;
  const char *sql;
  size_t count;   // of its parameters
  uint32_t bytea; // bit N - 1: $N is one
};

// NULL for what is none of them.
const struct engine_statement_text *engine_statement_text(uint32_t statement);
