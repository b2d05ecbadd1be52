// SPDX-License-Identifier: Apache-2.0
// Lists of domains: words separated by single spaces, as orgs (POLICY "allowed-domains") and settings have them.
#pragma once
#include <stdbool.h>

#include "base/names.h"

// The word at *AT, which moves behind it and a space. False at the end, and for a word that is no domain.
bool domain_list_next(const char **at, char ret_domain[static DOMAIN_SIZE]);

bool domain_list_has(const char *list, const char *domain);

// Whether LIST is nothing, or domains as name_is_domain() takes them, each once.
bool domain_list_is_legal(const char *list);
