// SPDX-License-Identifier: Apache-2.0
#include "fleet/push.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/array.h"
#include "fleet/asking.h"
#include "fleet/engine_parts.h"
#include "store/orgs.h"

enum { ROLLBACK_MS = 1000 };

// One row on its way.
struct pushing {
  struct engine *engine;
  const struct fleet_row *row;
  int64_t deadline_ms;
  struct error *error;
  char org[NUMBER_SIZE];
  char account[NUMBER_SIZE];
  char read_at[NUMBER_SIZE];
};

static struct engine_value flag(bool value)
{
  return engine_text(value ? "t" : "f");
}

static struct engine_value record_of(const struct fleet_row *row)
{
  return (struct engine_value){row->record.data, row->record.length, false};
}

static enum status ask(const struct pushing *p, enum engine_statement statement, const struct engine_value *values)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  return engine_ask(p->engine, statement, values, p->deadline_ms, p->error, &answer);
}

static enum status decode(const struct pushing *p, const struct record_type *type, void *ret_value)
{
  const struct bytes *record = &p->row->record;
  enum status status = record_decode(type, bytes_text(record), record->length, ret_value);
  if (status != STATUS_OK) {
    error_set(p->error, "fleet: %s %s: cannot be read: %s", fleet_kind_name(p->row->kind), p->row->key,
              status_text(status));
  }
  return status;
}

static enum status push_org(const struct pushing *p)
{
  struct bytes gids CLEANUP(bytes_done) = BYTES_EMPTY;
  struct org org = {.id = 0};
  enum status status = decode(p, &ORG_RECORD, &org);
  status = status != STATUS_OK ? status : engine_array_add_i64(&gids, org.gid);
  status = status != STATUS_OK ? status : engine_array_add_i64(&gids, org.admins_gid);
  status = status != STATUS_OK ? status : engine_array_end(&gids);
  const struct engine_value values[] = {engine_text(p->org),
                                        engine_text(p->read_at),
                                        engine_text(org.slug),
                                        engine_text(org.provisioning == PROVISIONING_JIT ? "jit" : "invite-only"),
                                        flag(org.login_form == LOGIN_FORM_LOCAL_PART),
                                        engine_text(bytes_text(&gids)),
                                        record_of(p->row),
                                        flag(p->row->gone)};
  return status != STATUS_OK ? status : ask(p, ENGINE_PUT_ORG, values);
}

static enum status push_account(const struct pushing *p)
{
  struct account account CLEANUP(cleanup_account) = {.id = 0};
  char uid[NUMBER_SIZE];
  char org[NUMBER_SIZE];
  enum status status = decode(p, &ACCOUNT_RECORD, &account);
  if (status == STATUS_OK && account.mapped == 1 && !p->row->gone) {
    error_set(p->error, "account \"%s\": is mapped onto a local user of this host, and comes into no org of the fleet",
              account.login);
    return STATUS_REFUSED;
  }
  asking_print(uid, account.uid);
  asking_print(org, account.created_by_org);
  bool retired = p->row->gone && account.status == ACCOUNT_RETIRED;
  const struct engine_value values[] = {engine_text(p->account),    engine_text(p->read_at), engine_text(account.login),
                                        engine_text(account.email), engine_text(uid),        engine_text(org),
                                        record_of(p->row),          flag(p->row->gone),      flag(retired)};
  return status != STATUS_OK ? status : ask(p, ENGINE_PUT_ACCOUNT, values);
}

static enum status push_membership(const struct pushing *p)
{
  static const char *const ROLES[] = {[ROLE_VIEWER] = "viewer", [ROLE_ADMIN] = "admin", [ROLE_OWNER] = "owner"};
  static const char *const SOURCES[] = {
      [SOURCE_MANUAL] = "manual", [SOURCE_SSO] = "sso", [SOURCE_INVITATION] = "invitation", [SOURCE_OWNER] = "owner"};
  struct membership membership = {.account_id = 0};
  enum status status = decode(p, &MEMBERSHIP_RECORD, &membership);
  if (status == STATUS_OK && (membership.role >= COUNT_OF(ROLES) || membership.source >= COUNT_OF(SOURCES))) {
    status = STATUS_CORRUPT;
  }
  if (status != STATUS_OK) {
    return status;
  }
  const struct engine_value values[] = {engine_text(p->org),
                                        engine_text(p->account),
                                        engine_text(p->read_at),
                                        engine_text(ROLES[membership.role]),
                                        engine_text(SOURCES[membership.source]),
                                        record_of(p->row),
                                        flag(p->row->gone)};
  return ask(p, ENGINE_PUT_MEMBERSHIP, values);
}

static enum status push_domain(const struct pushing *p)
{
  struct domain domain = {.org_id = 0};
  enum status status = decode(p, &DOMAIN_RECORD, &domain);
  const struct engine_value values[] = {
      engine_text(p->org),        engine_text(p->row->key),        engine_text(p->read_at),
      flag(domain.verified == 1), flag(domain_is_lapsed(&domain)), record_of(p->row),
      flag(p->row->gone)};
  return status != STATUS_OK ? status : ask(p, ENGINE_PUT_DOMAIN, values);
}

// An invite by code goes to the hosts with the code's crypt(5) hash, in the record; the engine, which is asked with the
// code's SHA-256 alone, has none of it yet, and so opens to nobody by it.
static enum status push_invite(const struct pushing *p)
{
  static const unsigned char NO_CODE[32] = {0};
  struct invite invite = {.org_id = 0};
  char expires[NUMBER_SIZE];
  char until[NUMBER_SIZE];
  enum status status = decode(p, &INVITE_RECORD, &invite);
  bool by_code = invite.via == VIA_CODE;
  asking_print(expires, invite.expires_at_s);
  asking_print(until, invite.until_s);
  const struct engine_value values[] = {engine_text(p->org),
                                        engine_text(p->row->key),
                                        engine_text(p->read_at),
                                        engine_text(by_code ? "code" : "sso"),
                                        {NO_CODE, sizeof NO_CODE, !by_code},
                                        engine_text(expires),
                                        record_of(p->row),
                                        flag(p->row->gone),
                                        engine_text(invite.role == ROLE_ADMIN ? "admin" : "viewer"),
                                        engine_text(invite.until_s != 0 ? until : NULL)};
  return status != STATUS_OK ? status : ask(p, ENGINE_PUT_INVITE, values);
}

static enum status push_part(const struct pushing *p)
{
  struct org_group group = {.org_id = 0};
  char gid[NUMBER_SIZE];
  bool numbered = p->row->kind == FLEET_GROUP;
  enum status status = numbered ? decode(p, &ORG_GROUP_RECORD, &group) : STATUS_OK;
  asking_print(gid, group.gid);
  const struct engine_value values[] = {engine_text(p->org),
                                        engine_text(fleet_kind_name(p->row->kind)),
                                        engine_text(p->row->key),
                                        engine_text(p->read_at),
                                        record_of(p->row),
                                        flag(p->row->gone),
                                        engine_text(numbered ? gid : NULL)};
  return status != STATUS_OK ? status : ask(p, ENGINE_PUT_PART, values);
}

static enum status push_row(const struct pushing *p)
{
  switch (p->row->kind) {
  case FLEET_ORG: return push_org(p);
  case FLEET_ACCOUNT: return push_account(p);
  case FLEET_MEMBERSHIP: return push_membership(p);
  case FLEET_DOMAIN: return push_domain(p);
  case FLEET_INVITE: return push_invite(p);
  case FLEET_PROOF:
  case FLEET_REGISTRATION:
  case FLEET_CONNECTION:
  case FLEET_GROUP:
  case FLEET_MAPPING:
  case FLEET_PENDING:
  case FLEET_LINKED:
  case FLEET_KIND_COUNT:
  default: return push_part(p);
  }
}

// An engine that has lost what was taken over here is told nothing: it would become another fleet.
static enum status check_revision(const struct pushing *p, const struct fleet_cursor *read_at)
{
  const struct engine_value values[] = {engine_text(p->read_at), engine_text(read_at->token)};
  return read_at->token[0] == '\0' ? STATUS_OK : ask(p, ENGINE_CHECK_REVISION, values);
}

static enum status push_rows(struct pushing *p, const struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    p->row = &rows->list[i];
    asking_print(p->org, p->row->org_id);
    asking_print(p->account, p->row->account_id);
    enum status status = push_row(p);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

// Nothing of it stays, nor a transaction that the next one would come into, whatever time is left. What failed before
// is said.
static enum status take_back(struct pushing *p, enum status failed)
{
  struct error ignored = {.text = ""};
  if (!engine_is_open(p->engine)) {
    return failed;
  }
  p->error = &ignored;
  p->deadline_ms = clock_monotonic_ms() + ROLLBACK_MS;
  enum status status = ask(p, ENGINE_ROLLBACK, NULL);
  return status == STATUS_OK ? failed : engine_give_up(p->engine, failed, "rollback", &ignored);
}

enum status fleet_push(struct engine *engine, const struct fleet_rows *rows, const struct fleet_cursor *read_at,
                       int64_t deadline_ms, struct error *error, struct fleet_cursor *ret_head)
{
  struct pushing p = {.engine = engine, .deadline_ms = deadline_ms, .error = error};
  asking_print(p.read_at, read_at->revision);
  enum status status = ask(&p, ENGINE_BEGIN, NULL);
  status = status != STATUS_OK ? status : check_revision(&p, read_at);
  status = status != STATUS_OK ? status : push_rows(&p, rows);
  status = status != STATUS_OK ? status : asking_head(engine, deadline_ms, error, ret_head);
  status = status != STATUS_OK ? status : ask(&p, ENGINE_COMMIT, NULL);
  return status == STATUS_OK ? STATUS_OK : take_back(&p, status);
}
