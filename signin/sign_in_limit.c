// SPDX-License-Identifier: Apache-2.0
#include "sign_in_limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/names.h"
#include "base/siphash.h"
#include "process/holder.h"

enum {
  KEPT_FOR_OWNERS = 8,
  KEPT_FOR_CONSOLE = 1,
  KEPT_FOR_ADDRESS = 2,
  STEP_MS = 100,
  HASH_BITS = 40,
  SLOTS_MAX = 1 << 20
};

// Bytes from here on stand for a login and source by their hash, for an address, for an address of owners; those before
// for the host's slots.
static const int64_t FIRST_PAIR = 1 << 20;
static const int64_t FIRST_ADDRESS = (int64_t)1 << 50;
static const int64_t FIRST_OWNER = (int64_t)1 << 52;

struct slots {
  int fd;
  unsigned char seed[SIPHASH_SEED_SIZE];
};

static enum status lock_byte(int fd, int64_t at)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) {
    return STATUS_OK;
  }
  return errno == EAGAIN || errno == EACCES ? STATUS_BUSY : STATUS_IO;
}

// Whose slot it is stands behind the slots' notes, in the same file: 0 when it is given back.
static off_t owner_place(int64_t slot)
{
  return ((off_t)SLOTS_MAX * HOLDER_NOTE_STEP) + slot * (off_t)sizeof(int64_t);
}

// What hashes are made with stands in the file, which nobody but root reads: whoever knew it could choose a name that
// falls together with somebody else's. Two that come first at once may differ for that moment.
static enum status load_seed(struct slots *slots)
{
  static const unsigned char NONE[SIPHASH_SEED_SIZE] = {0};
  ssize_t size = (ssize_t)sizeof slots->seed;
  off_t place = owner_place(SLOTS_MAX);
  bool there = pread(slots->fd, slots->seed, sizeof slots->seed, place) == size;
  if (there && memcmp(slots->seed, NONE, sizeof NONE) != 0) {
    return STATUS_OK;
  }
  enum status status = file_random(slots->seed, sizeof slots->seed);
  if (status != STATUS_OK) {
    return status;
  }
  if (pwrite(slots->fd, slots->seed, sizeof slots->seed, place) != size) {
    memset(slots->seed, 0, sizeof slots->seed); // where nothing can be written all are counted alike, still
    return STATUS_OK;
  }
  return pread(slots->fd, slots->seed, sizeof slots->seed, place) == size ? STATUS_OK : STATUS_IO;
}

static int64_t hash_of(const struct slots *slots, const char *text)
{
  return (int64_t)(siphash(slots->seed, text, strlen(text)) & (((uint64_t)1 << HASH_BITS) - 1));
}

static int64_t pair_byte(const struct slots *slots, const struct sign_in_limit_request *request)
{
  char pair[LOGIN_SIZE + SIGN_IN_SOURCE_SIZE + 2];
  (void)snprintf(pair, sizeof pair, "%s\n%s", request->login, request->source);
  return FIRST_PAIR + hash_of(slots, pair);
}

// One of COUNT bytes from FIRST on that are ADDRESS's.
static enum status lock_one_of(const struct slots *slots, int64_t first, int count, const char *address)
{
  enum status status = STATUS_BUSY;
  for (int i = 0; status == STATUS_BUSY && i < count; i++) {
    status = lock_byte(slots->fd, first + hash_of(slots, address) * count + i);
  }
  return status;
}

static void write_owner(int fd, int64_t slot, int64_t pair)
{
  // Where it cannot be written the later sign-in has to wait for the earlier one.
  ssize_t written = pwrite(fd, &pair, sizeof pair, owner_place(slot));
  (void)written;
}

// Whoever takes a slot clears this before it signs.
static bool is_of_pair(const void *pair, int fd, int64_t slot)
{
  int64_t owner = 0;
  return pread(fd, &owner, sizeof owner, owner_place(slot)) == (ssize_t)sizeof owner && owner == *(const int64_t *)pair;
}

static void end_earlier(int fd, int64_t pair, int64_t slots)
{
  for (int64_t i = 0; i < slots; i++) {
    if (is_of_pair(&pair, fd, i)) {
      holder_end_older_if(fd, i, 0, is_of_pair, &pair);
    }
  }
}

static enum status lock_pair(const struct slots *slots, const struct sign_in_limit_request *request,
                             struct sign_in_limit *limit)
{
  int64_t pair = pair_byte(slots, request);
  int64_t deadline_ms = clock_monotonic_ms() + request->wait_ms;
  for (;;) {
    enum status status = lock_byte(slots->fd, pair);
    if (status != STATUS_BUSY) {
      return status;
    }
    // Each time: the earlier one may have been about to take its slot.
    end_earlier(slots->fd, pair, request->max_sign_ins);
    limit->instead = true;
    if (clock_left_ms(deadline_ms) == 0) {
      return STATUS_EXISTS;
    }
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    (void)nanosleep(&step, NULL);
  }
}

// The last free one of those from FIRST up to the one before END.
static enum status lock_last(int fd, int64_t first, int64_t end, struct sign_in_limit *limit)
{
  enum status status = STATUS_BUSY;
  for (int64_t i = end - 1; status == STATUS_BUSY && i >= first; i--) {
    status = lock_byte(fd, i);
    if (status == STATUS_OK) {
      write_owner(fd, i, 0); // what one that was killed has left says nothing about this process
      holder_sign(fd, i);
      limit->slot = i;
    }
  }
  return status;
}

// What is kept for owners: the last one for root's console, the others for few from each address.
static enum status lock_kept(const struct slots *slots, const struct sign_in_limit_request *request,
                             struct sign_in_limit *limit)
{
  int64_t end = request->max_sign_ins - (request->console ? 0 : KEPT_FOR_CONSOLE);
  enum status status =
      request->console ? STATUS_OK : lock_one_of(slots, FIRST_OWNER, KEPT_FOR_ADDRESS, request->address);
  return status == STATUS_OK ? lock_last(slots->fd, request->max_sign_ins - KEPT_FOR_OWNERS, end, limit) : status;
}

static enum status lock_slot(const struct slots *slots, const struct sign_in_limit_request *request,
                             struct sign_in_limit *limit)
{
  int64_t usable = request->max_sign_ins - KEPT_FOR_OWNERS;
  usable = request->stranger ? (usable + 1) / 2 : usable;
  // From the top: what strangers cannot use is used first.
  enum status status = lock_one_of(slots, FIRST_ADDRESS, SIGN_INS_OF_ADDRESS, request->address);
  if (status == STATUS_OK) {
    status = lock_last(slots->fd, 0, usable, limit);
  }
  if (status == STATUS_BUSY && request->owner) {
    status = lock_kept(slots, request, limit);
  }
  // Whoever comes next finds the slots of those that should be gone and are not: su and sudo can be frozen.
  usable = request->owner ? request->max_sign_ins : usable;
  for (int64_t i = 0; status == STATUS_BUSY && i < usable; i++) {
    holder_end_older(slots->fd, i, request->longest_ms);
  }
  return status;
}

static enum status open_file(const char *dir, int *ret_fd)
{
  struct stat st;
  if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
    return STATUS_IO;
  }
  int dir_fd CLEANUP(cleanup_fd) = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (dir_fd < 0 || fstat(dir_fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
    return STATUS_IO;
  }
  int fd CLEANUP(cleanup_fd) = openat(dir_fd, "sign-ins", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return STATUS_IO;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

enum status sign_in_limit_take(const char *dir, const struct sign_in_limit_request *request,
                               struct sign_in_limit *ret_limit)
{
  int fd CLEANUP(cleanup_fd) = -1;
  struct sign_in_limit limit = SIGN_IN_LIMIT_NONE;
  enum status status = open_file(dir, &fd);
  struct slots slots = {.fd = fd};
  status = status != STATUS_OK ? status : load_seed(&slots);
  status = status != STATUS_OK ? status : lock_pair(&slots, request, &limit);
  status = status != STATUS_OK ? status : lock_slot(&slots, request, &limit);
  if (status != STATUS_OK) {
    return status;
  }
  write_owner(fd, limit.slot, pair_byte(&slots, request));
  limit.fd = take_fd(&fd);
  *ret_limit = limit;
  return STATUS_OK;
}

void sign_in_limit_release(struct sign_in_limit *limit)
{
  if (limit->fd >= 0) {
    write_owner(limit->fd, limit->slot, 0); // whoever had it goes on, and is not to be ended for it any more
  }
  cleanup_fd(&limit->fd);
  limit->fd = -1;
}
