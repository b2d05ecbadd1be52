// SPDX-License-Identifier: Apache-2.0
// What was looked at, what is wrong with it, and the mend.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

// In the order of the exit codes of monitoring plugins.
enum severity { SEVERITY_OK = 0, SEVERITY_WARNING, SEVERITY_CRITICAL };

enum { FINDING_WHAT_SIZE = 512, FINDING_MEND_SIZE = 320 };

struct finding {
  const char *check; // static: "sshd"
  enum severity severity;
  char what[FINDING_WHAT_SIZE];
  char mend[FINDING_MEND_SIZE]; // "" where it is fine
};

// All zero is a valid empty value.
struct findings {
  struct finding *items; // owned
  size_t count;
  size_t capacity;
  bool lost; // some could not be kept, for want of memory
};

void findings_done(struct findings *findings);

// Adds one; printable ASCII is kept, the rest shown as "?". MEND may be NULL.
__attribute__((format(printf, 5, 6))) void findings_add(struct findings *findings, enum severity severity,
                                                        const char *check, const char *mend, const char *format, ...);

// The worst of them.
enum severity findings_worst(const struct findings *findings);

size_t findings_number(const struct findings *findings, enum severity severity);

// "critical"; static.
const char *severity_name(enum severity severity);
