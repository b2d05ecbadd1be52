// SPDX-License-Identifier: Apache-2.0
// One end of a socket pair that speaks protocol.h. It checks both directions against the table of who may send what
// when; anything else ends the exchange.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "protocol/protocol.h"

enum party { PARTY_MODULE, PARTY_SIGNIN, PARTY_OIDC, PARTY_SYNC, PARTY_FLEET };
enum link { LINK_MODULE_SIGNIN, LINK_SIGNIN_OIDC, LINK_SYNC_FLEET };

enum phase {
  PHASE_REQUEST = 0, // nothing said yet
  PHASE_WORKING,     // signin works on a request
  PHASE_ASKING,      // a prompt is open at the module
  PHASE_STARTING,    // oidc obtains the codes
  PHASE_POLLING,     // oidc polls
  PHASE_FINDING,     // oidc reads the discovery document
  PHASE_LOOKING_UP,  // oidc asks name servers
  PHASE_SENDING,     // oidc sends a mail
  PHASE_REFRESHING,  // oidc uses a refresh token
  PHASE_OPENING,     // fleet connects
  PHASE_OPEN,        // fleet waits to be asked
  PHASE_ASKED,       // fleet asks the engine
  PHASE_ENDED,       // the last message was said, or the rules were broken
};

// FD is borrowed: the caller closes it. ssoctl speaks to ssoorg-oidc as PARTY_SIGNIN, and whoever asks
// ssoorg-fleet is PARTY_SYNC.
struct channel {
  int fd;
  enum link link;
  enum party self;
  enum phase phase;
};

// A channel over FD in PHASE_REQUEST.
struct channel channel_init(int fd, enum link link, enum party self);

// Packs VALUE (the struct of TYPE) and sends it before DEADLINE_MS (monotonic). Raises no SIGPIPE. STATUS_PROTOCOL if
// it is not ours to send now, STATUS_CLOSED, STATUS_TIMEOUT, STATUS_IO, STATUS_NO_MEMORY, STATUS_INVALID (not
// packable).
MUST_CHECK enum status channel_send(struct channel *c, enum message_type type, const void *value, int64_t deadline_ms);

// Receives one whole message before DEADLINE_MS into a new struct; *RET_VALUE is freed by channel_free_message().
// STATUS_PROTOCOL for a type that may not come now, another version or a length over the link's most;
// STATUS_CORRUPT for a payload that does not decode exactly; STATUS_CLOSED, STATUS_TIMEOUT, STATUS_IO,
// STATUS_NO_MEMORY. After any failure but STATUS_TIMEOUT with no byte read the channel is in PHASE_ENDED.
MUST_CHECK enum status channel_receive(struct channel *c, int64_t deadline_ms, enum message_type *ret_type,
                                       void **ret_value);

// Wipes and frees what channel_receive() gave. VALUE may be NULL.
void channel_free_message(enum message_type type, void *value);

// True if the other side has closed, without waiting and without reading.
bool channel_is_closed(const struct channel *c);
