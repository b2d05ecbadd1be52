// SPDX-License-Identifier: Apache-2.0
#include "http_options.h"

bool http_options_fix(CURL *e, struct curl_slist *headers)
{
  bool ok = curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_NOPROXY, "*") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_USERAGENT, "ssoorg-oidc") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
  return ok && curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
}

// The blob takes the place of the bundle but not of the directory, which must be named away.
bool http_options_trust(CURL *e, const struct bytes *pem)
{
  if (pem->length == 0) {
    return true;
  }
  struct curl_blob blob = {pem->data, pem->length, CURL_BLOB_NOCOPY};
  return curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &blob) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static bool set_method(CURL *e, const struct bytes *form)
{
  if (form == NULL) {
    return curl_easy_setopt(e, CURLOPT_HTTPGET, 1L) == CURLE_OK;
  }
  return curl_easy_setopt(e, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)form->length) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_POSTFIELDS, bytes_text(form)) == CURLE_OK;
}

static bool set_credentials(CURL *e, const struct http_request *request)
{
  const char *user = request->user != NULL ? bytes_text(request->user) : NULL;
  const char *password = request->user != NULL ? bytes_text(request->password) : NULL;
  const char *bearer = request->bearer != NULL ? bytes_text(request->bearer) : NULL;
  unsigned long method = bearer != NULL ? CURLAUTH_BEARER : CURLAUTH_BASIC;
  return curl_easy_setopt(e, CURLOPT_USERNAME, user) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_PASSWORD, password) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, bearer) == CURLE_OK &&
         curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)method) == CURLE_OK;
}

bool http_options_request(CURL *e, const struct http_request *request)
{
  return set_method(e, request->form) && set_credentials(e, request);
}
