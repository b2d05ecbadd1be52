// SPDX-License-Identifier: Apache-2.0
// The questions that a name service is asked about the people of people.h, through glibc as any program asks them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "people.h"

// Whom a question is about.
struct subject {
  char name[LOGIN_SIZE];
  uint32_t uid;
  int group_count; // with the private one
};

struct question_kind {
  const char *name;
  void (*choose)(uint32_t index, uint32_t count, struct subject *ret_subject);
  bool (*ask)(const struct subject *subject); // true if the answer is the right one
};

// name, uid, initgroups; unknown: "u000123", stranger: a name nobody has, at the domain of an org. Behind these, calls:
// no question, but the system calls that answer one from the published map (open, fstat, three preads, close), alone.
extern const struct question_kind QUESTION_KINDS[];
enum { QUESTION_KIND_COUNT = 5 };

// NULL if there is none of that name.
const struct question_kind *question_kind(const char *name);

// Makes SERVICE the only one that this process asks. False if glibc refuses it.
bool questions_go_to(const char *service);

// True if every field of the answers about person INDEX, by name and by uid, is the right one, with all groups.
bool person_is_known(uint32_t index, uint32_t count);

// SIZE subjects, spread over all people at random by SEED. NULL if memory is short; the caller's to free.
struct subject *subjects_new(const struct question_kind *kind, uint32_t count, size_t size, uint64_t seed);

// A random index below COUNT; *STATE is where the sequence stands.
uint32_t random_index(uint64_t *state, uint32_t count);
