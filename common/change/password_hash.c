// SPDX-License-Identifier: Apache-2.0
#include "change/password_hash.h"

#include <crypt.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char METHOD[] = "$y$";

struct crypt_space {
  struct crypt_data *data;
};

static void wipe_space(struct crypt_space *space)
{
  if (space->data != NULL) {
    explicit_bzero(space->data, sizeof *space->data);
    free(space->data);
  }
}

static enum status run_crypt(const char *password, const char *setting, char ret_hash[static PASSWORD_HASH_SIZE])
{
  struct crypt_space space CLEANUP(wipe_space) = {calloc(1, sizeof(struct crypt_data))};
  if (space.data == NULL) {
    return STATUS_NO_MEMORY;
  }
  const char *hash = crypt_r(password, setting, space.data);
  if (hash == NULL || hash[0] == '*') {
    return STATUS_IO;
  }
  return text_copy(hash, ret_hash, PASSWORD_HASH_SIZE);
}

static enum status new_setting(char setting[static CRYPT_GENSALT_OUTPUT_SIZE])
{
  return crypt_gensalt_rn(METHOD, 0, NULL, 0, setting, CRYPT_GENSALT_OUTPUT_SIZE) != NULL ? STATUS_OK : STATUS_IO;
}

enum status password_hash(const struct bytes *password, char ret_hash[static PASSWORD_HASH_SIZE])
{
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  bool legal = password->length >= PASSWORD_MIN && password->length <= PASSWORD_MAX &&
               strlen(bytes_text(password)) == password->length;
  if (!legal) {
    return STATUS_INVALID;
  }
  enum status status = new_setting(setting);
  return status != STATUS_OK ? status : run_crypt(bytes_text(password), setting, ret_hash);
}

bool password_matches(const struct bytes *password, const char *hash)
{
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  char computed[PASSWORD_HASH_SIZE] = {0};
  char stored[PASSWORD_HASH_SIZE] = {0};
  bool usable = hash[0] != '\0';
  if (password->length == 0 || password->length > PASSWORD_MAX || strlen(bytes_text(password)) != password->length ||
      new_setting(setting) != STATUS_OK) {
    return false;
  }
  // Without a stored hash the same work is done, so that time does not tell whether there is one.
  enum status status = run_crypt(bytes_text(password), usable ? hash : setting, computed);
  if (status != STATUS_OK || !usable || text_copy(hash, stored, sizeof stored) != STATUS_OK) {
    return false;
  }
  bool equal = bytes_equal_constant_time(computed, stored, sizeof stored);
  explicit_bzero(computed, sizeof computed);
  return equal;
}
