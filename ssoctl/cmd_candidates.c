// SPDX-License-Identifier: Apache-2.0
// ssoctl candidates: what of the store a word that is being typed may become, for the completion of shells.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "context.h"

enum { CANDIDATES_MAX = 100, KIND_SIZE = 64 };

// What has been typed: everything but the last word, which is being typed.
struct typed {
  const struct command *command;
  char kind[KIND_SIZE]; // what the usage calls the last word, as "SLUG"; "" where it is none of the store
  const char *first;    // argument, where there is one
  const char *prefix;
};

// The word at place AT of "SLUG DOMAIN [NAME]"; "" behind the last.
static void take_kind(const char *words, size_t at, char kind[static KIND_SIZE])
{
  size_t length = strcspn(words, " ");
  for (size_t i = 0; i < at; i++) {
    words += length + (words[length] == ' ' ? 1 : 0);
    length = strcspn(words, " ");
  }
  (void)snprintf(kind, KIND_SIZE, "%.*s", (int)length, words);
}

// Whether the option WORD takes the word behind it, and which kind that is.
static bool takes_next(const char *word, char kind[static KIND_SIZE])
{
  enum option option = OPTION_COUNT;
  if (!option_find(word, strlen(word), &option) || !option_takes_value(option)) {
    return false;
  }
  const char *usage = option_usage(option);
  (void)snprintf(kind, KIND_SIZE, "%s", usage + strcspn(usage, " ") + 1);
  return true;
}

static struct typed take_apart(const struct invocation *in)
{
  struct typed typed = {.kind = ""};
  const char *words[ARGUMENTS_MAX + 1] = {NULL};
  size_t count = 0;
  bool is_value = false;
  for (size_t i = 0; i < ARGUMENTS_MAX && in->arguments[i] != NULL; i++) {
    const char *word = in->arguments[i];
    typed.prefix = word;
    bool last = i + 1 == ARGUMENTS_MAX || in->arguments[i + 1] == NULL;
    if (last) {
      break;
    }
    if (word[0] != '-' && !is_value) {
      words[count++] = word;
    }
    is_value = !is_value && word[0] == '-' && takes_next(word, typed.kind);
  }
  typed.command = count > 0 ? command_find(words[0], words[1]) : NULL;
  if (typed.command == NULL) {
    typed.kind[0] = '\0';
    return typed;
  }
  size_t skip = typed.command->verb[0] != '\0' ? 2 : 1;
  typed.first = words[skip];
  if (!is_value) {
    take_kind(typed.command->arguments, count - skip, typed.kind);
  }
  return typed;
}

struct printing {
  size_t skip;      // bytes of the key in front of what is printed
  bool is_no_email; // emails are left out
  size_t count;     // that were looked at
};

// STATUS_CLOSED: those were enough.
static enum status print_key(void *context, const struct store_entry *entry)
{
  struct printing *printing = context;
  if (printing->count == CANDIDATES_MAX) {
    return STATUS_CLOSED;
  }
  printing->count++;
  if (!printing->is_no_email || memchr(entry->key, '@', entry->key_length) == NULL) {
    (void)printf("%.*s\n", (int)(entry->key_length - printing->skip), (const char *)entry->key + printing->skip);
  }
  return STATUS_OK;
}

// The keys of TABLE that begin with PREFIX, in their order, and no more than a person would read.
static enum status print_keys(struct context *ctx, enum store_table table, const struct store_key *prefix, size_t skip)
{
  struct printing printing = {skip, table == TABLE_ACCOUNT_LOGINS, 0};
  enum status status = store_each(ctx->txn, table, prefix, print_key, &printing);
  return status == STATUS_CLOSED ? STATUS_OK : status;
}

static enum status print_domains(struct context *ctx, const char *slug, const char *prefix)
{
  struct org org;
  enum status status = org_by_slug(ctx->txn, slug, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  struct store_key key = key_of_i64(org.id);
  size_t skip = key.length;
  key_add_text(&key, prefix);
  return print_keys(ctx, TABLE_DOMAINS, &key, skip);
}

static enum status print_candidates(struct context *ctx, const struct typed *typed)
{
  const struct store_key key = key_of_text(typed->prefix);
  if (strstr(typed->kind, "SLUG") != NULL) {
    return print_keys(ctx, TABLE_ORG_SLUGS, &key, 0);
  }
  if (strstr(typed->kind, "DOMAIN") != NULL && typed->first != NULL) {
    return print_domains(ctx, typed->first, typed->prefix);
  }
  bool people = strstr(typed->kind, "EMAIL") != NULL || strstr(typed->kind, "LOGIN") != NULL;
  enum status status = people ? print_keys(ctx, TABLE_ACCOUNT_EMAILS, &key, 0) : STATUS_OK;
  return people && status == STATUS_OK ? print_keys(ctx, TABLE_ACCOUNT_LOGINS, &key, 0) : status;
}

int cmd_candidates(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  const struct typed typed = take_apart(in);
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = print_candidates(&ctx, &typed);
  return status == STATUS_OK && fflush(stdout) == 0 ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}
