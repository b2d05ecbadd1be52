// SPDX-License-Identifier: Apache-2.0
// What the files that take rows of a fleet over share. Errors as fleet_apply_row(). Here fleet_check.c:
#pragma once
#include "change/context.h"
#include "store/fleet_rows.h"

// The record of a row, in RET_VALUE, which is zero. STATUS_CORRUPT, STATUS_VERSION with an error.
MUST_CHECK enum status fleet_decode(struct change_context *c, const struct fleet_row *row,
                                    const struct record_type *type, void *ret_value);

// STATUS_CORRUPT with an error unless SAME: the record is about what the row is about.
MUST_CHECK enum status fleet_check_same(struct change_context *c, const struct fleet_row *row, bool same);

// Whether STATUS, of a check, is a clash with what is this host's own; the check's error is noted of ROW.
bool fleet_is_clash(enum status status);
MUST_CHECK enum status fleet_note_clash(struct change_context *c, const struct fleet_row *row);

// Of the account that ROW is about, else of the org.
int64_t fleet_row_id(const struct fleet_row *row);

// Whether NUMBER may come here with ID, of an account or an org: STATUS_EXISTS with an error.
MUST_CHECK enum status fleet_check_number(struct change_context *c, uint32_t number, int64_t id);

// fleet_apply_account.c, of accounts and memberships:

MUST_CHECK enum status fleet_put_account(struct change_context *c, const struct fleet_row *row, bool *ret_clash);
MUST_CHECK enum status fleet_put_membership(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_end_membership(struct change_context *c, const struct fleet_row *row);

// Whoever is gone from the fleet, as ROW says: who was removed, and not retired, leaves login and address as names that
// nobody new comes by (S11), also where they were not.
MUST_CHECK enum status fleet_drop_account(struct change_context *c, const struct fleet_row *row, bool *ret_clash);

// Whoever is in no org here any more is not needed here. STATUS_OK where they are.
MUST_CHECK enum status fleet_end_if_nowhere(struct change_context *c, int64_t account_id);

// fleet_apply_org.c:

// Forgets an org of the fleet with all that is in it, and the accounts that are in no other then.
MUST_CHECK enum status fleet_drop_org(struct change_context *c, int64_t org_id);
MUST_CHECK enum status fleet_put_org(struct change_context *c, const struct fleet_row *row);

// The record of an org's ROW, which is there, as it is stored while nobody is to get in by the org, whatever else of it
// is here: neither by a provider, a password, a code nor a key, nor anybody new. RET_RECORD is empty.
MUST_CHECK enum status fleet_close_org(struct change_context *c, const struct fleet_row *row, struct bytes *ret_record);

// fleet_apply_parts.c, of what an org has:

MUST_CHECK enum status fleet_put_proof(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_domain(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_registration(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_connection(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_invite(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_group(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_mapping(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_put_pending(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_drop_connection(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_drop_group(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_drop_mapping(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_drop_pending(struct change_context *c, const struct fleet_row *row);

// fleet_apply_linked.c:

MUST_CHECK enum status fleet_put_linked(struct change_context *c, const struct fleet_row *row);
MUST_CHECK enum status fleet_drop_linked(struct change_context *c, const struct fleet_row *row);

// The account has come here: what was said of its identities before is followed now.
MUST_CHECK enum status fleet_follow_linked(struct change_context *c, int64_t account_id);
