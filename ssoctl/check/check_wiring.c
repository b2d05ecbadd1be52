// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/host_file.h"
#include "base/version_mark.h"
#include "check/check.h"
#include "host_services.h"
#include "paths.h"
#include "wiring/pending.h"

static const char WIRING[] = "wiring";

// How bad it is that ROW is not wired: nobody gets in; somebody gets in, or something runs, who should not; somebody is
// asked for what they do not have.
static enum severity severity_of(const struct wiring *row)
{
  bool opens = row->kind == WIRING_NSSWITCH || row->kind == WIRING_SSHD || strcmp(row->name, "sshd") == 0;
  return opens ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

static void look_at(const struct wiring *row, const struct wiring_values *values, struct findings *findings)
{
  struct wiring_plan plan CLEANUP(wiring_plan_done) = WIRING_PLAN_EMPTY;
  struct error error = {.text = ""};
  char mend[FINDING_MEND_SIZE];
  (void)snprintf(mend, sizeof mend, "run 'ssoctl host enable %s'", row->name);
  if (wiring_plan(row, values, true, &error, &plan) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, WIRING, mend, "%s", error.text);
    return;
  }
  switch (plan.state) {
  case WIRING_OPEN:
    findings_add(findings, severity_of(row), WIRING, mend, "%s (%s) does not ask ssoorg: %s", row->name, row->path,
                 row->what);
    return;
  case WIRING_OUTDATED:
    findings_add(findings, SEVERITY_WARNING, WIRING, mend, "%s (%s) has lines of ssoorg that are not this version's",
                 row->name, row->path);
    return;
  case WIRING_BY_HAND:
    findings_add(findings, SEVERITY_WARNING, WIRING,
                 "take those lines away and run 'ssoctl host enable', or see to them",
                 "%s (%s) names pam_ssoorg.so by lines of your own, which nobody checks", row->name, row->path);
    return;
  case WIRING_WIRED:
    if (wiring_copy_is_behind(row)) {
      findings_add(findings, SEVERITY_WARNING, WIRING, "run 'ssoctl host disable' and 'enable' for it",
                   "%s is a copy of %s, which has changed since", row->path, row->vendor);
    }
    return;
  case WIRING_ABSENT:
  case WIRING_THROUGH: return;
  }
}

static void look_at_pending(struct findings *findings)
{
  struct pending pending;
  struct error error = {.text = ""};
  enum status status = pending_read(&error, &pending);
  if (status == STATUS_NOT_FOUND) {
    return;
  }
  bool late = status == STATUS_OK && pending_is_due(&pending);
  findings_add(findings, status == STATUS_OK && !late ? SEVERITY_WARNING : SEVERITY_CRITICAL, WIRING,
               "sign in anew and run 'ssoctl host confirm' there, or run 'ssoctl host revert'", "%s",
               late                  ? "what was wired should have been taken back: nobody confirmed it in time"
               : status == STATUS_OK ? "what was wired waits to be confirmed, and is taken back otherwise"
                                     : error.text);
}

void check_wiring(struct context *ctx, struct findings *findings)
{
  size_t count = 0;
  size_t before = findings->count;
  const struct wiring *rows = wiring_table(&count);
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  if (host_wiring_values(ctx, &values) != EXIT_DONE) {
    findings_add(findings, SEVERITY_CRITICAL, WIRING, NULL,
                 "what sudo's rules should be cannot be read from the store");
    return;
  }
  for (size_t i = 0; i < count; i++) {
    look_at(&rows[i], &values, findings);
  }
  look_at_pending(findings);
  if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, WIRING, NULL, "every service of this host that can asks ssoorg");
  }
}

// What of ours is on the disk: the mark says of which version.
static void look_at_program(const char *path, struct findings *findings)
{
  static const char AGAIN[] =
      "install the packages ssoorg, libpam-ssoorg, libnss-ssoorg and, in a fleet, ssoorg-fleet of one version";
  struct stat st;
  char version[VERSION_SIZE] = "";
  struct error error = {.text = ""};
  if (stat(path, &st) != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "programs", AGAIN, "%s: %s", path, strerror(errno));
    return;
  }
  if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    findings_add(
        findings, SEVERITY_CRITICAL, "programs", "chown root:root and chmod go-w it, and find out who changed it",
        "%s: belongs to uid %u with mode %04o; others than root may change it", path, st.st_uid, st.st_mode & 07777);
  }
  if (version_of_file(path, &error, version) != STATUS_OK || strcmp(version, SSOORG_VERSION) != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "programs", AGAIN, "%s is of version %s, and ssoctl of %s", path,
                 version[0] != '\0' ? version : "unknown", SSOORG_VERSION);
  }
}

void check_programs(struct findings *findings)
{
  static const char *const PATHS[] = {PATH_PAM_MODULE, PATH_NSS_MODULE, PATH_SIGNIN, PATH_OIDC};
  size_t before = findings->count;
  for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
    look_at_program(PATHS[i], findings);
  }
  if (access(PATH_FLEET, F_OK) == 0) { // of a package that a host which stands alone does without
    look_at_program(PATH_FLEET, findings);
  }
  if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, "programs", NULL, "modules and helpers are there, and of version %s",
                 SSOORG_VERSION);
  }
}
