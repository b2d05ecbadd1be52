// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc: no file is written, made or changed, and few are read.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "escape.h"

static bool open_with(int flags)
{
  int fd = open("/tmp/ssoorg-escape", flags | O_CLOEXEC, 0600);
  return fd >= 0;
}

static bool read_a_file_of_roots(void)
{
  return open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool create(void)
{
  return open_with(O_WRONLY | O_CREAT);
}

static bool open_for_reading_and_writing(void)
{
  return open("/dev/null", O_RDWR | O_CLOEXEC) >= 0;
}

static bool open_for_writing(void)
{
  return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0;
}

static bool truncate_by_reading(void)
{
  return open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0;
}

static bool make_a_nameless_file(void)
{
  return open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static bool open_by_the_newer_call(void)
{
  const uint64_t how[3] = {O_RDWR, 0, 0};
  return syscall(SYS_openat2, AT_FDCWD, "/dev/null", how, sizeof how) >= 0;
}

static bool change_the_file_system(void)
{
  return mkdir("/tmp/ssoorg-escape", 0700) == 0 || unlink("/tmp/ssoorg-escape") == 0 ||
         rename("/tmp/ssoorg-escape", "/tmp/x") == 0 || symlink("/etc", "/tmp/ssoorg-escape") == 0 ||
         chmod("/tmp", 0777) == 0;
}

static bool read_a_file_of_anybodys(void)
{
  return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool type_into_a_terminal(void)
{
  return ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 ||
         ioctl(STDIN_FILENO, TIOCLINUX, "\2") == 0;
}

REFUSED(read_a_file_of_roots)
REFUSED(create)
REFUSED(open_for_reading_and_writing)
REFUSED(open_for_writing)
REFUSED(truncate_by_reading)
REFUSED(make_a_nameless_file)
REFUSED(open_by_the_newer_call)
REFUSED(change_the_file_system)
REFUSED(type_into_a_terminal)

static void may_not_read_a_file_of_anybodys(void **state)
{
  (void)state;
  if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0) {
    skip(); // this kernel has no Landlock
  }
  assert_int_equal(run(read_a_file_of_anybodys), 0);
  // What confinement = available costs, and ssoorg.conf(5) says.
  assert_int_equal(run_without_landlock(read_a_file_of_anybodys), CAME_THROUGH);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_read_a_file_of_roots),         cmocka_unit_test(may_not_create),
      cmocka_unit_test(may_not_open_for_reading_and_writing), cmocka_unit_test(may_not_open_for_writing),
      cmocka_unit_test(may_not_truncate_by_reading),          cmocka_unit_test(may_not_make_a_nameless_file),
      cmocka_unit_test(may_not_open_by_the_newer_call),       cmocka_unit_test(may_not_change_the_file_system),
      cmocka_unit_test(may_not_type_into_a_terminal),         cmocka_unit_test(may_not_read_a_file_of_anybodys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
