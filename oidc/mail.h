// SPDX-License-Identifier: Apache-2.0
// Sending one mail by SMTP (RFC 5321), by libcurl: TLS 1.2 or newer from the start (RFC 8314) or by STARTTLS (RFC
// 3207), which must then be had; without TLS only to this machine itself, if the request allows it.
#pragma once
#include "protocol/channel.h"

enum { MAIL_TIMEOUT_MAX_S = 60, MAIL_REPLIES_MAX = 16 * 1024 };

// Sends the mail of REQUEST and says so over C, or why not; with it LACKS_LANDLOCK, as of sandbox_end(). Errors as
// channel_send().
MUST_CHECK enum status mail_serve(struct channel *c, const struct message_mail *request, int lacks_landlock);
