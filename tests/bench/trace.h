// SPDX-License-Identifier: Apache-2.0
// What a program and all that it starts cost, read in the moment at which each of them ends.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TRACED_MAX = 16 };

struct traced {
  pid_t pid;
  char name[32];
  uint64_t cpu_ns;   // user and system time of all its threads
  uint64_t peak_kib; // the most memory it had, VmHWM: that of the program, not of who started it
};

struct trace {
  struct traced processes[TRACED_MAX];
  size_t count;
  uint64_t all_cpu_us; // of the first one and all that it has waited for, from wait4(): with the time that ending takes
  int exit_status;     // of the first one
};

// Starts ARGUMENTS with FD as standard input and OUTPUT as standard output and error, in a cleared environment; it is
// held until trace_run(). -1 on failure.
pid_t trace_start(char *const *arguments, int fd, int output);

// Lets PID run and follows it to its end. Must be called by the thread that started it.
void trace_run(pid_t pid, struct trace *ret_trace);
