// SPDX-License-Identifier: Apache-2.0
#include "groups_left.h"

#include "store/local_group.h"

void groups_left_tell(const struct context *ctx, const char *login, struct bytes *ret_names)
{
  if (local_groups_of(login, ret_names) != STATUS_OK) {
    context_done(ctx, "whether groups of /etc/group list %s could not be read", login);
  } else if (ret_names->length > 0) {
    context_done(ctx,
                 "%s is still listed in /etc/group, where whoever gets this login next is a member: %s; "
                 "'gpasswd -d %s GROUP' takes it out",
                 login, bytes_text(ret_names), login);
  }
}
