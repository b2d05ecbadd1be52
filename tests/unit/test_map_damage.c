// SPDX-License-Identifier: Apache-2.0
// Whatever is damaged, a map says of a name what is right, or nothing. SSOORG_TEST_SEED repeats a run by the number
// that it printed.
#include <fcntl.h>
#include <unistd.h>

#include "base/files.h"
#include "trial.h"
#include "unit.h"
#include "witness.h"

enum { WORKERS = 2, TIMES_EACH = 10000, ALL_EACH = 200, BLOCK = 4096, RUN = 64 };

static char directory[64];

// One of the processes that share the work, with a map of its own.
static struct worker {
  unsigned number;
  char path[96];
  int fd;
} worker;

static int make_ground(void **state)
{
  (void)state;
  unit_make_directory(directory, sizeof directory);
  (void)snprintf(worker.path, sizeof worker.path, "%s/accounts.map", directory);
  witness_begin(worker.path);
  trial_begin();
  return 0;
}

static int remove_ground(void **state)
{
  (void)state;
  witness_done();
  unit_remove_directory(directory);
  return 0;
}

static void truncate_at_every_length(void)
{
  trial.what = "truncated";
  uint64_t each = witness_file.length / WORKERS + 1;
  uint64_t least = worker.number * each;
  trial.where = least + each < witness_file.length ? least + each : witness_file.length;
  for (; trial.where > least; trial.where--) {
    trial_require(ftruncate(worker.fd, (off_t)trial.where - 1) == 0, "ftruncate", 0);
    witness_check_truncated(worker.path, trial.where - 1);
  }
}

static uint64_t a_place(void)
{
  uint64_t kind = trial_random(20);
  if (kind == 0) {
    return trial_random(MAP_SLOTS_OFFSET);
  }
  return kind < 10 ? MAP_SLOTS_OFFSET + trial_random(witness_header.slot_count * MAP_SLOT_SIZE)
                   : witness_header.records_offset + trial_random(witness_file.length - witness_header.records_offset);
}

// Damages LENGTH bytes from FROM on in a way that BYTES has, asks, and puts them back.
static void try_with(const unsigned char *bytes, uint64_t from, size_t length)
{
  trial.where = from;
  trial_require(pwrite(worker.fd, bytes, length, (off_t)from) == (ssize_t)length, "pwrite", 0);
  witness_check_damaged(worker.path, from, from + length, trial.times % ALL_EACH == 0);
  trial_require(pwrite(worker.fd, witness_file.data + from, length, (off_t)from) == (ssize_t)length, "pwrite", 0);
}

static size_t up_to_the_end(uint64_t from, size_t length)
{
  return witness_file.length - from < length ? witness_file.length - from : length;
}

static void flip_a_bit(void)
{
  uint64_t at = a_place();
  unsigned char byte = (unsigned char)witness_file.data[at] ^ (unsigned char)(1U << trial_random(8));
  try_with(&byte, at, 1);
}

static void spoil_a_run(void)
{
  unsigned char bytes[RUN];
  uint64_t from = a_place();
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (unsigned char)trial_random(256);
  }
  try_with(bytes, from, up_to_the_end(from, sizeof bytes));
}

static void spoil_a_block(void)
{
  unsigned char bytes[BLOCK] = {0};
  uint64_t from = a_place() / BLOCK * BLOCK;
  for (size_t i = 0; i < sizeof bytes && trial.times % 2 == 0; i++) {
    bytes[i] = (unsigned char)trial_random(256);
  }
  try_with(bytes, from, up_to_the_end(from, sizeof bytes));
}

static void damage_often(const char *what, void (*damage)(void))
{
  trial.what = what;
  for (trial.times = worker.number; trial.times < TIMES_EACH; trial.times += WORKERS) {
    trial.random = trial_seed ^ (uint64_t)trial.times << 32;
    damage();
  }
}

static void take_a_copy(unsigned number)
{
  worker.number = number;
  trial.random = trial_seed + number;
  (void)snprintf(worker.path, sizeof worker.path, "%s/%u.map", directory, number);
  worker.fd = open(worker.path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  trial_require(file_write_all(worker.fd, witness_file.data, witness_file.length) == STATUS_OK, "no copy", number);
}

static void require_answers(uint64_t least)
{
  trial_require(trial.right >= least, "too few answers to mean anything:", (unsigned)trial.right);
}

static void truncate_copies(unsigned number)
{
  take_a_copy(number);
  truncate_at_every_length();
  require_answers(1000);
}

static void flip_bits(unsigned number)
{
  take_a_copy(number);
  damage_often("a bit flipped", flip_a_bit);
  require_answers((uint64_t)3 * TIMES_EACH);
}

static void spoil_runs(unsigned number)
{
  take_a_copy(number);
  damage_often("64 bytes spoilt", spoil_a_run);
  require_answers((uint64_t)3 * TIMES_EACH);
}

static void spoil_blocks(unsigned number)
{
  take_a_copy(number);
  damage_often("a block spoilt", spoil_a_block);
  require_answers(TIMES_EACH);
}

static void a_map_cut_off_anywhere_says_nothing_wrong(void **state)
{
  (void)state;
  trial_share_out(WORKERS, truncate_copies);
}

static void a_flipped_bit_makes_nothing_wrong(void **state)
{
  (void)state;
  trial_share_out(WORKERS, flip_bits);
}

static void sixty_four_random_bytes_make_nothing_wrong(void **state)
{
  (void)state;
  trial_share_out(WORKERS, spoil_runs);
}

static void a_spoilt_block_makes_nothing_wrong(void **state)
{
  (void)state;
  trial_share_out(WORKERS, spoil_blocks);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_map_cut_off_anywhere_says_nothing_wrong),
      cmocka_unit_test(a_flipped_bit_makes_nothing_wrong),
      cmocka_unit_test(sixty_four_random_bytes_make_nothing_wrong),
      cmocka_unit_test(a_spoilt_block_makes_nothing_wrong),
  };
  return cmocka_run_group_tests(tests, make_ground, remove_ground);
}
