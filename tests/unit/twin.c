// SPDX-License-Identifier: Apache-2.0
#include "twin.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endian.h"
#include "store/numbers_store.h"
#include "store/store_copy.h"

enum { ENTRIES_MAX = 512, OWN_NEW = 64, NEW_MAX = 64 };

// Where both count on from.
static const int64_t OWN_ID = 0xabcdef012300;

struct entry {
  struct bytes key;
  struct bytes value;
};

struct contents {
  struct entry list[TABLE_COUNT][ENTRIES_MAX];
  size_t counts[TABLE_COUNT];
};

static struct contents before;
static struct contents in_fleet;
static struct contents alone;
static struct contents *filling;
static enum store_table filled;

static enum status add_entry(void *context, const struct store_entry *entry)
{
  struct entry *to = &filling->list[filled][filling->counts[filled]++];
  (void)context;
  assert_true(filling->counts[filled] < ENTRIES_MAX);
  *to = (struct entry){BYTES_EMPTY, BYTES_EMPTY};
  assert_int_equal(bytes_append(&to->key, entry->key, entry->key_length), STATUS_OK);
  return bytes_append(&to->value, entry->length > 0 ? entry->data : "", entry->length);
}

static void forget(struct contents *contents)
{
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    for (size_t i = 0; i < contents->counts[table]; i++) {
      bytes_done(&contents->list[table][i].key);
      bytes_done(&contents->list[table][i].value);
    }
    contents->counts[table] = 0;
  }
}

static void read_all(struct contents *ret_contents)
{
  const struct store_key all = key_new();
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  forget(ret_contents);
  filling = ret_contents;
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    filled = (enum store_table)table;
    assert_int_equal(store_each(txn, filled, &all, add_entry, NULL), STATUS_OK);
  }
}

void twin_forget_fleet(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(store_clear(txn, TABLE_FLEET), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void copy_file(const char *from, const char *to)
{
  struct stat about;
  int in = open(from, O_RDONLY | O_CLOEXEC);
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  assert_true(in >= 0 && out >= 0);
  assert_int_equal(fstat(in, &about), 0);
  for (off_t left = about.st_size; left > 0;) {
    ssize_t done_now = sendfile(out, in, NULL, (size_t)left);
    assert_true(done_now > 0);
    left -= done_now;
  }
  cleanup_fd(&in);
  cleanup_fd(&out);
}

static void name_files(char data[static 128], char kept[static 128])
{
  (void)snprintf(data, 128, "%s/data.mdb", directory);
  (void)snprintf(kept, 128, "%s/kept.mdb", directory);
}

// What is counted from here on is known by its number.
void twin_keep(void)
{
  const struct store_key last = key_of_text("last_id");
  struct store_txn *txn = NULL;
  char data[128];
  char kept[128];
  name_files(data, kept);
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(store_put_i64(txn, TABLE_META, &last, OWN_ID), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  read_all(&before);
  store_close(&store);
  copy_file(data, kept);
}

static void run(bool fleet, const char *name, enum status (*change)(void), struct contents *ret_contents)
{
  char data[128];
  char kept[128];
  name_files(data, kept);
  copy_file(kept, data);
  (void)unlink(map_path);
  open_store(STORE_READ_WRITE);
  if (fleet) {
    push_from_here();
  } else {
    twin_forget_fleet();
  }
  enum status status = change();
  if (status != STATUS_OK) {
    fail_msg("%s: %s: %s", name, status_text(status), error.text);
  }
  read_all(ret_contents);
  store_close(&store);
}

// Ids that were not there before: those of a fleet are drawn at random, those of a host alone are counted.
struct new_ids {
  int64_t list[NEW_MAX];
  size_t count;
};

static bool is_new_id(const struct new_ids *ids, int64_t id)
{
  for (size_t i = 0; i < ids->count; i++) {
    if (ids->list[i] == id) {
      return true;
    }
  }
  return false;
}

static bool was_there(const unsigned char packed[static 8])
{
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    for (size_t i = 0; i < before.counts[table]; i++) {
      if (memmem(before.list[table][i].key.data, before.list[table][i].key.length, packed, 8) != NULL) {
        return true;
      }
    }
  }
  return false;
}

static void note_id(struct new_ids *ids, int64_t id)
{
  const struct store_key key = key_of_i64(id);
  bool legal = (id >= STORE_ID_RANDOM && id < STORE_ID_END) || (id >= OWN_ID && id < OWN_ID + OWN_NEW);
  if (legal && !is_new_id(ids, id) && !was_there(key.data)) {
    assert_true(ids->count < NEW_MAX);
    ids->list[ids->count++] = id;
  }
}

static void find_new(const struct contents *contents, struct new_ids *ret_ids)
{
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    for (size_t i = 0; i < contents->counts[table]; i++) {
      const struct entry *entry = &contents->list[table][i];
      for (size_t at = 0; at + 8 <= entry->key.length; at += 8) {
        note_id(ret_ids, key_take_i64((const unsigned char *)entry->key.data + at));
      }
      if (table == TABLE_DOMAIN_PROOFS) {
        struct domain_proof proof = {.org_id = 0};
        assert_int_equal(record_decode(&DOMAIN_PROOF_RECORD, entry->value.data, entry->value.length, &proof),
                         STATUS_OK);
        note_id(ret_ids, proof.number);
      }
    }
  }
}

static void blot(const struct new_ids *ids, struct bytes *bytes)
{
  for (size_t at = 0; at + 8 <= bytes->length; at++) {
    unsigned char *here = (unsigned char *)bytes->data + at;
    if (is_new_id(ids, key_take_i64(here)) || is_new_id(ids, (int64_t)endian_get_u64(here))) {
      memset(here, '#', 8);
    }
  }
}

static int compare_entries(const void *a, const void *b)
{
  const struct entry *x = a;
  const struct entry *y = b;
  size_t length = x->key.length < y->key.length ? x->key.length : y->key.length;
  int order = length == 0 ? 0 : memcmp(x->key.data, y->key.data, length);
  if (order == 0 && x->key.length == y->key.length) {
    return memcmp(x->value.data, y->value.data, x->value.length < y->value.length ? x->value.length : y->value.length);
  }
  return order != 0 ? order : x->key.length < y->key.length ? -1 : 1;
}

// What is drawn at random for each.
static void blot_drawn(enum store_table table, struct bytes *value)
{
  if (table == TABLE_GROUP_MAPPINGS) {
    struct group_mapping mapping = {.org_id = 0};
    assert_int_equal(record_decode(&GROUP_MAPPING_RECORD, value->data, value->length, &mapping), STATUS_OK);
    mapping.number = 0;
    bytes_clear(value);
    assert_int_equal(record_encode(&GROUP_MAPPING_RECORD, &mapping, value), STATUS_OK);
  } else if (table == TABLE_CONFIRMED) {
    struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
    assert_int_equal(record_decode(&CONFIRMED_RECORD, value->data, value->length, &confirmed), STATUS_OK);
    confirmed.fingerprint[0] = '\0';
    bytes_clear(value);
    assert_int_equal(record_encode(&CONFIRMED_RECORD, &confirmed, value), STATUS_OK);
  } else if (table == TABLE_DOMAINS) {
    struct domain domain = {.org_id = 0};
    assert_int_equal(record_decode(&DOMAIN_RECORD, value->data, value->length, &domain), STATUS_OK);
    domain.token[0] = '\0';
    bytes_clear(value);
    assert_int_equal(record_encode(&DOMAIN_RECORD, &domain, value), STATUS_OK);
  } else if (table == TABLE_AUDIT) { // its number is counted with ids, and what comes behind it covers that
    struct audit_event event = {.number = 0};
    assert_int_equal(record_decode(&AUDIT_RECORD, value->data, value->length, &event), STATUS_OK);
    event.before[0] = '\0';
    bytes_clear(value);
    assert_int_equal(record_encode(&AUDIT_RECORD, &event, value), STATUS_OK);
  }
}

// Numbers of the fleet's are nobody's here in words of their own.
static void blot_number(struct bytes *value)
{
  struct number number = {.id = 0};
  assert_int_equal(record_decode(&NUMBER_RECORD, value->data, value->length, &number), STATUS_OK);
  if (number.use == NUMBER_ELSEWHERE || number.use == NUMBER_REMOVED) {
    bytes_clear(value);
  }
}

static void make_comparable(struct contents *contents)
{
  struct new_ids ids = {.count = 0};
  find_new(contents, &ids);
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    for (size_t i = 0; i < contents->counts[table]; i++) {
      struct entry *entry = &contents->list[table][i];
      blot_drawn((enum store_table)table, &entry->value);
      blot(&ids, &entry->key);
      blot(&ids, &entry->value);
      if (table == TABLE_NUMBERS) {
        blot_number(&entry->value);
      }
    }
    qsort(contents->list[table], contents->counts[table], sizeof(struct entry), compare_entries);
  }
}

// What counts what was drawn or written, of every store by itself.
static bool is_counter(const struct entry *entry)
{
  static const char *const NAMES[] = {"last_id", "map_serial"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    if (entry->key.length == strlen(NAMES[i]) && memcmp(entry->key.data, NAMES[i], entry->key.length) == 0) {
      return true;
    }
  }
  return false;
}

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static bool same_entries(const struct entry *a, const struct entry *b)
{
  return same_bytes(&a->key, &b->key) && (same_bytes(&a->value, &b->value) || is_counter(a));
}

// The first table that differs; TABLE_COUNT: none.
static size_t find_difference(size_t *ret_entry)
{
  for (size_t table = 0; table < TABLE_COUNT; table++) {
    size_t most = in_fleet.counts[table] > alone.counts[table] ? in_fleet.counts[table] : alone.counts[table];
    for (size_t i = 0; table != TABLE_FLEET && table != TABLE_LINKED && i < most; i++) {
      bool both = i < in_fleet.counts[table] && i < alone.counts[table];
      if (!both || !same_entries(&in_fleet.list[table][i], &alone.list[table][i])) {
        *ret_entry = i;
        return table;
      }
    }
  }
  return TABLE_COUNT;
}

static const char *spell(const struct contents *contents, size_t table, size_t i, char ret_text[static 1024])
{
  size_t at = 0;
  ret_text[0] = '\0';
  if (i >= contents->counts[table]) {
    return "nothing";
  }
  const struct bytes *parts[] = {&contents->list[table][i].key, &contents->list[table][i].value};
  for (size_t part = 0; part < COUNT_OF(parts); part++) {
    for (size_t k = 0; k < parts[part]->length && at < 1000; k++) {
      unsigned char c = (unsigned char)parts[part]->data[k];
      at += (size_t)snprintf(ret_text + at, 1024 - at, c >= ' ' && c < 127 ? "%c" : "\\%x", c);
    }
    at += (size_t)snprintf(ret_text + at, 1024 - at, part == 0 ? " = " : "");
  }
  return ret_text;
}

static bool compare_one(const char *name, enum status (*change)(void))
{
  char text[2][1024];
  size_t table = TABLE_COUNT;
  size_t i = 0;
  int64_t began_s = 0;
  do { // in one second, or what was changed says two
    began_s = clock_now_s();
    run(true, name, change, &in_fleet);
    run(false, name, change, &alone);
    make_comparable(&in_fleet);
    make_comparable(&alone);
    table = find_difference(&i);
  } while (table != TABLE_COUNT && clock_now_s() != began_s);
  if (table != TABLE_COUNT) {
    print_error("%s: table %zu: %s / alone: %s\n", name, table, spell(&in_fleet, table, i, text[0]),
                spell(&alone, table, i, text[1]));
  }
  return table == TABLE_COUNT;
}

void twin_compare(const struct twin_change *changes, size_t count)
{
  size_t same = 0;
  for (size_t i = 0; i < count; i++) {
    same += compare_one(changes[i].name, changes[i].change) ? 1 : 0;
  }
  open_store(STORE_READ_WRITE);
  assert_int_equal(same, count);
}
