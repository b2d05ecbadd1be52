// SPDX-License-Identifier: Apache-2.0
// Why an exchange with a provider ended without an identity.
#pragma once
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "protocol/protocol.h"

enum { FAILURE_SHOWN_SIZE = 200 };

// All zero: none yet, which reads as an internal failure. DETAIL is printable ASCII and holds no secret.
struct failure {
  enum failure_reason reason;
  uint32_t retry_after_s; // as of message_failed
  char detail[sizeof(((struct message_failed *)0)->detail)];
};

// Foreign bytes made fit for a detail: printable ASCII, cut at FAILURE_SHOWN_SIZE.
struct shown {
  char text[FAILURE_SHOWN_SIZE];
};

struct shown failure_show(const char *data, size_t length);

// Keeps REASON and the formatted detail in R, in place of what was there, cut to size; what is not printable ASCII
// becomes
// "?". Foreign text goes in through failure_show() only. Always returns STATUS_REFUSED, for the caller to pass on.
enum status failure_set(struct failure *r, enum failure_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Blots out every appearance of SECRET, which is text, in R's detail, as it is, as failure_show() would have written
// it, or cut it off, and as it stands in a form: a provider's error may repeat what it was sent. A SECRET shorter than
// four bytes is left: blotting it out would tell more.
void failure_blot_out(struct failure *r, const struct bytes *secret);
