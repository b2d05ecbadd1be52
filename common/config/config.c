// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/domain_list.h"
#include "base/text.h"
#include "map/numbers.h"

enum {
  TIMEOUT_MIN_S = 30,
  TIMEOUT_MAX_S = 300,
  SIGN_INS_MIN = 9,
  SIGN_INS_MAX = 4096,
  AUDIT_KEEP_MIN_S = 86400,
  AUDIT_KEEP_MAX_S = 3650 * 86400,
  REAUTH_MAX_S = 12 * 3600,
  GROUP_NAME_MAX = 32,
  MAILS_PER_HOST_MIN = 2,
  MAILS_MAX = 100000,
  OWN_ORGS_MAX = 16,
  SUBIDS_MIN = 65536, // with less an image has no nobody, 65534
  SUBIDS_MAX = 16777216
};

static bool is_absolute(const char *path)
{
  return path[0] == '/' && strstr(path, "/../") == NULL && strchr(path, ':') == NULL;
}

static enum status copy_path(const char *value, char *to, size_t size)
{
  size_t length = strlen(value);
  bool legal = is_absolute(value) && strpbrk(value, " \t") == NULL && text_is_clean(value, length) &&
               (length < 3 || strcmp(value + length - 3, "/..") != 0);
  return legal && length > 1 ? text_copy(value, to, size) : STATUS_INVALID;
}

static enum status parse_reauth(const char *value, struct config *config)
{
  return text_to_duration(value, 0, REAUTH_MAX_S, &config->reauth_s);
}

static enum status parse_home(const char *value, struct config *config)
{
  char home[PATH_SIZE - LOGIN_SIZE]; // a login of any length fits behind it
  enum status status = copy_path(value, home, sizeof home);
  return status != STATUS_OK ? STATUS_INVALID : text_copy(home, config->map.home, sizeof config->map.home);
}

static enum status parse_shell(const char *value, struct config *config)
{
  return copy_path(value, config->map.shell, sizeof config->map.shell) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

static enum status parse_sshd_paths(const char *value, struct config *config)
{
  const char *at = value;
  while (*at != '\0') {
    if (*at != '/') {
      return STATUS_INVALID;
    }
    at += strcspn(at, " ");
    at += *at == ' ' ? 1 : 0;
  }
  bool legal = value[0] != '\0' && strstr(value, "/../") == NULL;
  return legal && text_copy(value, config->map.sshd_paths, sizeof config->map.sshd_paths) == STATUS_OK ? STATUS_OK
                                                                                                       : STATUS_INVALID;
}

static enum status parse_range(const char *text, uint32_t *ret_first, uint32_t *ret_last)
{
  char first[16];
  int64_t low = 0;
  int64_t high = 0;
  size_t length = strcspn(text, "-");
  if (length >= sizeof first || text[length] != '-') {
    return STATUS_INVALID;
  }
  memcpy(first, text, length);
  first[length] = '\0';
  if (text_to_i64(first, 1000, INT32_MAX, &low) != STATUS_OK ||
      text_to_i64(text + length + 1, low, INT32_MAX, &high) != STATUS_OK) {
    return STATUS_INVALID;
  }
  if (!number_is_legal((uint32_t)low) || !number_is_legal((uint32_t)high)) {
    return STATUS_INVALID;
  }
  *ret_first = (uint32_t)low;
  *ret_last = (uint32_t)high;
  return STATUS_OK;
}

static enum status parse_ranges(const char *value, struct config *config)
{
  struct u32_list ranges = {.count = 0};
  char copy[512];
  if (text_copy(value, copy, sizeof copy) != STATUS_OK) {
    return STATUS_INVALID;
  }
  char *rest = copy;
  for (char *word = strsep(&rest, " "); word != NULL; word = strsep(&rest, " ")) {
    uint32_t *at = &ranges.values[ranges.count];
    if (ranges.count == RANGES_MAX * 2 || parse_range(word, at, at + 1) != STATUS_OK) {
      return STATUS_INVALID;
    }
    ranges.count += 2;
  }
  config->map.ranges = ranges;
  return STATUS_OK;
}

static enum status parse_timeout(const char *value, struct config *config)
{
  return text_to_duration(value, TIMEOUT_MIN_S, TIMEOUT_MAX_S, &config->sign_in_timeout_s);
}

static enum status parse_max_sign_ins(const char *value, struct config *config)
{
  return text_to_i64(value, SIGN_INS_MIN, SIGN_INS_MAX, &config->max_sign_ins);
}

static enum status parse_yes(const char *value, bool *ret_yes)
{
  if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
    return STATUS_INVALID;
  }
  *ret_yes = value[0] == 'y';
  return STATUS_OK;
}

static enum status parse_allow_http(const char *value, struct config *config)
{
  return parse_yes(value, &config->allow_loopback_http);
}

static enum status parse_allow_smtp(const char *value, struct config *config)
{
  return parse_yes(value, &config->allow_loopback_smtp);
}

static enum status parse_per_address(const char *value, struct config *config)
{
  return text_to_i64(value, 1, MAILS_MAX, &config->mails_per_address);
}

static enum status parse_per_remote(const char *value, struct config *config)
{
  return text_to_i64(value, 1, MAILS_MAX, &config->mails_per_remote);
}

static enum status parse_per_host(const char *value, struct config *config)
{
  return text_to_i64(value, MAILS_PER_HOST_MIN, MAILS_MAX, &config->mails_per_host);
}

static void join_own_orgs(struct config *config)
{
  memset(config->map.own_orgs, 0, sizeof config->map.own_orgs);
  if (config->own_orgs) {
    memcpy(config->map.own_orgs, config->own_orgs_domains, sizeof config->map.own_orgs);
  }
}

static enum status parse_own_orgs(const char *value, struct config *config)
{
  enum status status = parse_yes(value, &config->own_orgs);
  join_own_orgs(config);
  return status;
}

static enum status parse_own_orgs_per_account(const char *value, struct config *config)
{
  return text_to_i64(value, 1, OWN_ORGS_MAX, &config->own_orgs_per_account);
}

static enum status parse_own_orgs_domains(const char *value, struct config *config)
{
  bool none = strcmp(value, "none") == 0;
  if (!none && (value[0] == '\0' || !domain_list_is_legal(value) || strlen(value) >= sizeof config->own_orgs_domains)) {
    return STATUS_INVALID;
  }
  memset(config->own_orgs_domains, 0, sizeof config->own_orgs_domains);
  memcpy(config->own_orgs_domains, none ? "" : value, none ? 1 : strlen(value));
  join_own_orgs(config);
  return STATUS_OK;
}

// The words auto and none are legal slugs, and mean no org of these names here.
static enum status parse_default_org(const char *value, struct config *config)
{
  bool legal = name_is_slug(value);
  return legal ? text_copy(value, config->map.default_org, sizeof config->map.default_org) : STATUS_INVALID;
}

static enum status parse_notify(const char *value, struct config *config)
{
  return parse_yes(value, &config->notify_sessions);
}

static enum status parse_subids(const char *value, struct config *config)
{
  if (strcmp(value, "off") == 0) {
    config->subids = 0;
    return STATUS_OK;
  }
  return text_to_i64(value, SUBIDS_MIN, SUBIDS_MAX, &config->subids);
}

static enum status parse_audit_keep(const char *value, struct config *config)
{
  return text_to_duration(value, AUDIT_KEEP_MIN_S, AUDIT_KEEP_MAX_S, &config->audit_keep_s);
}

static enum status parse_resolver(const char *value, struct config *config)
{
  struct address address;
  if (strcmp(value, "system") == 0) {
    config->resolver[0] = '\0';
    return STATUS_OK;
  }
  enum status status = address_parse(value, ADDRESS_DNS_PORT, &address);
  return status != STATUS_OK ? status : text_copy(value, config->resolver, sizeof config->resolver);
}

bool config_read_qr(const char *word, enum qr *ret_qr)
{
  static const char *const WORDS[] = {[QR_AUTO] = "auto", [QR_ALWAYS] = "always", [QR_NEVER] = "never"};
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    if (strcmp(word, WORDS[i]) == 0) {
      *ret_qr = (enum qr)i;
      return true;
    }
  }
  return false;
}

static enum status parse_qr(const char *value, struct config *config)
{
  return config_read_qr(value, &config->qr) ? STATUS_OK : STATUS_INVALID;
}

static enum status parse_confinement(const char *value, struct config *config)
{
  bool strict = strcmp(value, "strict") == 0;
  if (!strict && strcmp(value, "available") != 0) {
    return STATUS_INVALID;
  }
  config->confinement = strict ? CONFINEMENT_STRICT : CONFINEMENT_AVAILABLE;
  return STATUS_OK;
}

// Names as groupadd(8) takes them; an empty list would be a misunderstanding (HOLES H34).
static enum status parse_operators(const char *value, struct config *config)
{
  static const char LEGAL[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  const char *at = value;
  do {
    size_t length = strspn(at, LEGAL);
    bool begins = (*at >= 'a' && *at <= 'z') || *at == '_';
    if (!begins || length > GROUP_NAME_MAX || (at[length] != ' ' && at[length] != '\0')) {
      return STATUS_INVALID;
    }
    at += length;
  } while (*at++ == ' ');
  return text_copy(value, config->operators, sizeof config->operators) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

const struct config_key CONFIG_KEYS[] = {
    {"sshd-paths", "/usr/sbin/sshd /usr/lib/openssh/sshd-session /usr/lib/openssh/sshd-auth",
     "absolute paths separated by one space", parse_sshd_paths},
    {"uid-ranges", "65536-99999 1879048192-2147352575",
     "up to 8 ranges FIRST-LAST separated by one space, from 1000 to 2147483647, without 61184-65519, 65534 and 65535",
     parse_ranges},
    {"home", "/home", "an absolute path of at most 255 characters without spaces", parse_home},
    {"shell", "/bin/bash", "an absolute path of at most 255 characters without spaces", parse_shell},
    {"sign-in-timeout", "5m", "30s to 5m", parse_timeout},
    {"reauth", "15m", "0s to 12h; 0s asks every time", parse_reauth},
    {"max-sign-ins", "32", "9 to 4096; 8 of them are kept for owners", parse_max_sign_ins},
    {"qr", "auto", "auto, always or never", parse_qr},
    {"resolver", "system",
     "system, or an IPv4 or IPv6 address with or without a port, such as 192.0.2.1:53 or [2001:db8::1]:53",
     parse_resolver},
    {"audit-keep", "365d", "1d to 3650d", parse_audit_keep},
    {"operators", "sudo wheel", "names of groups separated by one space", parse_operators},
    {"allow-loopback-http", "no", "yes or no", parse_allow_http},
    {"allow-loopback-smtp", "no", "yes or no", parse_allow_smtp},
    {"mails-per-address", "3", "1 to 100000, in 15 minutes", parse_per_address},
    {"mails-per-remote", "6", "1 to 100000, in an hour", parse_per_remote},
    {"mails-per-host", "60", "2 to 100000, in an hour; half of them are kept for known accounts", parse_per_host},
    {"own-orgs", "no", "yes or no", parse_own_orgs},
    {"own-orgs-domains", "none", "none, or domains in lower case separated by one space, each once",
     parse_own_orgs_domains},
    {"own-orgs-per-account", "1", "1 to 16", parse_own_orgs_per_account},
    {"default-org", "auto", "auto, none or the slug of an org: [a-z][a-z0-9-]{1,22}", parse_default_org},
    {"notify-sessions", "yes", "yes or no", parse_notify},
    {"confinement", "strict", "strict or available", parse_confinement},
    {"subids", "off", "off, or 65536 to 16777216", parse_subids},
};
const size_t CONFIG_KEY_COUNT = COUNT_OF(CONFIG_KEYS);

void config_init(struct config *config)
{
  memset(config, 0, sizeof *config);
  for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
    // Every default is legal: a test goes through the table.
    if (CONFIG_KEYS[i].parse(CONFIG_KEYS[i].initial, config) != STATUS_OK) {
      continue;
    }
  }
}
