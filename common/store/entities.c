// SPDX-License-Identifier: Apache-2.0
#include "store/entities.h"
#include "base/cleanup.h"
#include "store/here.h"

enum { ENTITY_VERSION = 4 };

// A record with the fields that it had in the version before; one that has grown since; one that has come since.
#define SAME(s, table) RECORD_TYPE_GROWN(s, ENTITY_VERSION, table, COUNT_OF(table))
#define GROWN(s, table, before) RECORD_TYPE_GROWN(s, ENTITY_VERSION, table, before)
#define CAME(s, table) RECORD_TYPE(s, ENTITY_VERSION, table)
// One that was split with the schema: those of before were all written anew (split.c).
#define SPLIT(s, number, table) RECORD_TYPE(s, number, table)

static const struct field ACCOUNT_FIELDS[] = {
    FIELD_OF_I64(account, id),
    FIELD_OF_TEXT(account, login),
    FIELD_OF_TEXT(account, email),
    FIELD_OF_U8(account, email_proven),
    FIELD_OF_U8(account, status),
    FIELD_OF_U32(account, uid),
    FIELD_OF_U32(account, gid),
    FIELD_OF_U8(account, mapped),
    FIELD_OF_TEXT(account, name),
    FIELD_OF_TEXT(account, home),
    FIELD_OF_TEXT(account, shell),
    FIELD_OF_TEXT(account, password),
    FIELD_OF_I64(account, created_by_org),
    FIELD_OF_I64(account, created_at_s),
    FIELD_OF_I64(account, proof),
    FIELD_OF_U8(account, by_operator),
    FIELD_OF_U8(account, code_used),
    FIELD_OF_I64(account, sso_only_org),
};
const struct record_type ACCOUNT_RECORD = SPLIT(account, ENTITY_VERSION + 2, ACCOUNT_FIELDS);

static const struct field ORG_FIELDS[] = {
    FIELD_OF_I64(org, id),
    FIELD_OF_TEXT(org, slug),
    FIELD_OF_TEXT(org, name),
    FIELD_OF_U32(org, gid),
    FIELD_OF_U32(org, admins_gid),
    FIELD_OF_U8(org, provisioning),
    FIELD_OF_U8(org, enforcement),
    FIELD_OF_U8(org, default_role),
    FIELD_OF_U8(org, requirements.trust),
    FIELD_OF_U8(org, on_link),
    FIELD_OF_U8(org, keys),
    FIELD_OF_I64(org, keys_recent_s),
    FIELD_OF_U8(org, by_root),
    FIELD_OF_TEXT(org, requirements.required_acr),
    FIELD_OF_TEXT(org, requirements.required_amr),
    FIELD_OF_TEXT(org, requirements.signin_from),
    FIELD_OF_TEXT(org, help),
    FIELD_OF_I64(org, invite_lifetime_s),
    FIELD_OF_U8(org, earlier_provisioning),
    FIELD_OF_I64(org, paused_until_s),
    FIELD_OF_TEXT(org, pause_reason),
    FIELD_OF_I64(org, owner_id),
    FIELD_OF_I64(org, created_at_s),
    FIELD_OF_TEXT(org, password_from),
    FIELD_OF_U8(org, device_link),
    FIELD_OF_U32(org, max_members),
    FIELD_OF_TEXT(org, allowed_domains),
    FIELD_OF_U8(org, self_made),
    FIELD_OF_U8(org, admins_sudo),
    FIELD_OF_U8(org, login_form),
    FIELD_OF_TEXT(org, requirements.required_groups),
    FIELD_OF_I64(org, gone_after_s),
};
// Has grown within the schema: it had the first 31 before, then 30 and so on, and the first 23 in the schema before.
const struct record_type ORG_RECORD =
    RECORD_TYPE_GROWN(org, ENTITY_VERSION + 6, ORG_FIELDS, 31, 30, 29, 28, 27, 26, 23);

static const struct field DOMAIN_FIELDS[] = {
    FIELD_OF_I64(domain, org_id),        FIELD_OF_TEXT(domain, domain),      FIELD_OF_U8(domain, verified),
    FIELD_OF_TEXT(domain, token),        FIELD_OF_TEXT(domain, reason),      FIELD_OF_I64(domain, added_at_s),
    FIELD_OF_I64(domain, verified_at_s), FIELD_OF_I64(domain, missing_at_s), FIELD_OF_I64(domain, missing_since_s),
};
const struct record_type DOMAIN_RECORD = SPLIT(domain, ENTITY_VERSION + 1, DOMAIN_FIELDS);

static const struct field CONNECTION_FIELDS[] = {
    FIELD_OF_I64(connection, org_id),
    FIELD_OF_TEXT(connection, issuer),
    FIELD_OF_TEXT(connection, client_id),
    FIELD_OF_BYTES(connection, client_secret, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(connection, client_auth),
    FIELD_OF_TEXT(connection, scopes),
    FIELD_OF_TEXT(connection, email_claim),
    FIELD_OF_BYTES(connection, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U32(connection, registration),
    FIELD_OF_I64(connection, set_at_s),
    FIELD_OF_TEXT(connection, groups_claim),
    FIELD_OF_I64(connection, generation),
    FIELD_OF_U8(connection, waits),
    FIELD_OF_U8(connection, requirements.trust),
    FIELD_OF_TEXT(connection, requirements.required_acr),
    FIELD_OF_TEXT(connection, requirements.required_amr),
    FIELD_OF_TEXT(connection, requirements.signin_from),
    FIELD_OF_TEXT(connection, device_endpoint),
    FIELD_OF_TEXT(connection, key_set),
    FIELD_OF_TEXT(connection, audiences),
    FIELD_OF_U8(connection, unverified_mail),
    FIELD_OF_U8(connection, userinfo_for),
    FIELD_OF_U8(connection, auth_found),
    FIELD_OF_TEXT(connection, preset),
    FIELD_OF_U32(connection, by_preset),
    FIELD_OF_I64(connection, secret_expires_at_s),
    FIELD_OF_TEXT(connection, requirements.required_groups),
    FIELD_OF_U8(connection, offline),
};
const struct record_type CONNECTION_RECORD = SPLIT(connection, ENTITY_VERSION + 5, CONNECTION_FIELDS);

static const struct field REFRESH_FIELDS[] = {
    FIELD_OF_I64(refresh, org_id),       FIELD_OF_I64(refresh, account_id),
    FIELD_OF_U32(refresh, registration), FIELD_OF_I64(refresh, generation),
    FIELD_OF_TEXT(refresh, subject),     FIELD_OF_BYTES(refresh, token, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(refresh, state),         FIELD_OF_I64(refresh, given_at_s),
    FIELD_OF_I64(refresh, begun_at_s),   FIELD_OF_U8(refresh, result),
    FIELD_OF_I64(refresh, result_at_s),  FIELD_OF_I64(refresh, answered_at_s),
    FIELD_OF_I64(refresh, refused_at_s), FIELD_OF_I64(refresh, gone_at_s),
    FIELD_OF_I64(refresh, ended_at_s),
};
const struct record_type REFRESH_RECORD = RECORD_TYPE_GROWN(refresh, ENTITY_VERSION + 1, REFRESH_FIELDS, 13, 13);

static const struct field CONFIRMED_FIELDS[] = {
    FIELD_OF_I64(confirmed, org_id),
    FIELD_OF_TEXT(confirmed, fingerprint),
    FIELD_OF_TEXT(confirmed, set_by[0]),
    FIELD_OF_TEXT(confirmed, set_by[1]),
    FIELD_OF_TEXT(confirmed, set_by[2]),
    FIELD_OF_TEXT(confirmed, set_by[3]),
    FIELD_OF_TEXT(confirmed, set_by[4]),
    FIELD_OF_TEXT(confirmed, set_by[5]),
    FIELD_OF_TEXT(confirmed, set_by[6]),
    FIELD_OF_TEXT(confirmed, set_by[7]),
    FIELD_OF_TEXT(confirmed, set_by[8]),
    FIELD_OF_TEXT(confirmed, set_by[9]),
    FIELD_OF_TEXT(confirmed, set_by[10]),
    FIELD_OF_TEXT(confirmed, set_by[11]),
    FIELD_OF_TEXT(confirmed, set_by[12]),
    FIELD_OF_TEXT(confirmed, set_by[13]),
    FIELD_OF_TEXT(confirmed, seen.issuer),
    FIELD_OF_TEXT(confirmed, seen.client_id),
    FIELD_OF_BYTES(confirmed, seen.ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_TEXT(confirmed, seen.email_claim),
    FIELD_OF_TEXT(confirmed, seen.groups_claim),
    FIELD_OF_U8(confirmed, seen.requirements.trust),
    FIELD_OF_TEXT(confirmed, seen.requirements.required_acr),
    FIELD_OF_TEXT(confirmed, seen.requirements.required_amr),
    FIELD_OF_U8(confirmed, seen.enforcement),
    FIELD_OF_I64(confirmed, seen.paused_until_s),
    FIELD_OF_U8(confirmed, seen.keys),
    FIELD_OF_I64(confirmed, seen.keys_recent_s),
    FIELD_OF_TEXT(confirmed, seen.requirements.signin_from),
    FIELD_OF_TEXT(confirmed, seen.password_from),
    FIELD_OF_TEXT(confirmed, set_by[14]),
    FIELD_OF_TEXT(confirmed, set_by[15]),
    FIELD_OF_TEXT(confirmed, set_by[16]),
    FIELD_OF_BYTES(confirmed, seen.client_secret, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(confirmed, seen.client_auth),
    FIELD_OF_TEXT(confirmed, seen.scopes),
    FIELD_OF_TEXT(confirmed, set_by[17]),
    FIELD_OF_TEXT(confirmed, set_by[18]),
    FIELD_OF_TEXT(confirmed, set_by[19]),
    FIELD_OF_TEXT(confirmed, set_by[20]),
    FIELD_OF_TEXT(confirmed, seen.device_endpoint),
    FIELD_OF_TEXT(confirmed, seen.key_set),
    FIELD_OF_TEXT(confirmed, seen.audiences),
    FIELD_OF_U8(confirmed, seen.unverified_mail),
    FIELD_OF_TEXT(confirmed, set_by[21]),
    FIELD_OF_U8(confirmed, seen.userinfo_for),
    FIELD_OF_TEXT(confirmed, set_by[22]),
    FIELD_OF_TEXT(confirmed, seen.requirements.required_groups),
};
// Has grown within the schema that it came with: of what follows the first 30 nobody has seen anything then.
const struct record_type CONFIRMED_RECORD = RECORD_TYPE_GROWN(confirmed, ENTITY_VERSION + 2, CONFIRMED_FIELDS, 46, 30);

static const struct field DOMAIN_PROOF_FIELDS[] = {FIELD_OF_I64(domain_proof, org_id),
                                                   FIELD_OF_I64(domain_proof, number)};
const struct record_type DOMAIN_PROOF_RECORD = CAME(domain_proof, DOMAIN_PROOF_FIELDS);

static const struct field SOCIAL_FIELDS[] = {
    FIELD_OF_I64(social, id),    FIELD_OF_TEXT(social, name),        FIELD_OF_TEXT(social, title),
    FIELD_OF_U8(social, speaks), FIELD_OF_I64(social, created_at_s),
};
const struct record_type SOCIAL_RECORD = CAME(social, SOCIAL_FIELDS);

static const struct field MAIL_SERVER_FIELDS[] = {
    FIELD_OF_TEXT(mail_server, server),
    FIELD_OF_TEXT(mail_server, from),
    FIELD_OF_TEXT(mail_server, user),
    FIELD_OF_BYTES(mail_server, password, PROTOCOL_SECRET_MAX),
    FIELD_OF_BYTES(mail_server, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_I64(mail_server, set_at_s),
};
const struct record_type MAIL_SERVER_RECORD = CAME(mail_server, MAIL_SERVER_FIELDS);

static const struct field FAILED_TRY_FIELDS[] = {
    FIELD_OF_I64(failed_try, at_s),   FIELD_OF_TEXT(failed_try, reason), FIELD_OF_TEXT(failed_try, login),
    FIELD_OF_TEXT(failed_try, rhost), FIELD_OF_TEXT(failed_try, detail),
};
const struct record_type FAILED_TRY_RECORD = CAME(failed_try, FAILED_TRY_FIELDS);

static const struct field REGISTRATION_FIELDS[] = {
    FIELD_OF_U32(registration, number),
    FIELD_OF_TEXT(registration, issuer),
    FIELD_OF_TEXT(registration, client_id),
};
const struct record_type REGISTRATION_RECORD = SAME(registration, REGISTRATION_FIELDS);

static const struct field IDENTITY_FIELDS[] = {
    FIELD_OF_I64(identity, account_id), FIELD_OF_I64(identity, org_id),      FIELD_OF_U32(identity, registration),
    FIELD_OF_TEXT(identity, issuer),    FIELD_OF_TEXT(identity, client_id),  FIELD_OF_TEXT(identity, subject),
    FIELD_OF_TEXT(identity, email),     FIELD_OF_I64(identity, linked_at_s), FIELD_OF_I64(identity, generation),
};
const struct record_type IDENTITY_RECORD = GROWN(identity, IDENTITY_FIELDS, 8);

static const struct field PENDING_LINK_FIELDS[] = {
    FIELD_OF_I64(pending_link, org_id),       FIELD_OF_TEXT(pending_link, email),
    FIELD_OF_I64(pending_link, account_id),   FIELD_OF_TEXT(pending_link, expected_by),
    FIELD_OF_I64(pending_link, created_at_s), FIELD_OF_I64(pending_link, expires_at_s),
};
const struct record_type PENDING_LINK_RECORD = SAME(pending_link, PENDING_LINK_FIELDS);

static const struct field MEMBERSHIP_FIELDS[] = {
    FIELD_OF_I64(membership, account_id), FIELD_OF_I64(membership, org_id),       FIELD_OF_U8(membership, role),
    FIELD_OF_U8(membership, source),      FIELD_OF_U8(membership, status),        FIELD_OF_I64(membership, joined_at_s),
    FIELD_OF_I64(membership, until_s),    FIELD_OF_I64(membership, role_until_s), FIELD_OF_U8(membership, role_by),
    FIELD_OF_U8(membership, ended),
};
const struct record_type MEMBERSHIP_RECORD = SPLIT(membership, ENTITY_VERSION + 4, MEMBERSHIP_FIELDS);

static const struct field REQUEST_FIELDS[] = {
    FIELD_OF_I64(request, org_id),       FIELD_OF_I64(request, account_id), FIELD_OF_U8(request, role),
    FIELD_OF_I64(request, for_s),        FIELD_OF_TEXT(request, reason),    FIELD_OF_I64(request, asked_at_s),
    FIELD_OF_I64(request, expires_at_s), FIELD_OF_I64(request, number),
};
const struct record_type REQUEST_RECORD = CAME(request, REQUEST_FIELDS);

static const struct field ORG_REVIEW_FIELDS[] = {
    FIELD_OF_I64(org_review, at_s),    FIELD_OF_TEXT(org_review, by),        FIELD_OF_TEXT(org_review, digest),
    FIELD_OF_I64(org_review, members), FIELD_OF_I64(org_review, to_look_at),
};
const struct record_type ORG_REVIEW_RECORD = CAME(org_review, ORG_REVIEW_FIELDS);

static const struct field ORG_PAST_FIELDS[] = {
    FIELD_OF_I64(org_past, ended_at_s), FIELD_OF_U8(org_past, absent),         FIELD_OF_I64(org_past, created_at_s),
    FIELD_OF_TEXT(org_past, slug),      FIELD_OF_U8(org_past, enforcement),    FIELD_OF_I64(org_past, paused_until_s),
    FIELD_OF_U8(org_past, keys),        FIELD_OF_I64(org_past, keys_recent_s), FIELD_OF_TEXT(org_past, issuer),
};
const struct record_type ORG_PAST_RECORD = CAME(org_past, ORG_PAST_FIELDS);

static const struct field ACCOUNT_PAST_FIELDS[] = {
    FIELD_OF_I64(account_past, ended_at_s),   FIELD_OF_U8(account_past, absent),
    FIELD_OF_I64(account_past, created_at_s), FIELD_OF_TEXT(account_past, login),
    FIELD_OF_TEXT(account_past, email),       FIELD_OF_U32(account_past, uid),
    FIELD_OF_U8(account_past, status),        FIELD_OF_U8(account_past, has_password),
};
const struct record_type ACCOUNT_PAST_RECORD = CAME(account_past, ACCOUNT_PAST_FIELDS);

static const struct field MEMBER_PAST_FIELDS[] = {
    FIELD_OF_I64(member_past, ended_at_s),     FIELD_OF_U8(member_past, absent),
    FIELD_OF_I64(member_past, was.account_id), FIELD_OF_I64(member_past, was.org_id),
    FIELD_OF_U8(member_past, was.role),        FIELD_OF_U8(member_past, was.source),
    FIELD_OF_U8(member_past, was.status),      FIELD_OF_I64(member_past, was.joined_at_s),
    FIELD_OF_I64(member_past, was.until_s),    FIELD_OF_I64(member_past, was.role_until_s),
    FIELD_OF_U8(member_past, was.role_by),
};
const struct record_type MEMBER_PAST_RECORD = CAME(member_past, MEMBER_PAST_FIELDS);

static const struct field ACCESS_GAP_FIELDS[] = {FIELD_OF_I64(access_gap, ended_at_s),
                                                 FIELD_OF_I64(access_gap, from_s)};
const struct record_type ACCESS_GAP_RECORD = CAME(access_gap, ACCESS_GAP_FIELDS);

static const struct field INVITE_FIELDS[] = {
    FIELD_OF_I64(invite, org_id),       FIELD_OF_TEXT(invite, email),       FIELD_OF_U8(invite, role),
    FIELD_OF_U8(invite, via),           FIELD_OF_TEXT(invite, code),        FIELD_OF_TEXT(invite, invited_by),
    FIELD_OF_I64(invite, created_at_s), FIELD_OF_I64(invite, expires_at_s), FIELD_OF_I64(invite, until_s),
};
const struct record_type INVITE_RECORD = RECORD_TYPE_GROWN(invite, ENTITY_VERSION + 1, INVITE_FIELDS, 8, 8);

static const struct field ORG_GROUP_FIELDS[] = {
    FIELD_OF_I64(org_group, org_id),
    FIELD_OF_TEXT(org_group, name),
    FIELD_OF_U32(org_group, gid),
    FIELD_OF_I64(org_group, created_at_s),
};
const struct record_type ORG_GROUP_RECORD = SAME(org_group, ORG_GROUP_FIELDS);

static const struct field GROUP_MAPPING_FIELDS[] = {
    FIELD_OF_I64(group_mapping, org_id),     FIELD_OF_U32(group_mapping, number),
    FIELD_OF_TEXT(group_mapping, provider),  FIELD_OF_U8(group_mapping, gives),
    FIELD_OF_TEXT(group_mapping, name),      FIELD_OF_U32(group_mapping, gid),
    FIELD_OF_TEXT(group_mapping, mapped_by), FIELD_OF_I64(group_mapping, created_at_s),
};
const struct record_type GROUP_MAPPING_RECORD = SAME(group_mapping, GROUP_MAPPING_FIELDS);

static const struct field GIVEN_GROUPS_FIELDS[] = {
    FIELD_OF_U32_LIST(given_groups, mappings),
    FIELD_OF_U32_LIST(given_groups, gids),
};
const struct record_type GIVEN_GROUPS_RECORD = SAME(given_groups, GIVEN_GROUPS_FIELDS);

static const struct field RECOVERY_FIELDS[] = {
    FIELD_OF_I64(recovery_code, account_id),   FIELD_OF_I64(recovery_code, org_id),
    FIELD_OF_TEXT(recovery_code, prefix),      FIELD_OF_TEXT(recovery_code, hash),
    FIELD_OF_I64(recovery_code, created_at_s), FIELD_OF_I64(recovery_code, used_at_s),
};
const struct record_type RECOVERY_RECORD = SAME(recovery_code, RECOVERY_FIELDS);

static const struct field TICKET_FIELDS[] = {
    FIELD_OF_TEXT(ticket, id),          FIELD_OF_I64(ticket, account_id), FIELD_OF_U8(ticket, way),
    FIELD_OF_I64(ticket, org_id),       FIELD_OF_U8(ticket, with_key),    FIELD_OF_I64(ticket, active_org_id),
    FIELD_OF_I64(ticket, expires_at_s), FIELD_OF_U8(ticket, proven),
};
// Has grown within the schema, too, as the org above.
const struct record_type TICKET_RECORD = RECORD_TYPE_GROWN(ticket, ENTITY_VERSION + 1, TICKET_FIELDS, 7, 7);

static const struct field NUMBER_FIELDS[] = {FIELD_OF_U8(number, use), FIELD_OF_I64(number, id)};
const struct record_type NUMBER_RECORD = SAME(number, NUMBER_FIELDS);

static const struct field AUDIT_FIELDS[] = {
    FIELD_OF_I64(audit_event, number),  FIELD_OF_I64(audit_event, at_s),     FIELD_OF_TEXT(audit_event, actor),
    FIELD_OF_TEXT(audit_event, event),  FIELD_OF_TEXT(audit_event, org),     FIELD_OF_TEXT(audit_event, login),
    FIELD_OF_TEXT(audit_event, rhost),  FIELD_OF_TEXT(audit_event, service), FIELD_OF_TEXT(audit_event, row),
    FIELD_OF_TEXT(audit_event, detail), FIELD_OF_TEXT(audit_event, before),
};
// Has grown within the schema, too, as the org above.
const struct record_type AUDIT_RECORD = RECORD_TYPE_GROWN(audit_event, ENTITY_VERSION + 1, AUDIT_FIELDS, 10, 10);

static const struct field THROTTLE_FIELDS[] = {
    FIELD_OF_U8(throttle, kind),          FIELD_OF_TEXT(throttle, subject),  FIELD_OF_U32(throttle, count),
    FIELD_OF_I64(throttle, started_at_s), FIELD_OF_I64(throttle, last_at_s),
};
const struct record_type THROTTLE_RECORD = SAME(throttle, THROTTLE_FIELDS);

const struct record_type *const ENTITY_RECORDS[] = {
    &ACCOUNT_RECORD,     &ORG_RECORD,           &DOMAIN_RECORD,          &CONNECTION_RECORD,
    &CONFIRMED_RECORD,   &SOCIAL_RECORD,        &DOMAIN_PROOF_RECORD,    &REGISTRATION_RECORD,
    &IDENTITY_RECORD,    &PENDING_LINK_RECORD,  &MEMBERSHIP_RECORD,      &INVITE_RECORD,
    &ORG_GROUP_RECORD,   &GROUP_MAPPING_RECORD, &GIVEN_GROUPS_RECORD,    &RECOVERY_RECORD,
    &TICKET_RECORD,      &NUMBER_RECORD,        &AUDIT_RECORD,           &THROTTLE_RECORD,
    &MAIL_SERVER_RECORD, &FAILED_TRY_RECORD,    &REFRESH_RECORD,         &ORG_REVIEW_RECORD,
    &ORG_PAST_RECORD,    &ACCOUNT_PAST_RECORD,  &MEMBER_PAST_RECORD,     &ACCESS_GAP_RECORD,
    &REQUEST_RECORD,     &ACCOUNT_HERE_RECORD,  &MEMBERSHIP_HERE_RECORD, &CONNECTION_HERE_RECORD,
    &DOMAIN_HERE_RECORD,
};
const size_t ENTITY_RECORD_COUNT = COUNT_OF(ENTITY_RECORDS);

void cleanup_confirmed(struct confirmed *confirmed)
{
  record_done(&CONFIRMED_RECORD, confirmed);
}

void cleanup_account(struct account *account)
{
  record_done(&ACCOUNT_RECORD, account);
}

void cleanup_mail_server(struct mail_server *server)
{
  record_done(&MAIL_SERVER_RECORD, server);
}

void cleanup_refresh(struct refresh *refresh)
{
  record_done(&REFRESH_RECORD, refresh);
}

void cleanup_connection(struct connection *connection)
{
  record_done(&CONNECTION_RECORD, connection);
}
