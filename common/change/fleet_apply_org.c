// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "base/id_list.h"
#include "base/text.h"
#include "change/fleet_parts.h"
#include "change/group.h"
#include "change/org_parts.h"
#include "change/recovery.h"
#include "store/fleet_kept.h"
#include "store/numbers_store.h"

static enum status check_org(struct change_context *c, const struct org *org)
{
  enum status status = org_check_free(c, org->slug);
  status = status != STATUS_OK ? status : fleet_check_number(c, org->gid, org->id);
  return status != STATUS_OK ? status : fleet_check_number(c, org->admins_gid, org->id);
}

static enum status add_org(struct change_context *c, const struct org *org)
{
  struct org bare = *org;
  enum status status = check_org(c, org);
  explicit_bzero(bare.allowed_domains, sizeof bare.allowed_domains); // org_update() has the index
  status = status != STATUS_OK ? status : org_add(c->txn, &bare);
  return status != STATUS_OK ? status : org_update(c->txn, org);
}

// Its groups are called by the slug too, and none of them as anything of this host's own.
static enum status rename_org(struct change_context *c, struct org *org, const char *to)
{
  if (strcmp(org->slug, to) == 0) {
    return STATUS_OK;
  }
  enum status status = org_check_free(c, to);
  status = status != STATUS_OK ? status : org_check_group_names(c, org->id, to);
  return status != STATUS_OK ? status : org_rename(c->txn, org, to);
}

enum status fleet_put_org(struct change_context *c, const struct fleet_row *row)
{
  struct org org = {.id = 0};
  struct org before = {.id = 0};
  enum status status = fleet_decode(c, row, &ORG_RECORD, &org);
  status = status != STATUS_OK ? status : fleet_check_same(c, row, org.id == row->org_id);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_get(c->txn, org.id, &before);
  if (status == STATUS_NOT_FOUND) {
    return add_org(c, &org);
  }
  status = status != STATUS_OK ? status
                               : fleet_check_same(c, row, org.gid == before.gid && org.admins_gid == before.admins_gid);
  status = status != STATUS_OK ? status : rename_org(c, &before, org.slug);
  return status != STATUS_OK ? status : org_update(c->txn, &org);
}

// Where nobody comes from (RFC 919).
static const char NOWHERE[] = "255.255.255.255/32";

static enum status close_it(struct org *org)
{
  struct requirements requirements = {.trust = TRUST_LINKED};
  enum status status = text_copy(NOWHERE, requirements.signin_from, sizeof requirements.signin_from);
  status = status != STATUS_OK ? status : text_copy(NOWHERE, org->password_from, sizeof org->password_from);
  org->requirements = requirements;
  org->provisioning = PROVISIONING_INVITE_ONLY;
  org->enforcement = ENFORCEMENT_SSO_ONLY;
  org->paused_until_s = 0;
  org->keys = KEYS_DENY;
  org->by_root = 0;
  org->admins_sudo = 0;
  org->login_form = LOGIN_FORM_EMAIL;
  org->gone_after_s = 0;
  explicit_bzero(org->allowed_domains, sizeof org->allowed_domains);
  return status;
}

enum status fleet_close_org(struct change_context *c, const struct fleet_row *row, struct bytes *ret_record)
{
  struct org org = {.id = 0};
  enum status status = fleet_decode(c, row, &ORG_RECORD, &org);
  status = status != STATUS_OK ? status : close_it(&org);
  return status != STATUS_OK ? status : record_encode(&ORG_RECORD, &org, ret_record);
}

static enum status note_member(void *context, const struct membership *membership)
{
  return id_list_add(context, membership->account_id);
}

static enum status drop_groups(struct change_context *c, const struct org *org)
{
  size_t codes = 0;
  enum status status = change_drop_recovery(c, org, &codes);
  status = status != STATUS_OK ? status : change_drop_groups(c, org);
  status = status != STATUS_OK ? status : org_remove(c->txn, org);
  if (status != STATUS_OK || org->id < STORE_ID_FLEET) {
    return status;
  }
  status = numbers_leave(c->txn, org->gid, org->id);
  return status != STATUS_OK ? status : numbers_leave(c->txn, org->admins_gid, org->id);
}

enum status fleet_drop_org(struct change_context *c, int64_t org_id)
{
  struct id_list members CLEANUP(id_list_done) = {.ids = NULL};
  struct org org = {.id = 0};
  enum status status = org_get(c->txn, org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = membership_each(c->txn, org_id, note_member, &members);
  status = status != STATUS_OK ? status : fleet_kept_drop_org(c->txn, org_id);
  status = status != STATUS_OK ? status : drop_groups(c, &org);
  for (size_t i = 0; status == STATUS_OK && i < members.count; i++) {
    status = fleet_end_if_nowhere(c, members.ids[i]);
  }
  return status;
}
