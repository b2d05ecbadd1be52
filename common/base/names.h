// SPDX-License-Identifier: Apache-2.0
// Names: logins, slugs, emails, domains. What is legal, in one place (POLICY N1, N2; DESIGN "Command line").
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/system_names.h"

enum {
  LOGIN_SIZE = 256,  // a login of 255 bytes works through ssh, su, sudo, login, cron (measured)
  EMAIL_SIZE = 255,  // RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets, so 254 characters
  DOMAIN_SIZE = 254, // RFC 1035 2.3.4, without the final dot
  SLUG_SIZE = 24,    // [a-z][a-z0-9-]{1,22}
};

// A login name as an account may have it: a legal email in folded form, or [a-z][a-z0-9._+-]{0,30} without "@".
bool name_is_login(const char *login);

// A short login, without "@", that somebody new may come under (POLICY L16): not one that programs and their packages
// give their users and groups, so that one that is installed later would find it taken (HOLES H76), and that strangers
// guess.
bool name_is_new_short(const char *login);

// [a-z][a-z0-9-]{1,22}, not ending in "-admins", not the name of a system user or group.
bool name_is_slug(const char *slug);

// Two or more labels of letters, digits and inner hyphens, lower-case, the last one not all digits (RFC 1123 2.1); IDNA
// names in their A-label form.
bool name_is_domain(const char *domain);

// LOCAL@DOMAIN in folded form: local part [a-z0-9._+-]{1,64} not starting with "-" or ".", domain as name_is_domain().
bool name_is_email(const char *email);

// Folds EMAIL to lower case into FOLDED of EMAIL_SIZE bytes and checks it. STATUS_INVALID, STATUS_TOO_LARGE.
MUST_CHECK enum status name_fold_email(const char *email, char folded[static EMAIL_SIZE]);

// The part of EMAIL behind its "@", borrowed from it; "" if it has none.
const char *name_email_domain(const char *email);
