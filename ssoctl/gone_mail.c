// SPDX-License-Identifier: Apache-2.0
#include "gone_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "mailer.h"
#include "store/accounts.h"
#include "store/mail_server.h"

enum { PEOPLE_MAX = 900, REST_SIZE = 32 };

void gone_mail_done(struct gone_mail *mail)
{
  for (size_t i = 0; i < mail->count; i++) {
    bytes_done(&mail->orgs[i].people);
  }
  free(mail->orgs);
}

static struct gone_mail_org *find(struct gone_mail *mail, const char *org)
{
  for (size_t i = 0; i < mail->count; i++) {
    if (strcmp(mail->orgs[i].org, org) == 0) {
      return &mail->orgs[i];
    }
  }
  struct gone_mail_org *room = grow_array(mail->orgs, mail->count, sizeof *room, &mail->capacity);
  if (room == NULL) {
    return NULL;
  }
  mail->orgs = room;
  room[mail->count] = (struct gone_mail_org){.people = BYTES_EMPTY};
  (void)snprintf(room[mail->count].org, SLUG_SIZE, "%s", org);
  return &room[mail->count++];
}

enum status gone_mail_add(struct gone_mail *mail, const struct gone_person *person)
{
  char text[LOGIN_SIZE + 16];
  struct gone_mail_org *org = find(mail, person->org);
  if (org == NULL) {
    return STATUS_NO_MEMORY;
  }
  org->count++;
  int length = snprintf(text, sizeof text, "%s%s%s", org->people.length > 0 ? ", " : "", person->login,
                        person->removed ? " (removed)" : "");
  if (org->unnamed > 0 || org->people.length + (size_t)length > PEOPLE_MAX) {
    org->unnamed++;
    return STATUS_OK;
  }
  return bytes_append(&org->people, text, (size_t)length);
}

// The owner's address. The read transaction of CTX is open.
static enum status owner_of(struct context *ctx, const char *slug, char email[static EMAIL_SIZE])
{
  struct org org;
  struct account account;
  enum status status = org_by_slug(ctx->txn, slug, &org);
  status = status != STATUS_OK ? status : account_get(ctx->txn, org.owner_id, &account);
  if (status == STATUS_OK) {
    memcpy(email, account.email, sizeof account.email);
    record_done(&ACCOUNT_RECORD, &account);
  }
  return status;
}

static int send_one(struct mailer *mailer, const struct gone_mail_org *of)
{
  char email[EMAIL_SIZE] = "";
  char org[DISPLAY_SIZE + SLUG_SIZE + 4];
  char people[PEOPLE_MAX + REST_SIZE];
  char rest[REST_SIZE] = "";
  int code = context_read(mailer->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = owner_of(mailer->ctx, of->org, email);
  context_end_read(mailer->ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "mail about org %s: its owner: %s", of->org, status_text(status));
  }
  code = mailer_org(mailer, of->org, org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  if (of->unnamed > 0) {
    (void)snprintf(rest, sizeof rest, " and %zu more", of->unnamed);
  }
  (void)snprintf(people, sizeof people, "%.*s%s", (int)of->people.length, bytes_text(&of->people), rest);
  const struct mailing mailing = {.to = email, .part = MAIL_GONE, .said = {.org = org, .people = people}};
  code = mailer_send(mailer, &mailing);
  if (code == EXIT_DONE) {
    context_done(mailer->ctx, "%s was told by mail that %zu people of org %s are gone", email, of->count, of->org);
  }
  return code;
}

static int has_server(struct context *ctx, bool *ret_has)
{
  struct mail_server server = {.server = ""};
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = mail_server_get(ctx->txn, &server);
  context_end_read(ctx);
  cleanup_mail_server(&server);
  *ret_has = status == STATUS_OK;
  return status == STATUS_OK || status == STATUS_NOT_FOUND ? EXIT_DONE
                                                           : fail(EXIT_FAILED, "store: %s", status_text(status));
}

int gone_mail_send(struct context *ctx, const struct gone_mail *mail)
{
  struct mailer mailer CLEANUP(mailer_done) = MAILER_EMPTY;
  bool has = false;
  int code = mail->count > 0 ? has_server(ctx, &has) : EXIT_DONE;
  if (code != EXIT_DONE || !has) {
    return code;
  }
  code = mailer_open(ctx, &mailer);
  for (size_t i = 0; mailer.ctx != NULL && ctx->store != NULL && i < mail->count; i++) {
    int one = send_one(&mailer, &mail->orgs[i]);
    code = code != EXIT_DONE ? code : one;
  }
  return code;
}
