// SPDX-License-Identifier: Apache-2.0
// The shape of a policy table, and the tables' entry points; for the files of this folder and their tests.
#pragma once
#include "policy/policy.h"

// Whether a row fits, and what it leads to. A row's decide function starts from a refusal with the row's name.
struct policy_row {
  const char *name;
  bool (*fits)(const struct policy_question *question);
  void (*decide)(const struct policy_question *question, struct policy_decision *decision);
};

// Tries COUNT rows in order; the first that fits decides.
void policy_try_rows(const struct policy_row *rows, size_t count, const struct policy_question *question,
                     struct policy_decision *decision);

void policy_login(const struct policy_question *question, struct policy_decision *decision);
void policy_answer(const struct policy_question *question, struct policy_decision *decision);
void policy_session(const struct policy_question *question, struct policy_decision *decision);

// The account has a membership that is not suspended.
bool policy_has_active(const struct policy_person *person);
