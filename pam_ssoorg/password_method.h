// SPDX-License-Identifier: Apache-2.0
// sshd's password method answers hidden prompts with the password that was typed and can show no other. Where somebody
// must use the provider it fails, and the method that the client tries next in the same connection is the first place
// where a person can be told why. It cannot sign them in: libpam goes by what the first method came to when it sets
// credentials, so that sshd would end the session. Both methods have the same PAM handle: what is noted there says so.
#pragma once
#include <security/pam_modules.h>
#include <stdbool.h>

enum password_method {
  PASSWORD_METHOD_NONE = 0, // not in this connection
  PASSWORD_METHOD_NOW,      // it goes on: the same process asks once more, which nobody can see
  PASSWORD_METHOD_BEFORE,   // it has failed, and another method is tried, which has a process of its own
};

// Notes that it has failed for USER. False where that cannot be noted.
bool password_method_note(pam_handle_t *pamh, const char *user);

enum password_method password_method_find(pam_handle_t *pamh, const char *user);
