// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "check/check.h"
#include "check/sshd_settings.h"
#include "program.h"

void check_sshd(const struct config *config, struct findings *findings)
{
  static const char *const WORDS[] = {"/usr/sbin/sshd", "-T", NULL};
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = 1;
  if (access(WORDS[0], X_OK) != 0) {
    findings_add(findings, SEVERITY_OK, "sshd", NULL, "there is none on this host");
    return;
  }
  if (program_output(WORDS, &text, &code) != STATUS_OK || code != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "sshd", "run 'sshd -t' to see why",
                 "'sshd -T' fails: its settings are not legal, or it has no host key");
    return;
  }
  check_sshd_settings(bytes_text(&text), config->sign_in_timeout_s, config->max_sign_ins, findings);
}
