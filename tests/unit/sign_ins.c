// SPDX-License-Identifier: Apache-2.0
#include "sign_ins.h"

#include "store/orgs.h"

struct signed_in sign_in_result;

enum status sign_in(const char *login, const char *email, const char *subject)
{
  static const struct bytes NOTHING = BYTES_EMPTY;
  return sign_in_with(login, email, subject, &NOTHING);
}

enum status sign_in_by(const struct sso_sign_in *in)
{
  return make(change_sso_sign_in(in, &sign_in_result));
}

enum status sign_in_by_password(const char *login)
{
  const struct account account = get_account(login);
  return make(change_password_sign_in(&(struct password_sign_in){login, account.password, false}, &sign_in_result));
}

// What a provider has said.
struct said {
  const char *email;
  const char *subject;
  const struct bytes *groups;
};

static enum status sign_in_as(struct sso_sign_in *in, const struct said *said)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct message_authorized authorized = {
      .issuer = "https://idp.test", .email_state = EMAIL_VERIFIED, .groups = *said->groups};
  char fingerprint[FINGERPRINT_SIZE];
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  store_abort(&txn);
  memcpy(authorized.client_id, connection.client_id, sizeof authorized.client_id);
  (void)snprintf(authorized.email, sizeof authorized.email, "%s", said->email);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "%s", said->subject);
  (void)snprintf(authorized.name, sizeof authorized.name, "Some Name");
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  in->connection = &connection;
  in->authorized = &authorized;
  in->fingerprint = fingerprint;
  return sign_in_by(in);
}

enum status sign_in_with(const char *login, const char *email, const char *subject, const struct bytes *groups)
{
  struct sso_sign_in in = {.way = WAY_SSO, .login = login, .password = ""};
  return sign_in_as(&in, &(struct said){email, subject, groups});
}

enum status sign_in_saying(const char *login, const char *email, const char *subject, enum policy_consent said)
{
  static const struct bytes NOTHING = BYTES_EMPTY;
  struct org_consent consents[INVITES_MAX_POLICY];
  for (size_t i = 0; i < COUNT_OF(consents); i++) {
    consents[i] = (struct org_consent){(int64_t)i + 1, said};
  }
  struct sso_sign_in in = {
      .way = WAY_SSO, .login = login, .password = "", .consents = consents, .consent_count = COUNT_OF(consents)};
  return sign_in_as(&in, &(struct said){email, subject, &NOTHING});
}
