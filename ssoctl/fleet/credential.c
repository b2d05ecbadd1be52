// SPDX-License-Identifier: Apache-2.0
#include "fleet/credential.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/text.h"
#include "fleet/bundle.h"
#include "fleet/scram.h"

enum {
  PASSWORD_BYTES = 32,
  PASSWORD_SIZE = 2 * PASSWORD_BYTES + 1,
  SUFFIX_BYTES = 4,
  SUFFIX_SIZE = 2 * SUFFIX_BYTES + 1,
  SQL_SIZE = 512
};

enum status credential_make(const struct fleet_join *at, struct fleet_join *join)
{
  unsigned char random[PASSWORD_BYTES];
  unsigned char tail[SUFFIX_BYTES];
  char password[PASSWORD_SIZE];
  char suffix[SUFFIX_SIZE];
  if (file_random(random, sizeof random) != STATUS_OK || file_random(tail, sizeof tail) != STATUS_OK) {
    return STATUS_IO;
  }
  text_hex(random, sizeof random, password);
  text_hex(tail, sizeof tail, suffix);
  (void)snprintf(join->login, sizeof join->login, "ssoorg_%.*s_%s", BUNDLE_HOST_MAX, join->host, suffix);
  memcpy(join->engines, at->engines, sizeof join->engines);
  memcpy(join->database, at->database, sizeof join->database);
  enum status status = bytes_append(&join->ca_pem, bytes_text(&at->ca_pem), at->ca_pem.length);
  bytes_done(&join->password);
  status = status != STATUS_OK ? status : bytes_append(&join->password, password, strlen(password));
  explicit_bzero(random, sizeof random);
  explicit_bzero(password, sizeof password);
  return status;
}

enum status credential_sql(const struct fleet_join *join, const char *group, struct bytes *sql)
{
  unsigned char salt[SCRAM_SALT_SIZE];
  char verifier[SCRAM_VERIFIER_SIZE];
  char text[SQL_SIZE];
  if (file_random(salt, sizeof salt) != STATUS_OK) {
    return STATUS_IO;
  }
  enum status status = scram_verifier(bytes_text(&join->password), salt, verifier);
  if (status != STATUS_OK) {
    return status;
  }
  int length = snprintf(text, sizeof text, "CREATE ROLE \"%s\" LOGIN PASSWORD '%s'%s%s;\n", join->login, verifier,
                        group != NULL ? " IN ROLE " : "", group != NULL ? group : "");
  return bytes_append(sql, text, (size_t)length);
}
