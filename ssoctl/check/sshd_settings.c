// SPDX-License-Identifier: Apache-2.0
#include "check/sshd_settings.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char CHECK[] = "sshd";
static const char ENABLE[] = "run 'ssoctl host enable sshd', or change sshd_config";

// The value of KEY in TEXT, "keyword value" a line, copied into VALUE; false where it is not there.
static bool value_of(const char *text, const char *key, char *value, size_t size)
{
  size_t length = strlen(key);
  for (const char *at = text; *at != '\0';) {
    size_t line = strcspn(at, "\n");
    if (line > length && strncmp(at, key, length) == 0 && at[length] == ' ') {
      (void)snprintf(value, size, "%.*s", (int)(line - length - 1), at + length + 1);
      return true;
    }
    at += line + (at[line] == '\n');
  }
  return false;
}

static bool is_yes(const char *text, const char *key)
{
  char value[64] = "";
  return value_of(text, key, value, sizeof value) && strcmp(value, "yes") == 0;
}

static void check_numbers(const char *text, int64_t sign_in_timeout_s, int64_t max_sign_ins, struct findings *findings)
{
  char value[64] = "";
  bool has_grace = value_of(text, "logingracetime", value, sizeof value);
  long long grace_s = has_grace ? strtoll(value, NULL, 10) : 120;
  if (grace_s != 0 && grace_s < sign_in_timeout_s) {
    findings_add(findings, SEVERITY_WARNING, CHECK, ENABLE,
                 "LoginGraceTime is %lld s: people are cut off while they sign in (sign-in-timeout is %lld s)", grace_s,
                 (long long)sign_in_timeout_s);
  }
  bool has_starts = value_of(text, "maxstartups", value, sizeof value);
  long long starts = has_starts ? strtoll(value, NULL, 10) : 10;
  if (starts < max_sign_ins) {
    findings_add(findings, SEVERITY_WARNING, CHECK, ENABLE,
                 "MaxStartups %s: with %lld people at the prompt sshd drops new connections, also root's", value,
                 starts);
  }
}

// What sshd shuts a whole address out for (OpenSSH 9.8 and later), though it is an ordinary sign-in that came to
// nothing.
static void check_penalties(const char *text, struct findings *findings)
{
  static const char *const ORDINARY[] = {"authfail", "noauth", "grace-exceeded"};
  char value[512] = "";
  char *rest = NULL;
  if (!value_of(text, "persourcepenalties", value, sizeof value)) {
    return;
  }
  for (const char *word = strtok_r(value, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
    const char *colon = strchr(word, ':');
    for (size_t i = 0; colon != NULL && i < sizeof ORDINARY / sizeof ORDINARY[0]; i++) {
      size_t length = strlen(ORDINARY[i]);
      bool is_it = (size_t)(colon - word) == length && strncmp(word, ORDINARY[i], length) == 0;
      if (is_it && strtoll(colon + 1, NULL, 10) > 1) {
        findings_add(findings, SEVERITY_WARNING, CHECK, ENABLE,
                     "PerSourcePenalties %s: a few sign-ins that nobody finishes shut their address out, also for root",
                     word);
      }
    }
  }
}

// AllowUsers and DenyUsers take what follows an @ for a host.
static void check_lists(const char *text, struct findings *findings)
{
  for (const char *at = text; *at != '\0';) {
    size_t line = strcspn(at, "\n");
    bool denies = strncmp(at, "denyusers ", 10) == 0;
    bool allows = strncmp(at, "allowusers ", 11) == 0;
    if ((denies || allows) && memchr(at, '@', line) != NULL) {
      findings_add(findings, denies ? SEVERITY_CRITICAL : SEVERITY_WARNING, CHECK,
                   "write ? in place of the @, or use groups, or 'ssoctl member suspend'",
                   "\"%.*s\": sshd takes what follows an @ for a host, so this %s", (int)line, at,
                   denies ? "keeps no member out" : "lets no member in");
    }
    at += line + (at[line] == '\n');
  }
}

void check_sshd_settings(const char *text, int64_t sign_in_timeout_s, int64_t max_sign_ins, struct findings *findings)
{
  size_t before = findings->count;
  if (!is_yes(text, "usepam")) {
    findings_add(findings, SEVERITY_CRITICAL, CHECK, ENABLE, "UsePAM is off: sshd asks no PAM module at all");
  }
  if (!is_yes(text, "kbdinteractiveauthentication")) {
    findings_add(
        findings, SEVERITY_CRITICAL, CHECK, ENABLE,
        "KbdInteractiveAuthentication is off: URL and code cannot be shown, and nobody signs in by a provider");
  }
  check_numbers(text, sign_in_timeout_s, max_sign_ins, findings);
  check_penalties(text, findings);
  check_lists(text, findings);
  if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, CHECK, NULL, "its settings are as sign-ins need them");
  }
}
