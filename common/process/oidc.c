// SPDX-License-Identifier: Apache-2.0
#include "process/oidc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "process/user.h"
#include "protocol/group_list.h"
#include "protocol/oauth.h"

enum { SEND_WAIT_MS = 5000, END_GRACE_MS = 200 };

static const char HELPER_USER[] = "ssoorg";
static const char DEFAULT_GROUPS_CLAIM[] = "groups";

static void message_done(struct message_sign_in *message)
{
  record_done(protocol_record(MESSAGE_SIGN_IN), message);
}

static enum status send_request(struct channel *channel, const struct oidc_request *request)
{
  const struct connection *connection = request->connection;
  struct message_sign_in message CLEANUP(message_done) = {.client_auth = connection->client_auth};
  memcpy(message.issuer, connection->issuer, sizeof message.issuer);
  memcpy(message.client_id, connection->client_id, sizeof message.client_id);
  memcpy(message.scopes, connection->scopes, sizeof message.scopes);
  message.offline = connection->offline;
  memcpy(message.email_claim, connection->email_claim, sizeof message.email_claim);
  if (request->refresh == NULL) { // what a refresh says of how somebody signed in counts for nothing (POLICY K9)
    memcpy(message.required_acr, request->org->requirements.required_acr, sizeof message.required_acr);
    memcpy(message.required_amr, request->org->requirements.required_amr, sizeof message.required_amr);
  } else {
    memcpy(message.subject, request->refresh->subject, sizeof message.subject);
  }
  if (request->wants_groups) {
    const char *claim = connection->groups_claim[0] != '\0' ? connection->groups_claim : DEFAULT_GROUPS_CLAIM;
    (void)snprintf(message.groups_claim, sizeof message.groups_claim, "%s", claim);
  }
  message.userinfo_for = connection->userinfo_for;
  memcpy(message.device_endpoint, connection->device_endpoint, sizeof message.device_endpoint);
  memcpy(message.key_set, connection->key_set, sizeof message.key_set);
  memcpy(message.audiences, connection->audiences, sizeof message.audiences);
  message.tries_auth = request->tries_auth ? 1 : 0;
  message.auth_first = connection->auth_found;
  message.speaks = (uint8_t)request->speaks;
  message.social = request->social ? 1 : 0;
  message.confinement = (uint8_t)request->confinement;
  message.timeout_s = request->timeout_s;
  message.wants_qr = request->wants_qr ? 1 : 0;
  message.allow_loopback_http = request->allow_loopback_http ? 1 : 0;
  enum status status =
      bytes_append(&message.client_secret, bytes_text(&connection->client_secret), connection->client_secret.length);
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append(&message.ca_pem, bytes_text(&connection->ca_pem), connection->ca_pem.length);
  if (status == STATUS_OK && request->refresh != NULL) {
    const struct bytes *token = &request->refresh->token;
    status = bytes_append(&message.refresh_token, bytes_text(token), token->length);
  }
  return status != STATUS_OK ? status
                             : channel_send(channel, request->type, &message, clock_monotonic_ms() + SEND_WAIT_MS);
}

static enum status start(const char *path, struct error *error, struct oidc *ret_oidc)
{
  struct process_user user;
  enum status status = process_user_find(HELPER_USER, error, &user);
  if (status != STATUS_OK) {
    return status;
  }
  status = process_start(path, &user, &ret_oidc->process);
  if (status != STATUS_OK) {
    error_set(error, "%s: cannot be started: %s", path, status_text(status));
    return status;
  }
  ret_oidc->channel = channel_init(ret_oidc->process.fd, LINK_SIGNIN_OIDC, PARTY_SIGNIN);
  return STATUS_OK;
}

// Hands the started helper over if the request has reached it.
static enum status hand_over(const char *path, enum status sent, struct error *error, struct oidc *oidc,
                             struct oidc *ret_oidc)
{
  if (sent != STATUS_OK) {
    error_set(error, "%s: cannot be started: %s", path, status_text(sent));
    return sent;
  }
  *ret_oidc = *oidc;
  oidc->process = (struct process)PROCESS_NONE;
  return STATUS_OK;
}

enum status oidc_start(const char *path, const struct oidc_request *request, struct error *error, struct oidc *ret_oidc)
{
  struct oidc oidc CLEANUP(oidc_end) = OIDC_NONE;
  enum status status = start(path, error, &oidc);
  return status != STATUS_OK ? status : hand_over(path, send_request(&oidc.channel, request), error, &oidc, ret_oidc);
}

static enum status start_with(const char *path, enum message_type type, const void *request, struct error *error,
                              struct oidc *ret_oidc)
{
  struct oidc oidc CLEANUP(oidc_end) = OIDC_NONE;
  enum status status = start(path, error, &oidc);
  if (status != STATUS_OK) {
    return status;
  }
  status = channel_send(&oidc.channel, type, request, clock_monotonic_ms() + SEND_WAIT_MS);
  return hand_over(path, status, error, &oidc, ret_oidc);
}

enum status oidc_start_txt(const char *path, const struct message_txt *request, struct error *error,
                           struct oidc *ret_oidc)
{
  return start_with(path, MESSAGE_TXT, request, error, ret_oidc);
}

static void cleanup_mail(struct message_mail *message)
{
  record_done(protocol_record(MESSAGE_MAIL), message);
}

static enum status fill_mail(const struct mail_out *mail, struct message_mail *message)
{
  const struct mail_server *server = mail->server;
  bool named = name_is_domain(mail->host) || (strchr(mail->host, '.') == NULL && name_is_login(mail->host));
  memcpy(message->server, server->server, sizeof message->server);
  memcpy(message->user, server->user, sizeof message->user);
  memcpy(message->from, server->from, sizeof message->from);
  memcpy(message->subject, mail->mail->subject, sizeof message->subject);
  (void)snprintf(message->to, sizeof message->to, "%s", mail->to);
  (void)snprintf(message->host, sizeof message->host, "%s", named ? mail->host : "localhost");
  message->allow_loopback_smtp = mail->allow_loopback_smtp ? 1 : 0;
  message->timeout_s = OIDC_MAIL_S;
  message->confinement = (uint8_t)mail->confinement;
  enum status status = bytes_append(&message->password, bytes_text(&server->password), server->password.length);
  status =
      status != STATUS_OK ? status : bytes_append(&message->ca_pem, bytes_text(&server->ca_pem), server->ca_pem.length);
  status = status != STATUS_OK ? status
                               : bytes_append(&message->text, bytes_text(&mail->mail->text), mail->mail->text.length);
  return status != STATUS_OK ? status : bytes_append_text(&message->secret, mail->secret);
}

enum status oidc_start_mail(const char *path, const struct mail_out *mail, struct error *error, struct oidc *ret_oidc)
{
  struct message_mail message CLEANUP(cleanup_mail) = {.timeout_s = 0};
  enum status status = fill_mail(mail, &message);
  if (status != STATUS_OK) {
    error_set(error, "mail to %s: %s", mail->to, status_text(status));
    return status;
  }
  return start_with(path, MESSAGE_MAIL, &message, error, ret_oidc);
}

enum status oidc_await(const struct oidc *oidc, int fd, int64_t deadline_ms, bool *ret_oidc)
{
  struct pollfd entries[2] = {{.fd = oidc->channel.fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  int ready = 0;
  do {
    ready = poll(entries, 2, clock_left_ms(deadline_ms));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) {
    return STATUS_TIMEOUT;
  }
  *ret_oidc = entries[0].revents != 0;
  return STATUS_OK;
}

void oidc_end(struct oidc *oidc)
{
  process_end(&oidc->process, END_GRACE_MS);
}

static bool is_user_code(const char *text)
{
  return oauth_is_visible(text, strlen(text)) && strstr(text, "  ") == NULL;
}

static bool is_picture(const char *text)
{
  static const char *const PARTS[] = {" ", "\n", "\u2580", "\u2584", "\u2588"};
  while (*text != '\0') {
    size_t length = 0;
    for (size_t i = 0; length == 0 && i < COUNT_OF(PARTS); i++) {
      length = strncmp(text, PARTS[i], strlen(PARTS[i])) == 0 ? strlen(PARTS[i]) : 0;
    }
    if (length == 0) {
      return false;
    }
    text += length;
  }
  return true;
}

static bool lack_is_allowed(uint32_t lacks, enum confinement confinement)
{
  return lacks == 0 || (confinement == CONFINEMENT_AVAILABLE && confinement_is_lack((int)lacks));
}

bool oidc_code_is_clean(const struct message_code *code, const struct oidc_request *request)
{
  bool http = request->allow_loopback_http;
  bool complete =
      code->verification_uri_complete[0] == '\0' || url_is_for_people(code->verification_uri_complete, http);
  bool picture = request->wants_qr ? is_picture(code->qr) : code->qr[0] == '\0';
  return url_is_for_people(code->verification_uri, http) && complete && is_user_code(code->user_code) && picture &&
         lack_is_allowed(code->lacks_landlock, request->confinement);
}

// Whether the helper may have shown who we are by METHOD.
static bool auth_is_sound(const struct connection *connection, uint8_t method)
{
  if (connection->client_auth != CLIENT_AUTH_AUTO) {
    return method == connection->client_auth;
  }
  bool secret = connection->client_secret.length > 0;
  bool mac = connection->client_secret.length >= OAUTH_HS256_SECRET_MIN;
  return method == CLIENT_AUTH_NONE || (secret && (method == CLIENT_AUTH_BASIC || method == CLIENT_AUTH_POST)) ||
         (mac && method == CLIENT_AUTH_SECRET_JWT);
}

bool oidc_found_is_sound(const struct message_found *found, const struct connection *connection)
{
  const char *const texts[] = {found->issuer, found->device_authorization_endpoint, found->token_endpoint,
                               found->jwks_uri, found->userinfo_endpoint};
  bool clean = true;
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    clean = clean && text_is_clean(texts[i], strlen(texts[i]));
  }
  return clean && auth_is_sound(connection, found->client_auth);
}

bool oidc_token_is_sound(const struct bytes *token, const struct connection *connection)
{
  return token->length == 0 || (connection->offline == 1 && oauth_is_visible(bytes_text(token), token->length));
}

bool oidc_identity_is_sound(const struct message_authorized *identity, const struct connection *connection)
{
  char folded[EMAIL_SIZE];
  const char *const texts[] = {identity->subject, identity->name, identity->algorithm,
                               identity->key_id,  identity->acr,  identity->amr};
  bool clean = identity->subject[0] != '\0';
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    clean = clean && text_is_clean(texts[i], strlen(texts[i]));
  }
  bool has_email = identity->email[0] != '\0';
  bool email =
      !has_email || (name_fold_email(identity->email, folded) == STATUS_OK && strcmp(folded, identity->email) == 0);
  bool stated = has_email ? identity->email_state >= EMAIL_UNSTATED && identity->email_state <= EMAIL_UNVERIFIED
                          : identity->email_state == EMAIL_ABSENT || identity->email_state == EMAIL_ILLEGAL;
  bool known = identity->groups_state <= GROUPS_UNSAID && auth_is_sound(connection, identity->client_auth);
  known = known && oidc_token_is_sound(&identity->refresh_token, connection);
  return clean && email && stated && known && group_list_is_sound(&identity->groups) &&
         strcmp(identity->issuer, connection->issuer) == 0 && strcmp(identity->client_id, connection->client_id) == 0;
}
