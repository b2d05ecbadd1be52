// SPDX-License-Identifier: Apache-2.0
// counted FOLDER WHAT TIMES: does one thing so many times, for tests/bench/instructions to count.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "fill.h"
#include "map/map_build.h"
#include "policy/policy.h"

enum { ACCOUNTS = 1000, FIRST_UID = 70000, GID = 90000, SLUG_ID = 1 };

static char path[256];

static void must(enum status status, const char *what)
{
  if (status != STATUS_OK) {
    (void)fprintf(stderr, "counted: %s: %s\n", what, status_text(status));
    exit(1);
  }
}

static void login_of(unsigned number, char login[static LOGIN_SIZE])
{
  (void)snprintf(login, LOGIN_SIZE, "person%04u@acme.test", number);
}

static void write_map(void)
{
  struct map_builder b CLEANUP(map_builder_done) = {.seed = {3}};
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    struct map_account account = {.uid = FIRST_UID + i, .gid = FIRST_UID + i, .groups = {1, {GID}}};
    login_of(i, account.login);
    (void)snprintf(account.gecos, sizeof account.gecos, "Person %04u", i);
    (void)snprintf(account.home, sizeof account.home, "/home/%s", account.login);
    (void)snprintf(account.shell, sizeof account.shell, "/bin/bash");
    must(map_add_account(&b, &account), "account");
  }
  must(map_write(&b, path, 1), path);
}

static void fill(enum status status, const struct map_account *account)
{
  char buffer[1024];
  struct passwd entry;
  must(status, "look-up");
  must(fill_passwd(account, &entry, buffer, sizeof buffer), "passwd entry");
}

static void look_up_name(unsigned number)
{
  char login[LOGIN_SIZE];
  struct map_account account;
  login_of(number % ACCOUNTS, login);
  fill(answer_login(path, login, &account), &account);
}

static void look_up_uid(unsigned number)
{
  struct map_account account;
  fill(answer_uid(path, FIRST_UID + number % ACCOUNTS, &account), &account);
}

static void look_up_unknown(unsigned number)
{
  char login[LOGIN_SIZE];
  struct map_account account;
  login_of(ACCOUNTS + number % ACCOUNTS, login);
  if (answer_login(path, login, &account) != STATUS_NOT_FOUND) {
    must(STATUS_EXISTS, login);
  }
}

static struct policy_question member(enum policy_stage stage)
{
  const struct policy_org org = {
      .id = SLUG_ID, .enforcement = ENFORCEMENT_DOMAINS, .by_root = true, .has_connection = true};
  struct policy_question q = {.stage = stage, .person = {.login_legal = true, .store_readable = true, .known = true}};
  q.person.membership_count = 1;
  q.person.memberships[0] = (struct policy_membership){.org = org, .role = ROLE_VIEWER};
  q.person.governing = org;
  return q;
}

static void decide(const struct policy_question *q, enum verdict expected)
{
  struct policy_decision decision;
  policy_decide(q, &decision);
  if (decision.verdict != expected) {
    must(STATUS_REFUSED, decision.row);
  }
}

// Made once: what is counted is the decision.
static struct policy_question stranger_at_login;
static struct policy_question member_at_login;
static struct policy_question member_in_session;

static void make_questions(void)
{
  stranger_at_login =
      (struct policy_question){.stage = STAGE_LOGIN, .person = {.login_legal = true, .store_readable = true}};
  member_at_login = member(STAGE_LOGIN);
  member_in_session = member(STAGE_SESSION);
}

static void decide_stranger(unsigned number)
{
  (void)number;
  decide(&stranger_at_login, VERDICT_NOT_OURS);
}

static void decide_login(unsigned number)
{
  (void)number;
  decide(&member_at_login, VERDICT_OFFER);
}

static void decide_session(unsigned number)
{
  (void)number;
  decide(&member_in_session, VERDICT_REFUSED); // by a key alone
}

static const struct {
  const char *name;
  void (*run)(unsigned number);
} THINGS[] = {
    {"look_up_name", look_up_name},       {"look_up_uid", look_up_uid},   {"look_up_unknown", look_up_unknown},
    {"decide_stranger", decide_stranger}, {"decide_login", decide_login}, {"decide_session", decide_session},
};

int main(int argc, char **argv)
{
  int64_t times = 0;
  if (argc == 1) {
    for (size_t i = 0; i < COUNT_OF(THINGS); i++) {
      printf("%s\n", THINGS[i].name);
    }
    return 0;
  }
  if (argc != 4 || text_to_i64(argv[3], 1, 1000000, &times) != STATUS_OK) {
    (void)fprintf(stderr, "usage: counted [FOLDER WHAT TIMES]\n");
    return 2;
  }
  (void)snprintf(path, sizeof path, "%s/accounts.map", argv[1]);
  write_map();
  make_questions();
  for (size_t i = 0; i < COUNT_OF(THINGS); i++) {
    for (unsigned n = 0; strcmp(THINGS[i].name, argv[2]) == 0 && n < (unsigned)times; n++) {
      THINGS[i].run(n);
    }
  }
  return 0;
}
