// SPDX-License-Identifier: Apache-2.0
#include "curl_options.h"

bool curl_options_fix(CURL *e)
{
  bool ok = curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_NOPROXY, "*") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_USERAGENT, "ssoorg-oidc") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
  return ok && curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

// The blob takes the place of the bundle but not of the directory, which must be named away.
bool curl_options_trust(CURL *e, const struct bytes *pem)
{
  if (pem->length == 0) {
    return true;
  }
  struct curl_blob blob = {pem->data, pem->length, CURL_BLOB_NOCOPY};
  return curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_CAPATH, NULL) == CURLE_OK;
}
