// SPDX-License-Identifier: Apache-2.0
// Starts ssoorg-oidc as its parent would, over a socket pair, and speaks to it.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "deny.h"
#include "protocol/channel.h"
#include "protocol/protocol.h"

struct program {
  pid_t pid;
  struct channel channel;
};

// Started as "nobody" if this is root, else as ourselves, over a socket pair of ours. The test fails if that fails.
struct program program_start(void);

// The same, under a filter that answers some calls for the kernel.
struct program program_start_under(const struct denials *denials);

// Starts it with FD as its standard input and waits for its exit status; 128 plus the number of a signal. As UID.
int program_run(int fd, uid_t uid);

// Waits at most LIMIT_MS for the end of P and closes our socket; the exit status, or -1 if it still runs (it is
// killed).
int program_end(struct program *p, int limit_ms);

// Sends REQUEST and gives the type of the first message that comes within LIMIT_MS, 0 if none. *RET_VALUE is for
// channel_free_message().
int program_ask(struct program *p, enum message_type type, const struct message_sign_in *request);
int program_hear(struct program *p, int limit_ms, void **ret_value);
