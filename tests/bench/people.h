// SPDX-License-Identifier: Apache-2.0
// The people that every name service is loaded with: always the same ones, known by their index below COUNT. Each has
// an account "u000123@acme.test" with a private group of the same name and number, and is in one or two groups of orgs:
// in that of the ORG_SIZE people around them and, with an odd index, in the next one too.
#pragma once
#include <stdint.h>

#include "map/map_records.h"

enum { PEOPLE_MAX = 1000000, PEOPLE_FIRST_UID = 2000000, ORGS_FIRST_GID = 1500000, ORG_SIZE = 600 };

#define PEOPLE_DOMAIN "acme.test"

// INDEX is below COUNT, COUNT above 0 and at most PEOPLE_MAX.
void person_at(uint32_t index, uint32_t count, struct map_account *ret_person);

uint32_t org_count(uint32_t count);

// The group of org NUMBER, which is below org_count(), with its members: record_done(&MAP_GROUP_RECORD, ...).
// STATUS_NO_MEMORY.
MUST_CHECK enum status org_at(uint32_t number, uint32_t count, struct map_group *ret_group);

// The whole of TEXT as a COUNT. STATUS_INVALID.
MUST_CHECK enum status people_count(const char *text, uint32_t *ret_count);
