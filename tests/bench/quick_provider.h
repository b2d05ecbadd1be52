// SPDX-License-Identifier: Apache-2.0
// A provider that answers many at once as fast as it can: plain http on 127.0.0.1, kept-alive connections, one thread
// that goes before others for the processor, as a provider on a machine of its own would. Whatever goes wrong in it
// ends the program.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "protocol/protocol.h"

#define QUICK_PROVIDER_CLIENT "hosts"

struct quick_provider;

struct quick_provider *quick_provider_start(void);
void quick_provider_stop(struct quick_provider *provider);

// "http://127.0.0.1:PORT". Borrowed.
const char *quick_provider_issuer(const struct quick_provider *provider);

// The code that stands in PROMPT is approved by the person with EMAIL, in an instant. *RET_CODE is what
// quick_provider_share() wants. False if no code of this provider stands there.
bool quick_provider_approve(struct quick_provider *provider, const char *prompt, const char *email, uint32_t *ret_code);

// The refresh token of the person with EMAIL follows, in which only "@" is not as it stands in a form.
#define QUICK_PROVIDER_REFRESH "rt-very-secret-"

// The provider's part in one sign-in.
struct quick_share {
  int64_t spent_ns;       // from having read each request whole to having answered it, all of its requests
  int64_t answered_at_ns; // when the tokens were with the kernel, 0 if they never were
  uint32_t polls;
};

struct quick_share quick_provider_share(struct quick_provider *provider, uint32_t code);

// Processor time of its thread so far.
int64_t quick_provider_cpu_ns(const struct quick_provider *provider);
