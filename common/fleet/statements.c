// SPDX-License-Identifier: Apache-2.0
#include "fleet/statements.h"

#include "base/cleanup.h"

// Of $N, for the bytea of a row.
#define BYTEA(number) (1U << ((number)-1))

// Every parameter has its type, so that none is guessed.
static const struct engine_statement_text STATEMENTS[ENGINE_STATEMENT_COUNT] = {
    [ENGINE_BEGIN] = {"begin", "BEGIN ISOLATION LEVEL READ COMMITTED", 0, 0},
    [ENGINE_COMMIT] = {"commit", "COMMIT", 0, 0},
    [ENGINE_ROLLBACK] = {"rollback", "ROLLBACK", 0, 0},
    // at_revision, at_token, schema_version, record_version
    [ENGINE_HEAD] = {"head", "SELECT * FROM ssoorg.head()", 0, 0},
    // org
    [ENGINE_SERVED] = {"served", "SELECT * FROM ssoorg.served()", 0, 0},
    // revision, its token
    [ENGINE_CHECK_REVISION] = {"check_revision", "SELECT ssoorg.check_revision($1::bigint, $2::uuid)", 2, 0},
    // number, nonce, machine-id, record version that is read
    [ENGINE_CONTACT] = {"contact", "SELECT ssoorg.contact($1::bigint, $2::uuid, $3::text, $4::integer)", 4, 0},
    // org, after revision, its token, up to, page: revision, kind, key; most, kinds
    [ENGINE_PULL] =
        {"pull",
         "SELECT row_revision, kind, key, gone, record, login, email, uid, created_by_org, source, at_s, role FROM "
         "ssoorg.pull($1::bigint, $2::bigint, $3::uuid, $4::bigint, $5::bigint, $6::text, $7::text, "
         "$8::integer, $9::text[])",
         9, 0},
    // after revision, its token, up to, after which taken, most
    [ENGINE_PULL_TAKEN] = {"pull_taken",
                           "SELECT * FROM ssoorg.pull_taken($1::bigint, $2::uuid, $3::bigint, $4::text, $5::integer)",
                           5, 0},
    // org, email, login, uid
    [ENGINE_CLAIM_ACCOUNT] = {"claim_account",
                              "SELECT * FROM ssoorg.claim_account($1::bigint, $2::text, $3::text, $4::bigint)", 4, 0},
    // org, account, SHA-256 of the code
    [ENGINE_CLAIM_MEMBERSHIP] = {"claim_membership",
                                 "SELECT * FROM ssoorg.claim_membership($1::bigint, $2::bigint, $3::bytea)", 3,
                                 BYTEA(3)},
    // ids, bodies: arrays as engine_array_add() writes them
    [ENGINE_REPORT] = {"report", "SELECT ssoorg.report($1::uuid[], $2::bytea[])", 2, 0},
    // org, read at, slug, provisioning, short logins, gids, record, gone
    [ENGINE_PUT_ORG] = {"put_org",
                        "SELECT ssoorg.put_org($1::bigint, $2::bigint, $3::text, $4::text, $5::boolean, $6::bigint[], "
                        "$7::bytea, $8::boolean)",
                        8, BYTEA(7)},
    // account, read at, login, email, uid, org, record, gone, retired
    [ENGINE_PUT_ACCOUNT] = {"put_account",
                            "SELECT ssoorg.put_account($1::bigint, $2::bigint, $3::text, $4::text, $5::bigint, "
                            "$6::bigint, $7::bytea, $8::boolean, $9::boolean)",
                            9, BYTEA(7)},
    // org, account, read at, role, source, record, gone
    [ENGINE_PUT_MEMBERSHIP] = {"put_membership",
                               "SELECT ssoorg.put_membership($1::bigint, $2::bigint, $3::bigint, $4::text, $5::text, "
                               "$6::bytea, $7::boolean)",
                               7, BYTEA(6)},
    // org, domain, read at, verified, lapsed, record, gone
    [ENGINE_PUT_DOMAIN] = {"put_domain",
                           "SELECT ssoorg.put_domain($1::bigint, $2::text, $3::bigint, $4::boolean, $5::boolean, "
                           "$6::bytea, $7::boolean)",
                           7, BYTEA(6)},
    // org, email, read at, via, SHA-256 of the code, expires at (seconds since 1970), record, gone, role, member until
    // (likewise)
    [ENGINE_PUT_INVITE] = {"put_invite",
                           "SELECT ssoorg.put_invite($1::bigint, $2::text, $3::bigint, $4::text, $5::bytea, "
                           "pg_catalog.to_timestamp($6::bigint), $7::bytea, $8::boolean, $9::text, "
                           "pg_catalog.to_timestamp($10::bigint))",
                           10, BYTEA(5) | BYTEA(7)},
    // org, kind, key, read at, record, gone, gid of a group
    [ENGINE_PUT_PART] = {"put_part",
                         "SELECT ssoorg.put_part($1::bigint, $2::text, $3::text, $4::bigint, $5::bytea, $6::boolean, "
                         "$7::bigint)",
                         7, BYTEA(5)},
    // host, login
    [ENGINE_ADD_HOST] = {"add_host", "SELECT ssoorg.add_host($1::text, $2::name)", 2, 0},
    // host, orgs
    [ENGINE_SERVE] = {"serve", "SELECT ssoorg.serve($1::text, $2::bigint[])", 2, 0},
    // host
    [ENGINE_REMOVE_HOST] = {"remove_host", "SELECT ssoorg.remove_host($1::text)", 1, 0},
    // host, admin, login, contact_at_s, stopped, orgs
    [ENGINE_HOSTS] = {"hosts", "SELECT * FROM ssoorg.hosts()", 0, 0},
    // after number, most; at is seconds since 1970
    [ENGINE_REPORTS] = {"reports",
                        "SELECT number, id, host, pg_catalog.date_part('epoch', at)::bigint AS at, body "
                        "FROM ssoorg.reports($1::bigint, $2::integer)",
                        2, 0},
};

const struct engine_statement_text *engine_statement_text(uint32_t statement)
{
  return statement < COUNT_OF(STATEMENTS) ? &STATEMENTS[statement] : NULL;
}
