// SPDX-License-Identifier: Apache-2.0
// ssoctl audit verify: whether the audit trail is what was written.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "context.h"
#include "store/audit.h"

enum { WORDS_SIZE = 512 };

// What the system's log said once: the event's number, and its hash.
struct head {
  int64_t number;
  char hash[AUDIT_HASH_SIZE];
};

struct search {
  const struct head *head;
  bool found;
  bool same;
};

static int parse_head(const char *typed, struct head *ret_head)
{
  int64_t number = 0;
  char hash[AUDIT_HASH_SIZE] = "";
  const char *colon = strchr(typed, ':');
  char digits[24];
  bool legal = colon != NULL && (size_t)(colon - typed) < sizeof digits && strlen(colon + 1) == AUDIT_HASH_SIZE - 1 &&
               strspn(colon + 1, "0123456789abcdef") == AUDIT_HASH_SIZE - 1;
  if (legal) {
    (void)snprintf(digits, sizeof digits, "%.*s", (int)(colon - typed), typed);
    (void)snprintf(hash, sizeof hash, "%s", colon + 1);
    legal = text_to_i64(digits, 1, INT64_MAX, &number) == STATUS_OK;
  }
  if (!legal) {
    return fail(EXIT_USAGE, "--head \"%.100s\": is not NUMBER:HASH as the log has it, HASH 64 hexadecimal digits",
                typed);
  }
  ret_head->number = number;
  memcpy(ret_head->hash, hash, sizeof ret_head->hash);
  return EXIT_DONE;
}

// STATUS_CLOSED: it has been there.
static enum status look_for(void *context, const struct audit_event *event)
{
  struct search *search = context;
  char hash[AUDIT_HASH_SIZE];
  search->found = event->number == search->head->number;
  if (search->found) {
    audit_hash(event, hash);
    search->same = strcmp(hash, search->head->hash) == 0;
  }
  return STATUS_CLOSED;
}

// WORDS: what is wrong, "" for nothing.
static int compare_head(struct context *ctx, const struct head *head, const struct audit_chain *chain,
                        char words[static WORDS_SIZE])
{
  struct search search = {.head = head};
  enum status status = audit_each(ctx->txn, head->number - 1, look_for, &search);
  if (status != STATUS_OK && status != STATUS_CLOSED) {
    return fail(EXIT_FAILED, "store: the audit trail cannot be read");
  }
  if (search.found && !search.same) {
    (void)snprintf(words, WORDS_SIZE,
                   "event %" PRId64 " is not the one that the log has: it, or one before it, was "
                   "changed",
                   head->number);
  } else if (!search.found && head->number < chain->first) {
    (void)snprintf(words, WORDS_SIZE,
                   "event %" PRId64 " is older than those that are kept, which begin with %" PRId64
                   ": take a later line of the log",
                   head->number, chain->first);
  } else if (!search.found) {
    (void)snprintf(words, WORDS_SIZE, "event %" PRId64 ", which the log has, was taken away", head->number);
  }
  return EXIT_DONE;
}

static void say_break(const struct audit_chain *chain, char words[static WORDS_SIZE])
{
  char when[CLOCK_TEXT_SIZE];
  clock_text(chain->broken_at_s, when);
  (void)snprintf(words, WORDS_SIZE,
                 "event %" PRId64 " of %s does not follow event %" PRId64
                 ": that one was changed, or some between them "
                 "were taken away or put in",
                 chain->broken, when, chain->broken_after);
}

static void log_result(const struct audit_chain *chain, const char *wrong)
{
  openlog("ssoctl", LOG_PID, LOG_AUTHPRIV);
  if (wrong[0] != '\0') {
    syslog(LOG_CRIT, "audit: %s", wrong);
  } else {
    syslog(LOG_NOTICE, "audit: head %" PRId64 ":%s of %" PRId64 " events", chain->last, chain->head, chain->events);
  }
}

static int print(struct context *ctx, const struct audit_chain *chain)
{
  static const struct column COLUMNS[] = {
      {"events", COLUMN_NUMBER}, {"unchained", COLUMN_NUMBER}, {"first", COLUMN_NUMBER}, {"first_at", COLUMN_DATE},
      {"last", COLUMN_NUMBER},   {"last_at", COLUMN_DATE},     {"head", COLUMN_TEXT},    {"broken", COLUMN_NUMBER},
  };
  char head[24 + AUDIT_HASH_SIZE] = "";
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  if (chain->events > 0) {
    (void)snprintf(head, sizeof head, "%" PRId64 ":%s", chain->last, chain->head);
  }
  table_add(&table, COLUMNS,
            {{NULL, chain->events},
             {NULL, chain->unchained},
             {NULL, chain->first},
             {NULL, chain->first_at_s},
             {NULL, chain->last},
             {NULL, chain->last_at_s},
             {head, 0},
             {NULL, chain->broken}});
  return context_print_one(ctx, &table);
}

static int verify(struct context *ctx, const struct head *head, struct audit_chain *ret_chain,
                  char words[static WORDS_SIZE])
{
  words[0] = '\0';
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (audit_verify(ctx->txn, ret_chain) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: the audit trail cannot be read");
  }
  if (ret_chain->broken != 0) {
    say_break(ret_chain, words);
  } else if (head->number != 0) {
    code = compare_head(ctx, head, ret_chain, words);
  }
  return code;
}

int cmd_audit_verify(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct head head = {.number = 0};
  struct audit_chain chain;
  char wrong[WORDS_SIZE];
  int code = in->options[OPTION_HEAD] != NULL ? parse_head(in->options[OPTION_HEAD], &head) : EXIT_DONE;
  code = code != EXIT_DONE ? code : context_open(in, &ctx);
  code = code != EXIT_DONE ? code : verify(&ctx, &head, &chain, wrong);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_LOG] != NULL) {
    log_result(&chain, wrong);
  }
  code = print(&ctx, &chain);
  return code == EXIT_DONE && wrong[0] != '\0' ? fail(EXIT_FAILED, "audit: %s", wrong) : code;
}
