// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { TEXT_SIZE = 4096 };

// The calls that start and end something stop the process for a moment; nothing else does.
static const unsigned long OPTIONS =
    PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;

static void read_proc(pid_t pid, const char *name, char text[static TEXT_SIZE])
{
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, text, TEXT_SIZE - 1) : -1;
  text[got > 0 ? got : 0] = '\0';
}

static uint64_t number_after(const char *text, const char *label)
{
  const char *at = strstr(text, label);
  return at != NULL ? strtoull(at + strlen(label), NULL, 10) : 0;
}

static struct traced *process_of(struct trace *trace, pid_t pid)
{
  for (size_t i = 0; i < trace->count; i++) {
    if (trace->processes[i].pid == pid) {
      return &trace->processes[i];
    }
  }
  if (trace->count == TRACED_MAX) {
    return NULL;
  }
  trace->processes[trace->count] = (struct traced){.pid = pid};
  return &trace->processes[trace->count++];
}

// A thread is about to end, with all that it had still there.
static void note_end(struct trace *trace, pid_t thread)
{
  char text[TEXT_SIZE];
  read_proc(thread, "status", text);
  struct traced *process = process_of(trace, (pid_t)number_after(text, "Tgid:"));
  if (process == NULL) {
    return;
  }
  uint64_t peak_kib = number_after(text, "VmHWM:");
  process->peak_kib = peak_kib > process->peak_kib ? peak_kib : process->peak_kib;
  if (process->pid == thread) {
    (void)snprintf(process->name, sizeof process->name, "%.*s", (int)strcspn(text + 6, "\n"), text + 6);
  }
  read_proc(thread, "schedstat", text);
  process->cpu_ns += strtoull(text, NULL, 10);
}

static void go_on(struct trace *trace, pid_t pid, int how)
{
  int event = how >> 16;
  if (event == PTRACE_EVENT_EXIT) {
    note_end(trace, pid);
  }
  // A signal is passed on; the stops of tracing are not signals.
  long number = event == 0 && WSTOPSIG(how) != SIGTRAP ? WSTOPSIG(how) : 0;
  (void)ptrace(PTRACE_CONT, pid, NULL, number);
}

pid_t trace_start(char *const *arguments, int fd, int output)
{
  char *const environment[] = {NULL};
  pid_t pid = fork();
  if (pid == 0) {
    bool placed = raise(SIGSTOP) == 0 && dup2(fd, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2;
    if (placed) {
      (void)execve(arguments[0], arguments, environment);
    }
    _exit(127);
  }
  return pid;
}

void trace_run(pid_t first, struct trace *ret_trace)
{
  struct trace trace = {.count = 0};
  struct rusage usage;
  int how = 0;
  (void)waitpid(first, &how, WUNTRACED);
  (void)ptrace(PTRACE_SEIZE, first, NULL, OPTIONS);
  (void)kill(first, SIGCONT);
  for (;;) {
    pid_t pid = wait4(-1, &how, __WALL, &usage);
    if (pid < 0 && errno != EINTR) {
      break;
    }
    if (pid > 0 && WIFSTOPPED(how)) {
      go_on(&trace, pid, how);
    } else if (pid == first) {
      trace.exit_status = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
      trace.all_cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                         (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
      break;
    }
  }
  *ret_trace = trace;
}
