// SPDX-License-Identifier: Apache-2.0
// Notes in whose code a program crashes: walks the stack outwards from the signal to the first frame of our own.
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

#include "crash.h"

struct walk {
  struct fault_plan *plan;
  bool in_signal; // the frames of this handler are passed
  bool foreign;   // a frame of another library was seen
};

static struct fault_plan *noted;

static bool is_ours(const Dl_info *where)
{
  const char *name = strrchr(where->dli_fname, '/');
  return strstr(name != NULL ? name : where->dli_fname, "ssoorg") != NULL;
}

static void note(struct fault_plan *plan, const Dl_info *where)
{
  const char *name = where->dli_sname != NULL ? where->dli_sname : "?";
  const char *file = strrchr(where->dli_fname, '/');
  (void)snprintf(plan->crashed_in, sizeof plan->crashed_in, "%s in %s", name, file != NULL ? file + 1 : "?");
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *data)
{
  struct walk *walk = data;
  int before = 0;
  Dl_info where;
  void *address = (void *)_Unwind_GetIPInfo(context, &before);
  if (before != 0) { // the frame that the signal interrupted
    walk->in_signal = true;
  }
  if (!walk->in_signal || dladdr(address, &where) == 0 || where.dli_fname == NULL) {
    return _URC_NO_REASON;
  }
  if (is_ours(&where)) {
    walk->plan->crash_is_ours = !walk->foreign;
    return _URC_END_OF_STACK;
  }
  walk->foreign = true;
  note(walk->plan, &where);
  return _URC_NO_REASON;
}

static _Unwind_Reason_Code stop_at_once(struct _Unwind_Context *context, void *data)
{
  (void)context;
  (void)data;
  return _URC_END_OF_STACK;
}

static void handle(int number)
{
  struct walk walk = {.plan = noted};
  noted->crash_is_ours = true;
  (void)_Unwind_Backtrace(visit, &walk);
  (void)signal(number, SIG_DFL);
  (void)raise(number);
}

void crash_watch(struct fault_plan *plan)
{
  static const int SIGNALS[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
  noted = plan;
  (void)_Unwind_Backtrace(stop_at_once, NULL); // what it sets up once is set up while that is still allowed
  for (size_t i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
    (void)signal(SIGNALS[i], handle);
  }
}
