// SPDX-License-Identifier: Apache-2.0
#include "crowd.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "moment.h"
#include "store/store.h"

// One look in so many also adds up Pss, which the kernel walks all pages for.
enum { LOOK_US = 100000, PSS_EVERY = 5, TEXT_SIZE = 4096, ASK_US = 50000, STEP_US = 5000, GIVE_UP_S = 60 };

struct crowd {
  char store[256];
  atomic_bool ends;
  pthread_t looker;
  pthread_t asker;
  struct crowd_peaks peaks;
};

struct look {
  bool pss;
  uint32_t signins;
  uint32_t oidcs;
  uint64_t anonymous_kib;
  uint64_t pss_kib;
};

static bool read_proc(const char *pid, const char *name, char text[static TEXT_SIZE])
{
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, text, TEXT_SIZE - 1) : -1;
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

static uint64_t number_after(const char *text, const char *label)
{
  const char *at = strstr(text, label);
  return at != NULL ? strtoull(at + strlen(label), NULL, 10) : 0;
}

static void look_at(const char *pid, struct look *look)
{
  char text[TEXT_SIZE];
  if (!read_proc(pid, "status", text)) {
    return;
  }
  bool signin = strncmp(text, "Name:\tssoorg-signin\n", 20) == 0;
  bool oidc = strncmp(text, "Name:\tssoorg-oidc\n", 18) == 0;
  if (!signin && !oidc) {
    return;
  }
  look->signins += signin;
  look->oidcs += oidc;
  look->anonymous_kib += number_after(text, "\nRssAnon:");
  if (look->pss && read_proc(pid, "smaps_rollup", text)) {
    look->pss_kib += number_after(text, "\nPss:");
  }
}

static void look_around(struct look *look)
{
  DIR *dir = opendir("/proc");
  if (dir == NULL) {
    return;
  }
  // Only this thread uses DIR.
  for (const struct dirent *entry = readdir(dir); entry != NULL;
       entry = readdir(dir)) { // NOLINT(concurrency-mt-unsafe)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
      look_at(entry->d_name, look);
    }
  }
  (void)closedir(dir);
}

// The number of slots in use only grows as long as anybody has the store open, then starts anew.
static void count_readers(const struct crowd *c, struct crowd_peaks *peaks)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct error error = {.text = ""};
  uint32_t used = 0;
  if (store_open(c->store, STORE_READ_ONLY, &error, &store) == STATUS_OK &&
      store_readers(store, &used, &peaks->reader_slots) == STATUS_OK) {
    peaks->readers = used > peaks->readers ? used : peaks->readers;
  }
}

static uint64_t most(uint64_t one, uint64_t other)
{
  return one > other ? one : other;
}

static void *look_on(void *context)
{
  struct crowd *c = context;
  struct crowd_peaks *peaks = &c->peaks;
  while (!c->ends) {
    struct look look = {.pss = peaks->looks % PSS_EVERY == 0};
    look_around(&look);
    count_readers(c, peaks);
    peaks->looks++;
    peaks->signins = (uint32_t)most(peaks->signins, look.signins);
    peaks->oidcs = (uint32_t)most(peaks->oidcs, look.oidcs);
    peaks->processes = (uint32_t)most(peaks->processes, look.signins + look.oidcs);
    peaks->anonymous_kib = most(peaks->anonymous_kib, look.anonymous_kib);
    peaks->pss_kib = most(peaks->pss_kib, look.pss_kib);
    (void)usleep(LOOK_US);
  }
  peaks->cpu_ns = moment_on(CLOCK_THREAD_CPUTIME_ID);
  return NULL;
}

// As store_lock() waits, but without its end.
static int64_t wait_for_lock(int fd)
{
  int64_t start_ns = moment_now();
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
  while (fcntl(fd, F_SETLK, &lock) != 0 && moment_now() - start_ns < (int64_t)GIVE_UP_S * 1000000000) {
    (void)usleep(STEP_US);
  }
  int64_t waited_ns = moment_now() - start_ns;
  lock.l_type = F_UNLCK;
  (void)fcntl(fd, F_SETLK, &lock);
  return waited_ns;
}

static void *ask_on(void *context)
{
  struct crowd *c = context;
  char path[300];
  (void)snprintf(path, sizeof path, "%s/writer", c->store);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  while (fd >= 0 && !c->ends && c->peaks.waits < CROWD_WAITS_MAX) {
    c->peaks.wait_ns[c->peaks.waits++] = wait_for_lock(fd);
    (void)usleep(ASK_US);
  }
  return NULL;
}

struct crowd *crowd_watch(const char *store)
{
  struct crowd *c = calloc(1, sizeof *c);
  if (c == NULL) {
    abort();
  }
  (void)snprintf(c->store, sizeof c->store, "%s", store);
  if (pthread_create(&c->looker, NULL, look_on, c) != 0 || pthread_create(&c->asker, NULL, ask_on, c) != 0) {
    abort();
  }
  return c;
}

void crowd_end(struct crowd *c, struct crowd_peaks *ret_peaks)
{
  c->ends = true;
  (void)pthread_join(c->looker, NULL);
  (void)pthread_join(c->asker, NULL);
  *ret_peaks = c->peaks;
  free(c);
}
