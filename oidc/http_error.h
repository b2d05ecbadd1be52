// SPDX-License-Identifier: Apache-2.0
// What libcurl means when it has no answer: its codes, and where they tell too little, its words.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>

// Whether what failed with CODE and WORDS is about certificates or the protocol, and will not do the next time either.
bool http_error_is_tls(CURLcode code, const char *words);

// Whether the connection was lost, also while TLS was agreed on: the next one may do better.
bool http_error_is_lost(CURLcode code, const char *words);
