// SPDX-License-Identifier: Apache-2.0
#include "check/check_log.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/host_file.h"

enum { LINE_SIZE = FINDING_WHAT_SIZE + 64 };

static const char FOLDER[] = "/var/lib/ssoorg/host";
static const char PATH[] = "/var/lib/ssoorg/host/last-check";

static void line_of(const struct finding *finding, char line[static LINE_SIZE])
{
  (void)snprintf(line, LINE_SIZE, "%s %s: %s\n", severity_name(finding->severity), finding->check, finding->what);
}

// Whether LINE, with its newline, is one of TEXT's.
static bool has_line(const char *text, const char *line, size_t length)
{
  for (const char *at = text; (at = memmem(at, strlen(at), line, length)) != NULL; at++) {
    if (at == text || at[-1] == '\n') {
      return true;
    }
  }
  return false;
}

static enum status add_wrong(const struct findings *findings, const char *before, struct bytes *now)
{
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->items[i];
    char line[LINE_SIZE];
    if (finding->severity == SEVERITY_OK) {
      continue;
    }
    line_of(finding, line);
    if (!has_line(before, line, strlen(line))) {
      syslog(finding->severity == SEVERITY_CRITICAL ? LOG_CRIT : LOG_WARNING, "check: %.*s; mend: %s",
             (int)strlen(line) - 1, line, finding->mend);
    }
    enum status status = bytes_append_text(now, line);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static void say_right_again(const char *before, const char *now)
{
  for (const char *at = before; *at != '\0';) {
    size_t length = strcspn(at, "\n") + 1;
    if (at[length - 1] == '\0') {
      return;
    }
    if (!has_line(now, at, length)) {
      syslog(LOG_NOTICE, "check: no longer: %.*s", (int)length - 1, at);
    }
    at += length;
  }
}

enum status check_log(const struct findings *findings, struct error *error)
{
  struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes now CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = host_file_read(PATH, error, &before);
  if (status != STATUS_OK) {
    bytes_clear(&before); // everything is news then, and noted anew
  }
  openlog("ssoctl", LOG_PID, LOG_AUTHPRIV);
  status = add_wrong(findings, bytes_text(&before), &now);
  if (status != STATUS_OK) {
    return status;
  }
  say_right_again(bytes_text(&before), bytes_text(&now));
  (void)mkdir(FOLDER, 0700); // where it is missing for another reason, the next line says so
  return host_file_replace(PATH, &now, error);
}

enum status check_log_last(enum severity severity, size_t *ret_number, int64_t *ret_at_s)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct stat st;
  const char *name = severity_name(severity);
  size_t number = 0;
  if (host_file_read(PATH, NULL, &text) != STATUS_OK || stat(PATH, &st) != 0) {
    return STATUS_NOT_FOUND;
  }
  for (const char *at = bytes_text(&text); *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
    number += strncmp(at, name, strlen(name)) == 0;
  }
  *ret_number = number;
  *ret_at_s = st.st_mtime;
  return STATUS_OK;
}
