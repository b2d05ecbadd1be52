// SPDX-License-Identifier: Apache-2.0
#include "wiring/wiring.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/host_file.h"
#include "wiring/settings_text.h"

#define IN_FULL (STACK_AUTH | STACK_ACCOUNT | STACK_SESSION)
#define PAM "/etc/pam.d/"
#define VENDOR "/usr/lib/pam.d/"

// Names before whoever asks for them, and what bounds a login before the login.
static const struct wiring WIRINGS[] = {
    {"nsswitch", "", "/etc/nsswitch.conf", NULL, WIRING_NSSWITCH, 0, "names and groups of members"},
    {"sshd-config", "sshd", "/etc/ssh/sshd_config.d/10-ssoorg.conf", NULL, WIRING_SSHD, 0,
     "sign-in by keyboard-interactive, and time for it"},
    {"sudoers", "sudo", "/etc/sudoers.d/ssoorg", NULL, WIRING_SUDOERS, 0, "sudo -n, and sudo for admins of orgs"},
    {"login-timeout", "login", "/etc/login.defs", NULL, WIRING_LOGIN_DEFS, 0, "time to sign in at the console"},
    {"sshd", "sshd", PAM "sshd", NULL, WIRING_STACK, IN_FULL | STACK_PASSWORD | STACK_HOME, "ssh"},
    {"login", "login", PAM "login", NULL, WIRING_STACK, IN_FULL | STACK_PASSWORD | STACK_HOME, "the console"},
    {"passwd", "passwd", PAM "passwd", NULL, WIRING_STACK, STACK_PASSWORD, "changing one's own password"},
    {"sudo", "sudo", PAM "sudo", NULL, WIRING_STACK, IN_FULL | STACK_REAUTH, "sudo"},
    {"sudo-i", "sudo-i", PAM "sudo-i", NULL, WIRING_STACK, IN_FULL | STACK_REAUTH, "sudo -i"},
    {"su", "su", PAM "su", NULL, WIRING_STACK, IN_FULL | STACK_REAUTH, "su"},
    {"su-l", "su-l", PAM "su-l", NULL, WIRING_STACK, IN_FULL | STACK_REAUTH, "su -"},
    {"polkit-1", "polkit-1", PAM "polkit-1", VENDOR "polkit-1", WIRING_STACK, IN_FULL | STACK_REAUTH, "polkit"},
    {"cron", "cron", PAM "cron", NULL, WIRING_STACK, STACK_ACCOUNT, "jobs in crontabs"},
    {"atd", "atd", PAM "atd", NULL, WIRING_STACK, STACK_ACCOUNT, "at jobs"},
    {"systemd-user", "systemd-user", PAM "systemd-user", VENDOR "systemd-user", WIRING_STACK, STACK_ACCOUNT,
     "user managers, also lingering ones"},
    {"cockpit", "cockpit", PAM "cockpit", NULL, WIRING_STACK, STACK_ACCOUNT, "sessions of Cockpit"},
    {"xrdp-sesman", "xrdp-sesman", PAM "xrdp-sesman", NULL, WIRING_STACK, STACK_ACCOUNT, "sessions of xrdp"},
};

const struct wiring *wiring_table(size_t *ret_count)
{
  *ret_count = COUNT_OF(WIRINGS);
  return WIRINGS;
}

const char *wiring_state_name(enum wiring_state state)
{
  switch (state) {
  case WIRING_ABSENT: return "absent";
  case WIRING_OPEN: return "not-wired";
  case WIRING_WIRED: return "wired";
  case WIRING_OUTDATED: return "outdated";
  case WIRING_BY_HAND: return "by-hand";
  case WIRING_THROUGH: return "through";
  }
  return "";
}

void wiring_values_done(struct wiring_values *values)
{
  bytes_done(&values->sudo_rules);
}

void wiring_plan_done(struct wiring_plan *plan)
{
  bytes_done(&plan->before);
  bytes_done(&plan->after);
}

static bool is_same(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && memcmp(bytes_text(a), bytes_text(b), a->length) == 0;
}

// How a copy of ROW's vendor's file begins.
static void copy_mark(const struct wiring *row, char *text, size_t size)
{
  (void)snprintf(text, size, "# ssoorg: copied from %s; where that changes, this stays behind\n", row->vendor);
}

// What the file is without us, if it is not there yet: where the distribution's own is what counts, a copy of it.
static enum status read_vendor(const struct wiring *row, struct error *error, struct bytes *out)
{
  char mark[160];
  struct bytes vendor CLEANUP(bytes_done) = BYTES_EMPTY;
  if (row->vendor == NULL) {
    return STATUS_NOT_FOUND;
  }
  enum status status = host_file_read(row->vendor, error, &vendor);
  if (status != STATUS_OK) {
    return status;
  }
  copy_mark(row, mark, sizeof mark);
  status = bytes_append_text(out, mark);
  return status != STATUS_OK ? status : bytes_append(out, bytes_text(&vendor), vendor.length);
}

// A row's file as it is, and with and without what is ours.
struct texts {
  bool exists;
  struct bytes base; // what ours is put into
  struct bytes with;
  struct bytes without;
};

static void texts_done(struct texts *texts)
{
  bytes_done(&texts->base);
  bytes_done(&texts->with);
  bytes_done(&texts->without);
}

// A file of ours alone, in a folder of another package's.
static bool is_drop_in(const struct wiring *row)
{
  return row->kind == WIRING_SSHD || row->kind == WIRING_SUDOERS;
}

// Whether there is the program that reads ROW's drop-in.
static bool has_reader(const struct wiring *row)
{
  return row->kind == WIRING_SSHD ? access("/usr/sbin/sshd", X_OK) == 0 : access("/etc/sudoers.d", X_OK) == 0;
}

static enum status read_base(const struct wiring *row, struct error *error, struct texts *texts)
{
  enum status status = host_file_read(row->path, error, &texts->base);
  texts->exists = status == STATUS_OK;
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  if (is_drop_in(row)) {
    return has_reader(row) ? STATUS_OK : STATUS_NOT_FOUND;
  }
  return read_vendor(row, error, &texts->base);
}

static enum status make_without(const struct wiring *row, struct error *error, struct texts *texts)
{
  const char *base = bytes_text(&texts->base);
  switch (row->kind) {
  case WIRING_STACK: return stack_without(base, &texts->without);
  case WIRING_LOGIN_DEFS: return login_defs_text(base, NULL, false, &texts->without);
  case WIRING_NSSWITCH: return nsswitch_text(base, false, error, &texts->without);
  case WIRING_SSHD:
  case WIRING_SUDOERS: return STATUS_OK;
  }
  return STATUS_INVALID;
}

// sshd reads the folder of drop-ins only where its own file says so.
static enum status check_include(struct error *error)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = host_file_read("/etc/ssh/sshd_config", error, &text);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  for (const char *at = bytes_text(&text); at != NULL && *at != '\0'; at = strchr(at, '\n')) {
    at += strspn(at, " \t\n");
    if (strncasecmp(at, "Include", 7) == 0 && memmem(at, strcspn(at, "\n"), "sshd_config.d", 13) != NULL) {
      return STATUS_OK;
    }
  }
  error_set(error,
            "/etc/ssh/sshd_config: does not read its folder; put \"Include /etc/ssh/sshd_config.d/*.conf\" at its top");
  return STATUS_REFUSED;
}

static enum status make_with(const struct wiring *row, const struct wiring_values *values, struct error *error,
                             struct texts *texts)
{
  const char *base = bytes_text(&texts->base);
  switch (row->kind) {
  case WIRING_STACK: return stack_with(base, row->parts, row->path, error, &texts->with);
  case WIRING_LOGIN_DEFS: return login_defs_text(base, values, true, &texts->with);
  case WIRING_NSSWITCH: return nsswitch_text(base, true, error, &texts->with);
  case WIRING_SUDOERS: return sudoers_text(values, &texts->with);
  case WIRING_SSHD: {
    enum status status = check_include(error);
    return status != STATUS_OK ? status : sshd_drop_in_text(values, &texts->with);
  }
  }
  return STATUS_INVALID;
}

// Whether the file without our lines is only the copy that we made.
static bool is_mere_copy(const struct wiring *row, const struct texts *texts)
{
  struct bytes copy CLEANUP(bytes_done) = BYTES_EMPTY;
  return row->vendor != NULL && read_vendor(row, NULL, &copy) == STATUS_OK && is_same(&copy, &texts->without);
}

// Whether the service NAME is one that is wired itself, for PARTS and more.
static bool asks_as_much(const char *name, unsigned parts)
{
  for (size_t i = 0; i < COUNT_OF(WIRINGS); i++) {
    if (WIRINGS[i].kind == WIRING_STACK && strcmp(WIRINGS[i].name, name) == 0) {
      return (WIRINGS[i].parts & parts) == parts;
    }
  }
  return false;
}

static enum wiring_state state_of(const struct wiring *row, struct texts *texts, char ret_through[STACK_SERVICE_SIZE])
{
  const char *base = bytes_text(&texts->base);
  bool others_file = is_drop_in(row) && texts->exists && strncmp(base, DROP_IN_MARK, strlen(DROP_IN_MARK)) != 0;
  if (others_file || (row->kind == WIRING_STACK && stack_names_module(base))) {
    return WIRING_BY_HAND;
  }
  if (texts->exists && is_same(&texts->base, &texts->with)) {
    return WIRING_WIRED;
  }
  bool bare = is_same(&texts->base, &texts->without);
  if (bare && row->kind == WIRING_STACK && stack_is_through(base, row->parts, ret_through) &&
      asks_as_much(ret_through, row->parts)) {
    return WIRING_THROUGH;
  }
  ret_through[0] = '\0';
  return !texts->exists || bare ? WIRING_OPEN : WIRING_OUTDATED;
}

static bool is_left_alone(enum wiring_state state)
{
  return state == WIRING_BY_HAND || state == WIRING_THROUGH || state == WIRING_ABSENT;
}

static void choose(const struct wiring *row, bool wanted, struct texts *texts, struct wiring_plan *plan)
{
  bool removes = is_drop_in(row) || is_mere_copy(row, texts);
  plan->removes = !wanted && texts->exists && removes;
  plan->changes = wanted ? plan->state != WIRING_WIRED : texts->exists && plan->state != WIRING_OPEN;
  if (texts->exists) {
    bytes_take(&plan->before, &texts->base);
  }
  if (!plan->removes) {
    bytes_take(&plan->after, wanted ? &texts->with : &texts->without);
  }
}

enum status wiring_plan(const struct wiring *row, const struct wiring_values *values, bool wanted, struct error *error,
                        struct wiring_plan *ret_plan)
{
  struct texts texts CLEANUP(texts_done) = {.exists = false};
  *ret_plan = (struct wiring_plan){.row = row, .state = WIRING_ABSENT};
  enum status status = read_base(row, error, &texts);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = make_without(row, error, &texts);
  if (status != STATUS_OK) {
    return status;
  }
  enum status possible = make_with(row, values, error, &texts);
  ret_plan->state = state_of(row, &texts, ret_plan->through);
  if (is_left_alone(ret_plan->state)) {
    return STATUS_OK;
  }
  if (possible != STATUS_OK && wanted) {
    return possible;
  }
  choose(row, wanted, &texts, ret_plan);
  return STATUS_OK;
}

bool wiring_copy_is_behind(const struct wiring *row)
{
  struct texts texts CLEANUP(texts_done) = {.exists = false};
  char mark[160];
  if (row->vendor == NULL || host_file_read(row->path, NULL, &texts.base) != STATUS_OK) {
    return false;
  }
  copy_mark(row, mark, sizeof mark);
  bool is_copy = strncmp(bytes_text(&texts.base), mark, strlen(mark)) == 0;
  return is_copy && make_without(row, NULL, &texts) == STATUS_OK && !is_mere_copy(row, &texts);
}

enum status wiring_write(const struct wiring_plan *plan, struct error *error)
{
  // sudo wants its own to be nobody's to read.
  unsigned mode = plan->row->kind == WIRING_SUDOERS ? 0440 : 0644;
  return plan->removes ? host_file_remove(plan->row->path, error)
                       : host_file_replace_with_mode(plan->row->path, mode, &plan->after, error);
}
