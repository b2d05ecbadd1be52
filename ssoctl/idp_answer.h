// SPDX-License-Identifier: Apache-2.0
// What a provider has said in a test, for people.
#pragma once
#include "device_flow.h"

// Prints what the provider of F says of itself. An exit code.
int idp_answer_print_found(const struct device_flow *f, const struct message_found *found);

// What it says of the address: STATE is an enum email_state. Static.
const char *idp_answer_email(uint8_t state);
