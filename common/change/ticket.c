// SPDX-License-Identifier: Apache-2.0
#include "change/ticket.h"

#include "change/context.h"

static enum status redeem(struct change_context *c, const void *input, void *ret_result)
{
  const struct ticket_redeem *in = input;
  struct ticket ticket = {.id = ""};
  (void)ret_result;
  enum status status = ticket_get(c->txn, in->id, c->now_s, &ticket);
  return status != STATUS_OK ? status : ticket_remove(c->txn, in->id);
}

static enum status choose(struct change_context *c, const void *input, void *ret_result)
{
  const struct ticket_choose *in = input;
  struct ticket ticket = {.id = ""};
  (void)ret_result;
  enum status status = ticket_get(c->txn, in->id, c->now_s, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  ticket.active_org_id = in->active_org_id;
  return ticket_put(c->txn, &ticket);
}

static const struct change_kind REDEEM = {
    "ticket.redeem", CHANGE_HOST, CHANGE_OF_ORG, redeem, sizeof(struct change_done), true};
static const struct change_kind CHOOSE = {
    "ticket.choose", CHANGE_HOST, CHANGE_OF_ORG, choose, sizeof(struct change_done), true};

struct change change_ticket_redeem(const struct ticket_redeem *in, struct change_done *ret_result)
{
  return (struct change){&REDEEM, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_ticket_choose(const struct ticket_choose *in, struct change_done *ret_result)
{
  return (struct change){&CHOOSE, in, ret_result, &ret_result->changed, "", ""};
}
