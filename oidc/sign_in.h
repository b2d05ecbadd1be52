// SPDX-License-Identifier: Apache-2.0
// The two verbs of this program, from a checked request to the last message.
#pragma once
#include "base/status.h"
#include "exchange.h"
#include "protocol/channel.h"
#include "protocol/protocol.h"

// Carries the device authorization grant through: discovery, codes (sent as CODE over C at once), key set, polling, ID
// token, userinfo if the token does not say all of the email or of the groups. Only a verified identity reaches
// *RET_IDENTITY. Statuses as in exchange.h, and those of channel_send().
MUST_CHECK enum status sign_in(struct exchange *x, struct channel *c, struct message_authorized *ret_identity);

// Reads discovery document and key set, has the provider give this client codes, which are forgotten, and fills
// X->found. Statuses as in exchange.h.
MUST_CHECK enum status discover(struct exchange *x);
