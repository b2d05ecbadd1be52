// SPDX-License-Identifier: Apache-2.0
// pam_ssoorg.so: the six entry points. It decides nothing; it never sets PAM_USER.
#include <inttypes.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/version_mark.h"
#include "credentials.h"
#include "filter.h"
#include "host_user.h"
#include "password_method.h"
#include "paths.h"
#include "relay.h"
#include "session_data.h"

VERSION_MARK(SSOORG_VERSION);

#define EXPORTED __attribute__((visibility("default")))

enum { WRONG_PASSWORD_DELAY_US = 2000000 };

static const char TICKET_NAME[] = "SSOORG_TICKET";

// What each verdict is called in each of PAM's phases. A refusal at sign-in is definitive: with PAM_AUTH_ERR clients
// would try again at once.
struct pam_codes {
  int refused;
  int unavailable;
  int try_again;
};
static const struct pam_codes AUTH_CODES = {PAM_MAXTRIES, PAM_AUTHINFO_UNAVAIL, PAM_AUTH_ERR};
static const struct pam_codes ACCOUNT_CODES = {PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED};
static const struct pam_codes CRED_CODES = {PAM_CRED_ERR, PAM_CRED_UNAVAIL, PAM_CRED_ERR};
static const struct pam_codes SESSION_CODES = {PAM_SESSION_ERR, PAM_SESSION_ERR, PAM_SESSION_ERR};
static const struct pam_codes PASSWORD_CODES = {PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED};

static int pam_code(const struct message_verdict *verdict, const struct pam_codes *codes)
{
  switch ((enum verdict)verdict->verdict) {
  case VERDICT_GRANTED: return PAM_SUCCESS;
  case VERDICT_NOT_OURS: return PAM_IGNORE;
  case VERDICT_UNAVAILABLE: return codes->unavailable;
  case VERDICT_TRY_AGAIN: return codes->try_again;
  case VERDICT_OFFER:
  case VERDICT_REFUSED: return codes->refused;
  }
  return codes->refused;
}

// PAM_SUCCESS with *RET_USER if the name may be ours; otherwise what the entry point returns.
static int find_user(pam_handle_t *pamh, const char **ret_user)
{
  const char *user = NULL;
  int code = pam_get_user(pamh, &user, NULL);
  if (code != PAM_SUCCESS) {
    return code;
  }
  if (user == NULL || filter_check(PATH_MAP, user) == FILTER_NOT_OURS) {
    return PAM_IGNORE;
  }
  *ret_user = user;
  return PAM_SUCCESS;
}

static const char *ticket_of(pam_handle_t *pamh)
{
  const char *ticket = pam_getenv(pamh, TICKET_NAME);
  return ticket != NULL && strlen(ticket) == PROTOCOL_TICKET_SIZE - 1 ? ticket : "";
}

// Out of the environment that the session will have, whoever's it is: sudo hands the invoker's to the target (HOLES
// H75).
static void take_ticket(pam_handle_t *pamh, char ticket[static PROTOCOL_TICKET_SIZE])
{
  (void)snprintf(ticket, PROTOCOL_TICKET_SIZE, "%s", ticket_of(pamh));
  if (pam_getenv(pamh, TICKET_NAME) != NULL) {
    (void)pam_putenv(pamh, TICKET_NAME);
  }
}

static int hand_over_ticket(pam_handle_t *pamh, const char *ticket)
{
  char setting[sizeof TICKET_NAME + 1 + PROTOCOL_TICKET_SIZE];
  (void)snprintf(setting, sizeof setting, "%s=%s", TICKET_NAME, ticket);
  return pam_putenv(pamh, setting);
}

// The one option there is. What is misspelt asks once too often, not once too little.
static bool has_reauth(pam_handle_t *pamh, int argc, const char **argv)
{
  bool reauth = false;
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "reauth") == 0) {
      reauth = true;
    } else {
      pam_syslog(pamh, LOG_ERR, "option \"%s\": is not known; legal is reauth, on the auth line", argv[i]);
    }
  }
  return reauth;
}

static bool is_sshd(const pam_handle_t *pamh)
{
  const void *service = NULL;
  return pam_get_item(pamh, PAM_SERVICE, &service) == PAM_SUCCESS && service != NULL && strcmp(service, "sshd") == 0;
}

EXPORTED int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  struct message_verdict verdict;
  struct relay_request request = {
      .type = MESSAGE_AUTH, .ticket = "", .flags = flags, .reauth = has_reauth(pamh, argc, argv)};
  int code = find_user(pamh, &request.user);
  if (code != PAM_SUCCESS) {
    return code;
  }
  enum password_method before = password_method_find(pamh, request.user);
  if (before == PASSWORD_METHOD_NOW) { // no more sign-ins are begun that nobody can see
    (void)pam_fail_delay(pamh, WRONG_PASSWORD_DELAY_US);
    return PAM_AUTH_ERR;
  }
  request.after_password = before == PASSWORD_METHOD_BEFORE;
  bool asked = relay_ask(pamh, &request, &verdict);
  code = pam_code(&verdict, &AUTH_CODES);
  // Another method can say why.
  if (!asked && code == PAM_MAXTRIES && is_sshd(pamh) && password_method_note(pamh, request.user)) {
    code = PAM_AUTH_ERR;
  }
  if (code == PAM_AUTH_ERR) {
    (void)pam_fail_delay(pamh, WRONG_PASSWORD_DELAY_US);
  }
  if (code == PAM_SUCCESS && verdict.ticket[0] != '\0' && hand_over_ticket(pamh, verdict.ticket) != PAM_SUCCESS) {
    code = PAM_MAXTRIES;
  }
  explicit_bzero(&verdict, sizeof verdict);
  return code;
}

EXPORTED int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  (void)argc;
  (void)argv;
  struct message_verdict verdict;
  struct relay_request request = {.type = MESSAGE_ACCOUNT, .ticket = ticket_of(pamh), .flags = flags};
  int code = find_user(pamh, &request.user);
  if (code != PAM_SUCCESS) {
    return code;
  }
  (void)relay_ask(pamh, &request, &verdict);
  return pam_code(&verdict, &ACCOUNT_CODES);
}

// The first call learns the session from its ticket and uses that up; later ones find what it kept.
static int learn_session(pam_handle_t *pamh, struct relay_request *request, const struct pam_codes *codes)
{
  struct message_verdict verdict;
  if (session_data_find(pamh, request->user) != NULL) {
    return PAM_SUCCESS;
  }
  (void)relay_ask(pamh, request, &verdict);
  int code = pam_code(&verdict, codes);
  if (code == PAM_SUCCESS) {
    code = session_data_store(pamh, request->user, &verdict) == PAM_SUCCESS ? PAM_SUCCESS : codes->refused;
  }
  return code;
}

EXPORTED int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  (void)argc;
  (void)argv;
  char ticket[PROTOCOL_TICKET_SIZE];
  struct relay_request request = {.type = MESSAGE_CRED, .ticket = ticket, .flags = flags};
  take_ticket(pamh, ticket);
  int code = find_user(pamh, &request.user);
  if (code != PAM_SUCCESS || (flags & PAM_DELETE_CRED) != 0) {
    return code;
  }
  code = learn_session(pamh, &request, &CRED_CODES);
  if (code != PAM_SUCCESS) {
    return code;
  }
  code = credentials_apply(session_data_find(pamh, request.user));
  if (code != PAM_SUCCESS) {
    pam_syslog(pamh, LOG_ERR, "refused: this process does not have the number of account %s, or cannot take its groups",
               request.user);
  }
  return code;
}

static int set_variable(pam_handle_t *pamh, const char *name, const char *value)
{
  char setting[64];
  int length = snprintf(setting, sizeof setting, "%s=%s", name, value);
  return length > 0 && (size_t)length < sizeof setting ? pam_putenv(pamh, setting) : PAM_SESSION_ERR;
}

static void free_text(pam_handle_t *pamh, void *data, int error_status)
{
  (void)pamh;
  (void)error_status;
  free(data);
}

// For pam_systemd, whose line comes after ours: the session's scope ends then (pam_systemd(8),
// "systemd.runtime_max_sec"). Where it does not run, 'ssoctl member expire' ends what is left.
static int limit_session(pam_handle_t *pamh, int64_t ends_at_s)
{
  enum { TEXT_SIZE = 24 };
  char *text = ends_at_s != 0 ? malloc(TEXT_SIZE) : NULL;
  int64_t left_s = ends_at_s - clock_now_s();
  if (ends_at_s == 0) {
    return PAM_SUCCESS;
  }
  if (text == NULL) {
    return PAM_SESSION_ERR;
  }
  (void)snprintf(text, TEXT_SIZE, "%" PRId64, left_s > 0 ? left_s : 1);
  int code = pam_set_data(pamh, "systemd.runtime_max_sec", text, free_text);
  if (code != PAM_SUCCESS) {
    free(text);
  }
  return code == PAM_SUCCESS ? PAM_SUCCESS : PAM_SESSION_ERR;
}

EXPORTED int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  (void)argc;
  (void)argv;
  char ticket[PROTOCOL_TICKET_SIZE];
  struct relay_request request = {.type = MESSAGE_SESSION, .ticket = ticket, .flags = flags};
  take_ticket(pamh, ticket);
  int code = find_user(pamh, &request.user);
  if (code != PAM_SUCCESS) {
    return code;
  }
  code = learn_session(pamh, &request, &SESSION_CODES);
  if (code != PAM_SUCCESS) {
    return code;
  }
  const struct message_verdict *session = session_data_find(pamh, request.user);
  struct host_user known;
  bool same = host_user_find(request.user, &known) == STATUS_OK && known.known && known.uid == session->uid &&
              known.gid == session->gid;
  if (!same) {
    pam_syslog(pamh, LOG_ERR, "refused: the passwd entry of %s does not have the account's number", request.user);
    return PAM_SESSION_ERR;
  }
  code = limit_session(pamh, session->ends_at_s);
  if (code != PAM_SUCCESS || session->org[0] == '\0') {
    return code;
  }
  code = set_variable(pamh, "SSOORG_ORG", session->org);
  return code != PAM_SUCCESS ? PAM_SESSION_ERR : set_variable(pamh, "SSOORG_ROLE", session->role);
}

EXPORTED int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  (void)flags;
  (void)argc;
  (void)argv;
  const char *user = NULL;
  return find_user(pamh, &user);
}

EXPORTED int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
  (void)argc;
  (void)argv;
  struct message_verdict verdict;
  struct relay_request request = {.type = MESSAGE_CHAUTHTOK, .ticket = "", .flags = flags};
  int code = find_user(pamh, &request.user);
  if (code != PAM_SUCCESS) {
    return code;
  }
  (void)relay_ask(pamh, &request, &verdict);
  return pam_code(&verdict, &PASSWORD_CODES);
}
