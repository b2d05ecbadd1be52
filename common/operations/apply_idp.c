// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/covered.h"
#include "change/settings.h"
#include "change/staged.h"
#include "operations/apply.h"

// Trust and on-link.
static enum status set_org_values(struct change_context *a, struct org *org)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < a->op->value_count; i++) {
    status = setting_set(org, a->op->values[i].key, a->op->values[i].value, a->report);
  }
  return status;
}

// What is there already: the connection in effect, and the one that is changed now, which may be one that waits.
struct stored {
  bool any;
  bool waits;
  struct connection active;
  struct connection base;
};

static void stored_done(struct stored *stored)
{
  cleanup_connection(&stored->active);
  cleanup_connection(&stored->base);
}

static enum status load_stored(struct change_context *a, int64_t org_id, struct stored *ret_stored)
{
  enum status status = connection_get(a->txn, org_id, CONNECTION_ACTIVE, &ret_stored->active);
  ret_stored->any = status == STATUS_OK;
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = connection_get(a->txn, org_id, CONNECTION_STAGED, &ret_stored->base);
  ret_stored->waits = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? staged_copy(&ret_stored->active, &ret_stored->base) : status;
}

// What is not on the command line stays; a delegate's other certificates, keys and endpoints are other people's words
// (POLICY "identity").
static enum status carry_over(struct change_context *a, const struct stored *stored, struct connection *wanted)
{
  const struct connection *base = &stored->base;
  enum status status = STATUS_OK;
  bool same_client = connection_same_client(base, wanted) && wanted->client_auth == base->client_auth;
  wanted->auth_found = stored->any && same_client && !a->op->secret_given ? base->auth_found : 0;
  bool believes_others = a->by->delegate != NULL && (!stored->any || !connection_same_voucher(base, wanted));
  wanted->generation = base->generation;
  if (believes_others) { // never a number that was there before: a connection may have been removed meanwhile
    status = store_next_id(a->txn, &wanted->generation);
  }
  wanted->waits = base->waits;
  wanted->trust = base->trust;
  memcpy(wanted->required_acr, base->required_acr, sizeof wanted->required_acr);
  memcpy(wanted->required_amr, base->required_amr, sizeof wanted->required_amr);
  memcpy(wanted->signin_from, base->signin_from, sizeof wanted->signin_from);
  return status;
}

// While the org enforces, whatever is changed waits for a test sign-in (POLICY E3).
static enum status store_wanted(struct change_context *a, const struct org *before, struct org *org,
                                const struct stored *stored, struct connection *wanted)
{
  bool trust_waits = false;
  bool enforced = stored->any && org->enforcement != ENFORCEMENT_OFF;
  bool same = stored->any && connection_is_same(&stored->active, wanted) && wanted->waits == 0;
  bool staged = enforced && !same;
  bool tried = stored->any && stored->active.tried == 1 && connection_same_client(&stored->active, wanted);
  wanted->tried = tried && !staged ? 1 : 0;
  wanted->tried_at_s = wanted->tried == 1 ? stored->active.tried_at_s : 0;
  wanted->waits = staged ? wanted->waits : 0;
  enum status status = staged ? STATUS_OK : staged_drop(a, org->id); // what is put in effect replaces what waited
  if (status == STATUS_OK) {
    status = connection_put(a->txn, staged ? CONNECTION_STAGED : CONNECTION_ACTIVE, wanted);
  }
  const struct org waiting = staged_org(before, &stored->base);
  const struct org then = staged ? staged_org(before, wanted) : *before;
  const struct connection *changed = stored->any ? (staged ? &stored->base : &stored->active) : NULL;
  if (status == STATUS_OK) {
    status = covered_note(a, staged ? CONNECTION_STAGED : CONNECTION_ACTIVE,
                          &(struct org_state){staged ? &waiting : before, changed}, &(struct org_state){&then, wanted});
  }
  if (status == STATUS_OK) {
    status = staged_settings(a, &(struct org_values){a->op->values, a->op->value_count}, before, org, &trust_waits);
  }
  if (status == STATUS_OK) {
    status = covered_note(a, CONNECTION_ACTIVE, &(struct org_state){before, NULL}, &(struct org_state){org, NULL});
  }
  a->result->waits = staged || trust_waits;
  return status == STATUS_OK && a->op->value_count > 0 ? org_update(a->txn, org) : status;
}

// Not to ask whether an address is verified is as good as not to care, unless the provider is known never to say so.
static bool hides_unverified(const struct stored *stored, const struct connection *wanted)
{
  const uint32_t theirs = 1U << PRESET_ISSUER | 1U << PRESET_USERINFO;
  bool as_before =
      stored->any && stored->base.userinfo_for == wanted->userinfo_for && connection_same_client(&stored->base, wanted);
  return wanted->userinfo_for == USERINFO_MISSING && (wanted->by_preset & theirs) != theirs && !as_before;
}

// Whether both take the same address from the same provider.
static bool same_word(const struct connection *a, const struct connection *b)
{
  return connection_same_client(a, b) && connection_same_voucher(a, b) && strcmp(a->email_claim, b->email_claim) == 0;
}

// Whose word an address is taken by is for operators to loosen.
static enum status check_verified(struct change_context *a, const struct stored *stored,
                                  const struct connection *wanted)
{
  bool as_before = stored->any && stored->base.unverified_mail == wanted->unverified_mail;
  if (a->by->delegate == NULL) {
    return STATUS_OK;
  }
  if (wanted->unverified_mail == UNVERIFIED_ACCEPTED && !as_before) {
    report_set(a->report, "--unverified-mail accept: only an operator of this host may say so; refuse is legal");
    return STATUS_REFUSED;
  }
  if (wanted->unverified_mail == UNVERIFIED_ACCEPTED && !same_word(&stored->base, wanted)) {
    report_set(a->report,
               "--unverified-mail accept was said of the provider as it was; refuse is legal with this change, "
               "and an operator can accept it anew");
    return STATUS_REFUSED;
  }
  if (hides_unverified(stored, wanted)) {
    report_set(a->report,
               "--userinfo missing: only an operator of this host may say so, or a preset of the provider whose "
               "issuer this is; verified is legal");
    return STATUS_REFUSED;
  }
  return STATUS_OK;
}

// What is worth a look stands first: an issuer may be long.
static void describe(const struct connection *wanted, struct audit_event *event)
{
  const char *words = wanted->unverified_mail == UNVERIFIED_ACCEPTED ? "unverified mail accepted, " : "";
  size_t used = (size_t)snprintf(event->detail, sizeof event->detail, "%s", words);
  text_escape(wanted->issuer, strlen(wanted->issuer), event->detail + used, sizeof event->detail - used);
}

enum status apply_idp_set(struct change_context *a)
{
  struct org org;
  struct stored stored CLEANUP(stored_done) = {.any = false};
  struct connection wanted CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = staged_copy(a->op->connection, &wanted);
  }
  if (status == STATUS_OK) {
    status = load_stored(a, org.id, &stored);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  wanted.org_id = org.id;
  wanted.set_at_s = a->now_s;
  status = check_verified(a, &stored, &wanted);
  if (status == STATUS_OK) {
    status = carry_over(a, &stored, &wanted);
  }
  if (status == STATUS_OK) {
    status = set_org_values(a, &org);
  }
  if (status == STATUS_OK) {
    status = store_wanted(a, &before, &org, &stored, &wanted);
  }
  describe(&wanted, &a->event);
  if (a->result->waits) {
    (void)stpncpy(a->event.event, "idp.stage", sizeof a->event.event - 1);
  }
  return status;
}

// What a test found is no change of the connection: with auto, a login takes the way that worked.
enum status apply_idp_found(struct change_context *a)
{
  struct org org;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  bool unchanged = false;
  enum connection_slot slot = CONNECTION_STAGED;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = connection_get(a->txn, org.id, slot, &stored);
  }
  if (status == STATUS_NOT_FOUND) {
    slot = CONNECTION_ACTIVE;
    status = connection_get(a->txn, org.id, slot, &stored);
  }
  if (status == STATUS_OK) {
    status = covered_is_unchanged(a, org.id, slot, a->op->fingerprint, &unchanged);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (!unchanged || stored.client_auth != CLIENT_AUTH_AUTO || a->op->value >= CLIENT_AUTH_PRIVATE_KEY_JWT) {
    report_set(a->report, "org \"%s\": the connection was changed during the test; test it again", org.slug);
    return STATUS_REFUSED;
  }
  stored.auth_found = (uint8_t)(a->op->value + 1);
  (void)snprintf(a->event.detail, sizeof a->event.detail, "auto is %s", client_auth_word(a->op->value));
  return connection_put(a->txn, slot, &stored);
}

enum status apply_idp_remove(struct change_context *a)
{
  struct org org;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK && org.enforcement != ENFORCEMENT_OFF) {
    report_set(a->report, "org \"%s\": its connection cannot be removed while enforcement is %s", org.slug,
               enforcement_word(org.enforcement));
    return STATUS_REFUSED;
  }
  if (status != STATUS_OK) {
    return status;
  }
  struct connection before CLEANUP(cleanup_connection) = {.org_id = 0};
  status = connection_get(a->txn, org.id, CONNECTION_ACTIVE, &before);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "org \"%s\": has no connection", org.slug);
  }
  if (status == STATUS_OK) {
    status = staged_drop(a, org.id);
  }
  if (status == STATUS_OK) {
    status = covered_note(a, CONNECTION_ACTIVE, &(struct org_state){&org, &before}, &(struct org_state){&org, NULL});
  }
  return status != STATUS_OK ? status : connection_remove(a->txn, org.id, CONNECTION_ACTIVE);
}
