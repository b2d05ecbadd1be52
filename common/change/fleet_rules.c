// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_rules.h"

#include <string.h>

#include "base/cleanup.h"

#define WHOLE                                                                                                          \
  {                                                                                                                    \
    FIELD_U8, 0, 0                                                                                                     \
  }

const struct fleet_rule FLEET_RULES[FLEET_RULE_COUNT] = {
    {FLEET_ACCOUNT, FLEET_COMES, WHOLE, 0, FLEET_FATE_CLAIMED, "somebody new: the engine gives them a number"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_TEXT(account, name), 1, FLEET_FATE_OWN, "the name that a provider says"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_U8(account, email_proven), 2, FLEET_FATE_OWN, "that an address was proven"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_I64(account, proof), 2, FLEET_FATE_OWN, "under which proof of its domain"},
    {FLEET_ACCOUNT, FLEET_EMPTIES, FIELD_OF_TEXT(account, password), 3, FLEET_FATE_OWN,
     "a password from before the address was proven: dropped"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_TEXT(account, password), 3, FLEET_FATE_TOLD, "a new password"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_I64(account, sso_only_org), 4, FLEET_FATE_TOLD,
     "that only one org's sign-in counts any more (on-link)"},
    {FLEET_MEMBERSHIP, FLEET_COMES, WHOLE, 0, FLEET_FATE_CLAIMED, "a place in an org: the engine gives it"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_U8(membership, role), 5, FLEET_FATE_OWN,
     "a role that the provider's groups give or take"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_U8(membership, role_by), 5, FLEET_FATE_OWN, "by what the role is there"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_I64(membership, role_until_s), 5, FLEET_FATE_OWN, "until when"},
    {FLEET_INVITE, FLEET_GOES, WHOLE, 0, FLEET_FATE_OWN, "an invite that somebody already there has used up"},
    {FLEET_PENDING, FLEET_GOES, WHOLE, 0, FLEET_FATE_OWN, "an expected identity that has come"},
    {FLEET_CONNECTION, FLEET_GOES, WHOLE, 0, FLEET_FATE_LEFT, "a connection that waits for a sign-in to make it count"},
};

const struct record_type *fleet_record_type(enum fleet_kind kind)
{
  return kind == FLEET_ACCOUNT ? &ACCOUNT_RECORD : kind == FLEET_MEMBERSHIP ? &MEMBERSHIP_RECORD : NULL;
}

void fleet_record_forget(union fleet_record *record)
{
  explicit_bzero(record, sizeof *record);
}

enum status fleet_record_decode(enum fleet_kind kind, const struct bytes *bytes, union fleet_record *ret_record)
{
  fleet_record_forget(ret_record);
  return record_decode(fleet_record_type(kind), bytes_text(bytes), bytes->length, ret_record);
}

unsigned char *fleet_record_at(union fleet_record *record, const struct field *field)
{
  return (unsigned char *)record + field->offset;
}

bool fleet_record_same(union fleet_record *a, union fleet_record *b, const struct field *field)
{
  return memcmp(fleet_record_at(a, field), fleet_record_at(b, field), field->size) == 0;
}

bool fleet_rule_of_field(const struct fleet_rule *rule, enum fleet_kind kind)
{
  return rule->kind == kind && (rule->turn == FLEET_CHANGES || rule->turn == FLEET_EMPTIES);
}
