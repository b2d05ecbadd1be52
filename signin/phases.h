// SPDX-License-Identifier: Apache-2.0
// The five requests of the PAM module. Each fills a verdict that starts as a refusal.
#pragma once
#include "session.h"

typedef void phase_function(struct session *s, struct message_verdict *verdict);

phase_function phase_auth, phase_account, phase_cred, phase_session, phase_chauthtok;
