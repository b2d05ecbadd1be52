// SPDX-License-Identifier: Apache-2.0
#include "subids_give.h"

#include <errno.h>
#include <shadow.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/host_file.h"
#include "store/foreign.h"
#include "store/numbers_store.h"
#include "subids/subids.h"

// Up to COMMON_LAST are the system's numbers, useradd's, dynamic users', nobody and the number that is none.
enum { FILES = 2, COMMON_LAST = 65535 };

static const char *const PATHS[FILES] = {SUBIDS_UID_FILE, SUBIDS_GID_FILE};

struct giving {
  const struct session *s;
  const struct account *account;
  struct bytes texts[FILES];
  bool lacks[FILES]; // the line
  struct subids_taken taken;
  struct error error;
};

static void giving_done(struct giving *g)
{
  bytes_done(&g->texts[0]);
  bytes_done(&g->texts[1]);
  subids_taken_done(&g->taken);
}

// STATUS_EXISTS where no line is missing.
static enum status read_files(struct giving *g)
{
  struct subid_range range;
  for (size_t i = 0; i < FILES; i++) {
    bytes_clear(&g->texts[i]);
    enum status status = host_file_read(PATHS[i], &g->error, &g->texts[i]);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
    g->lacks[i] = subids_find(bytes_text(&g->texts[i]), g->account->login, g->account->uid, &range) != STATUS_OK;
  }
  return g->lacks[0] || g->lacks[1] ? STATUS_OK : STATUS_EXISTS;
}

static enum status take_number(void *context, uint32_t number, const struct number *use)
{
  (void)use;
  return subids_take(context, number, number);
}

// Those of accounts and groups, removed ones too, wherever they are, and those that accounts to come will have.
static enum status take_ours(struct giving *g, const struct subid_range *window)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct u32_list *ranges = &g->s->config.map.ranges;
  enum status status = subids_take(&g->taken, 0, COMMON_LAST);
  for (uint32_t i = 0; status == STATUS_OK && i + 1 < ranges->count; i += 2) {
    status = subids_take(&g->taken, ranges->values[i], ranges->values[i + 1]);
  }
  status = status != STATUS_OK ? status : session_read(&g->error, &store, &txn);
  return status != STATUS_OK ? status : numbers_each_in(txn, window->first, window->last, take_number, &g->taken);
}

static enum status take_theirs(struct giving *g)
{
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  size_t count = 0;
  enum status status = foreign_load(&foreign);
  const uint32_t *numbers = status == STATUS_OK ? foreign_numbers(foreign, &count) : NULL;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = subids_take(&g->taken, numbers[i], numbers[i]);
  }
  for (size_t i = 0; status == STATUS_OK && i < FILES; i++) {
    status = subids_take_lines(&g->taken, PATHS[i], bytes_text(&g->texts[i]), &g->error);
  }
  return status;
}

static enum status choose(struct giving *g, struct subid_range *ret_range)
{
  struct bytes defs CLEANUP(bytes_done) = BYTES_EMPTY;
  struct subid_range window;
  enum status status = host_file_read("/etc/login.defs", &g->error, &defs);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = subids_window(bytes_text(&defs), &window);
  if (status == STATUS_OK) {
    status = take_ours(g, &window);
    status = status != STATUS_OK ? status : take_theirs(g);
    status = status != STATUS_OK ? status : subids_choose(&g->taken, &window, (uint32_t)g->s->config.subids, ret_range);
  }
  if (status != STATUS_OK && g->error.text[0] == '\0') {
    error_set(&g->error, "SUB_UID_MIN to SUB_UID_MAX and SUB_GID_MIN to SUB_GID_MAX of /etc/login.defs: %s",
              status == STATUS_NOT_FOUND ? "so many numbers in a row are not free" : status_text(status));
  }
  return status;
}

static enum status give(struct giving *g)
{
  struct subid_range range;
  enum status status = read_files(g);
  status = status != STATUS_OK ? status : choose(g, &range);
  for (size_t i = 0; status == STATUS_OK && i < FILES; i++) {
    status = g->lacks[i] ? subids_append(&g->texts[i], g->account->uid, &range) : STATUS_OK;
    if (status == STATUS_OK && g->lacks[i]) {
      status = host_file_replace(PATHS[i], &g->texts[i], &g->error);
    }
  }
  return status;
}

void subids_give(const struct session *s, const struct account *account)
{
  struct giving g CLEANUP(giving_done) = {.s = s, .account = account};
  if (s->config.subids == 0 || account->mapped == 1) {
    return;
  }
  enum status status = read_files(&g);
  // Shadow's programs have this lock, too, for as long as they have their own of each file.
  if (status == STATUS_OK && lckpwdf() == 0) {
    status = give(&g);
    (void)ulckpwdf();
  } else if (status == STATUS_OK) {
    error_set(&g.error, "/etc/.pwd.lock: %s", errno == EINTR ? "another program changes users now" : strerror(errno));
    status = STATUS_BUSY;
  }
  if (status != STATUS_OK && status != STATUS_EXISTS) {
    session_log(LOG_WARNING, "login=%s: has no subordinate numbers yet: %s; the next session tries again",
                account->login, g.error.text[0] != '\0' ? g.error.text : status_text(status));
  }
}
