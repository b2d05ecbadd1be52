// SPDX-License-Identifier: Apache-2.0
// ssoorg-signin: answers one request of the PAM module that started it, over the socket it was given as descriptor 0.
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/version_mark.h"
#include "paths.h"
#include "phases.h"
#include "process/scheduling.h"

VERSION_MARK(SSOORG_VERSION);

enum { SOCKET_FD = 0, REQUEST_WAIT_MS = 10000, VERDICT_WAIT_MS = 5000, DESCRIPTORS_MAX = 256, STACK_BYTES = 8 << 20 };

// The socket must have been made by the process that started us, running as root (HOLES H15).
static bool is_from_parent(void)
{
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt(SOCKET_FD, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == 0 && peer.pid == getppid();
}

static bool set_limit(int which, rlim_t value)
{
  const struct rlimit limit = {value, value};
  return setrlimit(which, &limit) == 0;
}

// su and sudo start us with the user's ids, limits and place in the queue: take root's for good.
static bool settle(void)
{
  (void)umask(077);
  bool root = setgroups(0, NULL) == 0 && setresgid(0, 0, 0) == 0 && setresuid(0, 0, 0) == 0;
  bool limits = set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_FSIZE, RLIM_INFINITY) &&
                set_limit(RLIMIT_AS, RLIM_INFINITY) && set_limit(RLIMIT_CPU, RLIM_INFINITY) &&
                set_limit(RLIMIT_DATA, RLIM_INFINITY) && set_limit(RLIMIT_STACK, STACK_BYTES) &&
                set_limit(RLIMIT_RTTIME, RLIM_INFINITY) && set_limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
  scheduling_reset();
  // Changing ids has cleared the parent-death signal.
  bool bound = prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
  return root && limits && bound && chdir("/") == 0 && close_range(3, ~0U, 0) == 0 && is_from_parent();
}

static phase_function *phase_of(enum message_type type)
{
  static phase_function *const PHASES[] = {
      [MESSAGE_AUTH] = phase_auth,       [MESSAGE_ACCOUNT] = phase_account,     [MESSAGE_CRED] = phase_cred,
      [MESSAGE_SESSION] = phase_session, [MESSAGE_CHAUTHTOK] = phase_chauthtok,
  };
  return (size_t)type < COUNT_OF(PHASES) ? PHASES[type] : NULL;
}

static int answer(struct session *s)
{
  void *value = NULL;
  struct message_verdict verdict = {.verdict = VERDICT_REFUSED};
  enum status status = channel_receive(&s->module, clock_monotonic_ms() + REQUEST_WAIT_MS, &s->type, &value);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "no request: %s", status_text(status));
    return 1;
  }
  s->request = value;
  phase_function *phase = phase_of(s->type);
  if (phase != NULL) {
    phase(s, &verdict);
  }
  status = channel_send(&s->module, MESSAGE_VERDICT, &verdict, clock_monotonic_ms() + VERDICT_WAIT_MS);
  if (status != STATUS_OK && status != STATUS_CLOSED) {
    session_log(LOG_ERR, "%s: the verdict could not be sent: %s", protocol_name(s->type), status_text(status));
  }
  channel_free_message(s->type, value);
  return status == STATUS_OK ? 0 : 1;
}

int main(void)
{
  struct session s = {.module = channel_init(SOCKET_FD, LINK_MODULE_SIGNIN, PARTY_SIGNIN)};
  if (!settle()) {
    static const char WORDS[] = "ssoorg-signin: is started by pam_ssoorg.so, as root, and by nobody else\n";
    return write(2, WORDS, sizeof WORDS - 1) < 0 ? 3 : 2;
  }
  openlog("ssoorg-signin", LOG_PID, LOG_AUTHPRIV);
  return answer(&s);
}
