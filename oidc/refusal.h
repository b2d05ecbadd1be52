// SPDX-License-Identifier: Apache-2.0
// Why an exchange with a provider ended without an identity.
#pragma once
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"
#include "protocol/protocol.h"

enum { REFUSAL_SHOWN_SIZE = 200 };

// All zero: no refusal yet, which reads as an internal failure. DETAIL is printable ASCII and holds no secret.
struct refusal {
  enum failure reason;
  char detail[sizeof(((struct message_failed *)0)->detail)];
};

// Foreign bytes made fit for a detail: printable ASCII, cut at REFUSAL_SHOWN_SIZE.
struct shown {
  char text[REFUSAL_SHOWN_SIZE];
};

struct shown refusal_show(const char *data, size_t length);

// Keeps REASON and the formatted detail in R, in place of what was there, cut to size; what is not printable ASCII
// becomes
// "?". Foreign text goes in through refusal_show() only. Always returns STATUS_REFUSED, for the caller to pass on.
enum status refusal_set(struct refusal *r, enum failure reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Blots out every appearance of SECRET, which is text, in R's detail, as it is, as refusal_show() would have written
// it, or cut it off, and as it stands in a form: a provider's error may repeat what it was sent. A SECRET shorter than
// four bytes is left: blotting it out would tell more.
void refusal_blot_out(struct refusal *r, const struct bytes *secret);
