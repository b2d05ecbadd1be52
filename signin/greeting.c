// SPDX-License-Identifier: Apache-2.0
#include "greeting.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "policy/person.h"
#include "store/accounts.h"
#include "store/enum_names.h"

enum { LINE_SIZE = 2048 };

static void tell_last(struct session *s, const struct signed_in *result)
{
  char at[CLOCK_TEXT_SIZE];
  char from[4 * sizeof result->last_sign_in_from];
  char line[sizeof at + sizeof from + 32];
  clock_text(result->last_sign_in_at_s, at);
  text_escape(result->last_sign_in_from, strlen(result->last_sign_in_from), from, sizeof from);
  (void)snprintf(line, sizeof line, "Last sign-in: %s%s%s", at, from[0] != '\0' ? " from " : "", from);
  session_tell(s, MESSAGE_INFO, line);
}

// " viewer in Acme (acme)" for each org, with a comma between them, as far as there is room.
static enum status add_orgs(struct store_txn *txn, int64_t account_id, char line[static LINE_SIZE])
{
  struct memberships all;
  enum status status = memberships_of(txn, account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    char name[4 * DISPLAY_SIZE];
    size_t used = strlen(line);
    status = org_get(txn, all.list[i].org_id, &org);
    if (status == STATUS_OK) {
      text_escape(org.name, strlen(org.name), name, sizeof name);
      (void)snprintf(line + used, LINE_SIZE - used, "%s %s in %.128s (%s)", i > 0 ? "," : "",
                     role_word((uint8_t)all.list[i].role), name, org.slug);
    }
  }
  return status;
}

static void tell_newcomer(struct session *s, const struct signed_in *result)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  char line[LINE_SIZE] = "Welcome. You are";
  enum status status = session_read(NULL, &store, &txn);
  status = status != STATUS_OK ? status : add_orgs(txn, result->account.id, line);
  size_t used = strlen(line);
  if (status != STATUS_OK || used + sizeof result->account.home + 32 > sizeof line) {
    return; // a kindness, and nothing to fail for
  }
  (void)snprintf(line + used, sizeof line - used, "; your home is %s.", result->account.home);
  session_tell(s, MESSAGE_INFO, line);
}

void greeting_tell(struct session *s, const struct signed_in *result)
{
  if (result->last_sign_in_at_s != 0) {
    tell_last(s, result);
  } else if (policy_service_of(s->request->service) == SERVICE_LOGIN && !result->again) {
    tell_newcomer(s, result);
  }
}
