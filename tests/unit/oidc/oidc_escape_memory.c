// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc: no memory becomes code, none of others is read, and there is not much of it.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "confined.h"
#include "escape.h"

static bool read_memory_of_others(void)
{
  char byte;
  struct iovec here = {&byte, 1};
  struct iovec there = {&byte, 1};
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0) >= 0;
}

static bool load_more_code(void)
{
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
  return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED;
}

static bool make_code_of_data(void)
{
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool take_writable_code(void)
{
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool make_code_writable(void)
{
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
}

REFUSED(read_memory_of_others)
REFUSED(load_more_code)
REFUSED(make_code_of_data)
REFUSED(take_writable_code)
REFUSED(make_code_writable)

static pid_t helper; // another one, of the same user

static bool open_the_memory_of_another_helper(void)
{
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/mem", helper);
  return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

// Confines itself, dumpable as a program is that starts, and waits; FD is closed as soon as its memory is not to be
// read any more.
static void wait_as_a_helper(int fd)
{
  int lacks = 0;
  bool confined = fcntl(fd, F_GETFD) >= 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0 &&
                  prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL) == 0 && sandbox_begin(&CONFINED) == STATUS_OK &&
                  sandbox_end(&CONFINED, &lacks) == STATUS_OK;
  while (confined) {
    (void)poll(NULL, 0, -1);
  }
  _exit(NOT_CONFINED);
}

// It holds the secrets of somebody else's provider; where there is no Landlock this alone keeps them.
static void may_not_open_the_memory_of_another_helper(void **state)
{
  int ends[2];
  char byte;
  (void)state;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  helper = fork();
  assert_true(helper >= 0);
  if (helper == 0) {
    (void)close(ends[0]);
    wait_as_a_helper(ends[1]);
  }
  (void)close(ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 0);
  (void)close(ends[0]);
  int with = run(open_the_memory_of_another_helper);
  int without = run_without_landlock(open_the_memory_of_another_helper);
  (void)kill(helper, SIGKILL);
  assert_int_equal(waitpid(helper, NULL, 0), helper);
  assert_int_equal(with, 0);
  assert_int_equal(without, 0);
}

static bool fill_memory(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) {
    _exit(SHADOWED); // a sanitizer reserves terabytes: there is no limit to meet
  }
  for (int i = 0; i < CONFINED_MEMORY_MIB; i++) {
    if (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
      errno = EPERM;
      return false;
    }
  }
  return true;
}

static void may_not_fill_the_memory(void **state)
{
  (void)state;
  int code = run(fill_memory);
  assert_true(code == 0 || code == SHADOWED);
  code = run_without_landlock(fill_memory);
  assert_true(code == 0 || code == SHADOWED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_read_memory_of_others),
      cmocka_unit_test(may_not_load_more_code),
      cmocka_unit_test(may_not_make_code_of_data),
      cmocka_unit_test(may_not_take_writable_code),
      cmocka_unit_test(may_not_make_code_writable),
      cmocka_unit_test(may_not_fill_the_memory),
      cmocka_unit_test(may_not_open_the_memory_of_another_helper),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
