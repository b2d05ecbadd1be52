// SPDX-License-Identifier: Apache-2.0
#include "change/answered.h"

#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/staged.h"
#include "store/here.h"

static bool is_same(const struct connection *now, const struct answered *answered)
{
  return now->registration == answered->connection->registration &&
         now->generation == answered->connection->generation &&
         strcmp(now->issuer, answered->authorized->issuer) == 0 &&
         strcmp(now->client_id, answered->authorized->client_id) == 0;
}

enum status answered_check(struct change_context *c, const struct answered *answered,
                           struct policy_decision *ret_decision)
{
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  bool unchanged = false;
  enum status status = connection_get(c->txn, answered->connection->org_id, CONNECTION_ACTIVE, &now);
  status = status != STATUS_OK
               ? status
               : covered_is_unchanged(c, now.org_id, CONNECTION_ACTIVE, answered->fingerprint, &unchanged);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_REFUSED : status;
  }
  bool same = is_same(&now, answered);
  if (same && unchanged && answered->authorized->subject[0] != '\0') {
    return STATUS_OK;
  }
  error_set(c->error, "the answer is not of this connection as it is now; sign in once more");
  *ret_decision = (struct policy_decision){.row = "-", .notice = same ? NOTICE_CHANGED : NOTICE_BAD_TOKEN};
  return STATUS_REFUSED;
}

static enum status note_tried(struct change_context *c, const struct connection *now)
{
  struct connection_here here;
  enum status status = connection_here_get(c->txn, now, &here);
  return status != STATUS_OK || here.tried != 0 ? status : connection_here_tried(c->txn, now, c->now_s);
}

// If what waits is met by a sign-in of LOGIN, it takes effect.
static enum status meet_waiting(struct change_context *c, const struct connection *now, const char *login)
{
  struct connection staged CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  enum status status = org_get(c->txn, now->org_id, &org);
  status = status != STATUS_OK ? status : connection_get(c->txn, now->org_id, CONNECTION_STAGED, &staged);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (c->in_fleet && now->org_id >= STORE_ID_FLEET) {
    return STATUS_OK; // FLEET_FATE_LEFT: until a test on an admin host
  }
  const struct facts_query of = change_query(c, login);
  if (!staged_waits_for_network(&org, now, &staged) || query_is_barred(&of, staged.requirements.signin_from)) {
    return STATUS_OK;
  }
  return staged_promote(c, &org, &staged);
}

enum status answered_let_in(struct change_context *c, int64_t org_id, const char *login)
{
  struct connection now CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(c->txn, org_id, CONNECTION_ACTIVE, &now);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = note_tried(c, &now);
  return status != STATUS_OK ? status : meet_waiting(c, &now, login);
}
