// SPDX-License-Identifier: Apache-2.0
// oidc_ask ISSUER CA-FILE|- TIMEOUT-S [OPTION...]: one SIGN_IN by the ssoorg-oidc of this build, told as one line of
// JSON. Not a test: tests/hostile/run asks with it. What the program says on standard error passes through.
#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "program.h"

enum { EXIT_ASKED = 0, EXIT_USAGE = 2, HEAR_MORE_MS = 60000, END_MS = 60000 };

static const char USAGE[] = "usage: oidc_ask ISSUER CA-FILE|- TIMEOUT-S [--allow-http] [--basic SECRET] "
                            "[--post SECRET] [--secret-jwt SECRET] [--auto SECRET] [--acr WORDS] [--amr WORDS] "
                            "[--email-claim NAME] [--groups-claim NAME] [--device-endpoint URL] [--key-set URL] "
                            "[--audience WORDS]\n";

static const char *const REASONS[] = {"INTERNAL", "UNREACHABLE", "TLS",      "MISCONFIGURED", "DECLINED", "EXPIRED",
                                      "TOKEN",    "REQUEST",     "STRENGTH", "BUSY",          "CLIENT",   "MAIL"};
static const char *const EMAIL_STATES[] = {"ABSENT", "UNSTATED", "VERIFIED", "UNVERIFIED", "ILLEGAL"};

static const char *name_of(const char *const *names, size_t count, uint32_t value)
{
  return value < count ? names[value] : "?";
}

static void add_text(cJSON *line, const char *name, const char *value)
{
  if (cJSON_AddStringToObject(line, name, value) == NULL) {
    abort();
  }
}

static void add_number(cJSON *line, const char *name, double value)
{
  if (cJSON_AddNumberToObject(line, name, value) == NULL) {
    abort();
  }
}

static bool read_ca(const char *path, struct bytes *ret_pem)
{
  char part[4096];
  ssize_t got = 0;
  if (strcmp(path, "-") == 0) {
    return true;
  }
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  while (fd >= 0 && (got = read(fd, part, sizeof part)) > 0) {
    if (bytes_append(ret_pem, part, (size_t)got) != STATUS_OK) {
      return false;
    }
  }
  return fd >= 0 && got == 0;
}

static bool set_secret(struct message_sign_in *request, enum client_auth method, const char *secret)
{
  request->client_auth = (uint8_t)method;
  return bytes_append_text(&request->client_secret, secret) == STATUS_OK;
}

// Takes one option with its VALUE, NULL at the end of the line; *RET_COUNT is how many words that were.
static bool take_option(struct message_sign_in *request, const char *option, const char *value, int *ret_count)
{
  *ret_count = 2;
  if (strcmp(option, "--allow-http") == 0) {
    request->allow_loopback_http = 1;
    *ret_count = 1;
    return true;
  }
  if (strcmp(option, "--social") == 0) {
    request->social = 1;
    *ret_count = 1;
    return true;
  }
  if (strcmp(option, "--github") == 0) {
    request->speaks = SPEAKS_GITHUB;
    *ret_count = 1;
    return true;
  }
  if (value == NULL) {
    return false;
  }
  const struct {
    const char *option;
    enum client_auth method;
  } SECRETS[] = {{"--basic", CLIENT_AUTH_BASIC},
                 {"--post", CLIENT_AUTH_POST},
                 {"--secret-jwt", CLIENT_AUTH_SECRET_JWT},
                 {"--auto", CLIENT_AUTH_AUTO}};
  const struct {
    const char *option;
    char *text;
    size_t size;
  } TEXTS[] = {{"--acr", request->required_acr, sizeof request->required_acr},
               {"--amr", request->required_amr, sizeof request->required_amr},
               {"--email-claim", request->email_claim, sizeof request->email_claim},
               {"--groups-claim", request->groups_claim, sizeof request->groups_claim},
               {"--device-endpoint", request->device_endpoint, sizeof request->device_endpoint},
               {"--key-set", request->key_set, sizeof request->key_set},
               {"--audience", request->audiences, sizeof request->audiences}};
  for (size_t i = 0; i < COUNT_OF(SECRETS); i++) {
    if (strcmp(option, SECRETS[i].option) == 0) {
      request->tries_auth = SECRETS[i].method == CLIENT_AUTH_AUTO;
      return set_secret(request, SECRETS[i].method, value);
    }
  }
  for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
    if (strcmp(option, TEXTS[i].option) == 0) {
      return text_copy(value, TEXTS[i].text, TEXTS[i].size) == STATUS_OK;
    }
  }
  return false;
}

static bool read_words(int count, char **words, struct message_sign_in *request)
{
  int64_t timeout_s = 0;
  if (count < 4 || text_copy(words[1], request->issuer, sizeof request->issuer) != STATUS_OK ||
      !read_ca(words[2], &request->ca_pem) || text_to_i64(words[3], 1, 600, &timeout_s) != STATUS_OK) {
    return false;
  }
  request->timeout_s = (uint32_t)timeout_s;
  for (int i = 4, taken = 0; i < count; i += taken) {
    if (!take_option(request, words[i], words[i + 1], &taken)) {
      return false;
    }
  }
  return true;
}

static void tell_code(cJSON *line, const struct message_code *code)
{
  add_text(line, "user_code", code->user_code);
  add_text(line, "verification_uri", code->verification_uri);
  add_text(line, "verification_uri_complete", code->verification_uri_complete);
  add_number(line, "expires_in", code->expires_in_s);
}

static void tell_identity(cJSON *line, const struct message_authorized *identity)
{
  add_text(line, "issuer", identity->issuer);
  add_text(line, "client_id", identity->client_id);
  add_text(line, "subject", identity->subject);
  add_text(line, "email", identity->email);
  add_text(line, "email_state", name_of(EMAIL_STATES, COUNT_OF(EMAIL_STATES), identity->email_state));
  add_text(line, "name", identity->name);
  add_text(line, "algorithm", identity->algorithm);
  add_text(line, "key_id", identity->key_id);
  add_number(line, "client_auth", identity->client_auth);
  add_number(line, "groups_state", identity->groups_state);
  add_number(line, "requests", identity->requests);
  add_number(line, "connections", identity->connections);
}

static void tell_outcome(cJSON *line, int heard, const void *value)
{
  if (heard == MESSAGE_FAILED) {
    const struct message_failed *failed = value;
    add_text(line, "outcome", "FAILED");
    add_text(line, "reason", name_of(REASONS, COUNT_OF(REASONS), failed->reason));
    add_text(line, "detail", failed->detail);
  } else if (heard == MESSAGE_AUTHORIZED) {
    add_text(line, "outcome", "AUTHORIZED");
    tell_identity(line, value);
  } else {
    add_text(line, "outcome", heard == 0 ? "NOTHING" : protocol_name((enum message_type)heard));
  }
}

static double milliseconds(struct timeval time)
{
  return (double)time.tv_sec * 1000 + (double)time.tv_usec / 1000;
}

static void ask(const struct message_sign_in *request, cJSON *line)
{
  void *value = NULL;
  int limit_ms = (int)request->timeout_s * 1000 + HEAR_MORE_MS;
  int64_t began_ms = clock_monotonic_ms();
  struct program p = program_start();
  int heard = program_ask(&p, MESSAGE_SIGN_IN, request) == STATUS_OK ? program_hear(&p, limit_ms, &value) : 0;
  if (heard == MESSAGE_CODE) {
    tell_code(line, value);
    channel_free_message(MESSAGE_CODE, value);
    value = NULL;
    heard = program_hear(&p, limit_ms, &value);
  }
  tell_outcome(line, heard, value);
  add_number(line, "elapsed_ms", (double)(clock_monotonic_ms() - began_ms));
  if (heard != 0) {
    channel_free_message((enum message_type)heard, value);
  }
  add_number(line, "exit", program_end(&p, END_MS));
}

int main(int count, char **words)
{
  struct rusage used;
  struct message_sign_in request = {.client_id = "hosts", .scopes = "openid email profile", .email_claim = "email"};
  if (!read_words(count, words, &request)) {
    (void)fputs(USAGE, stderr);
    return EXIT_USAGE;
  }
  cJSON *line = cJSON_CreateObject();
  ask(&request, line);
  // It was the only child, and program_end() has waited for it.
  if (getrusage(RUSAGE_CHILDREN, &used) != 0) {
    abort();
  }
  add_number(line, "peak_kib", (double)used.ru_maxrss);
  add_number(line, "cpu_ms", milliseconds(used.ru_utime) + milliseconds(used.ru_stime));
  char *text CLEANUP(cleanup_free) = cJSON_PrintUnformatted(line);
  (void)printf("%s\n", text);
  cJSON_Delete(line);
  bytes_done(&request.client_secret);
  bytes_done(&request.ca_pem);
  return EXIT_ASKED;
}
