// SPDX-License-Identifier: Apache-2.0
#include "ground.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "paths.h"
#include "store/accounts.h"

// lock.mdb is not kept: nobody has the store open between two runs.
static const char *const FILES[] = {PATH_STORE "/data.mdb", PATH_MAP};

struct ground {
  void *data[COUNT_OF(FILES)];
  size_t length[COUNT_OF(FILES)];
};

static void must(bool good, const char *what)
{
  if (!good) {
    perror(what);
    exit(2);
  }
}

struct ground *ground_keep(void)
{
  struct ground *ground = calloc(1, sizeof *ground);
  must(ground != NULL, "memory");
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    struct stat st;
    int fd CLEANUP(cleanup_fd) = open(FILES[i], O_RDONLY | O_CLOEXEC);
    must(fd >= 0 && fstat(fd, &st) == 0, FILES[i]);
    ground->length[i] = (size_t)st.st_size;
    ground->data[i] = malloc(ground->length[i]);
    must(ground->data[i] != NULL && read(fd, ground->data[i], ground->length[i]) == st.st_size, FILES[i]);
  }
  return ground;
}

void ground_restore(const struct ground *ground)
{
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    int fd CLEANUP(cleanup_fd) = open(FILES[i], O_WRONLY | O_CLOEXEC);
    must(fd >= 0 && pwrite(fd, ground->data[i], ground->length[i], 0) == (ssize_t)ground->length[i], FILES[i]);
    must(ftruncate(fd, (off_t)ground->length[i]) == 0, FILES[i]);
  }
}

void ground_free(struct ground *ground)
{
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    free(ground->data[i]);
  }
  free(ground);
}

void ground_settle_tickets(const char *keep)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct ticket kept = {.expires_at_s = 0};
  must(store_open(PATH_STORE, STORE_READ_WRITE, NULL, &store) == STATUS_OK && store_lock(store) == STATUS_OK &&
           store_begin(store, true, &txn) == STATUS_OK,
       PATH_STORE);
  bool any = keep[0] != '\0';
  must(!any || ticket_get(txn, keep, 0, &kept) == STATUS_OK, "ticket");
  must(ticket_sweep(txn, INT64_MAX) == STATUS_OK, "tickets");
  kept.expires_at_s = INT64_MAX;
  must(!any || ticket_put(txn, &kept) == STATUS_OK, "ticket");
  must(store_commit(&txn) == STATUS_OK, PATH_STORE);
}

bool ground_count(struct counts *ret_counts)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct counts counts = {{0}};
  struct error error;
  enum status status = store_open(PATH_STORE, STORE_READ_ONLY, &error, &store);
  if (status == STATUS_OK) {
    status = store_begin(store, false, &txn);
  }
  for (int i = 0; status == STATUS_OK && i < TABLE_COUNT; i++) {
    status = store_count(txn, (enum store_table)i, &counts.of[i]);
  }
  *ret_counts = counts;
  return status == STATUS_OK;
}

bool ground_is_same(const struct counts *one, const struct counts *other, bool audit)
{
  static const enum store_table TABLES[] = {
      TABLE_ACCOUNTS,   TABLE_ACCOUNT_LOGINS,     TABLE_ACCOUNT_EMAILS,   TABLE_NUMBERS,          TABLE_REGISTRATIONS,
      TABLE_IDENTITIES, TABLE_ACCOUNT_IDENTITIES, TABLE_MEMBERSHIPS,      TABLE_ORG_MEMBERS,      TABLE_INVITES,
      TABLE_TICKETS,    TABLE_ACCOUNTS_HERE,      TABLE_MEMBERSHIPS_HERE, TABLE_CONNECTIONS_HERE,
  };
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    if (one->of[TABLES[i]] != other->of[TABLES[i]]) {
      return false;
    }
  }
  return !audit || one->of[TABLE_AUDIT] == other->of[TABLE_AUDIT];
}
