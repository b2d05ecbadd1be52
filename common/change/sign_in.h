// SPDX-License-Identifier: Apache-2.0
// Sign-ins as they are stored: decided once more, with all that the store says now, and left with a ticket for the
// phases that follow (POLICY L, S, K2). All have the audit event "sign-in". The hashes are those that matched what was
// typed: a password or code that was changed meanwhile does not count.
#pragma once
#include "change/change.h"
#include "policy/policy.h"
#include "store/entities.h"

enum { TICKET_LIFETIME_S = 300 }; // from the sign-in to the session that it is for (POLICY K4)

// What came of one. STATUS_REFUSED: DECISION says why, and what could be asked first.
struct signed_in {
  bool changed;
  struct policy_decision decision;
  struct account account;    // that signed in, without the hash of its password
  char row[8];               // by which it was granted
  char org[SLUG_SIZE];       // under which it is filed
  int64_t last_sign_in_at_s; // before this one, 0 for none
  char last_sign_in_from[256];
  struct ticket ticket;
  bool again;                  // what was made is stored, and the person has to sign in once more (POLICY V6)
  bool asked;                  // about invites already
  bool overage;                // the provider says no groups, because they are too many
  size_t codes_left;           // of the org's recovery codes
  char own_org[SLUG_SIZE];     // that they have made, "" for none
  char sign_in_as[LOGIN_SIZE]; // with NOTICE_OTHER_NAME: the login that is theirs
};

struct password_sign_in {
  const char *login;
  const char *password; // the hash
  bool with_key;        // an ssh key was accepted in the same connection
};

struct change change_password_sign_in(const struct password_sign_in *in, struct signed_in *ret_result);

// What NSS has told the calling program: a new account must get that number (POLICY N4).
struct told_number {
  bool known;
  uint32_t uid;
};

// By the code of an invite: makes the account with a password, or takes its own besides (rows L13, L15).
struct code_sign_in {
  const char *login;
  const char *org;      // that invited
  const char *code;     // the hash
  const char *password; // the hash to set, or that matched
  bool with_key;
  struct told_number told;
};

struct change change_code_sign_in(const struct code_sign_in *in, struct signed_in *ret_result);

// By a recovery code of the owner (row L5), which is used up.
struct recovery_sign_in {
  const char *login;
  const char *prefix; // of the code that was typed
  const char *code;   // the hash
  bool with_key;
};

struct change change_recovery_sign_in(const struct recovery_sign_in *in, struct signed_in *ret_result);

// What the person said to one org's invite (POLICY I2), or to joining one that their domain opens (V5).
struct org_consent {
  int64_t org_id;
  enum policy_consent said;
};

// By what a provider has answered (rows S), or by a code that was sent by email and has come back (V5).
struct sso_sign_in {
  const char *login;
  enum way way; // WAY_SSO; WAY_SOCIAL: CONNECTION is kept under a social connection's id; WAY_MAIL
  const struct connection *connection;         // as it was when it was asked through; NULL for a code
  const struct message_authorized *authorized; // of a code: the address that it was sent to
  const char *fingerprint;                     // of what was in effect when it was begun
  const char *password;                        // the hash that matched what was typed besides (S8), "" for none
  const struct org_consent *consents;
  size_t consent_count;
  const char *own_org; // the name of one that they want to make (POLICY V6); NULL for none
  const char *counted; // as whose flow the try was counted, as struct try_count has it; NULL: the org's
  bool joins_asked;    // which orgs to join was asked: what was not listed then is not joined
  bool with_key;
  struct told_number told;
};

struct change change_sso_sign_in(const struct sso_sign_in *in, struct signed_in *ret_result);

// A sign-in that was refused although somebody had proven who they are: only the audit event.
struct sign_in_refused {
  const char *login;
  const char *org; // "" for none
  const char *row;
  const char *reason;
};

struct change change_sign_in_refused(const struct sign_in_refused *in, struct change_done *ret_result);

// A sign-in of WAS->login at WAS->at_s that could not be stored then, by an owner's password: the audit event
// "sign-in.late", and the account's last sign-in, if none came after it.
struct change change_sign_in_late(const struct audit_event *was, struct change_done *ret_result);

// An invite accepted after a sign-in, by its code or by a yes: the audit event is "invite.accept". STATUS_REFUSED,
// STATUS_NOT_FOUND: it cannot be, or not any more.
struct invite_accept {
  const char *login;
  const char *org;    // that invited
  const char *code;   // the hash that matched; "" after a yes
  const char *ticket; // of the sign-in: a yes counts only through the org that governs the email
};

struct change change_invite_accept(const struct invite_accept *in, struct change_done *ret_result);

// An org joined after a sign-in by a social account or a code by email, which proved the email (POLICY K8): the audit
// event is "member.join". STATUS_REFUSED, STATUS_NOT_FOUND: it cannot be, or not any more.
struct org_join {
  const char *login;
  const char *org;
  const char *ticket; // of the sign-in
};

struct change change_org_join(const struct org_join *in, struct change_done *ret_result);
