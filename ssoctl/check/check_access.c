// SPDX-License-Identifier: Apache-2.0
// access.conf(5), where a service asks pam_access(8).
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/host_file.h"
#include "check/check.h"

static const char CHECK[] = "access";
static const char PATH[] = "/etc/security/access.conf";
static const char STACKS[] = "/etc/pam.d";

static void close_folder(DIR **folder)
{
  if (*folder != NULL) {
    (void)closedir(*folder);
  }
}

// Whether a line of the stack in PATH that counts names pam_access.
static bool stack_asks(const char *path)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  if (host_file_read(path, NULL, &text) != STATUS_OK) {
    return false;
  }
  for (const char *at = bytes_text(&text); *at != '\0';) {
    size_t line = strcspn(at, "\n");
    size_t counts = strcspn(at, "#\n");
    if (memmem(at, counts, "pam_access.so", 13) != NULL) {
      return true;
    }
    at += line + (at[line] == '\n');
  }
  return false;
}

static bool any_stack_asks(void)
{
  DIR *folder CLEANUP(close_folder) = opendir(STACKS);
  for (const struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL; entry = readdir(folder)) {
    char path[sizeof STACKS + sizeof entry->d_name + 1];
    (void)snprintf(path, sizeof path, "%s/%s", STACKS, entry->d_name);
    if (entry->d_name[0] != '.' && stack_asks(path)) {
      return true;
    }
  }
  return false;
}

// A word with an @ inside is "user@host" there; one that begins with it is a netgroup.
static bool names_by_email(const char *users, size_t length)
{
  for (size_t i = 1; i < length; i++) {
    bool starts = users[i - 1] == ' ' || users[i - 1] == '\t' || users[i - 1] == ':';
    if (users[i] == '@' && !starts && users[i - 1] != '@') {
      return true;
    }
  }
  return false;
}

void check_access(struct findings *findings)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  if (!any_stack_asks() || host_file_read(PATH, NULL, &text) != STATUS_OK) {
    return;
  }
  size_t before = findings->count;
  for (const char *at = bytes_text(&text); *at != '\0';) {
    size_t line = strcspn(at, "\n");
    size_t permission = strcspn(at, ":\n");
    bool denies = memchr(at, '-', permission) != NULL;
    size_t users = at[permission] == ':' ? strcspn(at + permission + 1, ":\n") : 0;
    if (at[0] != '#' && names_by_email(at + permission, users + 1)) {
      findings_add(findings, denies ? SEVERITY_CRITICAL : SEVERITY_WARNING, CHECK,
                   denies ? "use 'ssoctl member suspend', or the group of an org in brackets for ssh"
                          : "use the group of an org in brackets",
                   "%s: \"%.*s\": pam_access takes what follows an @ for a host, so this %s", PATH, (int)line, at,
                   denies ? "keeps no member out" : "lets no member in");
    }
    at += line + (at[line] == '\n');
  }
  if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, CHECK, NULL, "%s names nobody by an address", PATH);
  }
}
