// SPDX-License-Identifier: Apache-2.0
#include "escape.h"

#include <grp.h>
#include <sys/wait.h>

#include "confined.h"
#include "deny.h"
#include "document.h"
#include "http.h"
#include "jose.h"

static bool confine(bool landlock)
{
  int lacks = 0;
  bool dropped = setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
  if (!landlock) {
    const struct denials denials = denials_of_landlock(EPERM);
    deny(&denials);
  }
  bool begun =
      dropped && sandbox_begin(&CONFINED) == STATUS_OK && http_start_up() == STATUS_OK && jose_start_up() == STATUS_OK;
  document_start_up();
  return begun && sandbox_end(&CONFINED, &lacks) == STATUS_OK && (landlock || lacks == EPERM);
}

static int run_with(attempt *try, bool landlock)
{
  int how = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (!confine(landlock)) {
      _exit(NOT_CONFINED);
    }
    errno = 0;
    bool through = try();
    _exit(through ? CAME_THROUGH : errno == EPERM || errno == EACCES || errno == ENOSYS ? 0 : ANOTHER_ERROR);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

int run(attempt *try)
{
  return run_with(try, true);
}

int run_without_landlock(attempt *try)
{
  return run_with(try, false);
}

void expect_failure(attempt *try)
{
  assert_int_equal(run(try), 0);
  assert_int_equal(run_without_landlock(try), 0);
}
