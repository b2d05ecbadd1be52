// SPDX-License-Identifier: Apache-2.0
#include "session_data.h"

#include <stdlib.h>
#include <string.h>

static const char NAME[] = "ssoorg_session";

struct session_data {
  char user[LOGIN_SIZE];
  struct message_verdict verdict;
};

static void free_session_data(pam_handle_t *pamh, void *data, int error_status)
{
  (void)pamh;
  (void)error_status;
  free(data);
}

int session_data_store(pam_handle_t *pamh, const char *user, const struct message_verdict *verdict)
{
  size_t length = strlen(user);
  struct session_data *data = length < sizeof data->user ? calloc(1, sizeof *data) : NULL;
  if (data == NULL) {
    return PAM_BUF_ERR;
  }
  memcpy(data->user, user, length + 1);
  data->verdict = *verdict;
  int code = pam_set_data(pamh, NAME, data, free_session_data);
  if (code != PAM_SUCCESS) {
    free(data);
  }
  return code;
}

const struct message_verdict *session_data_find(pam_handle_t *pamh, const char *user)
{
  const void *found = NULL;
  if (pam_get_data(pamh, NAME, &found) != PAM_SUCCESS || found == NULL) {
    return NULL;
  }
  const struct session_data *data = found;
  return strcmp(data->user, user) == 0 ? &data->verdict : NULL;
}
