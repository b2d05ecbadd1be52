// SPDX-License-Identifier: Apache-2.0
// What tests/bench/recheck asks again.
//   rechecked provider: prints the issuer of a provider that knows everybody, and serves until standard input ends
//   rechecked fill STORE ORG: every member of the org has signed in there, and left a refresh token
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "quick_provider.h"
#include "store/accounts.h"
#include "store/orgs.h"
#include "store/refresh.h"

static void must(enum status status, const char *what)
{
  if (status != STATUS_OK) {
    (void)fprintf(stderr, "rechecked: %s: %s\n", what, status_text(status));
    exit(1);
  }
}

static int provide(void)
{
  struct quick_provider *provider = quick_provider_start();
  printf("%s\n", quick_provider_issuer(provider));
  (void)fflush(stdout);
  while (getchar() != EOF) {
  }
  quick_provider_stop(provider);
  return 0;
}

struct filling {
  struct store_txn *txn;
  const struct connection *connection;
  int64_t count;
};

static enum status link_to(const struct filling *filling, const struct account *account, const char *subject)
{
  const struct connection *connection = filling->connection;
  struct identity identity = {.account_id = account->id,
                              .org_id = connection->org_id,
                              .registration = connection->registration,
                              .linked_at_s = clock_now_s(),
                              .generation = connection->generation};
  (void)snprintf(identity.issuer, sizeof identity.issuer, "%s", connection->issuer);
  (void)snprintf(identity.client_id, sizeof identity.client_id, "%s", connection->client_id);
  (void)snprintf(identity.subject, sizeof identity.subject, "%s", subject);
  (void)snprintf(identity.email, sizeof identity.email, "%s", account->email);
  return identity_put(filling->txn, &identity);
}

static enum status leave_token(void *context, const struct membership *membership)
{
  struct filling *filling = context;
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = membership->org_id, .state = REFRESH_READY};
  struct account account;
  enum status status = account_get(filling->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  refresh.account_id = account.id;
  refresh.registration = filling->connection->registration;
  refresh.generation = filling->connection->generation;
  (void)snprintf(refresh.subject, sizeof refresh.subject, "s-%.200s", account.email);
  status = bytes_append_text(&refresh.token, QUICK_PROVIDER_REFRESH);
  status = status != STATUS_OK ? status : bytes_append_text(&refresh.token, account.email);
  status = status != STATUS_OK ? status : link_to(filling, &account, refresh.subject);
  record_done(&ACCOUNT_RECORD, &account);
  filling->count++;
  return status != STATUS_OK ? status : refresh_put(filling->txn, &refresh);
}

static int fill(const char *path, const char *slug)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct error error = {.text = ""};
  struct org org;
  must(store_open(path, STORE_READ_WRITE, &error, &store), error.text);
  must(store_lock(store), "lock");
  must(store_begin(store, true, &txn), "begin");
  must(org_by_slug(txn, slug, &org), slug);
  must(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), "connection");
  struct filling filling = {txn, &connection, 0};
  must(membership_each(txn, org.id, leave_token, &filling), "members");
  must(store_commit(&txn), "commit");
  store_unlock(store);
  printf("%lld\n", (long long)filling.count);
  return 0;
}

int main(int argc, char **argv)
{
  if (argc == 2 && strcmp(argv[1], "provider") == 0) {
    return provide();
  }
  if (argc == 4 && strcmp(argv[1], "fill") == 0) {
    return fill(argv[2], argv[3]);
  }
  (void)fprintf(stderr, "usage: rechecked provider\n       rechecked fill STORE ORG\n");
  return 2;
}
