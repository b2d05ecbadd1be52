// SPDX-License-Identifier: Apache-2.0
// URLs (RFC 3986): which ones may be fetched, and which may be shown to a person.
#pragma once
#include <stdbool.h>

// True for an absolute https URL in printable ASCII, with a host, a port between 1 and 65535 if any, no user
// information and no fragment; with ALLOW_LOOPBACK_HTTP also for an http URL if url_is_loopback().
bool url_is_endpoint(const char *url, bool allow_loopback_http);

// As url_is_endpoint(), without a query and without braces (OIDC Core 2: iss).
bool url_is_issuer(const char *url, bool allow_loopback_http);

// True for an http or https URL in printable ASCII, with a host and without user information: fit for a terminal and
// for a person to open.
bool url_is_for_people(const char *url, bool allow_loopback_http);

// True if the host of URL is 127.0.0.0/8 in dotted form, [::1] or "localhost".
bool url_is_loopback(const char *url);

// True for smtps://HOST[:PORT] (RFC 8314 3.3) and smtp://HOST[:PORT], with nothing behind it.
bool url_is_mail_server(const char *url);

// True for the second of the two if the host is this machine itself, as url_is_loopback() has it.
bool url_is_loopback_smtp(const char *url);

// True if A and B are http or https URLs with the same scheme, host (letter case aside) and port.
bool url_is_same_origin(const char *a, const char *b);

// True if A and B are the same URL, the letter case of the host aside (RFC 3986 6.2.2.1).
bool url_is_same_but_host_case(const char *a, const char *b);

// True if URL is an issuer that speaks for every tenant of a provider, such as Microsoft's "common", "organizations"
// and "consumers", or has a "{tenantid}" in it: an identity from there names no organization.
bool url_is_tenant_independent(const char *url);

// True for an issuer of Microsoft's, whichever cloud and tenant.
bool url_is_microsoft(const char *url);

// Microsoft's tenant of people's own accounts, which is one of these, and its issuer.
#define URL_MICROSOFT_PERSONAL_TENANT "9188040d-6c67-4c5b-b112-36a304b66dad"
bool url_is_microsoft_personal(const char *url);
