// SPDX-License-Identifier: Apache-2.0
// ssoctl idp show, remove.
#include "base/cleanup.h"
#include "desk.h"

int cmd_idp_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"org", COLUMN_TEXT},
      {"issuer", COLUMN_TEXT},
      {"client_id", COLUMN_TEXT},
      {"auth", COLUMN_TEXT},
      {"secret_set", COLUMN_BOOL},
      {"scopes", COLUMN_TEXT},
      {"email_claim", COLUMN_TEXT},
      {"groups_claim", COLUMN_TEXT},
      {"own_ca", COLUMN_BOOL},
      {"tried", COLUMN_BOOL},
      {"tried_at", COLUMN_DATE},
      {"set_at", COLUMN_DATE},
      {"waiting_issuer", COLUMN_TEXT},
      {"waiting_client_id", COLUMN_TEXT},
  };
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct connection c CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = desk_open_org(in, &desk, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(desk.txn, org.id, CONNECTION_ACTIVE, &c);
  if (status != STATUS_OK) {
    return desk_fail(desk_exit_code(status), "org \"%s\": has no connection; 'ssoctl idp set' makes one", org.slug);
  }
  status = connection_get(desk.txn, org.id, CONNECTION_STAGED, &waiting);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return desk_fail(EXIT_FAILED, "store: the waiting connection cannot be read");
  }
  bool waits = status == STATUS_OK;
  sheet_add(&sheet, (const struct cell[]){{org.slug, 0},
                                          {c.issuer, 0},
                                          {c.client_id, 0},
                                          {client_auth_word(c.client_auth), 0},
                                          {NULL, c.client_secret.length > 0},
                                          {c.scopes, 0},
                                          {c.email_claim, 0},
                                          {c.groups_claim, 0},
                                          {NULL, c.ca_pem.length > 0},
                                          {NULL, c.tried},
                                          {NULL, c.tried_at_s},
                                          {NULL, c.set_at_s},
                                          {waits ? waiting.issuer : NULL, 0},
                                          {waits ? waiting.client_id : NULL, 0}});
  return desk_print_one(&desk, &sheet);
}

int cmd_idp_remove(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_IDP_REMOVE);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], op.org, sizeof op.org);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "Nobody will sign in through this connection any more. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: connection removed", op.org);
  }
  return code;
}
