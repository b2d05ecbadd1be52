// SPDX-License-Identifier: Apache-2.0
// What a PAM module costs the program that asks it; each command prints one line of JSON.
//   stacks load MODULE               dlopen() of the module and dlsym() of its entry points, in this process for the
//                                    first time; libpam is there already, as in every program that does this
//   stacks begin SERVICE USER        pam_start() to pam_end() around one pam_authenticate(), the first of this process
//   stacks again SERVICE OTHER USER TIMES
//                                    pam_authenticate() with both services in turn: with a new handle each time, from
//                                    pam_start() to pam_end(), and with one that has loaded its modules already
#include <dlfcn.h>
#include <inttypes.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { TIMES_MAX = 100000, WARM_UP = 20, STACKS = 2 };

struct cost {
  int64_t wall_ns;
  int64_t cpu_ns;
};

static int64_t clock_ns(clockid_t clock)
{
  struct timespec now;
  (void)clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct cost cost_begin(void)
{
  return (struct cost){clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
}

static struct cost cost_since(const struct cost *begin)
{
  struct cost now = cost_begin();
  return (struct cost){now.wall_ns - begin->wall_ns, now.cpu_ns - begin->cpu_ns};
}

static int fail(const char *what, const char *why)
{
  (void)fprintf(stderr, "stacks: %s: %s\n", what, why);
  return 1;
}

static int load(char **arguments)
{
  static const char *const ENTRY_POINTS[] = {"pam_sm_authenticate", "pam_sm_setcred",       "pam_sm_acct_mgmt",
                                             "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok"};
  bool found = true;
  struct cost begin = cost_begin();
  void *module = dlopen(arguments[2], RTLD_NOW);
  for (size_t i = 0; module != NULL && i < COUNT_OF(ENTRY_POINTS); i++) {
    found = dlsym(module, ENTRY_POINTS[i]) != NULL && found;
  }
  struct cost cost = cost_since(&begin);
  if (module == NULL || !found) {
    return fail(arguments[2], dlerror());
  }
  printf("{\"wall_ns\": %" PRId64 ", \"cpu_ns\": %" PRId64 "}\n", cost.wall_ns, cost.cpu_ns);
  return 0;
}

// Nothing may be asked of a user whom no module holds for its own.
static int refuse(int count, const struct pam_message **messages, struct pam_response **responses, void *context)
{
  (void)count;
  (void)messages;
  (void)responses;
  (void)context;
  return PAM_CONV_ERR;
}

static const struct pam_conv CONVERSATION = {refuse, NULL};

static int authenticate_anew(const char *service, const char *user)
{
  pam_handle_t *handle = NULL;
  int code = pam_start(service, user, &CONVERSATION, &handle);
  if (code == PAM_SUCCESS) {
    code = pam_authenticate(handle, PAM_SILENT);
    (void)pam_end(handle, code);
  }
  return code;
}

static int begin_stack(char **arguments)
{
  struct cost begin = cost_begin();
  int code = authenticate_anew(arguments[2], arguments[3]);
  struct cost cost = cost_since(&begin);
  printf("{\"wall_ns\": %" PRId64 ", \"cpu_ns\": %" PRId64 ", \"code\": %d}\n", cost.wall_ns, cost.cpu_ns, code);
  return 0;
}

struct pair {
  const char *services[STACKS];
  const char *user;
  pam_handle_t *handles[STACKS];
};

static void pair_done(struct pair *pair)
{
  for (int i = 0; i < STACKS; i++) {
    if (pair->handles[i] != NULL) {
      (void)pam_end(pair->handles[i], PAM_SUCCESS);
    }
  }
}

static int ask_kept(const struct pair *pair, int which)
{
  return pam_authenticate(pair->handles[which], PAM_SILENT);
}

static int ask_anew(const struct pair *pair, int which)
{
  return authenticate_anew(pair->services[which], pair->user);
}

// Prints [ns of the first, ns of the other] for each time; false if one of them refused.
static bool time_in_turn(const struct pair *pair, int (*ask)(const struct pair *, int), int64_t times)
{
  bool good = true;
  for (int64_t i = -WARM_UP; good && i < times; i++) {
    int64_t ns[STACKS];
    for (int which = 0; which < STACKS; which++) {
      int64_t begin = clock_ns(CLOCK_MONOTONIC);
      good = ask(pair, which) == PAM_SUCCESS && good;
      ns[which] = clock_ns(CLOCK_MONOTONIC) - begin;
    }
    if (i >= 0) {
      printf("%s[%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", ns[0], ns[1]);
    }
  }
  return good;
}

static int again(char **arguments)
{
  struct pair pair CLEANUP(pair_done) = {{arguments[2], arguments[3]}, arguments[4], {NULL, NULL}};
  int64_t times = 0;
  if (text_to_i64(arguments[5], 1, TIMES_MAX, &times) != STATUS_OK) {
    return fail(arguments[5], "is not a number of times");
  }
  // Before any handle is kept: it would keep the modules loaded.
  printf("{\"anew_ns\": [");
  bool good = time_in_turn(&pair, ask_anew, times);
  for (int i = 0; i < STACKS; i++) {
    if (pam_start(pair.services[i], pair.user, &CONVERSATION, &pair.handles[i]) != PAM_SUCCESS) {
      return fail(pair.services[i], "pam_start failed");
    }
  }
  printf("], \"warm_ns\": [");
  good = good && time_in_turn(&pair, ask_kept, times);
  printf("]}\n");
  return good ? 0 : fail(pair.user, "was not let in by both stacks");
}

struct command {
  const char *name;
  int argument_count;
  int (*run)(char **arguments);
};
static const struct command COMMANDS[] = {{"load", 3, load}, {"begin", 4, begin_stack}, {"again", 6, again}};

int main(int argc, char **argv)
{
  for (size_t i = 0; argc > 1 && i < COUNT_OF(COMMANDS); i++) {
    if (strcmp(COMMANDS[i].name, argv[1]) == 0 && COMMANDS[i].argument_count == argc) {
      return COMMANDS[i].run(argv);
    }
  }
  (void)fprintf(stderr, "usage: stacks load MODULE | begin SERVICE USER | again SERVICE OTHER USER TIMES\n");
  return 2;
}
