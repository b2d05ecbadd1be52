// SPDX-License-Identifier: Apache-2.0
#include "wiring/stack.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "wiring/stack_line.h"

struct phase {
  enum stack_part part;
  const char *type;
  const char *common;   // what the distribution has for it
  const char *lines[5]; // ours, without the mark
};

#define ASK "[success=done ignore=ignore module_unknown=ignore default=die] pam_ssoorg.so"

// Were the module's file gone, root and the host's own users get in, and members do not: an account line that libpam
// cannot load is passed over, and then pam_localuser decides.
static const struct phase PHASES[] = {
    {STACK_AUTH, "auth", "common-auth", {"auth\t" ASK, NULL}},
    {STACK_ACCOUNT,
     "account",
     "common-account",
     {"account\t[success=1 ignore=1 module_unknown=ignore default=die] pam_ssoorg.so",
      "account\trequisite pam_localuser.so", NULL}},
    {STACK_SESSION,
     "session",
     "common-session",
     {"session\t[success=ok ignore=ignore module_unknown=ignore default=bad] pam_ssoorg.so", NULL}},
    {STACK_PASSWORD, "password", "common-password", {"password\t" ASK, NULL}},
};

static const char *const HOME_LINES[] = {"session\t[success=1 default=ignore] pam_localuser.so",
                                         "session\trequired pam_mkhomedir.so umask=0077"};

// What may stand before ours: it prepares, or keeps people out, and lets nobody in.
static const char *const PRELIMINARY[] = {
    "pam_nologin.so",   "pam_faildelay.so", "pam_selinux.so", "pam_loginuid.so",  "pam_keyinit.so",  "pam_env.so",
    "pam_limits.so",    "pam_securetty.so", "pam_rootok.so",  "pam_access.so",    "pam_time.so",     "pam_motd.so",
    "pam_mail.so",      "pam_issue.so",     "pam_group.so",   "pam_shells.so",    "pam_apparmor.so", "pam_umask.so",
    "pam_namespace.so", "pam_wheel.so",     "pam_warn.so",    "pam_tty_audit.so", "pam_lastlog.so",  "pam_echo.so"};

// Who is root already, or in the group that pam_wheel trusts, is not asked by su.
static const char *const MAY_END[] = {"pam_rootok.so", "pam_wheel.so"};

// They sign people in, as we do. Before ours they would ask our members too.
static const char *const OTHERS[] = {"pam_sss.so",     "pam_ldap.so",         "pam_krb5.so",
                                     "pam_winbind.so", "pam_himmelblau.so",   "pam_kanidm.so",
                                     "pam_authd.so",   "pam_authd_exec.so",   "pam_oslogin_login.so",
                                     "pam_aad.so",     "pam_oauth2_device.so"};

static bool is_one_of(const char *const *words, size_t count, const char *word)
{
  for (size_t i = 0; i < count; i++) {
    if (strcmp(words[i], word) == 0) {
      return true;
    }
  }
  return false;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
  size_t size = strlen(end);
  return length >= size && memcmp(text + length - size, end, size) == 0;
}

static bool is_ours(const char *text, size_t length)
{
  return ends_with(text, stack_line_bare(text, length), STACK_MARK);
}

static bool includes(const struct stack_line *line, const struct phase *phase)
{
  bool whole = strcmp(line->type, "@include") == 0;
  bool in_phase = strcmp(line->type, phase->type) == 0 &&
                  (strcasecmp(line->control, "include") == 0 || strcasecmp(line->control, "substack") == 0);
  return (whole || in_phase) && strncmp(line->module, phase->common, strlen(phase->common)) == 0;
}

// Whether an action of CONTROL, which is in brackets, begins with WORD.
static bool has_action(const char *control, const char *word)
{
  for (const char *at = control[0] == '[' ? strchr(control, '=') : NULL; at != NULL; at = strchr(at + 1, '=')) {
    const char *action = at + 1 + strspn(at + 1, " \t\n\\");
    if (strncasecmp(action, word, strlen(word)) == 0) {
      return true;
    }
  }
  return false;
}

// Whether CONTROL passes lines over, of which ours would be one.
static bool jumps(const char *control)
{
  static const char *const DIGITS[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};
  for (size_t i = 0; i < COUNT_OF(DIGITS); i++) {
    if (has_action(control, DIGITS[i])) {
      return true;
    }
  }
  return false;
}

// Whether CONTROL can end the phase for somebody, or pass lines over.
static bool may_let_by(const char *control)
{
  return strcasecmp(control, "sufficient") == 0 || has_action(control, "done") || jumps(control);
}

// Whether LINE stands for lines of a file that is not the distribution's.
static bool is_unread(const struct stack_line *line)
{
  bool whole = strcmp(line->type, "@include") == 0;
  bool phase = strcasecmp(line->control, "include") == 0 || strcasecmp(line->control, "substack") == 0;
  return (whole || phase) && strncmp(line->module, "common-", 7) != 0;
}

// Whether LINE, which comes before ours, leaves all to us.
static enum status check_before(const struct stack_line *line, const char *name, struct error *error)
{
  if (is_one_of(OTHERS, COUNT_OF(OTHERS), line->module)) {
    error_set(error,
              "%s:%u: %s comes before pam_ssoorg.so and would ask members to sign in there; move that line behind "
              "what the distribution has for \"%s\", or leave this service out",
              name, line->number, line->module, line->type);
    return STATUS_REFUSED;
  }
  if (is_unread(line)) {
    error_set(error,
              "%s:%u: includes \"%s\", which nobody looks into, before pam_ssoorg.so; move that line behind what the "
              "distribution has, or leave this service out",
              name, line->number, line->module);
    return STATUS_REFUSED;
  }
  bool may_end = is_one_of(MAY_END, COUNT_OF(MAY_END), line->module) && !jumps(line->control);
  if ((may_let_by(line->control) && !may_end) || strlen(line->control) == STACK_WORD_SIZE - 1) {
    error_set(error,
              "%s:%u: \"%s %s %s\" comes before pam_ssoorg.so and lets people by without asking it; move that line "
              "behind what the distribution has for \"%s\", or leave this service out",
              name, line->number, line->type, line->control, line->module, line->type);
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

// Where in TEXT our lines of PHASE belong: before what the distribution has, or else before the first line that does
// more than prepare.
static enum status find_place(const char *text, const struct phase *phase, const char *name, struct error *error,
                              size_t *ret_at)
{
  struct stack_line line;
  unsigned number = 1;
  size_t place = 0;
  bool found = false;
  for (const char *at = text; stack_line_next(&at, &number, &line);) {
    bool common = includes(&line, phase);
    bool main_line = strcmp(line.type, phase->type) == 0 && !is_one_of(PRELIMINARY, COUNT_OF(PRELIMINARY), line.module);
    if (common || (main_line && !found)) {
      place = (size_t)(line.text - text);
      found = true;
    }
    if (common) {
      break;
    }
  }
  if (!found) {
    error_set(error,
              "%s: has no line of \"%s\" that ours could come before; legal is \"@include %s\", or a line of that "
              "type",
              name, phase->type, phase->common);
    return STATUS_INVALID;
  }
  number = 1;
  for (const char *at = text; stack_line_next(&at, &number, &line) && (size_t)(line.text - text) < place;) {
    bool counts = strcmp(line.type, phase->type) == 0 || strcmp(line.type, "@include") == 0;
    enum status status = counts ? check_before(&line, name, error) : STATUS_OK;
    if (status != STATUS_OK) {
      return status;
    }
  }
  *ret_at = place;
  return STATUS_OK;
}

static enum status append_ours(const char *line, const char *option, struct bytes *out)
{
  const char *const texts[] = {line, option, STACK_MARK "\n"};
  return bytes_append_texts(out, texts, COUNT_OF(texts));
}

static enum status append_phase(const struct phase *phase, unsigned parts, struct bytes *out)
{
  const char *option = phase->part == STACK_AUTH && (parts & STACK_REAUTH) != 0 ? " reauth" : "";
  for (size_t i = 0; phase->lines[i] != NULL; i++) {
    enum status status = append_ours(phase->lines[i], option, out);
    if (status != STATUS_OK) {
      return status;
    }
  }
  bool homes = phase->part == STACK_SESSION && (parts & STACK_HOME) != 0;
  for (size_t i = 0; homes && i < COUNT_OF(HOME_LINES); i++) {
    enum status status = append_ours(HOME_LINES[i], "", out);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

// Puts our lines of PHASE into TEXT.
static enum status add_phase(struct bytes *text, const struct phase *phase, unsigned parts, size_t place)
{
  struct bytes with CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = bytes_append(&with, bytes_text(text), place);
  if (status != STATUS_OK) {
    return status;
  }
  status = append_phase(phase, parts, &with);
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append_text(&with, bytes_text(text) + place);
  if (status != STATUS_OK) {
    return status;
  }
  bytes_done(text);
  bytes_take(text, &with);
  return STATUS_OK;
}

enum status stack_without(const char *text, struct bytes *out)
{
  for (const char *at = text; *at != '\0';) {
    size_t length = text_line_length(at);
    enum status status = is_ours(at, length) ? STATUS_OK : bytes_append(out, at, length);
    if (status != STATUS_OK) {
      return status;
    }
    at += length;
  }
  return STATUS_OK;
}

enum status stack_with(const char *text, unsigned parts, const char *name, struct error *error, struct bytes *out)
{
  struct bytes with CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = stack_without(text, &with);
  for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(PHASES); i++) {
    size_t place = 0;
    if ((parts & PHASES[i].part) == 0) {
      continue;
    }
    status = find_place(bytes_text(&with), &PHASES[i], name, error, &place);
    if (status != STATUS_OK) {
      return status;
    }
    status = add_phase(&with, &PHASES[i], parts, place);
  }
  if (status != STATUS_OK) {
    return status;
  }
  bytes_take(out, &with);
  return STATUS_OK;
}

bool stack_names_module(const char *text)
{
  struct stack_line line;
  unsigned number = 1;
  for (const char *at = text; stack_line_next(&at, &number, &line);) {
    if (strcmp(line.module, "pam_ssoorg.so") == 0 && !is_ours(line.text, line.length)) {
      return true;
    }
  }
  return false;
}

// Whether LINE hands the whole of its phase to another service.
static bool is_handed_on(const struct stack_line *line)
{
  return (strcasecmp(line->control, "include") == 0 || strcasecmp(line->control, "substack") == 0) &&
         strncmp(line->module, "common-", 7) != 0 && strlen(line->module) < STACK_SERVICE_SIZE;
}

static bool phase_is_through(const char *text, const struct phase *phase, char ret_service[static STACK_SERVICE_SIZE])
{
  struct stack_line line;
  unsigned number = 1;
  bool through = false;
  for (const char *at = text; stack_line_next(&at, &number, &line);) {
    if (includes(&line, phase)) {
      return false;
    }
    if (strcmp(line.type, phase->type) == 0 && is_handed_on(&line)) {
      (void)snprintf(ret_service, STACK_SERVICE_SIZE, "%.63s", line.module);
      through = true;
    }
  }
  return through;
}

bool stack_is_through(const char *text, unsigned parts, char ret_service[static STACK_SERVICE_SIZE])
{
  char first[STACK_SERVICE_SIZE] = "";
  for (size_t i = 0; i < COUNT_OF(PHASES); i++) {
    if ((parts & PHASES[i].part) == 0) {
      continue;
    }
    if (!phase_is_through(text, &PHASES[i], ret_service) || (first[0] != '\0' && strcmp(first, ret_service) != 0)) {
      return false;
    }
    (void)snprintf(first, sizeof first, "%s", ret_service);
  }
  return first[0] != '\0';
}
