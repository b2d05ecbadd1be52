// SPDX-License-Identifier: Apache-2.0
#include "change/account_values.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/context.h"
#include "change/new_account.h"

void account_keep_name(struct account *account, const char *name)
{
  char kept[DISPLAY_SIZE];
  bool legal = strpbrk(name, ":,=\\\"") == NULL && text_copy_clean(name, strlen(name), kept, sizeof kept) == STATUS_OK;
  if (legal && kept[0] != '\0') {
    memcpy(account->name, kept, sizeof account->name);
  }
}

// Where it was typed and is not what is there already.
static bool take(const char *typed, char *to, size_t size)
{
  if (typed == NULL || strcmp(typed, to) == 0) {
    return false;
  }
  (void)snprintf(to, size, "%s", typed);
  return true;
}

static enum status set_values(struct change_context *c, const void *input, void *ret_result)
{
  const struct account_values *in = input;
  struct account_values_set *result = ret_result;
  struct account account;
  enum status status = change_find_concerned(c, in->account, &account);
  if (status != STATUS_OK) {
    return status;
  }
  bool own_shell = c->by->right == RIGHT_OWN && in->home == NULL && in->name == NULL;
  if (c->by->delegate != NULL && !own_shell) {
    error_set(c->error,
              "account \"%s\": of one's own account the shell, and no more, is one's own to change (POLICY W1)",
              account.login);
    return STATUS_REFUSED;
  }
  if (account.mapped == 1) {
    error_set(c->error, "account \"%s\": is mapped onto the local user of that name: 'usermod' changes that",
              account.login);
    return STATUS_REFUSED;
  }
  result->before = account;
  bool moves = take(in->home, account.home, sizeof account.home);
  bool renames = take(in->name, account.name, sizeof account.name);
  bool shells = take(in->shell, account.shell, sizeof account.shell);
  status = moves ? change_check_home(c, &account, NULL) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  result->changed = moves || renames || shells;
  result->after = account;
  explicit_bzero(result->before.password, sizeof result->before.password);
  explicit_bzero(result->after.password, sizeof result->after.password);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s%s%s", renames ? "name " : "", moves ? "home " : "",
                 shells ? "shell" : "");
  return account_update(c->txn, &account);
}

static const struct change_kind SET = {
    "account.set", CHANGE_SITE, CHANGE_OF_ACCOUNT, set_values, sizeof(struct account_values_set), false};

struct change change_account_values_set(const struct account_values *in, struct account_values_set *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, "", in->account};
}
