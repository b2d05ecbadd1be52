// SPDX-License-Identifier: Apache-2.0
// The one place that decides. policy_decide() is a pure function over plain values; what it computes is written in
// ssoorg-policy(7), row by row. Rows are tables; the first that fits decides; where none fits the answer is a refusal.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/notices.h"
#include "protocol/protocol.h"
#include "store/entities.h"

enum {
  MEMBERSHIPS_MAX_POLICY = 32,
  INVITES_MAX_POLICY = 16,
  ALLOWED_MAX_POLICY = 16,
  KEYS_RECENT_DEFAULT_S = 12 * 3600,
  ASKED_SERVES_S = 60, // what a provider has said of somebody, for the next key login (POLICY K9)
  ASKED_LATER_S = 180, // for the later phases of that one: sshd gives a login two minutes in all (FACTS 11)
};

// Whether the org's provider can be asked about a person (POLICY K9).
enum policy_asked {
  ASKED_NOBODY = 0, // there is no token to ask with
  ASKED_TOKEN,      // there is one
  ASKED_REFUSED,    // it was asked and refused; so it stays until the next sign-in
};

// An org as it matters to one person.
struct policy_org {
  int64_t id;                   // 0: no such org
  enum enforcement enforcement; // off while it is paused (POLICY E5)
  enum provisioning provisioning;
  enum role default_role;
  enum trust trust;
  enum on_link on_link;
  enum keys keys;
  int64_t keys_recent_s;
  bool by_root;
  bool self_made; // by its owner (POLICY V6)
  bool has_connection;
  bool unconfirmed; // its connection is not as an operator saw it (POLICY S15)
  bool linked; // the account has an identity under the connection's present issuer and client, or an admin expects one
  bool barred; // its signin-from leaves out where this sign-in comes from
  bool password_barred; // its password-from does
  bool offline;         // its connection keeps refresh tokens
  enum policy_asked asked;
  int64_t answered_at_s; // when its provider knew the person last by a refresh, if that came last; 0: never
  int64_t unsound_at_s;  // likewise, when an answer was not to be believed
};

struct policy_membership {
  struct policy_org org;
  enum role role;
  bool suspended;
  int64_t last_sign_in_at_s; // through the org's own connection on this host, 0 for never
};

enum policy_consent { CONSENT_NOT_ASKED = 0, CONSENT_YES, CONSENT_NO };

// An open invite for the person's email.
struct policy_invite {
  struct policy_org org;
  enum role role;
  enum invite_via via;
  bool full;                   // the org has no room for one more
  enum policy_consent consent; // after ASK_CONSENT for this org
};

// An org that lets the person join by their email's domain (POLICY "allowed-domains", K8).
struct policy_allowed {
  int64_t org_id;
  enum role role;              // that joining gives
  enum policy_consent consent; // after ASK_JOIN
};

// What is known when a login name is typed.
struct policy_person {
  bool login_legal;
  bool other_case; // the name in lower case is an account's or an eligible one
  bool short_name; // no account's, and short: whose it may be comes with the answer (row L16)
  bool local_user; // a name service other than ours holds the name, with another number than the account's
  bool store_readable;
  bool known; // the name is an account's; the rest up to the governing org is about it
  bool locked;
  bool guarded;       // no org and no provider reaches it by email (POLICY "guarded account")
  bool proven_here;   // its email was proven under the present proof of the domain
  bool proven;        // it was proven at all
  bool used_unproven; // it was not, and somebody else may have used the account (POLICY "used while unproven")
  bool has_password;
  bool sso_only;     // an org linked it with on-link=sso-only, and is still there: no other way counts
  bool has_recovery; // unused recovery codes of an org that this account owns
  size_t membership_count;
  struct policy_membership memberships[MEMBERSHIPS_MAX_POLICY];
  struct policy_org governing; // by the account's email; by the login where there is no account; of a short name the
                               // org that such people come to
  size_t invite_count;
  struct policy_invite invites[INVITES_MAX_POLICY];
  bool social_here;   // the host has social connections
  bool mail_here;     // it has a mail server, and an address to send a code to is known
  bool social_linked; // the account has an identity at one of them
  bool reserved;      // guarded: neither social accounts nor codes by email are for it (POLICY V3)
  bool allowed_full;  // an org that would let the person join has no room
  size_t allowed_count;
  struct policy_allowed allowed[ALLOWED_MAX_POLICY]; // that the person is not in
  bool may_found;                                    // one more org of their own (POLICY V6)
  enum policy_consent found_consent;                 // after ASK_JOIN
  int64_t now_s;
  int64_t last_sso_at_s; // through any provider on this host, 0 for never
};

// What is known when a connection has answered.
struct policy_answer {
  struct policy_org org; // whose connection answered
  bool member_here;
  bool suspended_here;
  bool identity_known; // the identity is linked to some account
  bool identity_own;   // and that is this account
  bool other_identity; // this account has another identity under the present issuer and client
  enum email_state email_state;
  bool email_is_primary;       // equals this account's primary email; the login where there is no account, or, of a
                               // short name, its local part on a domain of the org does
  bool email_is_another;       // is the primary email of another account
  bool email_domain_here;      // its domain is verified by this org
  bool email_domain_lapsed;    // verified by this org, but its record is gone for too long (E7)
  bool email_domain_elsewhere; // its domain is verified by another org
  bool expected;               // an admin has said that this address of the provider is this account's (S6)
  bool in_control;             // this org is in control of the account
  bool tombstoned;
  bool sso_elsewhere;  // the account signs in through another org alone (on-link)
  bool was_removed;    // the account was a member here, and an admin removed it (E6)
  bool password_given; // the account's password was typed just now, after ASK_PASSWORD
  bool gated;          // the org lets in only who is in one of its required groups (S16)
  bool in_required;    // and the answer names one of them
  bool groups_cut;     // it does not name all groups of the person: they are too many
  bool full;           // the org has as many members as an operator lets it have
  bool of_host;        // a social connection of the host has answered, or a code by email: there is no org (V5)
  bool by_mail;        // it was a code by email
  bool proof_holds;    // the account's email is proven, and under the present proof of its domain if an org has one
  bool never_used;     // no session of the account was ever opened, and it has no home
};

enum policy_stage {
  STAGE_LOGIN,   // rows L: what is offered
  STAGE_ANSWER,  // rows S: what an SSO answer leads to
  STAGE_SESSION, // rule K1, K2 and the status of account and memberships
};

enum policy_service { SERVICE_LOGIN, SERVICE_OTHER }; // sshd and login; everything else

// How a session was authenticated.
struct policy_made {
  enum way way;
  int64_t org_id; // whose connection was used
  bool with_key;  // an ssh key was accepted in the same connection
  bool asks;      // a key: where providers could be asked about it they will be, later
  bool later;     // they were, by an earlier phase
};

struct policy_question {
  enum policy_stage stage;
  enum policy_service service; // STAGE_LOGIN, STAGE_SESSION
  struct policy_person person;
  struct policy_answer answer; // STAGE_ANSWER
  int64_t reauth_s;            // STAGE_LOGIN: the caller is this account, and need not sign in again for so long (K6)
  struct policy_made made;     // STAGE_SESSION; with_key also in STAGE_LOGIN
};

// What must be asked at the prompt before a refusal may turn into something else.
enum policy_ask {
  ASK_NOTHING = 0,
  ASK_PASSWORD, // the account's (S8)
  ASK_CONSENT,  // to join by the invite of ASK_ORG_ID (I2)
  ASK_JOIN,     // which of the person's allowed orgs to join (V5), and whether to make an own one (V6)
};

struct policy_decision {
  const char *row; // "L6", "S12", "E7", "K2"; "-" where no row fitted
  enum verdict verdict;
  enum notice notice; // of a refusal
  // STAGE_LOGIN
  bool offer_password;
  bool offer_code;     // of an invite
  bool offer_recovery; // a recovery code (L5)
  bool offer_social;   // any social connection of the host
  bool offer_mail;     // a code by email
  size_t sso_count;
  int64_t sso_orgs[MEMBERSHIPS_MAX_POLICY + 1]; // at any of which the person may sign in
  // STAGE_ANSWER
  bool link;           // store the identity with the account
  bool prove_email;    // the email becomes proven; what an unproven one had is dropped (S7)
  enum policy_ask ask; // of a refusal
  int64_t ask_org_id;
  bool drop_unproven; // what the account had while its email was unproven (S7)
  bool drop_password; // the org's on-link says so
  bool join;          // store a membership here
  bool create;        // store a new account first
  bool accept_invite; // that membership is by the invite, which is used up
  bool accept_others; // so are those of other orgs' invites that the person said yes to (S10)
  bool join_allowed;  // memberships of the allowed orgs that the person said yes to
  bool found;         // an org of their own
  enum role role;     // of the membership to store
  // STAGE_SESSION
  size_t opened_count;
  int64_t opened[MEMBERSHIPS_MAX_POLICY]; // ids of the opened orgs
};

// Decides QUESTION. Always fills *RET_DECISION.
void policy_decide(const struct policy_question *question, struct policy_decision *ret_decision);

// What the calling service, by its PAM name, is to the policy.
enum policy_service policy_service_of(const char *name);
