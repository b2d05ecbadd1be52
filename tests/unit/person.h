// SPDX-License-Identifier: Apache-2.0
// People as policy_decide() sees them, and what it must say of them.
#pragma once
#include "policy/policy.h"
#include "unit.h"

enum { ACME = 1, BETA = 2, NOW_S = 1000000 };

struct policy_org org(int64_t id, enum enforcement enforcement);

// A readable store and a legal name that nothing is known of.
struct policy_question stranger(void);

// A member of Acme whose email Acme governs.
struct policy_question member(enum enforcement enforcement);

// A member of Acme whose email nobody governs.
struct policy_question guest(enum enforcement enforcement);

// A guest of Acme on a host with a social connection.
struct policy_question social_guest(void);

// The member in a session made so.
struct policy_question session(enum enforcement enforcement, enum way way, int64_t way_org_id);

// One more membership, active, as viewer.
struct policy_membership *joins(struct policy_question *q, int64_t org_id, enum enforcement enforcement);

struct policy_invite *invites(struct policy_question *q, int64_t org_id, enum invite_via via);

// An org lets people of their domain join, as viewers.
void allows(struct policy_question *q, int64_t org_id);

struct policy_decision decide(const struct policy_question *q);
void expect_row(const struct policy_question *q, const char *row, enum verdict verdict);
void expect_offer(const struct policy_question *q, const char *row, bool password, int64_t sso_org_id);
void expect_notice(const struct policy_question *q, const char *row, enum notice notice);
