// SPDX-License-Identifier: Apache-2.0
// One exchange with a provider: what its steps share. Each step returns STATUS_OK, STATUS_CLOSED when the parent is
// gone, STATUS_NO_MEMORY, or any other status after it has written the reason into the failure.
#pragma once
#include "helper/failure.h"
#include "http.h"
#include "protocol/protocol.h"

enum { EXCHANGE_EARLIER = 8 };

struct exchange {
  const struct message_sign_in *request; // checked by request_check(); borrowed
  struct http *http;                     // borrowed
  int lacks_landlock;                    // as of message_code
  const char *scopes;                    // what is asked for instead of the request's scopes; NULL: these. Static
  bool knows_offline;         // whether the provider may know the scope offline_access: it lists it, or lists none
  struct message_found found; // filled by discovery_fetch()
  uint32_t methods;           // of client authentication that the provider lists: bits 1 << enum client_auth
  uint32_t methods_tried;     // likewise, with CLIENT_AUTH_AUTO
  struct bytes credential;    // by which the last request showed who we are; for exchange_done()
  struct bytes earlier[EXCHANGE_EARLIER]; // likewise, by which requests before it did: the last of them
  size_t earlier_count;
  bool unanswered; // as of message_failed
  struct failure failure;
};

static inline void exchange_done(struct exchange *x)
{
  bytes_done(&x->credential);
  for (size_t i = 0; i < EXCHANGE_EARLIER; i++) {
    bytes_done(&x->earlier[i]);
  }
}
