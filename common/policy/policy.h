// SPDX-License-Identifier: Apache-2.0
// The one place that decides. policy_decide() is a pure function over plain values; what it computes is written in
// POLICY.md, row by row. Rows are tables; the first that fits decides; where none fits the answer is a refusal.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/notices.h"
#include "protocol/protocol.h"
#include "store/entities.h"

enum { MEMBERSHIPS_MAX_POLICY = 32 };

// An org as it matters to one person.
struct policy_org {
  int64_t id; // 0: no such org
  enum enforcement enforcement;
  enum provisioning provisioning;
  enum role default_role;
  enum trust trust;
  bool by_root;
  bool has_connection;
  bool linked; // the account has an identity under the connection's present issuer and client
};

struct policy_membership {
  struct policy_org org;
  enum role role;
  bool suspended;
};

// What is known when a login name is typed.
struct policy_person {
  bool login_legal;
  bool other_case; // the name in lower case is an account's or an eligible one
  bool local_user; // a name service other than ours holds the name, with another number than the account's
  bool store_readable;
  bool known; // the name is an account's; the rest up to the governing org is about it
  bool locked;
  bool has_password;
  size_t membership_count;
  struct policy_membership memberships[MEMBERSHIPS_MAX_POLICY];
  struct policy_org governing; // by the account's email; by the login where there is no account
  bool invited;                // governing org or any other has an invite for the email
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
  bool email_is_primary;       // equals this account's primary email; the login where there is no account
  bool email_is_another;       // is the primary email of another account
  bool email_domain_here;      // its domain is verified by this org
  bool email_domain_elsewhere; // its domain is verified by another org
  bool in_control;             // this org is in control of the account
  bool invite_here;            // a valid invite of this org for the email
  enum role invite_role;
  bool tombstoned;
};

enum policy_stage {
  STAGE_LOGIN,   // rows L: what is offered
  STAGE_ANSWER,  // rows S: what an SSO answer leads to
  STAGE_SESSION, // rule K1, K2 and the status of account and memberships
};

enum policy_service { SERVICE_LOGIN, SERVICE_OTHER }; // sshd and login; everything else

struct policy_question {
  enum policy_stage stage;
  struct policy_person person;
  struct policy_answer answer; // STAGE_ANSWER
  enum way way;                // STAGE_SESSION: how it was authenticated
  int64_t way_org_id;          // STAGE_SESSION: through whose connection
  enum policy_service service; // STAGE_SESSION
};

enum policy_outcome {
  OUTCOME_REFUSED = 0,
  OUTCOME_NOT_OURS,    // the rest of the PAM stack decides
  OUTCOME_UNAVAILABLE, // PAM_AUTHINFO_UNAVAIL
  OUTCOME_OFFER,       // STAGE_LOGIN: password, SSO or both
  OUTCOME_GRANTED,     // STAGE_ANSWER: after what the fields below say is written; STAGE_SESSION
};

struct policy_decision {
  const char *row; // "L6", "S12", "K2"; "-" where no row fitted
  enum policy_outcome outcome;
  enum notice notice; // of a refusal
  // STAGE_LOGIN
  bool offer_password;
  bool offer_sso;
  int64_t sso_org_id;
  // STAGE_ANSWER
  bool link;          // store the identity with the account
  bool prove_email;   // the email becomes proven; what an unproven one had is dropped (S7)
  bool join;          // store a membership here
  bool create;        // store a new account first
  bool accept_invite; // the membership is by the invite, which is used up
  enum role role;     // of the membership to store
  // STAGE_SESSION
  size_t opened_count;
  int64_t opened[MEMBERSHIPS_MAX_POLICY]; // ids of the opened orgs
};

// Decides QUESTION. Always fills *RET_DECISION.
void policy_decide(const struct policy_question *question, struct policy_decision *ret_decision);

// Whether ORG objects to a session of PERSON made by WAY through the connection of WAY_ORG_ID (POLICY "objects").
bool policy_objects(const struct policy_person *person, const struct policy_membership *membership, enum way way,
                    int64_t way_org_id);

// Row L5: the owner of an org that root created, or of any org while nobody governs the owner's email.
bool policy_is_owner(const struct policy_person *person);
