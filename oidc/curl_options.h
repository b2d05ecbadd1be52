// SPDX-License-Identifier: Apache-2.0
// What holds for whatever libcurl fetches or sends here.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

#include "base/bytes.h"

// TLS 1.2 or newer with certificate and name checked, no redirects, no proxy, nothing from the environment. False if
// libcurl does not take it.
bool curl_options_fix(CURL *e);

// Trusts the certificates PEM alone, which is borrowed as long as E is; the system's where it is empty. False likewise.
bool curl_options_trust(CURL *e, const struct bytes *pem);
