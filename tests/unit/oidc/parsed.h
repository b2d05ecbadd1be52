// SPDX-License-Identifier: Apache-2.0
// What a provider answers, as a test writes it, and the request that it answers.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "document.h"
#include "protocol/protocol.h"

extern const struct message_sign_in REQUEST; // by a client without a secret, at https://idp.test/acme

// TEXT, for document_done(). The test fails if it is not strict JSON.
struct cJSON *parsed(const char *text);
