// SPDX-License-Identifier: Apache-2.0
#include "fleet/scram.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

enum { ITERATIONS = 4096, KEY_SIZE = SHA256_DIGEST_LENGTH, KEY_TEXT_SIZE = 4 * ((KEY_SIZE + 2) / 3) + 1 };

static enum status key_of(const unsigned char salted[static KEY_SIZE], const char *what,
                          unsigned char ret_key[static KEY_SIZE])
{
  unsigned length = KEY_SIZE;
  const unsigned char *text = (const unsigned char *)what;
  return HMAC(EVP_sha256(), salted, KEY_SIZE, text, strlen(what), ret_key, &length) != NULL ? STATUS_OK : STATUS_IO;
}

static void encode(const unsigned char *data, size_t size, char text[static KEY_TEXT_SIZE])
{
  (void)EVP_EncodeBlock((unsigned char *)text, data, (int)size);
}

enum status scram_verifier(const char *password, const unsigned char salt[static SCRAM_SALT_SIZE],
                           char ret_verifier[static SCRAM_VERIFIER_SIZE])
{
  unsigned char salted[KEY_SIZE];
  unsigned char client[KEY_SIZE];
  unsigned char server[KEY_SIZE];
  unsigned char stored[KEY_SIZE];
  char texts[3][KEY_TEXT_SIZE];
  bool derived = PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, SCRAM_SALT_SIZE, ITERATIONS, EVP_sha256(),
                                   KEY_SIZE, salted) == 1;
  enum status status = derived ? key_of(salted, "Client Key", client) : STATUS_IO;
  status = status != STATUS_OK ? status : key_of(salted, "Server Key", server);
  if (status == STATUS_OK) {
    (void)SHA256(client, sizeof client, stored);
    encode(salt, SCRAM_SALT_SIZE, texts[0]);
    encode(stored, sizeof stored, texts[1]);
    encode(server, sizeof server, texts[2]);
    (void)snprintf(ret_verifier, SCRAM_VERIFIER_SIZE, "SCRAM-SHA-256$%d:%s$%s:%s", ITERATIONS, texts[0], texts[1],
                   texts[2]);
  }
  explicit_bzero(salted, sizeof salted);
  explicit_bzero(client, sizeof client);
  return status;
}
