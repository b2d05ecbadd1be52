// SPDX-License-Identifier: Apache-2.0
#include "http_options.h"

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
