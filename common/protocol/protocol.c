// SPDX-License-Identifier: Apache-2.0
#include "protocol/protocol.h"

#include "base/cleanup.h"

static const struct field REQUEST_FIELDS[] = {
    FIELD_OF_TEXT(message_request, service),   FIELD_OF_TEXT(message_request, login),
    FIELD_OF_TEXT(message_request, rhost),     FIELD_OF_TEXT(message_request, tty),
    FIELD_OF_TEXT(message_request, ticket),    FIELD_OF_U32(message_request, flags),
    FIELD_OF_U32(message_request, caller_uid), FIELD_OF_U8(message_request, nss_known),
    FIELD_OF_U32(message_request, nss_uid),    FIELD_OF_U32(message_request, nss_gid),
};
static const struct record_type REQUEST = RECORD_TYPE(message_request, PROTOCOL_VERSION, REQUEST_FIELDS);

static const struct field PROMPT_FIELDS[] = {
    FIELD_OF_U8(message_prompt, echo),
    FIELD_OF_TEXT(message_prompt, text),
};
static const struct record_type PROMPT = RECORD_TYPE(message_prompt, PROTOCOL_VERSION, PROMPT_FIELDS);

static const struct field ANSWER_FIELDS[] = {
    FIELD_OF_U8(message_answer, given),
    FIELD_OF_BYTES(message_answer, text, PROTOCOL_SECRET_MAX),
};
static const struct record_type ANSWER = RECORD_TYPE(message_answer, PROTOCOL_VERSION, ANSWER_FIELDS);

static const struct field NOTICE_FIELDS[] = {FIELD_OF_TEXT(message_notice, text)};
static const struct record_type NOTICE = RECORD_TYPE(message_notice, PROTOCOL_VERSION, NOTICE_FIELDS);

static const struct field VERDICT_FIELDS[] = {
    FIELD_OF_U8(message_verdict, verdict),      FIELD_OF_TEXT(message_verdict, ticket),
    FIELD_OF_U32(message_verdict, uid),         FIELD_OF_U32(message_verdict, gid),
    FIELD_OF_U32_LIST(message_verdict, groups), FIELD_OF_TEXT(message_verdict, org),
    FIELD_OF_TEXT(message_verdict, role),       FIELD_OF_I64(message_verdict, ends_at_s),
};
static const struct record_type VERDICT = RECORD_TYPE(message_verdict, PROTOCOL_VERSION, VERDICT_FIELDS);

static const struct field SIGN_IN_FIELDS[] = {
    FIELD_OF_TEXT(message_sign_in, issuer),
    FIELD_OF_TEXT(message_sign_in, client_id),
    FIELD_OF_BYTES(message_sign_in, client_secret, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(message_sign_in, client_auth),
    FIELD_OF_TEXT(message_sign_in, scopes),
    FIELD_OF_TEXT(message_sign_in, email_claim),
    FIELD_OF_BYTES(message_sign_in, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U32(message_sign_in, timeout_s),
    FIELD_OF_TEXT(message_sign_in, required_acr),
    FIELD_OF_TEXT(message_sign_in, required_amr),
    FIELD_OF_U8(message_sign_in, wants_qr),
    FIELD_OF_U8(message_sign_in, allow_loopback_http),
    FIELD_OF_TEXT(message_sign_in, groups_claim),
    FIELD_OF_U8(message_sign_in, tries_auth),
    FIELD_OF_U8(message_sign_in, auth_first),
    FIELD_OF_U8(message_sign_in, userinfo_for),
    FIELD_OF_TEXT(message_sign_in, device_endpoint),
    FIELD_OF_TEXT(message_sign_in, key_set),
    FIELD_OF_TEXT(message_sign_in, audiences),
    FIELD_OF_U8(message_sign_in, speaks),
    FIELD_OF_U8(message_sign_in, social),
    FIELD_OF_U8(message_sign_in, confinement),
    FIELD_OF_U8(message_sign_in, offline),
    FIELD_OF_BYTES(message_sign_in, refresh_token, PROTOCOL_SECRET_MAX),
    FIELD_OF_TEXT(message_sign_in, subject),
};
static const struct record_type SIGN_IN = RECORD_TYPE(message_sign_in, PROTOCOL_VERSION, SIGN_IN_FIELDS);

static const struct field CODE_FIELDS[] = {
    FIELD_OF_TEXT(message_code, verification_uri), FIELD_OF_TEXT(message_code, verification_uri_complete),
    FIELD_OF_TEXT(message_code, user_code),        FIELD_OF_TEXT(message_code, qr),
    FIELD_OF_U32(message_code, expires_in_s),      FIELD_OF_U32(message_code, lacks_landlock),
};
static const struct record_type CODE = RECORD_TYPE(message_code, PROTOCOL_VERSION, CODE_FIELDS);

static const struct field AUTHORIZED_FIELDS[] = {
    FIELD_OF_TEXT(message_authorized, issuer),
    FIELD_OF_TEXT(message_authorized, client_id),
    FIELD_OF_TEXT(message_authorized, subject),
    FIELD_OF_TEXT(message_authorized, email),
    FIELD_OF_U8(message_authorized, email_state),
    FIELD_OF_TEXT(message_authorized, name),
    FIELD_OF_TEXT(message_authorized, acr),
    FIELD_OF_TEXT(message_authorized, amr),
    FIELD_OF_TEXT(message_authorized, algorithm),
    FIELD_OF_TEXT(message_authorized, key_id),
    FIELD_OF_U32(message_authorized, requests),
    FIELD_OF_U32(message_authorized, connections),
    FIELD_OF_BYTES(message_authorized, groups, PROTOCOL_GROUPS_MAX),
    FIELD_OF_U8(message_authorized, groups_state),
    FIELD_OF_U8(message_authorized, client_auth),
    FIELD_OF_BYTES(message_authorized, refresh_token, PROTOCOL_SECRET_MAX),
};
static const struct record_type AUTHORIZED = RECORD_TYPE(message_authorized, PROTOCOL_VERSION, AUTHORIZED_FIELDS);

static const struct field ROTATED_FIELDS[] = {FIELD_OF_BYTES(message_rotated, refresh_token, PROTOCOL_SECRET_MAX)};
static const struct record_type ROTATED = RECORD_TYPE(message_rotated, PROTOCOL_VERSION, ROTATED_FIELDS);

static const struct field FOUND_FIELDS[] = {
    FIELD_OF_TEXT(message_found, issuer),
    FIELD_OF_TEXT(message_found, device_authorization_endpoint),
    FIELD_OF_TEXT(message_found, token_endpoint),
    FIELD_OF_TEXT(message_found, jwks_uri),
    FIELD_OF_TEXT(message_found, userinfo_endpoint),
    FIELD_OF_U32(message_found, keys),
    FIELD_OF_U8(message_found, client_auth),
    FIELD_OF_I64(message_found, certificate_ends_at_s),
};
static const struct record_type FOUND = RECORD_TYPE(message_found, PROTOCOL_VERSION, FOUND_FIELDS);

static const struct field FAILED_FIELDS[] = {
    FIELD_OF_U32(message_failed, reason),         FIELD_OF_TEXT(message_failed, detail),
    FIELD_OF_U32(message_failed, lacks_landlock), FIELD_OF_U8(message_failed, unanswered),
    FIELD_OF_U32(message_failed, retry_after_s),
};
static const struct record_type FAILED = RECORD_TYPE(message_failed, PROTOCOL_VERSION, FAILED_FIELDS);

static const struct field TXT_FIELDS[] = {
    FIELD_OF_TEXT(message_txt, name),
    FIELD_OF_TEXT(message_txt, server),
    FIELD_OF_U32(message_txt, timeout_s),
    FIELD_OF_U8(message_txt, confinement),
};
static const struct record_type TXT = RECORD_TYPE(message_txt, PROTOCOL_VERSION, TXT_FIELDS);

static const struct field TEXTS_FIELDS[] = {
    FIELD_OF_U8(message_texts, lookup),
    FIELD_OF_TEXT(message_texts, detail),
    FIELD_OF_BYTES(message_texts, list, PROTOCOL_TEXTS_MAX),
};
static const struct record_type TEXTS = RECORD_TYPE(message_texts, PROTOCOL_VERSION, TEXTS_FIELDS);

static const struct field MAIL_FIELDS[] = {
    FIELD_OF_TEXT(message_mail, server),
    FIELD_OF_TEXT(message_mail, user),
    FIELD_OF_BYTES(message_mail, password, PROTOCOL_SECRET_MAX),
    FIELD_OF_BYTES(message_mail, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U8(message_mail, allow_loopback_smtp),
    FIELD_OF_U32(message_mail, timeout_s),
    FIELD_OF_TEXT(message_mail, host),
    FIELD_OF_TEXT(message_mail, from),
    FIELD_OF_TEXT(message_mail, to),
    FIELD_OF_TEXT(message_mail, subject),
    FIELD_OF_BYTES(message_mail, text, PROTOCOL_MAIL_TEXT_MAX),
    FIELD_OF_BYTES(message_mail, secret, PROTOCOL_SECRET_MAX),
    FIELD_OF_U8(message_mail, confinement),
};
static const struct record_type MAIL = RECORD_TYPE(message_mail, PROTOCOL_VERSION, MAIL_FIELDS);

static const struct field SENT_FIELDS[] = {FIELD_OF_TEXT(message_sent, reply),
                                           FIELD_OF_U32(message_sent, lacks_landlock)};
static const struct record_type SENT = RECORD_TYPE(message_sent, PROTOCOL_VERSION, SENT_FIELDS);

static const struct field OPEN_FIELDS[] = {
    FIELD_OF_TEXT(message_open, hosts),
    FIELD_OF_TEXT(message_open, database),
    FIELD_OF_TEXT(message_open, login),
    FIELD_OF_BYTES(message_open, password, PROTOCOL_SECRET_MAX),
    FIELD_OF_BYTES(message_open, certificate_pem, PROTOCOL_CA_MAX),
    FIELD_OF_BYTES(message_open, key_pem, PROTOCOL_CA_MAX),
    FIELD_OF_BYTES(message_open, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U32(message_open, timeout_ms),
    FIELD_OF_U32(message_open, statement_ms),
    FIELD_OF_U8(message_open, confinement),
};
static const struct record_type OPEN = RECORD_TYPE(message_open, PROTOCOL_VERSION, OPEN_FIELDS);

static const struct field READY_FIELDS[] = {
    FIELD_OF_TEXT(message_ready, host),
    FIELD_OF_U32(message_ready, server_version),
    FIELD_OF_U8(message_ready, encrypted),
    FIELD_OF_U32(message_ready, lacks_landlock),
};
static const struct record_type READY = RECORD_TYPE(message_ready, PROTOCOL_VERSION, READY_FIELDS);

static const struct field ASK_FIELDS[] = {
    FIELD_OF_U32(message_ask, statement),
    FIELD_OF_U32(message_ask, timeout_ms),
    FIELD_OF_BYTES(message_ask, values, PROTOCOL_FLEET_VALUES_MAX),
};
static const struct record_type ASK = RECORD_TYPE(message_ask, PROTOCOL_VERSION, ASK_FIELDS);

static const struct field ROWS_FIELDS[] = {
    FIELD_OF_U32(message_rows, columns),
    FIELD_OF_U32(message_rows, rows),
    FIELD_OF_BYTES(message_rows, values, PROTOCOL_FLEET_VALUES_MAX),
};
static const struct record_type ROWS = RECORD_TYPE(message_rows, PROTOCOL_VERSION, ROWS_FIELDS);

static const struct field DONE_FIELDS[] = {
    FIELD_OF_TEXT(message_done, sqlstate),
    FIELD_OF_TEXT(message_done, message),
    FIELD_OF_U32(message_done, columns),
    FIELD_OF_U32(message_done, rows),
};
static const struct record_type DONE = RECORD_TYPE(message_done, PROTOCOL_VERSION, DONE_FIELDS);

static const struct field LISTEN_FIELDS[] = {
    FIELD_OF_U32(message_listen, timeout_ms),
    FIELD_OF_BYTES(message_listen, orgs, PROTOCOL_FLEET_ORGS_MAX * sizeof(uint64_t)),
};
static const struct record_type LISTEN = RECORD_TYPE(message_listen, PROTOCOL_VERSION, LISTEN_FIELDS);

static const struct field TOLD_FIELDS[] = {
    FIELD_OF_I64(message_told, org_id),
    FIELD_OF_I64(message_told, revision),
};
static const struct record_type TOLD = RECORD_TYPE(message_told, PROTOCOL_VERSION, TOLD_FIELDS);

static const struct field SCRIPT_FIELDS[] = {
    FIELD_OF_U32(message_script, timeout_ms),
    FIELD_OF_BYTES(message_script, text, PROTOCOL_FLEET_VALUES_MAX),
};
static const struct record_type SCRIPT = RECORD_TYPE(message_script, PROTOCOL_VERSION, SCRIPT_FIELDS);

static const struct {
  const char *name;
  const struct record_type *record;
} MESSAGES[] = {
    [MESSAGE_AUTH] = {"AUTH", &REQUEST},
    [MESSAGE_ACCOUNT] = {"ACCOUNT", &REQUEST},
    [MESSAGE_CRED] = {"CRED", &REQUEST},
    [MESSAGE_SESSION] = {"SESSION", &REQUEST},
    [MESSAGE_CHAUTHTOK] = {"CHAUTHTOK", &REQUEST},
    [MESSAGE_ANSWER] = {"ANSWER", &ANSWER},
    [MESSAGE_PROMPT] = {"PROMPT", &PROMPT},
    [MESSAGE_INFO] = {"INFO", &NOTICE},
    [MESSAGE_ERROR] = {"ERROR", &NOTICE},
    [MESSAGE_VERDICT] = {"VERDICT", &VERDICT},
    [MESSAGE_SIGN_IN] = {"SIGN_IN", &SIGN_IN},
    [MESSAGE_DISCOVER] = {"DISCOVER", &SIGN_IN},
    [MESSAGE_CODE] = {"CODE", &CODE},
    [MESSAGE_AUTHORIZED] = {"AUTHORIZED", &AUTHORIZED},
    [MESSAGE_FOUND] = {"FOUND", &FOUND},
    [MESSAGE_FAILED] = {"FAILED", &FAILED},
    [MESSAGE_TXT] = {"TXT", &TXT},
    [MESSAGE_TEXTS] = {"TEXTS", &TEXTS},
    [MESSAGE_MAIL] = {"MAIL", &MAIL},
    [MESSAGE_SENT] = {"SENT", &SENT},
    [MESSAGE_REFRESH] = {"REFRESH", &SIGN_IN},
    [MESSAGE_ROTATED] = {"ROTATED", &ROTATED},
    [MESSAGE_OPEN] = {"OPEN", &OPEN},
    [MESSAGE_READY] = {"READY", &READY},
    [MESSAGE_ASK] = {"ASK", &ASK},
    [MESSAGE_ROWS] = {"ROWS", &ROWS},
    [MESSAGE_DONE] = {"DONE", &DONE},
    [MESSAGE_LISTEN] = {"LISTEN", &LISTEN},
    [MESSAGE_TOLD] = {"TOLD", &TOLD},
    [MESSAGE_SCRIPT] = {"SCRIPT", &SCRIPT},
};

const struct record_type *protocol_record(enum message_type type)
{
  return (size_t)type < COUNT_OF(MESSAGES) ? MESSAGES[type].record : NULL;
}

const char *protocol_name(enum message_type type)
{
  bool known = (size_t)type < COUNT_OF(MESSAGES) && MESSAGES[type].name != NULL;
  return known ? MESSAGES[type].name : "?";
}
