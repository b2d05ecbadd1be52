// SPDX-License-Identifier: Apache-2.0
#include "ask_again.h"

#include <sys/stat.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "paths.h"
#include "policy/person.h"
#include "process/asking.h"

enum { ASK_MS = 2000 };

static const char *result_word(enum refresh_result result)
{
  static const char *const WORDS[REFRESH_RESULT_COUNT] = {"not asked", "answered", "refused", "no answer",
                                                          "not to be believed"};
  return WORDS[result];
}

struct round {
  struct session *s;
  int64_t deadline_ms;
  size_t count;
  struct asking list[MEMBERSHIPS_MAX_POLICY];
};

static void round_done(struct round *round)
{
  for (size_t i = 0; i < round->count; i++) {
    asking_done(&round->list[i]);
  }
}

// Anew, since another key login of the same person may have been told meanwhile.
static enum status load(struct round *round)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct facts facts CLEANUP(facts_done) = {.email = ""};
  const struct session *s = round->s;
  const struct facts_query of = {s->request->login, s->request->service, s->request->rhost,
                                 clock_now_s(),     s->config.operators, &s->config};
  enum status status = session_read(NULL, &store, &txn);
  status = status != STATUS_OK ? status : facts_load(txn, &of, &facts);
  for (size_t i = 0; status == STATUS_OK && i < facts.person.membership_count; i++) {
    const struct policy_membership *membership = &facts.person.memberships[i];
    struct asking *asking = &round->list[round->count];
    if (policy_is_to_be_asked(&facts.person, membership)) {
      *asking = asking_new();
      status = refresh_asked_load(txn, membership->org.id, facts.account.id, &asking->asked);
      round->count += status == STATUS_OK;
      status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
  }
  return status;
}

// It is stored that it is asked before it is; what cannot be stored is not asked.
static void begin(struct round *round)
{
  for (size_t i = 0; i < round->count; i++) {
    struct asking *asking = &round->list[i];
    struct change_done ignored;
    struct session *s = round->s;
    asking->begun = session_change(s, change_refresh_begin(&asking->asked, &ignored)) == STATUS_OK;
    const struct asking_how how = {PATH_OIDC, ASK_MS / 1000, s->config.allow_loopback_http, s->config.confinement};
    if (asking->begun && asking_start(asking, &how, &s->error) != STATUS_OK) {
      session_log(LOG_ERR, "%s", s->error.text);
    }
  }
}

static void end(struct round *round)
{
  for (size_t i = 0; i < round->count; i++) {
    struct asking *asking = &round->list[i];
    struct session *s = round->s;
    struct refresh_ended ended = {.result = REFRESH_NEVER};
    if (!asking->begun) {
      continue;
    }
    asking_finish(asking, round->deadline_ms);
    const struct refresh_end in = asking_result(asking, s->request->login);
    if (session_change(s, change_refresh_end(&in, &ended)) != STATUS_OK) {
      session_log(LOG_WARNING, "what org %s's provider said of login=%s could not be stored", asking->asked.org.slug,
                  s->request->login);
    }
    session_log(LOG_INFO, "asked again: login=%s org=%s: %s%s%s", s->request->login, asking->asked.org.slug,
                result_word(ended.result), in.detail[0] != '\0' ? ": " : "", in.detail);
  }
}

bool ask_again(struct session *s, const struct facts *facts)
{
  int64_t deadline_ms = clock_monotonic_ms() + ASK_MS;
  struct round round CLEANUP(round_done) = {.s = s, .deadline_ms = deadline_ms};
  if (!facts->person.known || facts->person.locked || facts->person.local_user ||
      !policy_any_is_to_be_asked(&facts->person)) {
    return false;
  }
  int lock CLEANUP(cleanup_fd) = -1;
  (void)mkdir(PATH_RUN, 0700); // where it cannot be made the file says so
  enum status status = asking_lock(PATH_RUN "/asking", facts->account.id, deadline_ms, &lock);
  if (status != STATUS_OK) { // whoever asks has been at it for too long, or what it hears is there already
    session_log(LOG_NOTICE,
                "login=%s: not asked again, unless by another login of the same person: " PATH_RUN "/asking: %s",
                s->request->login, status_text(status));
    return true;
  }
  status = load(&round);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "login=%s: not asked again: %s", s->request->login, status_text(status));
  }
  begin(&round);
  end(&round);
  return true;
}
