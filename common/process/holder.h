// SPDX-License-Identifier: Apache-2.0
// Who holds a lock, and an end for one that holds it too long. The kernel says whose it is (F_GETLK), so a process that
// was frozen before it could write anything down is found as well, and nobody is killed on the word of an old file.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// How long somebody may have a lock while others wait for it.
enum holder_kind {
  HOLDER_BRIEF, // HOLDER_LIMIT_MS
  HOLDER_MENDS, // HOLDER_MEND_LIMIT_MS while it works half of the time: those who wait see to it that it goes first
  HOLDER_SLOW,  // HOLDER_SLOW_LIMIT_MS: has to sleep
  HOLDER_ROOTS, // without end: only root can hold this process up
};
enum { HOLDER_LIMIT_MS = 2000, HOLDER_SLOW_LIMIT_MS = 15000, HOLDER_MEND_LIMIT_MS = 20000 };

enum { HOLDER_NOTE_STEP = 64 }; // bytes of the file between two notes

// What the holder of a byte writes into the file itself: which of its turns this is.
struct holder_note {
  uint64_t taken_ns;
  int32_t pid; // 0: it has given the lock back
  uint32_t kind;
};

// The note of the byte AT. False if there is none.
bool holder_read_note(int fd, int64_t at, struct holder_note *ret_note);
void holder_write_note(int fd, int64_t at, const struct holder_note *note);

// A waiter's view of whoever holds the byte AT of FD.
struct holder_watch {
  pid_t pid;
  struct holder_note note;
  int64_t since_ms; // that it has been seen
  int64_t cpu_ms;   // that it had used by then
  int64_t next_ms;  // when to look again
  bool goes_first;  // it has been put before others
};

// Looks, now and then, and kills a holder that has had one turn for LIMIT_MS or as long as its kind may: stopped,
// frozen, traced or starved, it dies. One in a frozen cgroup of version 1 does when that is thawed, and one outside
// this process's pid namespace is out of reach.
void holder_watch(struct holder_watch *watch, int fd, int64_t at);

// For a byte that is locked in another way (F_OFD_SETLK), of which the kernel does not say whose it is: this process
// has it from now on.
void holder_sign(int fd, int64_t at);

// Kills the process that has signed for the byte AT of FD, if it did AGE_MS ago or earlier, is that process still and
// runs the program that the caller runs.
void holder_end_older(int fd, int64_t at, int64_t age_ms);

// The same where STILL says so, which is asked with CONTEXT when the process can be mistaken for no other any more:
// the byte may have changed hands before that.
typedef bool holder_still(const void *context, int fd, int64_t at);
void holder_end_older_if(int fd, int64_t at, int64_t age_ms, holder_still *still, const void *context);
