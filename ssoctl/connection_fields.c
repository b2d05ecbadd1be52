// SPDX-License-Identifier: Apache-2.0
#include "connection_fields.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "context.h"

static const char *issuer(const struct connection *c)
{
  return c->issuer;
}

static const char *client_id(const struct connection *c)
{
  return c->client_id;
}

static const char *auth(const struct connection *c)
{
  return client_auth_word(c->client_auth);
}

static const char *scopes(const struct connection *c)
{
  return c->scopes;
}

static const char *email_claim(const struct connection *c)
{
  return c->email_claim;
}

static const char *groups_claim(const struct connection *c)
{
  return c->groups_claim;
}

static const char *device_endpoint(const struct connection *c)
{
  return c->device_endpoint;
}

static const char *key_set(const struct connection *c)
{
  return c->key_set;
}

static const char *audiences(const struct connection *c)
{
  return c->audiences;
}

static const char *unverified_mail(const struct connection *c)
{
  return unverified_mail_word(c->unverified_mail);
}

static const char *userinfo(const struct connection *c)
{
  return userinfo_for_word(c->userinfo_for);
}

static const struct connection_field FIELDS[] = {
    {"issuer", OPTION_ISSUER, issuer},
    {"client_id", OPTION_CLIENT_ID, client_id},
    {"auth", OPTION_AUTH, auth},
    {"scopes", OPTION_SCOPES, scopes},
    {"email_claim", OPTION_EMAIL_CLAIM, email_claim},
    {"groups_claim", OPTION_GROUPS_CLAIM, groups_claim},
    {"device_endpoint", OPTION_DEVICE_ENDPOINT, device_endpoint},
    {"key_set", OPTION_KEY_SET, key_set},
    {"audiences", OPTION_AUDIENCE, audiences},
    {"unverified_mail", OPTION_UNVERIFIED_MAIL, unverified_mail},
    {"userinfo", OPTION_USERINFO, userinfo},
};

const struct connection_field *connection_fields(size_t *ret_count)
{
  *ret_count = COUNT_OF(FIELDS);
  return FIELDS;
}

// Of what is not shown: NULL for none.
static void add_hidden(struct table *values, const char *key, const struct bytes *before, const struct bytes *after)
{
  bool same = before->length == after->length &&
              bytes_equal_constant_time(bytes_text(before), bytes_text(after), after->length);
  if (!same) {
    context_add_value(values, key, before->length > 0 ? "set" : NULL,
                      after->length == 0    ? NULL
                      : before->length == 0 ? "set"
                                            : "set anew");
  }
}

const char *connection_expiry(const struct connection *connection, char text[static CLOCK_TEXT_SIZE])
{
  if (connection->secret_expires_at_s == 0) {
    return NULL;
  }
  clock_text(connection->secret_expires_at_s, text);
  return text;
}

void connection_add_values(struct table *values, const struct connection *before, const struct connection *after)
{
  static const struct connection NONE = {.org_id = 0};
  const struct connection *from = before != NULL ? before : &NONE;
  for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
    const char *old = before != NULL ? FIELDS[i].text(before) : "";
    const char *now = FIELDS[i].text(after);
    if (strcmp(old, now) != 0) {
      context_add_value(values, FIELDS[i].key, table_text_or_null(old), table_text_or_null(now));
    }
  }
  if (strcmp(from->preset, after->preset) != 0) {
    context_add_value(values, "preset", table_text_or_null(from->preset), table_text_or_null(after->preset));
  }
  if (from->offline != after->offline) {
    context_add_value(values, "offline", before != NULL ? yes_word(from->offline) : NULL, yes_word(after->offline));
  }
  if (from->secret_expires_at_s != after->secret_expires_at_s) {
    char old[CLOCK_TEXT_SIZE];
    char now[CLOCK_TEXT_SIZE];
    context_add_value(values, "secret_expires", connection_expiry(from, old), connection_expiry(after, now));
  }
  add_hidden(values, "client_secret", &from->client_secret, &after->client_secret);
  add_hidden(values, "ca", &from->ca_pem, &after->ca_pem);
}
