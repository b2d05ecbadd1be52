// SPDX-License-Identifier: Apache-2.0
#include "credentials.h"

#include <grp.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "map/caller.h"
#include "map/map_read.h"
#include "paths.h"

static const char USUAL_SSHD[] = "/usr/sbin/sshd /usr/lib/openssh/sshd-session";

static bool runs_in_sshd(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings settings;
  bool readable = map_open(PATH_MAP, &map) == STATUS_OK && map_settings(&map, &settings) == STATUS_OK;
  return caller_is_sshd(readable ? settings.sshd_paths : USUAL_SSHD);
}

// After a key sshd goes on whatever setcred says, and becomes the user that it was told of when the connection began:
// from here it can become nobody else, and ends.
static int become_nobody(void)
{
  enum { NOBODY = 65534 };
  return setresuid(NOBODY, NOBODY, NOBODY) == 0 ? PAM_CRED_ERR : PAM_SYSTEM_ERR;
}

int credentials_apply(const struct message_verdict *verdict)
{
  gid_t groups[U32_LIST_MAX + 1] = {verdict->gid};
  size_t count = 1;
  gid_t effective = getegid();
  if (geteuid() != 0) {
    return PAM_SUCCESS;
  }
  if (verdict->gid == 0 || verdict->uid == 0 || verdict->groups.count > U32_LIST_MAX) {
    return PAM_CRED_ERR;
  }
  if (effective != 0 && effective != verdict->gid && runs_in_sshd()) {
    return become_nobody();
  }
  for (uint32_t i = 0; i < verdict->groups.count; i++) {
    groups[count++] = verdict->groups.values[i];
  }
  return setgroups(count, groups) == 0 ? PAM_SUCCESS : PAM_CRED_ERR;
}
