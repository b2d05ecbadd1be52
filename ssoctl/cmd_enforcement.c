// SPDX-License-Identifier: Apache-2.0
// ssoctl enforcement.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "domains.h"
#include "facts/enforcement_counts.h"
#include "operations/password.h"
#include "people.h"
#include "store/accounts.h"

enum { QUESTION_SIZE = 1024, PAUSE_MIN_S = 60, PAUSE_MAX_S = 7 * 86400 };

int cmd_enforcement_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"org", COLUMN_TEXT}, {"enforcement", COLUMN_TEXT}, {"paused_until", COLUMN_DATE}, {"pause_reason", COLUMN_TEXT}};
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = desk_open_org(in, &desk, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  domains_warn(&desk, org.id);
  bool paused = org.paused_until_s > clock_now_s();
  sheet_add(&sheet, COLUMNS,
            {{org.slug, 0},
             {enforcement_word(org.enforcement), 0},
             {NULL, paused ? org.paused_until_s : 0},
             {paused ? org.pause_reason : NULL, 0}});
  return desk_print_one(&desk, &sheet);
}

// Rule E2 wants a password that the owner has signed in with, or types now.
static int owner_types(struct desk *desk, const char *slug, struct operation *op)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct org org;
  struct account owner;
  int code = desk_read(desk);
  if (code == EXIT_DONE) {
    code = desk_find_org(desk, slug, &org);
  }
  if (code == EXIT_DONE && account_get(desk->txn, org.owner_id, &owner) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: the org's owner cannot be read");
  }
  desk_end_read(desk);
  bool needed = code == EXIT_DONE && owner.password_tried == 0 && owner.password[0] != '\0' && isatty(STDIN_FILENO);
  if (!needed) {
    return code;
  }
  (void)fprintf(stderr, "The owner %s has not signed in with their password yet.\n", owner.login);
  code = desk_read_secret(false, "The owner's password: ", false, &typed);
  if (code == EXIT_DONE && !password_matches(&typed, owner.password)) {
    return desk_fail(EXIT_REFUSED, "that is not the password of %s", owner.login);
  }
  if (code == EXIT_DONE) {
    memcpy(op->password, owner.password, sizeof op->password);
  }
  return code;
}

typedef unsigned long long number;

// What will happen, with counts (POLICY E1).
static void describe(const struct org *org, uint8_t to, const struct enforcement_counts *c, char *text, size_t size)
{
  bool back = org->enforcement == ENFORCEMENT_SSO_ONLY;
  switch ((enum enforcement)to) {
  case ENFORCEMENT_OFF:
    (void)snprintf(text, size, "%llu of %llu members have a password that works again%s%s. Go on?",
                   (number)(c->passwords + (back ? c->guest_passwords : 0)), (number)c->members,
                   back ? "; provisioning is again " : "", back ? provisioning_word(org->earlier_provisioning) : "");
    return;
  case ENFORCEMENT_DOMAINS:
    (void)snprintf(text, size,
                   "%llu of %llu members are on the org's domains and sign in through its provider only; %llu of them "
                   "have a password that does not work any more. %llu guests keep theirs%s%s. Go on?",
                   (number)c->governed, (number)c->members, (number)c->passwords, (number)c->guests,
                   back ? "; provisioning is again " : "", back ? provisioning_word(org->earlier_provisioning) : "");
    return;
  case ENFORCEMENT_SSO_ONLY:
    (void)snprintf(text, size,
                   "All %llu members but the owner sign in through the org's provider only; %llu of them have a "
                   "password that does not open this org any more. %llu guests have no identity linked and cannot "
                   "open it until an admin links one. %llu invites are cancelled, and whoever the provider lets in "
                   "joins by themselves. Go on?",
                   (number)c->members, (number)(c->passwords + c->guest_passwords), (number)c->guests_unlinked,
                   (number)c->invites);
    return;
  }
}

static int prepare(struct desk *desk, struct operation *op, char *question, size_t size)
{
  struct enforcement_counts counts = {.members = 0};
  struct org org = {.id = 0};
  int code = desk_read(desk);
  if (code == EXIT_DONE) {
    code = desk_find_org(desk, op->org, &org);
  }
  if (code == EXIT_DONE && enforcement_count(desk->txn, &org, &counts) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: members cannot be counted");
  }
  desk_end_read(desk);
  if (code == EXIT_DONE) {
    describe(&org, op->value, &counts, question, size);
  }
  // Of a delegate it is not asked: nobody else's password is to be guessed here, as often as one likes.
  bool asks = org.enforcement != op->value && op->value != ENFORCEMENT_OFF && !desk->in->actor->is_delegate;
  return code == EXIT_DONE && asks ? owner_types(desk, op->org, op) : code;
}

int cmd_enforcement_set(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  char question[QUESTION_SIZE] = "";
  uint8_t value = 0;
  if (enforcement_from(in->arguments[1], &value) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "enforcement \"%.40s\": is not off, domains or sso-only", in->arguments[1]);
  }
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_ENFORCEMENT_SET);
  op.value = value;
  if (code == EXIT_DONE) {
    code = people_slug(in->arguments[0], &op);
  }
  if (code == EXIT_DONE) {
    code = prepare(&desk, &op, question, sizeof question);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, question);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  explicit_bzero(op.password, sizeof op.password);
  if (code == EXIT_DONE && in->options[OPTION_DRY_RUN] != NULL) {
    desk_done(&desk, "%s", question);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: enforcement is %s%s", op.org, in->arguments[1], result.changed ? "" : " already");
  }
  return code;
}

int cmd_enforcement_pause(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  char until[CLOCK_TEXT_SIZE];
  int64_t seconds = 0;
  const char *typed = in->options[OPTION_FOR];
  if (typed == NULL || in->options[OPTION_REASON] == NULL) {
    return desk_fail(EXIT_USAGE, "enforcement pause: --for DURATION and --reason TEXT are needed");
  }
  if (text_to_duration(typed, PAUSE_MIN_S, PAUSE_MAX_S, &seconds) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "--for \"%.40s\": is not 60s to 7d, as in 90s, 15m, 12h, 7d", typed);
  }
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_ENFORCEMENT_PAUSE);
  op.expires_at_s = clock_now_s() + seconds;
  if (code == EXIT_DONE) {
    code = people_slug(in->arguments[0], &op);
  }
  if (code == EXIT_DONE) {
    code = desk_text("--reason", in->options[OPTION_REASON], op.reason, sizeof op.reason);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "Until then passwords open the org as if it enforced nothing. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    clock_text(op.expires_at_s, until);
    desk_done(&desk, "org %s: ENFORCEMENT IS PAUSED until %s; 'ssoctl enforcement set %s ...' ends it earlier", op.org,
              until, op.org);
  }
  return code;
}
