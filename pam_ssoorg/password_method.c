// SPDX-License-Identifier: Apache-2.0
#include "password_method.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/protocol.h"

static const char NAME[] = "ssoorg_password_method";

struct note {
  char user[LOGIN_SIZE];
  pid_t process;
};

static void free_note(pam_handle_t *pamh, void *data, int error_status)
{
  (void)pamh;
  (void)error_status;
  free(data);
}

bool password_method_note(pam_handle_t *pamh, const char *user)
{
  size_t length = strlen(user);
  struct note *note = length < sizeof note->user ? calloc(1, sizeof *note) : NULL;
  if (note == NULL) {
    return false;
  }
  memcpy(note->user, user, length + 1);
  note->process = getpid();
  if (pam_set_data(pamh, NAME, note, free_note) != PAM_SUCCESS) {
    free(note);
    return false;
  }
  return true;
}

enum password_method password_method_find(pam_handle_t *pamh, const char *user)
{
  const void *found = NULL;
  if (pam_get_data(pamh, NAME, &found) != PAM_SUCCESS || found == NULL) {
    return PASSWORD_METHOD_NONE;
  }
  const struct note *note = found;
  if (strcmp(note->user, user) != 0) {
    return PASSWORD_METHOD_NONE;
  }
  return note->process == getpid() ? PASSWORD_METHOD_NOW : PASSWORD_METHOD_BEFORE;
}
