# SPDX-License-Identifier: Apache-2.0
"""Dex, Authelia, Casdoor and Kanidm."""
import base64

import clients
import people
from answers import Reply
from common import WRONG, azp, hashed, rate_limited
from keyring import with_certificate
from kind import GRANT, Kind, as_type, both, identifier, instead, told


# Dex. Read: its sources of the device flow.
def dex_approving(ask):
    """The secret counts when the person has signed in, and only the one of the form (nothing in RFC 8628 3.1 forbids
    to look so late): with Basic the codes are handed out, and the browser ends with this."""
    if ask.grant.form_secret == ask.client.secret:
        return None
    return '{"error":"invalid_client","error_description":"Invalid client credentials."}'


def dex_claims(claims, ask):
    claims.pop("preferred_username", None)
    if ask.has_scope("groups"):
        claims["groups"] = people.groups(ask)


DEX = Kind(
    "dex", "dex.zoo.test", "", secret=True, expires_in=300, refresh="offline_access", rotates=True,
    endpoints={"device": "/device/code", "token": "/token", "keys": "/keys", "userinfo": "/userinfo"},
    verification="/device", authenticate=clients.nobody, approving=dex_approving,
    differs="the secret in the form at the device endpoint, or a public client; the codes come as text/plain; "
            "pending is 401; no refusal reaches the device",
    sub=lambda ask, person: base64.urlsafe_b64encode(b"\n$" + person.encode() + b"\x12\x05local").decode().rstrip("="),
    metadata={"scopes_supported": ["openid", "email", "groups", "profile", "offline_access"],
              "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]},
    # [RFC 6749 5.2] 400 is wanted, with Basic 401. Leniency: the error word counts.
    answers={"pending": told("authorization_pending", status=401),
             "denied": told("authorization_pending", status=401),  # it says nothing, and the code runs out
             "unknown_code": told("invalid_request", "Invalid Device code.")},
    changes={"claims": both(dex_claims, hashed),
             # [RFC 8628 3.2] application/json is wanted. Leniency: JSON whatever the type says, HTML never.
             "device reply": as_type("text/plain; charset=utf-8")},
    wrong={**{name: what for name, what in WRONG.items() if name != "public-client"},
           # Dex has no such switch for one client: the whole grant may be left out of oauth2.grantTypes.
           "grant-off": {"discovery": lambda document, ask: document.update(grant_types_supported=[
               "authorization_code", "refresh_token"]), "token": instead(told("unsupported_grant_type"))},
           "rate-limit": {"device": instead(rate_limited("temporarily_unavailable"))}})


# Authelia. Read: its OAuth 2.0 library's handlers of the grant (hints). uncertain: the statuses of its errors.
def authelia_claims(claims, ask):
    claims.update(amr=["pwd", "otp", "mfa"], auth_time=ask.now - 5, rat=ask.now - 20, client_id=claims["aud"],
                  jti=identifier(ask.access_token), nbf=ask.now)


def authelia_userinfo(document, ask):
    document["rat"] = ask.now - 20
    if ask.has_scope("groups"):
        document["groups"] = people.groups(ask)


CLIENT_FAILED = ("Client authentication failed (e.g., unknown client, no client authentication included, or "
                 "unsupported authentication method).")
AUTHELIA = Kind(
    "authelia", "authelia.zoo.test", "", secret=True, email_in="userinfo", code="LLLLLLLL",
    endpoints={"device": "/api/oidc/device-authorization", "token": "/api/oidc/token", "keys": "/jwks.json",
               "userinfo": "/api/oidc/userinfo"},
    verification="/consent/openid/device-authorization", authenticate=clients.only_basic, refresh="offline_access", rotates=True,
    differs="a thin ID token: all in userinfo; a client may authenticate only in the way it is registered with",
    metadata={"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
                                                        "client_secret_jwt", "private_key_jwt", "none"],
              "id_token_signing_alg_values_supported": ["RS256", "none"],
              "userinfo_signing_alg_values_supported": ["RS256", "none"]},
    answers={"pending": told("authorization_pending", "The authorization request is still pending as the end user "
                             "hasn't yet completed the user-interaction steps. The user has not authorized the "
                             "request."),
             "slow_down": told("slow_down", "The authorization request was not approved, the device is polling too "
                               "fast."),
             # [RFC 6749 5.2] 400 is wanted. Leniency: the error word counts.
             "denied": told("access_denied", "The resource owner or authorization server denied the request. The user "
                            "has denied the request.", 403),
             "expired": told("expired_token", "The device code has expired."),
             **{name: told("invalid_client", CLIENT_FAILED, 401) for name in
                ("unknown_client", "wrong_secret", "no_secret")},
             "other_method": told("invalid_client", CLIENT_FAILED + " The request was determined to be using "
                                  "'token_endpoint_auth_method' method 'client_secret_post', however the OAuth 2.0 "
                                  "client registration does not allow this method.", 401)},
    changes={"claims": both(authelia_claims, azp, hashed), "userinfo": authelia_userinfo},
    wrong={**WRONG,
           # [RFC 8628 3.2] a URI, or absent. Leniency: an empty one is left out.
           "empty-complete": {"device": lambda document, ask: document.update(verification_uri_complete="")},
           "grant-off": {"device": instead(told(
               "unauthorized_client", "The client is not authorized to request a token using this method. The OAuth "
               f"2.0 Client is not allowed to use authorization grant '{GRANT}'."))},
           "missing-scope": {"device": instead(told("invalid_scope", "The requested scope is invalid, unknown, or "
                                                    "malformed. The OAuth 2.0 Client is not allowed to request scope "
                                                    "'email'."))},
           "assignment": {"token": instead(told("access_denied", "The resource owner or authorization server denied "
                                                "the request.", 403))},
           "rate-limit": {"device": instead(lambda ask: Reply(b"", 429, None, ["Retry-After: 7"]))}})


# Casdoor. Read: its discovery, key set, device answer and token controller: newer ones leave the complete URL out, and
# give the token endpoint's errors 400 or 401. Here it is as older ones are, with 200 for all.
def casdoor_device(document, ask):
    document["verification_uri_complete"] = ""  # [RFC 8628 3.2] as Authelia's
    document["verification_uri"] += "/" + document["user_code"]


def casdoor_claims(claims, ask):
    """Nearly all that it knows of a person; exp and nbf as numbers, and groups with their organization."""
    claims.update(aud=[claims["aud"]], owner="acme", id=claims["sub"], displayName=people.user(ask).title(), avatar="",
                  isAdmin=False, tokenType="id-token", tag="", scope=" ".join(ask.grant.scopes), azp=claims["aud"],
                  nbf=ask.now, jti="admin/" + identifier(ask.access_token),
                  groups=["acme/" + name for name in people.groups(ask)])
    claims.pop("email_verified", None)
    if "email" in claims:
        claims["emailVerified"] = True  # its own word; email_verified is in userinfo


def signed_with(name):
    def change(header, ask):
        ask.key, ask.kid = ask.zoo.ring[name], name
        header.update(alg=ask.key.alg, kid=name)
    return change


def casdoor_keys(name):
    return lambda document, ask: {"keys": [with_certificate(ask.zoo.ring[name], kid=name)]}


def alright(error, description=None, **more):
    # [RFC 6749 5.2] 400 or 401 is wanted. Leniency: an answer with an error is one, whatever the status.
    return told(error, description, 200, **more)


CASDOOR = Kind(
    "casdoor", "casdoor.zoo.test", "", secret=True, code="AAAAAA", expires_in=120, kid="cert-built-in",
    endpoints={"device": "/api/device-auth", "token": "/api/login/oauth/access_token", "keys": "/.well-known/jwks",
               "userinfo": "/api/userinfo"},
    verification="/login/oauth/device", refresh="always",
    # [RFC 6749 2.3.1] Basic is wanted. Leniency: client_id in the form always, the secret there if Basic is refused.
    authenticate=clients.form_id_at_device(clients.only_form),
    differs="client_id in the form; errors with HTTP 200; an empty complete URL; may sign RS512 or ES512",
    metadata={"id_token_signing_alg_values_supported": ["RS256", "RS512", "ES256", "ES384", "ES512"]},
    answers={"pending": alright("authorization_pending"), "slow_down": alright("slow_down"),
             "denied": alright("access_denied"), "expired": alright("expired_token"),
             "unknown_code": alright("invalid_grant", "authorization code is invalid"),
             # [RFC 6749 5.2] a word of the list is wanted. Leniency: its own words are shown.
             "unknown_client": alright("Invalid client_id", "Invalid client_id"),
             "wrong_secret": alright("invalid_client", "client_secret is invalid"),
             "no_secret": alright("invalid_client", "client_secret is invalid"),
             "bad_token": told("Please login first", status=200)},
    changes={"device": casdoor_device, "claims": casdoor_claims,
             "keys": lambda document, ask: {"keys": [with_certificate(ask.key, kid=ask.kid)]}},
    wrong={**WRONG,
           "grant-off": {"device": instead(alright("unsupported_grant_type", "grant_type: urn:ietf:params:oauth:"
                                                   "grant-type:device_code is not supported in this application"))},
           "rs512": {"header": signed_with("rs512"), "keys": casdoor_keys("rs512")},
           "es512": {"header": signed_with("p521"), "keys": casdoor_keys("p521")},
           "rate-limit": {"device": instead(rate_limited("error", "Too many requests"))}})


# Kanidm. Read: its constants (paths) and where discovery names the endpoint, which only builds with the feature do.
# uncertain: error words.
def kanidm_claims(claims, ask):
    claims.update(nbf=ask.now, jti=identifier(ask.access_token), scopes=list(ask.grant.scopes))
    if "preferred_username" in claims:
        claims["preferred_username"] = people.user(ask) + "@kanidm.zoo.test"
    if ask.has_scope("groups"):
        claims["groups"] = [name + "@kanidm.zoo.test" for name in people.groups(ask)]


KANIDM = Kind(
    "kanidm", "kanidm.zoo.test", "/oauth2/openid/hosts", secret=True, code="DDD-DDD-DDD", key="p256",
    endpoints={"device": "/oauth2/device", "token": "/oauth2/token", "keys": "/oauth2/openid/hosts/public_key.jwk",
               "userinfo": "/oauth2/openid/hosts/userinfo"},
    # [RFC 8628 4] as GitLab's.
    hidden=("device",), verification="/ui/oauth2/device", authenticate=clients.either, refresh="always",
    differs="advertises the grant but publishes no device endpoint (/oauth2/device); ES256; an issuer for each client",
    metadata={"scopes_supported": ["email", "groups", "openid", "profile"],
              "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]},
    answers={"denied": told("access_denied"),
             "unknown_client": told("invalid_client", status=401),
             "unknown_code": told("expired_token")},
    changes={"claims": both(azp, kanidm_claims)},
    wrong={**WRONG,
           "grant-off": {"device": instead(told("unauthorized_client"))},
           "missing-scope": {"device": instead(told("access_denied"))},  # no scope map has the person's groups
           "assignment": {"token": instead(told("access_denied"))},
           "rate-limit": {"device": instead(rate_limited("temporarily_unavailable"))}})

KINDS = (DEX, AUTHELIA, CASDOOR, KANIDM)
