// SPDX-License-Identifier: Apache-2.0
// A filter of system calls as container managers have it: it answers for the kernel.
#pragma once

// What a filter answers to a call.
struct denial {
  int call;  // SCMP_SYS(...); 0 for none
  int error; // errno that it gets
};

enum { DENIALS = 3 };

// The calls of Landlock, or some of them, and what each gets.
struct denials {
  struct denial of[DENIALS];
};

// Every call of Landlock gets ERROR.
struct denials denials_of_landlock(int error);

// Puts this process, and what it starts, under the filter, with no new privileges; ends it if that cannot be done.
void deny(const struct denials *denials);
