// SPDX-License-Identifier: Apache-2.0
// Changes of the host's mail server: an operator's alone, since they name no org.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// Makes it, or puts it in the place of the one that is there. STATUS_INVALID.
struct mail_server_set {
  const struct mail_server *server;
};

struct change change_mail_server_set(const struct mail_server_set *in, struct change_done *ret_result);

// No codes by email any more. STATUS_NOT_FOUND.
struct change change_mail_server_remove(struct change_done *ret_result);
