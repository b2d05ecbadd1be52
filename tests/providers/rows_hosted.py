# SPDX-License-Identifier: Apache-2.0
"""Keycloak, GitLab, Authentik and Zitadel."""
import hashlib
import hmac
import json

import clients
import people
from answers import Reply
from common import WRONG, azp, hashed, rate_limited, says_of_mail
from keyring import with_certificate
from kind import Kind, both, identifier, instead, page, told
from signing import b64


# Keycloak. Read: its sources for the device grant (words and statuses), its OpenID Connect pages.
def keycloak_claims(claims, ask):
    claims.update(auth_time=ask.now - 5, jti=identifier(ask.access_token), sid=identifier(ask.grant.user_code), acr="1",
                  typ="ID")


def keycloak_userinfo(document, ask):
    document.update(realm_access={"roles": people.groups(ask)}, groups=["/" + name for name in people.groups(ask)])


def keycloak_keys(document, ask):
    """RS256 and RSA-OAEP (use enc) in one set: the second is no key to verify with."""
    return {"keys": [with_certificate(ask.zoo.ring["enc"], use="enc"), with_certificate(ask.key)]}


KEYCLOAK = Kind(
    "keycloak", "keycloak.zoo.test", "/realms/acme", secret=True,
    endpoints={"device": "/realms/acme/protocol/openid-connect/auth/device",
               "token": "/realms/acme/protocol/openid-connect/token",
               "keys": "/realms/acme/protocol/openid-connect/certs",
               "userinfo": "/realms/acme/protocol/openid-connect/userinfo"},
    verification="/realms/acme/device", authenticate=clients.either, refresh="always",
    differs="roles are nested (realm_access.roles); a key for encryption in the set; userinfo has all",
    metadata={"token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post",
                                                        "tls_client_auth", "client_secret_jwt"]},
    answers={"pending": told("authorization_pending", "The authorization request is still pending"),
             "slow_down": told("slow_down", "Slow down"),
             "denied": told("access_denied", "The end user denied the authorization request"),
             "expired": told("expired_token", "Device code is expired"),
             "unknown_code": told("invalid_grant", "Device code not valid"),
             "unknown_client": told("invalid_client", "Invalid client or Invalid client credentials", 401),
             # [RFC 6749 5.2] invalid_client is wanted. The advice names the secret first.
             "wrong_secret": told("unauthorized_client", "Invalid client or Invalid client credentials", 401),
             "no_secret": told("unauthorized_client", "Invalid client or Invalid client credentials", 401),
             "bad_token": told("invalid_token", "Token verification failed", 401),
             "elsewhere": lambda ask: Reply(b'{"error":"Realm does not exist"}', 404)},
    changes={"claims": both(keycloak_claims, azp, hashed), "userinfo": keycloak_userinfo, "keys": keycloak_keys},
    wrong={**WRONG,
           # [RFC 6749 5.2] unauthorized_client is wanted, and newer ones say it. Leniency: go by the words as well.
           "grant-off": {"device": instead(told("invalid_grant", "Client not allowed for OAuth 2.0 Device "
                                                "Authorization Grant"))},
           "grant-off-new": {"device": instead(told("unauthorized_client", "Client is not allowed to initiate OAuth "
                                                    "2.0 Device Authorization Grant. The flow is disabled for the "
                                                    "client."))},
           "missing-scope": {"device": instead(told("invalid_scope", "Invalid scopes: openid email profile"))},
           "no-signing-key": {"keys": lambda document, ask: {"keys": [with_certificate(ask.zoo.ring["enc"],
                                                                                       use="enc")]}},
           "roles-in-token": {"claims": lambda claims, ask: claims.update(
               realm_access={"roles": people.groups(ask)})}})


# GitLab. Read: doorkeeper-device_authorization_grant, which it uses. uncertain: the descriptions.
def gitlab_claims(claims, ask):
    claims.update(auth_time=ask.now - 5, sub_legacy=identifier("legacy", ask.grant.person), nickname=people.user(ask),
                  groups_direct=people.groups(ask))


def gitlab_userinfo(document, ask):
    document.update(nickname=people.user(ask), groups=people.groups(ask))


PENDING = ("The authorization request is still pending as the end user hasn't yet completed the user-interaction "
           "steps.")
GITLAB = Kind(
    "gitlab", "gitlab.com", "", code="AAAAAAAA", expires_in=300,
    endpoints={"device": "/oauth/authorize_device", "token": "/oauth/token", "keys": "/oauth/discovery/keys",
               "userinfo": "/oauth/userinfo"},
    # [RFC 8628 4] A provider with the grant publishes its endpoint. Leniency: an endpoint by hand, or the preset's.
    hidden=("device",), verification="/oauth/device", authenticate=clients.either, refresh="always", rotates=True,
    differs="advertises the grant but publishes no device endpoint (/oauth/authorize_device)",
    sub=lambda ask, person: people.digits(ask, person, 7),
    metadata={"scopes_supported": ["api", "read_user", "openid", "profile", "email"],
              "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]},
    answers={"pending": told("authorization_pending", PENDING),
             "expired": told("expired_token", "The device code has expired."),
             # doorkeeper refuses what is not among the scopes that the server has, offline_access with it
             "unknown_scope": told("invalid_scope", "The requested scope is invalid, unknown, or malformed."),
             # uncertain: that a refusal comes so; doorkeeper has none, and the grant may just stay pending
             "denied": told("access_denied", "The resource owner or authorization server denied the request."),
             **{name: told("invalid_client", "Client authentication failed due to unknown client, no client "
                           "authentication included, or unsupported authentication method.", 401)
                for name in ("unknown_client", "wrong_secret", "no_secret")},
             "unknown_code": told("invalid_grant", "The provided authorization grant is invalid, expired, revoked.")},
    changes={"claims": both(gitlab_claims, hashed), "userinfo": gitlab_userinfo,
             "device reply": lambda reply, ask: setattr(reply, "type", "application/json; charset=utf-8")},
    wrong={**WRONG,
           "grant-off": {"device": instead(page(404, "Not Found"))},  # the feature is off for the whole instance
           "missing-scope": {"device": instead(told("invalid_scope", "The requested scope is invalid, unknown, or "
                                                    "malformed."))},
           "assignment": {"token": instead(told("invalid_grant", "The provided authorization grant is invalid."))},
           "rate-limit": {"device": instead(lambda ask: Reply(b"Retry later\n", 429, "text/plain", [
               "Retry-After: 7", "RateLimit-Limit: 60", "RateLimit-Remaining: 0"]))}})


# Authentik. Read: its sources for discovery and the device endpoint; uncertain: how a refusal comes out of its flow.
def authentik_discovery(document, ask):
    if "no-signing-key" in ask.zoo.wrong.get(ask.kind.name, ()):
        document["id_token_signing_alg_values_supported"] = ["HS256"]


def authentik_claims(claims, ask):
    claims.update(auth_time=ask.now - 5, acr="goauthentik.io/providers/oauth2/default",
                  uid=identifier(ask.access_token), groups=people.groups(ask), nickname=people.user(ask),
                  given_name=people.user(ask).title())


def by_secret(token):
    """The token with HS256 by the client's secret in the place of its signature."""
    payload = token.split(".")[1]
    signed = f"{b64(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())}.{payload}"
    return f"{signed}.{b64(hmac.new(clients.CLIENT_SECRET.encode(), signed.encode(), hashlib.sha256).digest())}"


AUTHENTIK = Kind(
    "authentik", "authentik.zoo.test", "/application/o/hosts/", secret=True, complete="?code={}", code="DDDDDDDDD",
    endpoints={"device": "/application/o/device/", "token": "/application/o/token/",
               "keys": "/application/o/hosts/jwks/", "userinfo": "/application/o/userinfo/"},
    verification="/device", expires_in=60, refresh="offline_access",
    # [RFC 8628 3.1, RFC 6749 2.3.1] client_id beside Basic is not wanted. Leniency: it is in the form always.
    authenticate=clients.form_id_at_device(clients.either),
    differs="client_id in the form even beside Basic; email_verified false for everybody; {} without a signing key; "
            "the issuer ends with a slash",
    sub=lambda ask, person: hashlib.sha256(person.encode()).hexdigest(),
    metadata={"token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
              "acr_values_supported": ["goauthentik.io/providers/oauth2/default"]},
    answers={"pending": told("authorization_pending", "The authorization request is still pending as the end user "
                             "hasn't yet completed the user-interaction steps"),
             "denied": told("access_denied", "The authorization request was denied."),
             "expired": told("expired_token", 'The "device_code" has expired, and the device authorization session has '
                             "concluded."),
             **{name: told("invalid_client", "Client authentication failed (e.g., unknown client, no client "
                           "authentication included, or unsupported authentication method)")
                for name in ("unknown_client", "wrong_secret", "no_secret")}},
    changes={"discovery": authentik_discovery, "claims": both(authentik_claims, says_of_mail(False)),
             "userinfo": both(says_of_mail(False),
                              lambda document, ask: document.update(groups=people.groups(ask))),
             "keys": lambda document, ask: {"keys": [with_certificate(ask.key)]}},
    wrong={**WRONG,
           # [OpenID Connect Core 10.1, RFC 7517 5.1] keys is required, and a MAC by the secret is no signature that
           # this product can take. No leniency: the advice is to choose a signing key.
           "no-signing-key": {"keys": lambda document, ask: {},
                              "token": lambda document, ask: document.update(id_token=by_secret(document["id_token"]))},
           "grant-off": {"device": instead(told("invalid_client", "Client authentication failed"))},  # uncertain
           "verified-mail": {"claims": says_of_mail(True), "userinfo": says_of_mail(True)},  # its mapping was changed
           "assignment": {"token": instead(told("access_denied", "The authorization request was denied."))},
           # 20 requests an hour and address by default. [RFC 8628 3.5] slow_down is the token endpoint's word.
           "rate-limit": {"device": instead(told("slow_down", status=429))}})


# Zitadel. Read: its OpenID library (grant, errors; the words of grant-off are its own slip). uncertain: descriptions.
ORGANIZATION = "264000000000000001"
ROLES = "urn:zitadel:iam:org:project:roles"


def zitadel_claims(claims, ask):
    """[OpenID Connect Core 3.1.3.7] a further audience must be trusted: the project's."""
    claims.update(aud=[claims["aud"], clients.PROJECT], azp=claims["aud"], amr=["pwd"], auth_time=ask.now - 5,
                  client_id=claims["aud"], sid="V1_" + identifier(ask.access_token))


def zitadel_roles(document, ask):
    document[ROLES] = {name: {ORGANIZATION: "acme.zitadel.zoo.test"} for name in people.groups(ask)}


ZITADEL = Kind(
    "zitadel", "zitadel.zoo.test", "", expires_in=300, email_in="userinfo",
    endpoints={"device": "/oauth/v2/device_authorization", "token": "/oauth/v2/token", "keys": "/oauth/v2/keys",
               "userinfo": "/oidc/v1/userinfo"},
    verification="/device", authenticate=clients.either, refresh="offline_access", rotates=True, kid="264001112223334445",
    differs="the audience lists the project beside the client, with azp; role claims are objects; a thin ID token",
    sub=lambda ask, person: people.digits(ask, person, 18),
    metadata={"token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post",
                                                        "private_key_jwt"]},
    answers={"denied": told("access_denied", "The authorization request was denied."),
             "expired": told("expired_token", 'The "device_code" has expired.'),
             "unknown_client": told("invalid_client", "client not found", 401),
             "unknown_code": told("access_denied", "The authorization request was denied."),
             "elsewhere": lambda ask: Reply(json.dumps({"code": 5, "message": "Not Found", "details": []}).encode(),
                                            404)},
    changes={"claims": both(zitadel_claims, hashed, zitadel_roles), "userinfo": zitadel_roles},
    wrong={**WRONG,
           "grant-off": {"device": instead(told("unauthorized_client", "client missing grant type "
                                                "authorization_code"))},
           # "Check authorization on authentication" of the project; uncertain: what reaches the token endpoint
           "assignment": {"token": instead(told("access_denied", "Errors.User.GrantRequired"))},
           "rate-limit": {"device": instead(rate_limited("resource_exhausted"))}})

KINDS = (KEYCLOAK, GITLAB, AUTHENTIK, ZITADEL)
