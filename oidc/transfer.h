// SPDX-License-Identifier: Apache-2.0
// One transfer by libcurl, while the program that asked for it is watched.
#pragma once
#include <curl/curl.h>
#include <stdint.h>

#include "base/status.h"

// Moves the one transfer of MULTI on until it has a result, which is *RET_CODE. STATUS_TIMEOUT: DEADLINE_MS (monotonic)
// has passed. STATUS_CLOSED: the parent behind PARENT_FD is gone. STATUS_NO_MEMORY.
MUST_CHECK enum status transfer_run(CURLM *multi, int parent_fd, int64_t deadline_ms, CURLcode *ret_code);

// For CURLOPT_OPENSOCKETFUNCTION. CONTEXT is a const bool: whether this machine itself alone may be reached, whatever
// the name in the URL resolves to.
curl_socket_t transfer_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address);
