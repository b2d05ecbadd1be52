// SPDX-License-Identifier: Apache-2.0
// ssoctl setup: from nothing to the first sign-in, asking. Each step is a command that it shows and that can be typed
// as well; what is so already is left out, so that it goes on where it was left.
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "context.h"
#include "domain_name.h"
#include "paths.h"
#include "presets.h"
#include "store/accounts.h"
#include "store/here.h"
#include "walk.h"

enum { HOSTNAME_SIZE = 256, LOOKUPS = 20 };

struct setup {
  char slug[SLUG_SIZE];
  char owner[EMAIL_SIZE];
  bool has_password;
  bool has_connection;
  bool tried;
  char domain[DOMAIN_SIZE]; // verified; "" for none
  char pending[DOMAIN_SIZE];
};

// A slug made of NAME: "Acme Inc." is acme-inc.
static void suggest_slug(const char *name, char slug[static SLUG_SIZE])
{
  size_t used = 0;
  for (; *name != '\0' && used + 1 < SLUG_SIZE; name++) {
    if (isalpha((unsigned char)*name) || (used > 0 && isdigit((unsigned char)*name))) {
      slug[used++] = (char)tolower((unsigned char)*name);
    } else if (used > 0 && slug[used - 1] != '-') {
      slug[used++] = '-';
    }
  }
  while (used > 0 && slug[used - 1] == '-') {
    used--;
  }
  slug[used] = '\0';
  if (!name_is_slug(slug)) {
    slug[0] = '\0';
  }
}

static enum status take_domain(void *context, const struct domain *domain)
{
  struct setup *setup = context;
  (void)snprintf(domain->verified != 0 ? setup->domain : setup->pending, DOMAIN_SIZE, "%s", domain->domain);
  return STATUS_OK;
}

static enum status load_org(struct context *ctx, struct setup *setup)
{
  struct org org;
  struct account account;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here = {.tried = 0};
  enum status status = org_by_slug(ctx->txn, setup->slug, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_get(ctx->txn, org.owner_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(setup->owner, account.email, sizeof setup->owner);
  setup->has_password = account.password[0] != '\0';
  record_done(&ACCOUNT_RECORD, &account);
  status = connection_get(ctx->txn, org.id, CONNECTION_ACTIVE, &connection);
  setup->has_connection = status == STATUS_OK;
  status = status != STATUS_OK ? status : connection_here_get(ctx->txn, &connection, &here);
  setup->tried = here.tried != 0;
  setup->domain[0] = setup->pending[0] = '\0';
  return status != STATUS_OK && status != STATUS_NOT_FOUND ? status : domain_each(ctx->txn, org.id, take_domain, setup);
}

static enum status take_first(void *context, const struct org *org)
{
  char *slug = context;
  if (slug[0] == '\0') {
    memcpy(slug, org->slug, SLUG_SIZE);
  }
  return STATUS_OK;
}

// What there is of the org SETUP names already; of the first one where it names none. STATUS_NOT_FOUND: no org.
static int load(const struct invocation *in, struct setup *setup, bool *ret_found)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = setup->slug[0] == '\0' ? org_each(ctx.txn, take_first, setup->slug) : STATUS_OK;
  status = status != STATUS_OK ? status : setup->slug[0] == '\0' ? STATUS_NOT_FOUND : load_org(&ctx, setup);
  *ret_found = status == STATUS_OK;
  return status == STATUS_OK || status == STATUS_NOT_FOUND ? EXIT_DONE
                                                           : fail(EXIT_FAILED, "store: %s", status_text(status));
}

static int make_store(void)
{
  struct walk_words words = {.count = 0};
  if (access(PATH_STORE "/data.mdb", F_OK) == 0) {
    return EXIT_DONE;
  }
  walk_add(&words, "ssoctl", "init", NULL);
  return walk_run(&words);
}

static int make_org(const struct invocation *in, struct setup *setup)
{
  char name[WALK_ANSWER_SIZE];
  char slug[WALK_ANSWER_SIZE];
  char owner[WALK_ANSWER_SIZE];
  char suggested[SLUG_SIZE] = "";
  struct walk_words words = {.count = 0};
  bool found = false;
  walk_say("The organization whose people sign in to this host. Its owner keeps a password that\n"
           "works while the provider is away; the address need not be on the org's own domain.");
  int code = walk_ask("Name of the organization", NULL, name);
  if (code != EXIT_DONE) {
    return code;
  }
  if (setup->slug[0] != '\0') {
    memcpy(suggested, setup->slug, sizeof suggested); // typed, and there is none of that name
  } else {
    suggest_slug(name, suggested);
  }
  code = walk_ask("Short name, also of its Unix group", suggested[0] != '\0' ? suggested : NULL, slug);
  code = code != EXIT_DONE ? code : walk_ask("Email address of its owner", NULL, owner);
  if (code != EXIT_DONE) {
    return code;
  }
  walk_add(&words, "ssoctl", "org", "create", slug, "--name", name, "--owner", owner, NULL);
  code = walk_run(&words);
  if (code != EXIT_DONE || text_copy(slug, setup->slug, sizeof setup->slug) != STATUS_OK) {
    return code;
  }
  return load(in, setup, &found);
}

static int set_password(const struct setup *setup)
{
  struct walk_words words = {.count = 0};
  walk_add(&words, "ssoctl", "password", "set", setup->owner, NULL);
  return walk_run(&words);
}

static void list_presets(void)
{
  size_t count = 0;
  const struct preset *presets = preset_table(&count);
  (void)fprintf(stderr, "Known are");
  for (size_t i = 0; i < count; i++) {
    (void)fprintf(stderr, "%s %s", i > 0 ? "," : "", presets[i].name);
  }
  (void)fprintf(stderr, ".\nssoorg-providers(7) says what to click at each.\n");
}

// What of a provider has to be said beside the client.
struct provider_answers {
  char which[WALK_ANSWER_SIZE];
  char host[WALK_ANSWER_SIZE];
  char tenant[WALK_ANSWER_SIZE];
  char realm[WALK_ANSWER_SIZE];
  char client[WALK_ANSWER_SIZE];
  char ca[WALK_ANSWER_SIZE];
  char secret[WALK_SECRET_PATH_SIZE];
  int secret_fd;
};

static void answers_done(struct provider_answers *answers)
{
  cleanup_fd(&answers->secret_fd);
}

// An option with the answer to QUESTION, where it is NEEDED.
static int ask_option(struct walk_words *words, bool needed, const char *option, const char *question,
                      char answer[static WALK_ANSWER_SIZE])
{
  int code = needed ? walk_ask(question, NULL, answer) : EXIT_DONE;
  if (needed && code == EXIT_DONE) {
    walk_add(words, option, answer, NULL);
  }
  return code;
}

static int set_connection(const struct setup *setup)
{
  struct provider_answers a CLEANUP(answers_done) = {.secret_fd = -1};
  struct walk_words words = {.count = 0};
  walk_say("The provider where they sign in. Make a client there that may use the device\n"
           "authorization grant, with the scopes openid, email and profile.");
  list_presets();
  int code = walk_ask("Which provider, or its issuer URL", NULL, a.which);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct preset *preset = preset_find(a.which);
  walk_add(&words, "ssoctl", "idp", "set", setup->slug, preset != NULL ? "--preset" : "--issuer", a.which, NULL);
  code = ask_option(&words, preset != NULL && preset->needs_host, "--host", "The provider's host name", a.host);
  code = code != EXIT_DONE
             ? code
             : ask_option(&words, preset != NULL && preset->needs_tenant, "--tenant", "Its tenant's id", a.tenant);
  code = code != EXIT_DONE ? code
                           : ask_option(&words, preset != NULL && preset->needs_realm, "--realm",
                                        "The realm or application there", a.realm);
  code = code != EXIT_DONE ? code : ask_option(&words, true, "--client-id", "The client's id", a.client);
  code = code != EXIT_DONE || preset != NULL
             ? code
             : walk_ask("File of its CA's certificate, if it is not a public one", "", a.ca);
  code =
      code != EXIT_DONE ? code : walk_hold_secret("The client's secret (empty: it has none): ", a.secret, &a.secret_fd);
  if (code != EXIT_DONE) {
    return code;
  }
  if (a.secret[0] != '\0') {
    walk_add(&words, "--client-secret-file", a.secret, NULL);
  }
  if (a.ca[0] != '\0') {
    walk_add(&words, "--ca-file", a.ca, NULL);
  }
  return walk_run(&words);
}

static int test_connection(const struct setup *setup)
{
  struct walk_words words = {.count = 0};
  bool yes = false;
  int code = walk_ask_yes("Sign in through it now, in a browser, to see that it works", true, &yes);
  if (code != EXIT_DONE || !yes) {
    return code;
  }
  walk_add(&words, "ssoctl", "idp", "test", setup->slug, NULL);
  return walk_run(&words);
}

static int claim_domain(const struct setup *setup, char domain[static WALK_ANSWER_SIZE])
{
  struct walk_words words = {.count = 0};
  const char *own = name_email_domain(setup->owner);
  walk_say("The email domain of the org's people. Whoever has it in DNS proves it by a TXT record.\n"
           "Without one nobody comes by themselves; \"-\" leaves it out.");
  int code = walk_ask("Domain", own, domain);
  if (code != EXIT_DONE || strcmp(domain, "-") == 0) {
    return code;
  }
  walk_add(&words, "ssoctl", "domain", "add", setup->slug, domain, NULL);
  return walk_run(&words);
}

static int verify_domain(const struct setup *setup, const char *domain)
{
  for (int i = 0; i < LOOKUPS; i++) {
    struct walk_words words = {.count = 0};
    char answer[WALK_ANSWER_SIZE];
    int code = walk_ask("Enter looks the record up; \"-\" leaves it for later", "", answer);
    if (code != EXIT_DONE || strcmp(answer, "-") == 0) {
      return code;
    }
    walk_add(&words, "ssoctl", "domain", "verify", setup->slug, domain, NULL);
    if (walk_run(&words) == EXIT_DONE) {
      return EXIT_DONE;
    }
  }
  return EXIT_DONE; // 'domain verify', or the timer, finds it later
}

static int set_domain(struct setup *setup)
{
  char domain[WALK_ANSWER_SIZE] = "";
  int code = EXIT_DONE;
  if (setup->pending[0] != '\0') {
    (void)snprintf(domain, sizeof domain, "%s", setup->pending);
    struct walk_words words = {.count = 0};
    walk_add(&words, "ssoctl", "domain", "show", setup->slug, domain, NULL);
    code = walk_run(&words);
  } else {
    code = claim_domain(setup, domain);
  }
  return code != EXIT_DONE || strcmp(domain, "-") == 0 ? code : verify_domain(setup, domain);
}

static int set_provisioning(const struct setup *setup)
{
  struct walk_words words = {.count = 0};
  bool yes = false;
  if (setup->domain[0] == '\0') {
    return EXIT_DONE;
  }
  char question[WALK_ANSWER_SIZE];
  (void)snprintf(question, sizeof question, "May everybody at %s come who signs in there? (no: only who is invited)",
                 setup->domain);
  int code = walk_ask_yes(question, false, &yes);
  if (code != EXIT_DONE) {
    return code;
  }
  walk_add(&words, "ssoctl", "provisioning", "set", setup->slug, yes ? "jit" : "invite-only", NULL);
  return walk_run(&words);
}

static int wire_host(void)
{
  struct walk_words words = {.count = 0};
  bool yes = false;
  walk_say("Last, sshd, login, sudo and the others have to ask ssoorg. Root and the users of\n"
           "/etc/passwd sign in as before. It is taken back after 10 minutes unless you confirm.");
  int code = walk_ask_yes("Have this host ask ssoorg now", true, &yes);
  if (code != EXIT_DONE || !yes) {
    return code;
  }
  walk_add(&words, "ssoctl", "host", "enable", "--confirm-within", "10m", NULL);
  return walk_run(&words);
}

static void say_what_next(const struct setup *setup)
{
  char host[HOSTNAME_SIZE] = "this-host";
  (void)gethostname(host, sizeof host - 1);
  const char *who = setup->domain[0] != '\0' ? "NAME@" : setup->owner;
  (void)fprintf(stderr,
                "\nNow, elsewhere, and keep this shell open:\n"
                "  ssh %s%s@%s        a member's first sign-in, by URL and code\n"
                "  ssh %s@%s        the owner's, by password\n"
                "and, as you sign in to this host yourself, in a new connection:\n"
                "  ssoctl host confirm\n"
                "'ssoctl check' says what is wrong, 'ssoctl why LOGIN' what somebody would be offered,\n"
                "'ssoctl enforcement set %s domains' that passwords of the domain end.\n",
                who, setup->domain, host, setup->owner, host, setup->slug);
}

// Each step that is not so already. After an error of one of them it ends; the next run goes on there.
static int walk(const struct invocation *in, struct setup *setup)
{
  bool found = false;
  int code = make_store();
  code = code != EXIT_DONE ? code : load(in, setup, &found);
  code = code != EXIT_DONE || found ? code : make_org(in, setup);
  code = code != EXIT_DONE || setup->has_password ? code : set_password(setup);
  code = code != EXIT_DONE || setup->has_connection ? code : set_connection(setup);
  if (code == EXIT_DONE && setup->domain[0] == '\0') {
    code = set_domain(setup);
    code = code != EXIT_DONE ? code : load(in, setup, &found);
    code = code != EXIT_DONE ? code : set_provisioning(setup);
  }
  // Who comes before the domain is proven is let in by nothing, and a test would only say so.
  code = code != EXIT_DONE || setup->tried || setup->domain[0] == '\0' ? code : test_connection(setup);
  return code != EXIT_DONE ? code : wire_host();
}

int cmd_setup(const struct invocation *in)
{
  struct setup setup = {.slug = ""};
  const char *typed = in->arguments[0];
  if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
    return fail(EXIT_FAILED,
                "setup asks, and there is no terminal to answer: 'man 7 ssoorg' has its commands one by one");
  }
  int code = typed != NULL ? context_slug(typed, setup.slug) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  code = walk(in, &setup);
  if (code != EXIT_DONE) {
    return fail(code, "setup: not all is done; 'ssoctl setup' goes on here");
  }
  say_what_next(&setup);
  return EXIT_DONE;
}
