// SPDX-License-Identifier: Apache-2.0
#include "http_error.h"

#include <string.h>

#include "base/cleanup.h"

// For a connection that breaks while TLS is agreed on libcurl has the code of every failure there, and says in English
// words alone which it was. A version that says it otherwise makes such a failure one of TLS: oidc_http_error would
// fail with it.
static bool is_broken(CURLcode code, const char *words)
{
  static const char *const SIGNS[] = {"Recv failure", "Send failure", "SSL_ERROR_SYSCALL", "Connection reset",
                                      "unexpected eof while reading"};
  for (size_t i = 0; code == CURLE_SSL_CONNECT_ERROR && i < COUNT_OF(SIGNS); i++) {
    if (strstr(words, SIGNS[i]) != NULL) {
      return true;
    }
  }
  return false;
}

bool http_error_is_tls(CURLcode code, const char *words)
{
  static const CURLcode CODES[] = {
      CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER,        CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_ISSUER_ERROR,  CURLE_SSL_INVALIDCERTSTATUS,    CURLE_SSL_PINNEDPUBKEYNOTMATCH};
  for (size_t i = 0; i < COUNT_OF(CODES); i++) {
    if (CODES[i] == code) {
      return !is_broken(code, words);
    }
  }
  return false;
}

bool http_error_is_lost(CURLcode code, const char *words)
{
  return code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
         code == CURLE_PARTIAL_FILE || is_broken(code, words);
}
