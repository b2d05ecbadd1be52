// SPDX-License-Identifier: Apache-2.0
#include "http_hosts.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "helper/resolver.h"

static void cleanup_url(CURLU **url)
{
  curl_url_cleanup(*url);
}

static void cleanup_text(char **text)
{
  curl_free(*text);
}

static bool is_address(const char *host)
{
  struct in_addr v4;
  return host[0] == '[' || inet_pton(AF_INET, host, &v4) == 1;
}

static bool is_known(const struct curl_slist *hosts, const struct bytes *start)
{
  for (; hosts != NULL; hosts = hosts->next) {
    if (strncmp(hosts->data, bytes_text(start), start->length) == 0) {
      return true;
    }
  }
  return false;
}

// "HOST:PORT:", as an entry starts.
static enum status write_start(const char *host, const char *port, struct bytes *out)
{
  const char *const parts[] = {host, ":", port, ":"};
  return bytes_append_texts(out, parts, COUNT_OF(parts));
}

static enum status add(struct curl_slist **hosts, const struct bytes *entry)
{
  struct curl_slist *longer = curl_slist_append(*hosts, bytes_text(entry));
  if (longer == NULL) {
    return STATUS_NO_MEMORY;
  }
  *hosts = longer;
  return STATUS_OK;
}

enum status http_hosts_add(struct curl_slist **hosts, const char *url, int parent_fd, int64_t deadline_ms,
                           struct failure *r)
{
  CURLU *parsed CLEANUP(cleanup_url) = curl_url();
  char *host CLEANUP(cleanup_text) = NULL;
  char *port CLEANUP(cleanup_text) = NULL;
  struct bytes entry CLEANUP(bytes_done) = BYTES_EMPTY;
  if (parsed == NULL) {
    return STATUS_NO_MEMORY;
  }
  if (curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
      curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
      curl_url_get(parsed, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK) {
    struct shown shown = failure_show(url, strlen(url));
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: not a URL that can be fetched", shown.text);
  }
  enum status status = write_start(host, port, &entry);
  if (status != STATUS_OK || is_address(host) || is_known(*hosts, &entry)) {
    return status;
  }
  status = resolver_find(host, parent_fd, deadline_ms, r, &entry);
  return status != STATUS_OK ? status : add(hosts, &entry);
}
