// SPDX-License-Identifier: Apache-2.0
// People of whom a provider has said something, as policy_decide() sees them, and what it must say of them.
#pragma once
#include "person.h"

// alice@acme.test, a member of Acme without an identity yet; Acme's provider says she is alice@acme.test.
struct policy_question alice(void);

// The same answer for a name without an account.
struct policy_question newcomer(enum provisioning provisioning);

// Alice, whose identity is known.
struct policy_question linked(void);

// The same after she was removed from Acme.
struct policy_question removed(void);

// A guest of Acme, of whom a social connection says the address that is theirs here, verified.
struct policy_question social_answer(void);

// A decision by ROW with VERDICT, which makes, joins and links nothing unless it grants.
struct policy_decision expect(const struct policy_question *q, const char *row, enum verdict verdict);
void expect_refusal(const struct policy_question *q, const char *row, enum notice notice);
