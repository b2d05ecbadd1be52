// SPDX-License-Identifier: Apache-2.0
// ssoctl eject: the way out. Every account becomes a local user with the same number, home, shell and groups.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "context.h"
#include "store/accounts.h"
#include "store/groups.h"
#include "wiring/host_file.h"

enum { DAY_S = 86400, FILES = 4 };

// passwd(5), shadow(5), group(5), gshadow(5); what is added to each.
static const struct {
  const char *name;
  mode_t mode;
} NAMES[FILES] = {{"passwd", 0644}, {"shadow", 0600}, {"group", 0644}, {"gshadow", 0600}};

enum { PASSWD, SHADOW, GROUP, GSHADOW };

struct ejecting {
  struct context *ctx;
  struct bytes passwd; // the host's own, as it is now
  struct bytes lines[FILES];
  uint64_t accounts;
  uint64_t kept_out;
  uint64_t groups;
};

static void ejecting_done(struct ejecting *e)
{
  bytes_done(&e->passwd);
  for (size_t i = 0; i < FILES; i++) {
    bytes_done(&e->lines[i]);
  }
}

// The line of LOGIN in TEXT of passwd(5) or shadow(5); NULL for none.
static const char *find_line(const char *text, const char *login)
{
  size_t length = strlen(login);
  for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
    if (strncmp(at, login, length) == 0 && at[length] == ':') {
      return at;
    }
  }
  return NULL;
}

// Whether the host has a user of the account's login with another number, who has nothing to do with it (POLICY N3).
static bool is_another(const struct ejecting *e, const struct account *account)
{
  char number[16];
  (void)snprintf(number, sizeof number, "%u", account->uid);
  const char *line = find_line(bytes_text(&e->passwd), account->login);
  const char *password = line != NULL ? strchr(line, ':') : NULL;
  const char *uid = password != NULL ? strchr(password + 1, ':') : NULL;
  return line != NULL &&
         (uid == NULL || strncmp(uid + 1, number, strlen(number)) != 0 || uid[1 + strlen(number)] != ':');
}

static enum status read_passwd(struct ejecting *e, struct error *error)
{
  enum status status = host_file_read("/etc/passwd", error, &e->passwd);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What would end a field, or a line, is left out.
static void take_field(const char *from, char *field, size_t size)
{
  size_t used = 0;
  for (; *from != '\0' && used + 1 < size; from++) {
    if (*from != ':' && *from != '\n' && *from != ',') {
      field[used++] = *from;
    }
  }
  field[used] = '\0';
}

// Who may not come in now may not later: without a password that works, and expired (shadow(5)), which keys obey too.
static enum status add_user(struct ejecting *e, const struct account *account, bool kept_out)
{
  char line[LOGIN_SIZE + DISPLAY_SIZE + PATH_SIZE + SHELL_SIZE + PASSWORD_HASH_SIZE + 64];
  char name[DISPLAY_SIZE];
  take_field(account->name, name, sizeof name);
  (void)snprintf(line, sizeof line, "%s:x:%u:%u:%s:%s:%s\n", account->login, account->uid, account->gid, name,
                 account->home, account->shell);
  enum status status = bytes_append_text(&e->lines[PASSWD], line);
  const char *password = account->password[0] != '\0' ? account->password : "*";
  int64_t today = account->created_at_s / DAY_S;
  (void)snprintf(line, sizeof line, "%s:%s%s:%" PRId64 ":0:99999:7::%s:\n", account->login, kept_out ? "!" : "",
                 password, today, kept_out ? "1" : "");
  status = status != STATUS_OK ? status : bytes_append_text(&e->lines[SHADOW], line);
  explicit_bzero(line, sizeof line);
  return status;
}

static enum status add_group(struct ejecting *e, const char *name, uint32_t gid, const struct bytes *members)
{
  char number[16];
  (void)snprintf(number, sizeof number, "%u", gid);
  const char *const group[] = {name, ":x:", number, ":", bytes_text(members), "\n"};
  const char *const gshadow[] = {name, ":!::", bytes_text(members), "\n"};
  enum status status = bytes_append_texts(&e->lines[GROUP], group, COUNT_OF(group));
  e->groups++;
  return status != STATUS_OK ? status : bytes_append_texts(&e->lines[GSHADOW], gshadow, COUNT_OF(gshadow));
}

static enum status is_kept_out(struct ejecting *e, const struct account *account, bool *ret_kept_out)
{
  struct memberships all;
  size_t active = 0;
  enum status status = memberships_of(e->ctx->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    active += all.list[i].status == MEMBER_ACTIVE;
  }
  *ret_kept_out = account->status != ACCOUNT_ACTIVE || active == 0;
  return status;
}

static enum status eject_account(void *context, const struct account *account)
{
  static const struct bytes NOBODY = BYTES_EMPTY;
  struct ejecting *e = context;
  bool kept_out = true;
  enum status status = is_kept_out(e, account, &kept_out);
  if (account->mapped != 0 || is_another(e, account)) {
    if (account->mapped != 0 && kept_out) {
      context_done(e->ctx,
                   "%s is a local user already, and may not come in: 'usermod --expiredate 1 %s' keeps them out",
                   account->login, account->login);
    }
    return status;
  }
  status = status != STATUS_OK ? status : add_user(e, account, kept_out);
  e->accounts++;
  e->kept_out += kept_out;
  return status != STATUS_OK ? status : add_group(e, account->login, account->gid, &NOBODY);
}

// Members of a group of an org, as a list with commas.
struct gathering {
  const struct ejecting *e;
  struct store_txn *txn;
  struct bytes everybody;
  struct bytes admins;
};

static void gathering_done(struct gathering *g)
{
  bytes_done(&g->everybody);
  bytes_done(&g->admins);
}

static enum status append_name(struct bytes *list, const char *login)
{
  const char *const texts[] = {list->length > 0 ? "," : "", login};
  return bytes_append_texts(list, texts, COUNT_OF(texts));
}

static enum status gather(void *context, const struct membership *membership)
{
  struct gathering *g = context;
  struct account account;
  if (membership->status != MEMBER_ACTIVE) {
    return STATUS_OK;
  }
  enum status status = account_get(g->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  bool counts = account.status == ACCOUNT_ACTIVE && !is_another(g->e, &account);
  status = counts ? append_name(&g->everybody, account.login) : STATUS_OK;
  if (status == STATUS_OK && counts && membership->role != ROLE_VIEWER) {
    status = append_name(&g->admins, account.login);
  }
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

struct org_ejecting {
  struct ejecting *e;
  const struct org *org;
};

// Groups that a provider's groups gave, with whom they had been given to last.
static enum status take_given(void *context, const struct store_entry *entry)
{
  struct gathering *g = context;
  struct account account;
  uint64_t id = 0;
  if (entry->key_length != sizeof(uint32_t) + sizeof id) {
    return STATUS_CORRUPT;
  }
  for (size_t i = sizeof(uint32_t); i < entry->key_length; i++) {
    id = id << 8 | entry->key[i];
  }
  enum status status = account_get(g->txn, (int64_t)id, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  bool counts = account.status == ACCOUNT_ACTIVE && !is_another(g->e, &account);
  status = counts ? append_name(&g->everybody, account.login) : STATUS_OK;
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status eject_org_group(void *context, const struct org_group *group)
{
  const struct org_ejecting *o = context;
  struct gathering g CLEANUP(gathering_done) = {.e = o->e, .txn = o->e->ctx->txn};
  char full[LOGIN_SIZE];
  struct store_key key = key_new();
  key_add_u32(&key, group->gid);
  group_full_name(o->org->slug, group->name, full);
  enum status status = store_each(g.txn, TABLE_GROUP_MEMBERS, &key, take_given, &g);
  return status != STATUS_OK ? status : add_group(o->e, full, group->gid, &g.everybody);
}

static enum status eject_org(void *context, const struct org *org)
{
  struct ejecting *e = context;
  struct gathering g CLEANUP(gathering_done) = {.e = e, .txn = e->ctx->txn};
  const struct org_ejecting o = {e, org};
  char admins[LOGIN_SIZE];
  (void)snprintf(admins, sizeof admins, "%s-admins", org->slug);
  enum status status = membership_each(g.txn, org->id, gather, &g);
  status = status != STATUS_OK ? status : add_group(e, org->slug, org->gid, &g.everybody);
  status = status != STATUS_OK ? status : add_group(e, admins, org->admins_gid, &g.admins);
  return status != STATUS_OK ? status : group_each(g.txn, org->id, eject_org_group, (void *)(uintptr_t)&o);
}

static int write_new(const char *folder, size_t i, const struct bytes *lines)
{
  char path[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/%s", folder, NAMES[i].name);
  if (length < 0 || (size_t)length >= sizeof path) {
    return fail(EXIT_USAGE, "%.80s...: a shorter path is legal", folder);
  }
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  bool written = file_write_all(fd, bytes_text(lines), lines->length) == STATUS_OK && fchmod(fd, NAMES[i].mode) == 0 &&
                 fsync(fd) == 0;
  return written ? EXIT_DONE : fail(EXIT_FAILED, "%s: cannot be written", path);
}

static int write_folder(const struct ejecting *e, const char *folder)
{
  if (mkdir(folder, 0700) != 0) {
    return fail(EXIT_FAILED, "%s: %s; name a folder that is not there yet", folder, strerror(errno));
  }
  for (size_t i = 0; i < FILES; i++) {
    int code = write_new(folder, i, &e->lines[i]);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  return EXIT_DONE;
}

// Whether a line of TEXT begins with the name that LINE does, of LENGTH characters.
static bool has_name(const char *text, const char *line, size_t length)
{
  char name[LOGIN_SIZE];
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), line);
  return find_line(text, name) != NULL;
}

// What an eject left that was interrupted says of people what they were then: who left meanwhile would get in by it.
static int check_leftovers(const struct ejecting *e)
{
  struct bytes shadow CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  if (host_file_read("/etc/shadow", &error, &shadow) != STATUS_OK) {
    return fail(EXIT_FAILED, "/etc/shadow: %s", error.text[0] != '\0' ? error.text : "is not there");
  }
  for (const char *at = bytes_text(&e->lines[SHADOW]); *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t length = strcspn(at, ":");
    if (has_name(bytes_text(&shadow), at, length) && !has_name(bytes_text(&e->passwd), at, length)) {
      return fail(EXIT_FAILED,
                  "/etc/shadow: has %.*s, whom /etc/passwd does not have: an eject was interrupted; 'pwck' "
                  "takes such lines out, 'grpck' those of the groups",
                  (int)length, at);
    }
  }
  return EXIT_DONE;
}

// What is there already stays as it is, so that to do it again adds nobody twice.
static enum status append_new(const char *lines, struct bytes *text)
{
  if (text->length > 0 && text->data[text->length - 1] != '\n') {
    enum status status = bytes_append_text(text, "\n");
    if (status != STATUS_OK) {
      return status;
    }
  }
  size_t before = text->length;
  char *old CLEANUP(cleanup_free) = strndup(bytes_text(text), before);
  if (old == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (const char *at = lines; *at != '\0';) {
    size_t length = strcspn(at, "\n") + 1;
    enum status status = has_name(old, at, strcspn(at, ":")) ? STATUS_OK : bytes_append(text, at, length);
    if (status != STATUS_OK) {
      return status;
    }
    at += length;
  }
  return STATUS_OK;
}

static int add_to_host(const struct bytes *lines, size_t i)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  char path[32];
  (void)snprintf(path, sizeof path, "/etc/%s", NAMES[i].name);
  enum status status = host_file_read(path, &error, &text);
  if (status == STATUS_NOT_FOUND && i == GSHADOW) {
    return EXIT_DONE;
  }
  status = status != STATUS_OK ? status : append_new(bytes_text(lines), &text);
  status = status != STATUS_OK ? status : host_file_replace(path, &text, &error);
  return status == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED, "%s: %s", path, error.text[0] != '\0' ? error.text : status_text(status));
}

// Numbers before names: who is in passwd has a password and groups by then.
static int add_all_to_host(const struct ejecting *e)
{
  static const size_t ORDER[FILES] = {GROUP, GSHADOW, SHADOW, PASSWD};
  int code = EXIT_DONE;
  if (lckpwdf() != 0) {
    return fail(EXIT_FAILED, "/etc/passwd: another program changes users now (lckpwdf): try again");
  }
  for (size_t i = 0; code == EXIT_DONE && i < FILES; i++) {
    code = add_to_host(&e->lines[ORDER[i]], ORDER[i]);
  }
  (void)ulckpwdf();
  return code;
}

static int carry_out(struct ejecting *e, const struct invocation *in)
{
  const char *folder = in->arguments[0];
  bool does = in->options[OPTION_DO] != NULL;
  if (does == (folder != NULL)) {
    return fail(EXIT_USAGE, "eject: name a folder for the files, or give --do, which adds them to this host's own");
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (!does) {
    return write_folder(e, folder);
  }
  int code = check_leftovers(e);
  code = code != EXIT_DONE ? code : context_confirm(e->ctx, "Every account becomes a local user of this host. Go on?");
  return code != EXIT_DONE ? code : add_all_to_host(e);
}

int cmd_eject(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct ejecting e CLEANUP(ejecting_done) = {.ctx = &ctx};
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  struct error error = {.text = ""};
  enum status status = read_passwd(&e, &error);
  status = status != STATUS_OK ? status : account_each(ctx.txn, eject_account, &e);
  status = status != STATUS_OK ? status : org_each(ctx.txn, eject_org, &e);
  context_end_read(&ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  code = carry_out(&e, in);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%llu users and %llu groups %s; %llu of them may not come in, and are expired",
               (unsigned long long)e.accounts, (unsigned long long)e.groups,
               in->options[OPTION_DO] != NULL ? "are local ones now; 'ssoctl host disable' comes next"
                                              : "written; 'vipw' and 'vigr', each once more with -s, take them",
               (unsigned long long)e.kept_out);
  return context_result(&ctx, true, RESULT_NUMBER("users", (int64_t)e.accounts),
                        RESULT_NUMBER("groups", (int64_t)e.groups), RESULT_NUMBER("expired", (int64_t)e.kept_out));
}
