// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "change/new_account.h"
#include "operations/apply.h"
#include "store/numbers_store.h"

enum status apply_new_account(struct change_context *a, const char *login, const char *email, int64_t org_id,
                              struct account *ret_account)
{
  const struct new_account made = {
      .login = login, .email = email, .name = "", .home = "", .shell = "", .local_user = "", .org_id = org_id};
  return change_new_account(a, &made, ret_account, &a->result->decision);
}

// NSS, inside sshd, cannot ask other name services which numbers they have, and would offer such a number again and
// again: from now on the map says that it is taken.
enum status apply_number_reserve(struct change_context *a)
{
  struct number use;
  bool foreign = false;
  enum status status = numbers_get(a->txn, a->op->nss_uid, &use);
  if (status == STATUS_NOT_FOUND) {
    status = foreign_has_number(a->foreign, a->op->nss_uid, &foreign);
  }
  a->result->changed = foreign;
  if (status != STATUS_OK || !foreign) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%u is in use elsewhere", a->op->nss_uid);
  return numbers_take(a->txn, a->op->nss_uid, &(struct number){NUMBER_REMOVED, 0});
}
