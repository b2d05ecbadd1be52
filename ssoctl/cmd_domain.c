// SPDX-License-Identifier: Apache-2.0
// ssoctl domain.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "claim.h"
#include "desk.h"

int desk_domain(const char *typed, char to[static DOMAIN_SIZE])
{
  return claim_from_typed(typed, to) == STATUS_OK
             ? EXIT_DONE
             : desk_fail(EXIT_USAGE,
                         "domain \"%.260s\": is not two or more labels of letters, digits and hyphens "
                         "separated by dots",
                         typed);
}

static int domain_operation(struct desk *desk, const struct invocation *in, enum operation_kind kind,
                            struct operation *ret_op)
{
  int code = desk_open(in, desk);
  *ret_op = desk_operation(desk, kind);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], ret_op->org, sizeof ret_op->org);
  }
  return code == EXIT_DONE ? desk_domain(in->arguments[1], ret_op->domain) : code;
}

int cmd_domain_add(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"domain", COLUMN_TEXT}, {"record", COLUMN_TEXT}, {"value", COLUMN_TEXT}};
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct operation op;
  struct operation_result result;
  int code = domain_operation(&desk, in, OPERATION_DOMAIN_ADD, &op);
  const char *objection = code == EXIT_DONE ? claim_objection(op.domain) : NULL;
  if (objection != NULL) {
    code = desk_fail(EXIT_REFUSED, "domain \"%s\": is %s, which no org can claim", op.domain, objection);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  char record[DOMAIN_SIZE + 32];
  char value[64];
  (void)snprintf(record, sizeof record, "_ssoorg-verify.%s TXT", op.domain);
  (void)snprintf(value, sizeof value, "ssoorg-verify=%s", result.domain.token);
  sheet_add(&sheet, (const struct cell[]){{op.domain, 0}, {record, 0}, {value, 0}});
  desk_done(&desk, "domain %s claimed by org %s%s; next: ssoctl domain verify %s %s --by-hand REASON", op.domain,
            op.org, result.changed ? "" : " already", op.org, op.domain);
  return desk_print_one(&desk, &sheet);
}

int cmd_domain_verify(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  const char *reason = in->options[OPTION_BY_HAND];
  if (reason == NULL) {
    return desk_fail(EXIT_REFUSED, "domain verify: looking the record up is not available in this version; root may "
                                   "give --by-hand REASON");
  }
  int code = domain_operation(&desk, in, OPERATION_DOMAIN_VERIFY, &op);
  if (code == EXIT_DONE) {
    code = desk_text("--by-hand", reason, op.reason, sizeof op.reason);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "domain %s is verified%s", op.domain, result.changed ? "" : " already");
  }
  return code;
}

int cmd_domain_remove(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = domain_operation(&desk, in, OPERATION_DOMAIN_REMOVE, &op);
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "The org gives this domain up. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "domain %s removed from org %s", op.domain, op.org);
  }
  return code;
}

struct domain_walk {
  struct desk *desk;
  struct sheet *sheet;
};

static enum status add_domain(void *context, const struct domain *domain)
{
  const struct domain_walk *walk = context;
  struct org org;
  enum status status = org_get(walk->desk->txn, domain->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  bool by_hand = domain->verified == 1 && domain->reason[0] != '\0';
  sheet_add(walk->sheet, (const struct cell[]){{domain->domain, 0},
                                               {org.slug, 0},
                                               {domain->verified == 1 ? "verified" : "pending", 0},
                                               {by_hand ? domain->reason : NULL, 0},
                                               {NULL, domain->added_at_s},
                                               {NULL, domain->verified_at_s}});
  return STATUS_OK;
}

int cmd_domain_list(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"domain", COLUMN_TEXT},   {"org", COLUMN_TEXT},
                                          {"status", COLUMN_TEXT},   {"by_hand", COLUMN_TEXT},
                                          {"added_at", COLUMN_DATE}, {"verified_at", COLUMN_DATE}};
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct domain_walk walk = {&desk, &sheet};
  struct org org = {.id = 0};
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = desk_read(&desk);
  }
  if (code == EXIT_DONE && in->arguments[0] != NULL) {
    code = desk_find_org(&desk, in->arguments[0], &org);
  }
  if (code == EXIT_DONE && domain_each(desk.txn, org.id, add_domain, &walk) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: domains cannot be read");
  }
  return code == EXIT_DONE ? desk_print_list(&desk, &sheet) : code;
}
