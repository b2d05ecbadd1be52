// SPDX-License-Identifier: Apache-2.0
#include "home.h"

#include <sys/stat.h>
#include <syslog.h>

#include "base/clock.h"

enum { MAKING_S = 60 };

bool home_is_anothers(const struct account *account)
{
  struct stat st;
  return account->mapped == 0 && stat(account->home, &st) == 0 && st.st_uid != account->uid && st.st_uid != 0;
}

void home_tell(struct session *s, const struct account *account)
{
  struct stat st;
  if (account->mapped == 1 || lstat(account->home, &st) != 0 || !S_ISDIR(st.st_mode)) {
    return;
  }
  bool closed = st.st_uid == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  if (!closed || clock_now_s() - st.st_mtim.tv_sec < MAKING_S) {
    return;
  }
  session_log(LOG_ERR,
              "%s: is root's, as pam_mkhomedir leaves a home that it could not make: login=%s has no home; "
              "move it away, and the next login makes it",
              account->home, account->login);
  session_tell(s, MESSAGE_ERROR, "Your home directory could not be made, and is root's - tell an admin.");
}
