// SPDX-License-Identifier: Apache-2.0
#include "store/audit.h"

#include <inttypes.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

// What the first event of a store carries.
static const char NOTHING_BEFORE[] = "0000000000000000000000000000000000000000000000000000000000000000";

static void hash_text(SHA256_CTX *sha, const char *text)
{
  SHA256Update(sha, (const uint8_t *)text, strlen(text) + 1);
}

static void hash_number(SHA256_CTX *sha, int64_t number)
{
  char text[24];
  (void)snprintf(text, sizeof text, "%" PRId64, number);
  hash_text(sha, text);
}

void audit_hash(const struct audit_event *event, char ret_hash[static AUDIT_HASH_SIZE])
{
  SHA256_CTX sha;
  unsigned char sum[SHA256_DIGEST_LENGTH];
  const char *const texts[] = {event->actor, event->event,   event->org, event->login,
                               event->rhost, event->service, event->row, event->detail};
  SHA256Init(&sha);
  hash_text(&sha, "ssoorg-audit-1");
  hash_text(&sha, event->before);
  hash_number(&sha, event->number);
  hash_number(&sha, event->at_s);
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    hash_text(&sha, texts[i]);
  }
  SHA256Final(sum, &sha);
  text_hex(sum, sizeof sum, ret_hash);
}

// What the next event carries.
static enum status hash_of_last(struct store_txn *txn, char ret_hash[static AUDIT_HASH_SIZE])
{
  struct audit_event last;
  int64_t number = 0;
  enum status status = store_last_number(txn, TABLE_AUDIT, &number);
  if (status == STATUS_NOT_FOUND) {
    memcpy(ret_hash, NOTHING_BEFORE, AUDIT_HASH_SIZE);
    return STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  const struct store_key key = key_of_i64(number);
  status = store_get_record(txn, TABLE_AUDIT, &key, &AUDIT_RECORD, &last);
  if (status == STATUS_OK) {
    audit_hash(&last, ret_hash);
  }
  return status;
}

enum status audit_add(struct store_txn *txn, const struct audit_event *event)
{
  struct audit_event numbered = *event;
  enum status status = hash_of_last(txn, numbered.before);
  status = status != STATUS_OK ? status : store_next_id(txn, &numbered.number);
  const struct store_key key = key_of_i64(numbered.number);
  return status != STATUS_OK ? status : store_put_record(txn, TABLE_AUDIT, &key, &AUDIT_RECORD, &numbered);
}

struct walk {
  audit_visit *visit;
  void *context;
};

static enum status visit_audit(void *context, const struct store_entry *entry)
{
  const struct walk *walk = context;
  struct audit_event event;
  enum status status = record_decode(&AUDIT_RECORD, entry->data, entry->length, &event);
  return status != STATUS_OK ? status : walk->visit(walk->context, &event);
}

enum status audit_each(struct store_txn *txn, int64_t after, audit_visit *visit, void *context)
{
  const struct store_key first = key_of_i64(after + 1);
  struct walk walk = {visit, context};
  return store_each_from(txn, TABLE_AUDIT, &first, visit_audit, &walk);
}

enum status audit_each_last(struct store_txn *txn, int64_t most, audit_visit *visit, void *context)
{
  int64_t last = 0;
  enum status status = store_last_number(txn, TABLE_AUDIT, &last);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return audit_each(txn, last > most ? last - most : 0, visit, context);
}

enum { TRIM_MAX = 8 };

struct trimming {
  int64_t old_s;
  size_t count;
  int64_t numbers[TRIM_MAX];
};

// Deleting would move the cursor: the numbers are noted first.
static enum status note_old(void *context, const struct audit_event *event)
{
  struct trimming *trimming = context;
  if (event->at_s >= trimming->old_s || trimming->count == TRIM_MAX) {
    return STATUS_EXISTS;
  }
  trimming->numbers[trimming->count++] = event->number;
  return STATUS_OK;
}

enum status audit_trim(struct store_txn *txn, int64_t old_s)
{
  struct trimming trimming = {.old_s = old_s};
  enum status status = audit_each(txn, 0, note_old, &trimming);
  status = status == STATUS_EXISTS ? STATUS_OK : status;
  for (size_t i = 0; status == STATUS_OK && i < trimming.count; i++) {
    const struct store_key key = key_of_i64(trimming.numbers[i]);
    status = store_delete(txn, TABLE_AUDIT, &key);
  }
  return status;
}

static void note_break(struct audit_chain *chain, const struct audit_event *event)
{
  if (chain->broken == 0) {
    chain->broken = event->number;
    chain->broken_at_s = event->at_s;
    chain->broken_after = chain->last;
  }
}

static enum status follow(void *context, const struct audit_event *event)
{
  struct audit_chain *chain = context;
  bool unchained = event->before[0] == '\0';
  if (unchained && chain->unchained == chain->events) {
    chain->unchained++;
  } else if (chain->events > 0 && strcmp(event->before, chain->head) != 0) {
    note_break(chain, event);
  }
  if (chain->events == 0) {
    chain->first = event->number;
    chain->first_at_s = event->at_s;
  }
  chain->events++;
  chain->last = event->number;
  chain->last_at_s = event->at_s;
  audit_hash(event, chain->head);
  return STATUS_OK;
}

enum status audit_verify(struct store_txn *txn, struct audit_chain *ret_chain)
{
  *ret_chain = (struct audit_chain){.events = 0};
  return audit_each(txn, 0, follow, ret_chain);
}
