// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "store/entities.h"

static const char *const PROVISIONING[] = {"invite-only", "jit"};
static const char *const ENFORCEMENT[] = {"off", "domains", "sso-only"};
static const char *const TRUST[] = {"domain", "linked", "any"};
static const char *const ON_LINK[] = {"keep", "sso-only"};
static const char *const INVITE_VIA[] = {"sso", "code"};
static const char *const ROLE[] = {"viewer", "admin", "owner"};
static const char *const SOURCE[] = {"manual", "sso", "invitation", "owner"};
static const char *const MEMBER_STATUS[] = {"active", "suspended"};
static const char *const ACCOUNT_STATUS[] = {"active", "locked"};
static const char *const THROTTLE[] = {"?",     "account",  "address", "owner",     "flow",      "strangers",
                                       "login", "failures", "mail-to", "mail-from", "mail-host", "mail-new"};
static const char *const CLIENT_AUTH[] = {
    "none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "auto"};
static const char *const UNVERIFIED_MAIL[] = {"refuse", "accept"};
static const char *const USERINFO_FOR[] = {"verified", "missing"};
static const char *const YES[] = {"no", "yes"};
static const char *const DEVICE_LINK[] = {"full", "code"};
static const char *const LOGIN_FORM[] = {[LOGIN_FORM_EMAIL] = "email", [LOGIN_FORM_LOCAL_PART] = "local-part"};
static const char *const WAY[] = {"key", "password", "sso", "recovery", "social", "mail"};

static const char *name_of(const char *const *names, size_t count, uint8_t value)
{
  return value < count ? names[value] : "?";
}

static enum status from_name(const char *const *names, size_t count, const char *text, uint8_t *ret_value)
{
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], text) == 0) {
      *ret_value = (uint8_t)i;
      return STATUS_OK;
    }
  }
  return STATUS_INVALID;
}

const char *provisioning_word(uint8_t value)
{
  return name_of(PROVISIONING, COUNT_OF(PROVISIONING), value);
}

const char *enforcement_word(uint8_t value)
{
  return name_of(ENFORCEMENT, COUNT_OF(ENFORCEMENT), value);
}

const char *trust_word(uint8_t value)
{
  return name_of(TRUST, COUNT_OF(TRUST), value);
}

const char *on_link_word(uint8_t value)
{
  return name_of(ON_LINK, COUNT_OF(ON_LINK), value);
}

const char *invite_via_word(uint8_t value)
{
  return name_of(INVITE_VIA, COUNT_OF(INVITE_VIA), value);
}

const char *role_word(uint8_t value)
{
  return name_of(ROLE, COUNT_OF(ROLE), value);
}

const char *source_word(uint8_t value)
{
  return name_of(SOURCE, COUNT_OF(SOURCE), value);
}

const char *member_status_word(uint8_t value)
{
  return name_of(MEMBER_STATUS, COUNT_OF(MEMBER_STATUS), value);
}

const char *account_status_word(uint8_t value)
{
  return name_of(ACCOUNT_STATUS, COUNT_OF(ACCOUNT_STATUS), value);
}

const char *client_auth_word(uint8_t value)
{
  return name_of(CLIENT_AUTH, COUNT_OF(CLIENT_AUTH), value);
}

const char *unverified_mail_word(uint8_t value)
{
  return name_of(UNVERIFIED_MAIL, COUNT_OF(UNVERIFIED_MAIL), value);
}

const char *userinfo_for_word(uint8_t value)
{
  return name_of(USERINFO_FOR, COUNT_OF(USERINFO_FOR), value);
}

const char *throttle_word(uint8_t value)
{
  return name_of(THROTTLE, COUNT_OF(THROTTLE), value);
}

const char *way_word(uint8_t value)
{
  return name_of(WAY, COUNT_OF(WAY), value);
}

bool way_is_of_host(uint8_t way)
{
  return way == WAY_SOCIAL || way == WAY_MAIL;
}

const char *device_link_word(uint8_t value)
{
  return name_of(DEVICE_LINK, COUNT_OF(DEVICE_LINK), value);
}

const char *login_form_word(uint8_t value)
{
  return name_of(LOGIN_FORM, COUNT_OF(LOGIN_FORM), value);
}

const char *yes_word(uint8_t value)
{
  return name_of(YES, COUNT_OF(YES), value);
}

enum status provisioning_from(const char *text, uint8_t *ret_value)
{
  return from_name(PROVISIONING, COUNT_OF(PROVISIONING), text, ret_value);
}

enum status enforcement_from(const char *text, uint8_t *ret_value)
{
  return from_name(ENFORCEMENT, COUNT_OF(ENFORCEMENT), text, ret_value);
}

enum status trust_from(const char *text, uint8_t *ret_value)
{
  return from_name(TRUST, COUNT_OF(TRUST), text, ret_value);
}

enum status on_link_from(const char *text, uint8_t *ret_value)
{
  return from_name(ON_LINK, COUNT_OF(ON_LINK), text, ret_value);
}

enum status invite_via_from(const char *text, uint8_t *ret_value)
{
  return from_name(INVITE_VIA, COUNT_OF(INVITE_VIA), text, ret_value);
}

enum status role_from(const char *text, uint8_t *ret_value)
{
  return from_name(ROLE, COUNT_OF(ROLE), text, ret_value);
}

enum status source_from(const char *text, uint8_t *ret_value)
{
  return from_name(SOURCE, COUNT_OF(SOURCE), text, ret_value);
}

enum status client_auth_from(const char *text, uint8_t *ret_value)
{
  return from_name(CLIENT_AUTH, COUNT_OF(CLIENT_AUTH), text, ret_value);
}

enum status unverified_mail_from(const char *text, uint8_t *ret_value)
{
  return from_name(UNVERIFIED_MAIL, COUNT_OF(UNVERIFIED_MAIL), text, ret_value);
}

enum status userinfo_for_from(const char *text, uint8_t *ret_value)
{
  return from_name(USERINFO_FOR, COUNT_OF(USERINFO_FOR), text, ret_value);
}

enum status device_link_from(const char *text, uint8_t *ret_value)
{
  return from_name(DEVICE_LINK, COUNT_OF(DEVICE_LINK), text, ret_value);
}

enum status login_form_from(const char *text, uint8_t *ret_value)
{
  return from_name(LOGIN_FORM, COUNT_OF(LOGIN_FORM), text, ret_value);
}

enum status yes_from(const char *text, uint8_t *ret_value)
{
  return from_name(YES, COUNT_OF(YES), text, ret_value);
}
