// SPDX-License-Identifier: Apache-2.0
// A mail as it is sent: RFC 5322, its subject encoded by RFC 2047, its text by RFC 2045 6.7 (quoted-printable), so that
// nothing of either can be a header, an end of the mail or a line that is too long.
#pragma once
#include <stdint.h>

#include "base/bytes.h"
#include "protocol/protocol.h"

// Appends the whole mail of REQUEST, checked by mail_check(), as of NOW_S, to OUT. RFC 3834 5: it says that nobody
// wrote it. STATUS_NO_MEMORY, STATUS_IO.
MUST_CHECK enum status mail_message_compose(const struct message_mail *request, int64_t now_s, struct bytes *out);
