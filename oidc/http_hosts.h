// SPDX-License-Identifier: Apache-2.0
// The hosts that libcurl may connect to, with their addresses: it never looks a name up itself.
#pragma once
#include <curl/curl.h>
#include <stdint.h>

#include "base/status.h"
#include "helper/failure.h"

// Entries for CURLOPT_RESOLVE. NULL: none yet. For curl_slist_free_all().
struct curl_slist;

// Adds the host and port of URL to *HOSTS, resolved, unless they are there or the host is an address. Statuses as
// resolver_find(); also STATUS_REFUSED (FAILURE_MISCONFIGURED) for a URL that libcurl does not understand.
MUST_CHECK enum status http_hosts_add(struct curl_slist **hosts, const char *url, int parent_fd, int64_t deadline_ms,
                                      struct failure *r);
