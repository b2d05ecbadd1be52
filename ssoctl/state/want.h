// SPDX-License-Identifier: Apache-2.0
// From the wanted state to the steps that lead there. The read transaction of the plan's context is open in all of
// these, and what they yield borrows from the document. Exit codes, with the error, which says where in the document it
// is, on standard error.
#pragma once
#include "state/plan.h"
#include "state/read_json.h"

// Adds the steps for the document DOC.
int want_all(struct plan *plan, const cJSON *doc);

// An element of "orgs".
int want_org(struct plan *plan, const struct json_place *at);

// The list "members" of ORG, whose id is 0 where it is still to be made; OWNER is who the document says owns it.
int want_members(struct plan *plan, const struct json_place *at, const struct org *org, const char *owner);

// The lists "domains" and "groups" of ORG, and its connection, of which null is none.
int want_domains(struct plan *plan, const struct json_place *at, const struct org *org);
int want_groups(struct plan *plan, const struct json_place *at, const struct org *org);
int want_connection(struct plan *plan, const struct json_place *at, const struct org *org);

// The list "social", and "mail".
int want_socials(struct plan *plan, const struct json_place *at);
int want_mail(struct plan *plan, const struct json_place *at);
