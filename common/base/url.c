// SPDX-License-Identifier: Apache-2.0
#include "url.h"

#include <stddef.h>

#include "base/cleanup.h"
#include "base/text.h"

// RFC 3986 2.2 and 2.3, and the percent sign.
static const char MARKS[] = "-._~:/?#[]@!$&'()*+,;=%";

struct parts {
  bool secure; // https, smtps
  const char *host;
  size_t host_length;
  const char *rest; // path, query and fragment
};

static bool is_letter_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has_legal_bytes(const char *url)
{
  for (; *url != '\0'; url++) {
    if (!is_letter_or_digit(*url) && strchr(MARKS, *url) == NULL) {
      return false;
    }
  }
  return true;
}

static const char *skip(const char *text, const char *start)
{
  size_t length = strlen(start);
  return strncmp(text, start, length) == 0 ? text + length : NULL;
}

static bool is_name_or_ipv4(const char *host, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (!is_letter_or_digit(host[i]) && host[i] != '.' && host[i] != '-') {
      return false;
    }
  }
  return length > 0 && host[0] != '.' && host[0] != '-';
}

static bool is_ipv6(const char *host, size_t length)
{
  if (length < 4 || host[0] != '[' || host[length - 1] != ']') {
    return false;
  }
  return strspn(host + 1, "0123456789abcdefABCDEF:.") == length - 2;
}

static bool is_port(const char *text, size_t length)
{
  char digits[6];
  int64_t port = 0;
  if (length == 0 || length >= sizeof digits || text[0] == '+' || text[0] == '-') {
    return false;
  }
  memcpy(digits, text, length);
  digits[length] = '\0';
  return text_to_i64(digits, 1, 65535, &port) == STATUS_OK;
}

// HOST is what stands behind the scheme.
static bool split_behind(const char *host, bool secure, struct parts *ret_parts)
{
  if (host == NULL || !has_legal_bytes(host)) {
    return false;
  }
  size_t authority = strcspn(host, "/?#");
  size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
  if (length > authority || (!is_name_or_ipv4(host, length) && !is_ipv6(host, length))) {
    return false;
  }
  if (length < authority && (host[length] != ':' || !is_port(host + length + 1, authority - length - 1))) {
    return false;
  }
  *ret_parts = (struct parts){secure, host, length, host + authority};
  return true;
}

static bool split(const char *url, struct parts *ret_parts)
{
  const char *https = skip(url, "https://");
  return split_behind(https != NULL ? https : skip(url, "http://"), https != NULL, ret_parts);
}

static bool split_mail(const char *url, struct parts *ret_parts)
{
  const char *smtps = skip(url, "smtps://");
  return split_behind(smtps != NULL ? smtps : skip(url, "smtp://"), smtps != NULL, ret_parts) &&
         ret_parts->rest[0] == '\0';
}

static bool host_is(const struct parts *parts, const char *name)
{
  return parts->host_length == strlen(name) && strncasecmp(parts->host, name, parts->host_length) == 0;
}

// 127.0.0.0/8 in its canonical dotted form; "127.1" is for nobody.
static bool is_ipv4_loopback(const char *host, size_t length)
{
  char text[16];
  if (length >= sizeof text || length < strlen("127.0.0.0") || skip(host, "127.") == NULL) {
    return false;
  }
  memcpy(text, host, length);
  text[length] = '\0';
  const char *at = text;
  for (int octet = 0; octet < 4; octet++) {
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 3 || at[digits] != (octet < 3 ? '.' : '\0')) {
      return false;
    }
    at += digits + 1;
  }
  return true;
}

static bool is_loopback(const struct parts *parts)
{
  return host_is(parts, "localhost") || host_is(parts, "[::1]") || is_ipv4_loopback(parts->host, parts->host_length);
}

bool url_is_loopback(const char *url)
{
  struct parts parts = {0};
  return split(url, &parts) && is_loopback(&parts);
}

bool url_is_mail_server(const char *url)
{
  struct parts parts = {0};
  return split_mail(url, &parts);
}

bool url_is_loopback_smtp(const char *url)
{
  struct parts parts = {0};
  return split_mail(url, &parts) && !parts.secure && is_loopback(&parts);
}

bool url_is_endpoint(const char *url, bool allow_loopback_http)
{
  struct parts parts = {0};
  if (!split(url, &parts) || strchr(parts.rest, '#') != NULL) {
    return false;
  }
  return parts.secure || (allow_loopback_http && is_loopback(&parts));
}

bool url_is_issuer(const char *url, bool allow_loopback_http)
{
  return url_is_endpoint(url, allow_loopback_http) && strpbrk(url, "?{}") == NULL;
}

bool url_is_for_people(const char *url, bool allow_loopback_http)
{
  struct parts parts = {0};
  return split(url, &parts) && (parts.secure || (allow_loopback_http && is_loopback(&parts)));
}

static bool ends_with_domain(const struct parts *parts, const char *domain)
{
  size_t length = strlen(domain);
  if (parts->host_length < length || strncasecmp(parts->host + parts->host_length - length, domain, length) != 0) {
    return false;
  }
  return parts->host_length == length || parts->host[parts->host_length - length - 1] == '.';
}

static bool is_microsoft(const struct parts *parts)
{
  static const char *const DOMAINS[] = {"microsoftonline.com", "microsoftonline.us", "microsoftonline.cn",
                                        "windows.net", "chinacloudapi.cn"};
  for (size_t i = 0; i < COUNT_OF(DOMAINS); i++) {
    if (ends_with_domain(parts, DOMAINS[i])) {
      return true;
    }
  }
  return false;
}

// Where the origin ends: at the path, the query or the end.
static size_t origin_length(const char *url, const struct parts *parts)
{
  return (size_t)(parts->rest - url);
}

bool url_is_same_origin(const char *a, const char *b)
{
  struct parts first = {0};
  struct parts second = {0};
  if (!split(a, &first) || !split(b, &second)) {
    return false;
  }
  size_t length = origin_length(a, &first);
  return length == origin_length(b, &second) && strncasecmp(a, b, length) == 0;
}

bool url_is_same_but_host_case(const char *a, const char *b)
{
  struct parts one = {0};
  struct parts other = {0};
  if (!split(a, &one) || !split(b, &other) || one.secure != other.secure || one.host_length != other.host_length) {
    return false;
  }
  return strncasecmp(one.host, other.host, one.host_length) == 0 &&
         strcmp(one.host + one.host_length, other.host + other.host_length) == 0;
}

bool url_is_microsoft(const char *url)
{
  struct parts parts = {0};
  return split(url, &parts) && is_microsoft(&parts);
}

bool url_is_microsoft_personal(const char *url)
{
  return strcmp(url, "https://login.microsoftonline.com/" URL_MICROSOFT_PERSONAL_TENANT "/v2.0") == 0;
}

bool url_is_tenant_independent(const char *url)
{
  // The last one is the tenant of everybody's own Microsoft account.
  static const char PERSONAL[] = "/" URL_MICROSOFT_PERSONAL_TENANT;
  static const char *const TENANTS[] = {"/common", "/organizations", "/consumers", PERSONAL};
  struct parts parts = {0};
  if (strpbrk(url, "{}") != NULL) {
    return true;
  }
  if (!split(url, &parts)) {
    return false;
  }
  for (size_t i = 0; i < COUNT_OF(TENANTS); i++) {
    size_t length = strlen(TENANTS[i]);
    bool starts = strncasecmp(parts.rest, TENANTS[i], length) == 0;
    const char *behind = parts.rest + (starts ? length : 0);
    if (starts && (*behind == '\0' || *behind == '/')) {
      return is_microsoft(&parts) || strncasecmp(behind, "/v2.0", 5) == 0;
    }
  }
  return false;
}
