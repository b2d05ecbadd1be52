// SPDX-License-Identifier: Apache-2.0
// What one HTTP request sets at http.c's libcurl handle.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "http.h"

// Method, body and credentials of REQUEST, borrowed until the request has ended; those of the one before are forgotten.
// False if libcurl refuses one, and then nothing may be sent.
bool http_options_request(CURL *e, const struct http_request *request);
