// SPDX-License-Identifier: Apache-2.0
// The options of http.c's libcurl handle. Each function is false if libcurl refuses one, and then nothing may be sent.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "http.h"

// What holds for every request (http.h), with HEADERS, borrowed for the life of the handle.
bool http_options_fix(CURL *e, struct curl_slist *headers);

// Trusts the certificates in PEM, borrowed for the life of the handle, and no others; the system's if PEM is empty.
bool http_options_trust(CURL *e, const struct bytes *pem);

// Method, body and credentials of REQUEST, borrowed until the request has ended; those of the one before are forgotten.
bool http_options_request(CURL *e, const struct http_request *request);
