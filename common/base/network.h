// SPDX-License-Identifier: Apache-2.0
// Networks as "192.0.2.0/24" or "2001:db8::/32" (RFC 4632, RFC 4291), in lists separated by single spaces.
#pragma once
#include <stdbool.h>

// True if LIST is one or more networks or addresses, without bits set behind the prefix, separated by single spaces;
// the word "console" stands for a sign-in that comes from no address.
bool network_list_is_legal(const char *list);

// True if TEXT is an IPv4 or IPv6 address, with or without a scope.
bool network_is_address(const char *text);

// True if ADDRESS, an IPv4 or IPv6 address in text, is in one of the networks of a legal LIST; an IPv4-mapped IPv6
// address counts as the IPv4 one. What is no address, as a host's name, is in none. "" is the console.
bool network_list_has(const char *list, const char *address);
