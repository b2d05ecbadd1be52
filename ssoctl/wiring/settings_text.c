// SPDX-License-Identifier: Apache-2.0
#include "wiring/settings_text.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

// Which of passwd, group and initgroups the line is about; "" for another.
static const char *database_of(const char *line)
{
  static const char *const DATABASES[] = {"passwd", "group", "initgroups"};
  const char *at = line + strspn(line, " \t");
  for (size_t i = 0; i < COUNT_OF(DATABASES); i++) {
    size_t length = strlen(DATABASES[i]);
    if (strncmp(at, DATABASES[i], length) == 0 && at[length + strspn(at + length, " \t")] == ':') {
      return DATABASES[i];
    }
  }
  return "";
}

// Where the services of a line of LENGTH end: before a comment, without the blanks before it.
static size_t services_end(const char *line, size_t length)
{
  const char *comment = memchr(line, '#', length);
  size_t end = comment != NULL ? (size_t)(comment - line) : length;
  while (end > 0 && isspace((unsigned char)line[end - 1])) {
    end--;
  }
  return end;
}

// Appends the first LENGTH bytes of LINE without the word "ssoorg" and the blanks before it.
static enum status append_without_word(const char *line, size_t length, struct bytes *out)
{
  static const char WORD[] = "ssoorg";
  size_t size = sizeof WORD - 1;
  size_t copied = 0;
  for (size_t i = 1; i + size <= length; i++) {
    bool starts = isspace((unsigned char)line[i - 1]) || line[i - 1] == ':' || line[i - 1] == ']';
    bool ends = i + size == length || isspace((unsigned char)line[i + size]) || line[i + size] == '[';
    if (!starts || !ends || memcmp(line + i, WORD, size) != 0) {
      continue;
    }
    size_t upto = i;
    while (upto > copied && (line[upto - 1] == ' ' || line[upto - 1] == '\t')) {
      upto--;
    }
    enum status status = bytes_append(out, line + copied, upto - copied);
    if (status != STATUS_OK) {
      return status;
    }
    copied = i + size;
  }
  return bytes_append(out, line + copied, length - copied);
}

// An action such as [NOTFOUND=return] ends the search before a service that stands behind it.
static bool ends_search(const char *services, size_t length)
{
  static const char WORD[] = "return";
  for (size_t i = 0; i + sizeof WORD - 1 <= length; i++) {
    if (strncasecmp(services + i, WORD, sizeof WORD - 1) == 0) {
      return true;
    }
  }
  return false;
}

// Whether "ssoorg" was put before such an action by hand.
static bool is_before_action(const char *line, size_t length)
{
  const char *action = memchr(line, '[', length);
  return action != NULL && memmem(line, (size_t)(action - line), " ssoorg ", 8) != NULL;
}

static enum status append_database(const char *line, size_t length, bool wanted, struct error *error, struct bytes *out)
{
  size_t end = services_end(line, length);
  if (wanted && ends_search(line, end) && is_before_action(line, end)) {
    return bytes_append(out, line, length);
  }
  enum status status = append_without_word(line, end, out);
  if (status != STATUS_OK) {
    return status;
  }
  if (wanted && ends_search(line, end)) {
    error_set(error,
              "/etc/nsswitch.conf: \"%.*s\": an action ends the search before ssoorg would be asked; take the "
              "\"return\" away, or put ssoorg before it by hand",
              (int)end, line);
    return STATUS_REFUSED;
  }
  status = wanted ? bytes_append_text(out, " ssoorg") : STATUS_OK;
  return status != STATUS_OK ? status : bytes_append(out, line + end, length - end);
}

enum status nsswitch_text(const char *text, bool wanted, struct error *error, struct bytes *out)
{
  bool has_passwd = false;
  bool has_group = false;
  for (const char *at = text; *at != '\0';) {
    size_t length = text_line_length(at);
    const char *database = database_of(at);
    has_passwd = has_passwd || strcmp(database, "passwd") == 0;
    has_group = has_group || strcmp(database, "group") == 0;
    enum status status =
        database[0] != '\0' ? append_database(at, length, wanted, error, out) : bytes_append(out, at, length);
    if (status != STATUS_OK) {
      return status;
    }
    at += length;
  }
  if (wanted && (!has_passwd || !has_group)) {
    error_set(error, "/etc/nsswitch.conf: has no line \"%s:\"; legal is \"%s: files ssoorg\"",
              has_passwd ? "group" : "passwd", has_passwd ? "group" : "passwd");
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

enum status login_defs_text(const char *text, const struct wiring_values *values, bool wanted, struct bytes *out)
{
  enum { TO_TYPE_S = 30 };
  char line[96];
  enum status status = stack_without(text, out);
  if (status != STATUS_OK || !wanted) {
    return status;
  }
  // The value ends at its second quote for both of the programs that are called login.
  (void)snprintf(line, sizeof line, "%sLOGIN_TIMEOUT\t\"%lld\"" STACK_MARK "\n",
                 out->length > 0 && out->data[out->length - 1] != '\n' ? "\n" : "",
                 (long long)values->sign_in_timeout_s + TO_TYPE_S);
  return bytes_append_text(out, line);
}

static const char DROP_IN_HEAD[] =
    DROP_IN_MARK " written by 'ssoctl host enable', which writes it anew; 'ssoctl host disable' removes it.\n"
                 "#\n"
                 "# To open a host to one org only, add to sshd_config: AllowGroups acme\n"
                 "#\n"
                 "# WARNING: DenyUsers alice@acme.test KEEPS NOBODY OUT. sshd takes what follows\n"
                 "# an @ in AllowUsers and DenyUsers for the host she comes from. Write\n"
                 "# alice?acme.test there, or better: ssoctl member suspend acme alice@acme.test\n"
                 "\n"
                 "UsePAM yes\n"
                 "\n"
                 "# URL and code are shown, and answered, by this method only; Debian turns it off.\n"
                 "KbdInteractiveAuthentication yes\n"
                 "\n"
                 "# A person needs time to sign in with a browser (sign-in-timeout of ssoorg.conf).\n";

static const char DROP_IN_STARTS[] =
    "\n"
    "# Whoever is at the sign-in's prompt is an unauthenticated connection for as long\n"
    "# as LoginGraceTime. sshd's own MaxStartups 10:30:100 drops from the tenth on,\n"
    "# whoever it is; these follow from max-sign-ins of ssoorg.conf. One address\n"
    "# (IPv6: its /64) has 16, so that strangers cannot use up the rest.\n";

static const char DROP_IN_PENALTIES[] =
    "\n"
    "# By default three declined sign-ins within seconds, or two that nobody has finished\n"
    "# in time, close the address to everybody, root included. ssoorg counts what it\n"
    "# refuses itself.\n"
    "PerSourcePenalties authfail:1s noauth:1s grace-exceeded:1s\n";

static const char DROP_IN_KEYS[] =
    "\n"
    "# With these three lines a key that the org does not take any more (see \"keys\"\n"
    "# in ssoctl-org(8)) is as if it was not there: sshd goes on to the sign-in through\n"
    "# the organization in the same connection, instead of ending it. They are for\n"
    "# all users, whose keys are then read from ~/.ssh/authorized_keys alone. Put\n"
    "# them into a file of your own here, which sorts before this one.\n"
    "#AuthorizedKeysCommand /usr/libexec/ssoorg/ssoorg-authorized-keys %u\n"
    "#AuthorizedKeysCommandUser root\n"
    "#AuthorizedKeysFile none\n";

enum status sshd_drop_in_text(const struct wiring_values *values, struct bytes *out)
{
  // As many as sign in at a time, and as many again who have no prompt yet.
  enum { LEAST = 100 };
  int64_t starts = values->max_sign_ins * 2 > LEAST ? values->max_sign_ins * 2 : LEAST;
  char grace[64];
  char limits[160];
  (void)snprintf(grace, sizeof grace, "LoginGraceTime %lld\n", (long long)values->sign_in_timeout_s);
  (void)snprintf(limits, sizeof limits,
                 "MaxStartups %lld:30:%lld\nPerSourceMaxStartups 16\nPerSourceNetBlockSize 32:64\n", (long long)starts,
                 (long long)starts * 2);
  const char *const texts[] = {
      DROP_IN_HEAD, grace, DROP_IN_STARTS, limits, values->has_penalties ? DROP_IN_PENALTIES : "", DROP_IN_KEYS};
  return bytes_append_texts(out, texts, COUNT_OF(texts));
}

enum status sudoers_text(const struct wiring_values *values, struct bytes *out)
{
  static const char HEAD[] =
      DROP_IN_MARK " written by 'ssoctl host enable sudo', and anew with each change of an org;\n"
                   "# changes here are lost. Put rules of your own into another file beside it.\n"
                   "\n"
                   "# Without this 'sudo -n' fails before ssoorg is asked, also where it would ask for\n"
                   "# nothing: soon after a sign-in, as ansible's become needs it.\n"
                   "Defaults noninteractive_auth\n";
  const char *const texts[] = {HEAD, values->sudo_rules.length > 0 ? "\n# Orgs with admins-sudo=yes.\n" : "",
                               values->sudo_rules.length > 0 ? bytes_text(&values->sudo_rules) : ""};
  return bytes_append_texts(out, texts, COUNT_OF(texts));
}
