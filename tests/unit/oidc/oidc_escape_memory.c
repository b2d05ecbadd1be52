// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc: no memory becomes code, none of others is read, and there is not much of it.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "escape.h"
#include "sandbox.h"

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

static bool fill_memory(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) {
    _exit(SHADOWED); // a sanitizer reserves terabytes: there is no limit to meet
  }
  for (int i = 0; i < SANDBOX_MEMORY_MIB; i++) {
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
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_read_memory_of_others), cmocka_unit_test(may_not_load_more_code),
      cmocka_unit_test(may_not_make_code_of_data),     cmocka_unit_test(may_not_take_writable_code),
      cmocka_unit_test(may_not_make_code_writable),    cmocka_unit_test(may_not_fill_the_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
