// SPDX-License-Identifier: Apache-2.0
// ssoorg-sync: keeps this host up with its fleet (ssoorg-fleet(7)). It runs as root and talks to nobody but
// ssoorg-fleet, whose connection it is; no login waits for it.
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/version_mark.h"
#include "follow.h"
#include "paths.h"

VERSION_MARK(SSOORG_VERSION);

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };
enum { FIRST_MS = 1000, MOST_MS = 60 * 1000, MAP_PATH_SIZE = 4096 };

static const char USAGE[] = "usage: ssoorg-sync [--once] [--store DIR] [--config FILE]\n"
                            "  --once    take over what the fleet has by now, and end\n";

static bool read_options(int argc, char **argv, struct follow_where *where)
{
  static const struct option OPTIONS[] = {{"once", no_argument, NULL, 'o'},
                                          {"store", required_argument, NULL, 's'},
                                          {"config", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
  int option = 0;
  while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
    where->once = where->once || option == 'o';
    where->store_dir = option == 's' ? optarg : where->store_dir;
    where->config_path = option == 'c' ? optarg : where->config_path;
    if (option == '?') {
      return false;
    }
  }
  return optind == argc;
}

static int open_end(void)
{
  sigset_t ends;
  (void)sigemptyset(&ends);
  (void)sigaddset(&ends, SIGTERM);
  (void)sigaddset(&ends, SIGINT);
  return sigprocmask(SIG_BLOCK, &ends, NULL) == 0 ? signalfd(-1, &ends, SFD_CLOEXEC) : -1;
}

// Somewhere between half of MS and all of it: those who were cut off together do not come back together. False: it is
// to end.
static bool pause_for(const struct follow_where *where, int64_t ms)
{
  uint32_t random = 0;
  struct pollfd end = {.fd = where->end_fd, .events = POLLIN};
  bool have = file_random(&random, sizeof random) == STATUS_OK;
  int wait_ms = (int)(ms / 2 + (have ? random % (ms / 2) : 0));
  return poll(&end, 1, wait_ms) == 0;
}

// The same is logged once.
static void log_failure(enum status status, const struct error *error, struct error *last)
{
  const char *why = error->text[0] != '\0' ? error->text : status_text(status);
  if (status != STATUS_NOT_FOUND && strcmp(why, last->text) != 0) {
    syslog(LOG_WARNING, "%s", why);
    error_set(last, "%s", why);
  }
}

static void run(const struct follow_where *where)
{
  struct error last = {.text = ""};
  int64_t wait_ms = FIRST_MS;
  bool goes_on = true;
  while (goes_on) {
    struct error error = {.text = ""};
    bool caught_up = false;
    enum status status = follow(where, &error, &caught_up);
    if (status == STATUS_OK) {
      return;
    }
    log_failure(status, &error, &last);
    wait_ms = caught_up || status == STATUS_NOT_FOUND ? FIRST_MS : wait_ms * 2 < MOST_MS ? wait_ms * 2 : MOST_MS;
    goes_on = pause_for(where, status == STATUS_NOT_FOUND ? MOST_MS / 2 : wait_ms);
  }
}

static int run_once(const struct follow_where *where)
{
  struct error error = {.text = ""};
  bool caught_up = false;
  enum status status = follow(where, &error, &caught_up);
  if (status != STATUS_OK) {
    const char *why = status == STATUS_NOT_FOUND && error.text[0] == '\0' ? "this host is in no fleet"
                      : error.text[0] != '\0'                             ? error.text
                                                                          : status_text(status);
    (void)fprintf(stderr, "ssoorg-sync: %s\n", why);
  }
  return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

int main(int argc, char **argv)
{
  char map_path[MAP_PATH_SIZE] = PATH_MAP;
  struct follow_where where = {.config_path = PATH_CONF};
  if (!read_options(argc, argv, &where)) {
    (void)fputs(USAGE, stderr);
    return EXIT_USAGE;
  }
  if (where.store_dir != NULL) {
    (void)snprintf(map_path, sizeof map_path, "%s/accounts.map", where.store_dir);
  }
  where.store_dir = where.store_dir != NULL ? where.store_dir : PATH_STORE;
  where.map_path = map_path;
  where.end_fd = open_end();
  if (where.end_fd < 0) {
    (void)fprintf(stderr, "ssoorg-sync: signals cannot be waited for: %s\n", strerror(errno));
    return EXIT_FAILED;
  }
  openlog("ssoorg-sync", LOG_PID, LOG_DAEMON);
  if (where.once) {
    return run_once(&where);
  }
  run(&where);
  return EXIT_DONE;
}
