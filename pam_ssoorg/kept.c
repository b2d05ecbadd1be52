// SPDX-License-Identifier: Apache-2.0
#include "kept.h"

#include <stdlib.h>
#include <string.h>

static const char NAME[] = "ssoorg_session";

struct kept {
  char user[LOGIN_SIZE];
  struct message_verdict verdict;
};

static void free_kept(pam_handle_t *pamh, void *data, int error_status)
{
  (void)pamh;
  (void)error_status;
  free(data);
}

int kept_store(pam_handle_t *pamh, const char *user, const struct message_verdict *verdict)
{
  size_t length = strlen(user);
  struct kept *kept = length < sizeof kept->user ? calloc(1, sizeof *kept) : NULL;
  if (kept == NULL) {
    return PAM_BUF_ERR;
  }
  memcpy(kept->user, user, length + 1);
  kept->verdict = *verdict;
  int code = pam_set_data(pamh, NAME, kept, free_kept);
  if (code != PAM_SUCCESS) {
    free(kept);
  }
  return code;
}

const struct message_verdict *kept_find(pam_handle_t *pamh, const char *user)
{
  const void *data = NULL;
  if (pam_get_data(pamh, NAME, &data) != PAM_SUCCESS || data == NULL) {
    return NULL;
  }
  const struct kept *kept = data;
  return strcmp(kept->user, user) == 0 ? &kept->verdict : NULL;
}
