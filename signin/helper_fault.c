// SPDX-License-Identifier: Apache-2.0
#include "helper_fault.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "paths.h"
#include "protocol/confinement.h"
#include "session.h"

void helper_fault_log(enum status status)
{
  if (access(PATH_OIDC, X_OK) != 0) {
    session_log(LOG_ERR, PATH_OIDC ": %s; it belongs to this package", strerror(errno));
    return;
  }
  session_log(LOG_ERR, "ssoorg-oidc ended before it said anything: %s; 'ssoctl check' looks at what it needs",
              status_text(status));
}

void helper_fault_log_lack(uint32_t error)
{
  if (confinement_is_lack((int)error)) {
    session_log(LOG_WARNING, "ssoorg-oidc works without part of its confinement, as ssoorg.conf allows: %s; %s",
                confinement_lack((int)error), confinement_mend((int)error));
  }
}
