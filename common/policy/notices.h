// SPDX-License-Identifier: Apache-2.0
// What people are told (POLICY M): a stable code, a sentence that says what to do next, a line for the log. One table.
#pragma once
#include <stdint.h>

enum notice {
  NOTICE_NONE = 0,
  NOTICE_NOT_SET_UP,       // S12
  NOTICE_SOMEBODY_ELSE,    // S2, S9, S13
  NOTICE_OTHER_NAME,       // S2, L16: the name that is theirs is said
  NOTICE_NO_EMAIL,         // S9, S13
  NOTICE_EMAIL_UNVERIFIED, // S9, S13
  NOTICE_EMAIL_DOMAIN,     // S9, S13
  NOTICE_ADDRESS_REUSED,   // S5
  NOTICE_LINK_NEEDED,      // S6
  NOTICE_NOT_IN_CONTROL,   // S8
  NOTICE_DOMAIN_LAPSED,    // E7
  NOTICE_UNCONFIRMED,      // S15
  NOTICE_NOT_IN_GROUP,     // S16
  NOTICE_GROUPS_CUT,       // S16: the provider does not say all groups
  NOTICE_CHANGED,          // the connection, while it was asked
  NOTICE_FULL,             // S12
  NOTICE_HOME,             // N8
  NOTICE_DECLINED,
  NOTICE_EXPIRED,
  NOTICE_UNREACHABLE,
  NOTICE_MISCONFIGURED,
  NOTICE_PROVIDER_BUSY,
  NOTICE_BAD_TOKEN,
  NOTICE_STRONGER, // acr, amr
  NOTICE_TOO_MANY,
  NOTICE_THROTTLED, // T
  NOTICE_UNDER_WAY, // K7
  NOTICE_LOCKED,
  NOTICE_SUSPENDED,
  NOTICE_REMOVED,
  NOTICE_NETWORK,    // signin-from
  NOTICE_KEY_NEEDED, // keys=required
  NOTICE_WRONG_CODE, // of an invite
  NOTICE_KEY_REFUSED,
  NOTICE_KEY_UNKNOWN, // K9: the provider was asked, and refused
  NOTICE_KEY_UNASKED, // K9: it could not be asked
  NOTICE_NEEDS_TERMINAL,
  NOTICE_PASSWORD_METHOD, // of sshd, which could show nothing
  NOTICE_NOT_APPROVED,    // Enter came often, and no approval
  NOTICE_WRONG_PASSWORD,
  NOTICE_LOWER_CASE,  // L0
  NOTICE_UNAVAILABLE, // L3
  NOTICE_DISK,        // nothing can be written, and this would have to be
  NOTICE_NO_WAY,      // no row offers a way that exists
  NOTICE_TURNED_AWAY, // sshd will not let the person in, whatever PAM says
  NOTICE_NOT_OPEN,    // K2: nothing would be opened
  NOTICE_NUMBER,      // the uid NSS said is not the account's
  NOTICE_JOINED_NONE, // V5
  NOTICE_NO_CHOICE,   // V4
  NOTICE_MADE,        // V6
  NOTICE_OWN_ORG,     // V6: it could not be made
  NOTICE_MAIL,        // a code by email could not be sent
  NOTICE_MAIL_CODE,   // it was not typed rightly in time (V2)
  NOTICE_MAILS,       // no more mails for now (V2)
  NOTICE_NO_PASSWORD, // passwd where no password is accepted
  NOTICE_FLEET_AWAY,  // whoever is new is made by the fleet's engine, which does not answer
  NOTICE_FLEET_ADMIN, // it would change what hosts of a fleet share, which an admin host does
  NOTICE_INTERNAL,
  NOTICE_COUNT
};

// What a person is told where a provider was no help for REASON, an enum failure_reason as it was received;
// NOTICE_INTERNAL for a number that is none.
enum notice notice_of_failure(uint32_t reason);

// "not-set-up"; static, for logs and JSON.
const char *notice_name(enum notice code);

// The sentence for the person; ASCII, static, at most 200 bytes; "" for NOTICE_NONE.
const char *notice_sentence(enum notice code);
