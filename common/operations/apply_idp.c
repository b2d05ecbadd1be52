// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "operations/apply.h"
#include "operations/settings.h"

static bool same_client(const struct connection *a, const struct connection *b)
{
  return strcmp(a->issuer, b->issuer) == 0 && strcmp(a->client_id, b->client_id) == 0;
}

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && memcmp(bytes_text(a), bytes_text(b), a->length) == 0;
}

// What a sign-in may fail by besides: a wrong one locks everybody out as well.
static bool same_settings(const struct connection *a, const struct connection *b)
{
  return same_bytes(&a->ca_pem, &b->ca_pem) && strcmp(a->scopes, b->scopes) == 0 &&
         strcmp(a->email_claim, b->email_claim) == 0 && strcmp(a->groups_claim, b->groups_claim) == 0;
}

static bool same_secret(const struct connection *a, const struct connection *b)
{
  return a->client_auth == b->client_auth && a->client_secret.length == b->client_secret.length &&
         bytes_equal_constant_time(bytes_text(&a->client_secret), bytes_text(&b->client_secret),
                                   a->client_secret.length);
}

static enum status copy_connection(const struct connection *from, struct connection *ret_copy)
{
  struct connection copy __attribute__((cleanup(cleanup_connection))) = *from;
  copy.client_secret = copy.ca_pem = (struct bytes)BYTES_EMPTY;
  enum status status = bytes_append(&copy.client_secret, bytes_text(&from->client_secret), from->client_secret.length);
  if (status == STATUS_OK) {
    status = bytes_append(&copy.ca_pem, bytes_text(&from->ca_pem), from->ca_pem.length);
  }
  if (status == STATUS_OK) {
    *ret_copy = copy;
    copy = (struct connection){.org_id = 0};
  }
  return status;
}

static enum status drop_staged(struct application *a, int64_t org_id)
{
  enum status status = connection_remove(a->txn, org_id, CONNECTION_STAGED);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// Trust and on-link, which are the org's and in effect at once.
static enum status set_org_values(struct application *a, struct org *org)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < a->op->value_count; i++) {
    status = setting_set(org, a->op->values[i].key, a->op->values[i].value, a->report);
  }
  return status == STATUS_OK && a->op->value_count > 0 ? org_update(a->txn, org) : status;
}

// While the org enforces, whatever is changed waits for a test sign-in (POLICY E3).
enum status apply_idp_set(struct application *a)
{
  struct org org;
  struct connection before CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection wanted CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = apply_find_org(a, &org);
  if (status == STATUS_OK) {
    status = copy_connection(a->op->connection, &wanted);
  }
  if (status != STATUS_OK) {
    return status;
  }
  wanted.org_id = org.id;
  wanted.set_at_s = a->now_s;
  status = set_org_values(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_get(a->txn, org.id, CONNECTION_ACTIVE, &before);
  bool first = status == STATUS_NOT_FOUND;
  if (status != STATUS_OK && !first) {
    return status;
  }
  bool tried = !first && before.tried == 1 && same_client(&before, &wanted);
  bool same =
      !first && same_client(&before, &wanted) && same_secret(&before, &wanted) && same_settings(&before, &wanted);
  bool staged = !first && org.enforcement != ENFORCEMENT_OFF && !same;
  wanted.tried = tried && !staged ? 1 : 0;
  wanted.tried_at_s = wanted.tried == 1 ? before.tried_at_s : 0;
  status = staged ? STATUS_OK : drop_staged(a, org.id); // what is put in effect replaces what waited
  if (status != STATUS_OK) {
    return status;
  }
  text_escape(wanted.issuer, strlen(wanted.issuer), a->event.detail, sizeof a->event.detail);
  a->result->waits = staged;
  if (staged) {
    (void)stpncpy(a->event.event, "idp.stage", sizeof a->event.event - 1);
  }
  return connection_put(a->txn, staged ? CONNECTION_STAGED : CONNECTION_ACTIVE, &wanted);
}

enum status apply_idp_remove(struct application *a)
{
  struct org org;
  enum status status = apply_find_org(a, &org);
  if (status == STATUS_OK && org.enforcement != ENFORCEMENT_OFF) {
    report_set(a->report, "org \"%s\": its connection cannot be removed while enforcement is %s", org.slug,
               enforcement_word(org.enforcement));
    return STATUS_REFUSED;
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = drop_staged(a, org.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_remove(a->txn, org.id, CONNECTION_ACTIVE);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "org \"%s\": has no connection", org.slug);
  }
  return status;
}

// A test sign-in has succeeded: what was tested takes effect, if it is still what is stored.
enum status apply_idp_tried(struct application *a)
{
  struct org org;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = apply_find_org(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = connection_get(a->txn, org.id, CONNECTION_STAGED, &stored);
  bool staged = status == STATUS_OK;
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(a->txn, org.id, CONNECTION_ACTIVE, &stored);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!same_client(&stored, a->op->connection) || !same_secret(&stored, a->op->connection) ||
      !same_settings(&stored, a->op->connection)) {
    report_set(a->report, "org \"%s\": the connection was changed during the test; test it again", org.slug);
    return STATUS_REFUSED;
  }
  if (staged) {
    status = connection_remove(a->txn, org.id, CONNECTION_STAGED);
    a->event.detail[0] = '\0';
    (void)stpncpy(a->event.detail, "now in effect", sizeof a->event.detail - 1);
  }
  stored.tried = 1;
  stored.tried_at_s = a->now_s;
  return status != STATUS_OK ? status : connection_put(a->txn, CONNECTION_ACTIVE, &stored);
}
