// SPDX-License-Identifier: Apache-2.0
#include "ca_file.h"

#include <string.h>

#include "base/cleanup.h"
#include "context.h"
#include "protocol/protocol.h"

// RFC 7468 5: whole blocks of base64. What stands between them is a comment. Whether the certificates are any good is
// for 'idp test' to say.
static bool is_certificates(const struct bytes *pem)
{
  static const char BEGIN[] = "-----BEGIN CERTIFICATE-----";
  static const char END[] = "-----END CERTIFICATE-----";
  static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";
  const char *at = strlen(bytes_text(pem)) == pem->length ? strstr(bytes_text(pem), BEGIN) : NULL;
  bool whole = at != NULL;
  for (; whole && at != NULL; at = strstr(at, BEGIN)) {
    at += strlen(BEGIN);
    size_t length = strspn(at, BASE64);
    whole = length > 64 && strncmp(at + length, END, strlen(END)) == 0;
  }
  return whole;
}

int ca_file_take(const char *what, struct bytes *pem, struct bytes *ca_pem)
{
  if (pem->length > PROTOCOL_CA_MAX || !is_certificates(pem)) {
    return fail(EXIT_USAGE, "%s: holds no certificate in PEM form, or a damaged one, or more than %d bytes", what,
                PROTOCOL_CA_MAX);
  }
  bytes_done(ca_pem);
  bytes_take(ca_pem, pem);
  return EXIT_DONE;
}

int ca_file_read(const char *path, struct bytes *ca_pem)
{
  if (path[0] == '\0') {
    bytes_done(ca_pem);
    return EXIT_DONE;
  }
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = context_read_file(path, PROTOCOL_CA_MAX, &pem);
  if (code != EXIT_DONE) {
    return code;
  }
  return ca_file_take("--ca-file", &pem, ca_pem);
}
