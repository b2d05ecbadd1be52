# SPDX-License-Identifier: Apache-2.0
"""Those that somebody else runs: Google, Okta, Auth0. Entra and AD FS are in rows_microsoft."""
import dataclasses
import json
import time

import clients
import people
from answers import Reply
from common import WRONG, azp, hashed, rate_limited
from keyring import with_certificate
from kind import Kind, both, identifier, instead, told, with_headers


# Google. From public reports of clients: 428 while pending, 403, verification_url, the secret in the form. uncertain:
# the descriptions, what an expired code gets, and whether the token endpoint takes Basic, as discovery says.
def google_device(document, ask):
    # [RFC 8628 3.2] verification_uri is required. Leniency: take verification_url where it is missing.
    document["verification_url"] = document.pop("verification_uri")


def google_claims(claims, ask):
    claims.pop("preferred_username", None)
    claims.update(given_name=people.user(ask).title(), picture="https://lh3.googleusercontent.com/a/x")
    if "email" in claims:
        claims["hd"] = people.domain(ask)  # only of a Workspace's own people


# [RFC 6749 5.2] The statuses 428 and 403, where 400 is wanted. Leniency: go by the error word, whatever the status.
GOOGLE = Kind(
    "google", "accounts.google.com", "", complete="", secret=True, code="LLLL-LLLL", expires_in=1800,
    endpoints={"device": "//oauth2.googleapis.com/device/code", "token": "//oauth2.googleapis.com/token",
               "keys": "//www.googleapis.com/oauth2/v3/certs",
               "userinfo": "//openidconnect.googleapis.com/v1/userinfo"},
    verification="//www.google.com/device", authenticate=clients.secret_at_token(clients.only_form),
    differs="verification_url, no complete URL; pending is 428, slow_down and denied 403; the secret in the form; hd",
    refresh="always", refresh_again=False, sub=lambda ask, person: people.digits(ask, person, 21),
    metadata={"revocation_endpoint": "https://oauth2.googleapis.com/revoke",
              "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
              "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"]},
    answers={"pending": told("authorization_pending", "Precondition Required", 428),
             "slow_down": told("slow_down", "Forbidden", 403),
             "denied": told("access_denied", "Forbidden", 403),
             "unknown_client": told("invalid_client", "The OAuth client was not found.", 401),
             "wrong_secret": told("invalid_client", "Unauthorized", 401),
             "no_secret": told("invalid_request", "client_secret is missing."),
             "unknown_scope": told("invalid_scope", "Invalid device flow scope: offline_access"),
             "unknown_code": told("invalid_grant", "Malformed auth code."),  # uncertain: the words
             "secret_not_wanted": told("invalid_client", "Unauthorized", 401)},
    changes={"device": google_device, "claims": both(google_claims, azp, hashed),
             "keys": lambda document, ask: {"keys": [ask.zoo.ring["next"].jwk(), ask.key.jwk(kid=ask.kid)]},
             "token reply": with_headers("Cache-Control: no-cache, no-store, max-age=0, must-revalidate")},
    wrong={**WRONG,
           # A client of another type than "TVs and Limited Input devices".
           "grant-off": {"device": instead(told("invalid_client", "Invalid client type.", 401))},
           "missing-scope": {"device": instead(told("invalid_scope", "Invalid device flow scope: email"))},
           # [RFC 6749 5.2] error is required. Leniency: a body without it is the HTTP status's failure, here a limit.
           "rate-limit": {"device": instead(lambda ask: Reply(b'{"error_code": "rate_limit_exceeded"}', 403))},
           # An app that is internal to another organization, or that the Workspace blocks; uncertain: that the token
           # endpoint says it, and not only the browser.
           "assignment": {"token": instead(told("org_internal", "This client is restricted to users within its "
                                                "organization.", 403))},
           "conditional-access": {"token": instead(told("admin_policy_enforced", "Access to your account data is "
                                                        "restricted by policies within your organization.", 403))}})


# Okta. Read: its guide to the device grant (paths, the words while pending). From memory of its references: the other
# errors, the thin ID token, and that some refusals have the members of its own API; uncertain: which.
def okta_error(code, summary, status, headers=()):
    # [RFC 6749 5.2] error is required. Leniency: show what an answer says in errorCode and errorSummary.
    body = {"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oae" + identifier(code)[:20],
            "errorCauses": []}
    return lambda ask: Reply(json.dumps(body).encode(), status, headers=list(headers))


def okta_limits(reply, ask):
    reply.headers += ["X-Rate-Limit-Limit: 300", "X-Rate-Limit-Remaining: 299", f"X-Rate-Limit-Reset: {ask.now + 60}",
                      "Set-Cookie: JSESSIONID=0123456789; Path=/; Secure; HttpOnly"]


def okta_claims(claims, ask):
    claims.pop("email_verified", None)
    claims.update(ver=1, jti="ID." + identifier(ask.access_token), amr=["pwd"], idp="00o1zoo", auth_time=ask.now - 5)


def okta_custom_claims(claims, ask):
    okta_claims(claims, ask)
    claims["groups"] = people.groups(ask)


def okta_userinfo(document, ask):
    if ask.has_scope("groups"):
        document["groups"] = people.groups(ask)
    document.update(zoneinfo="America/Los_Angeles", locale="en_US", updated_at=ask.now - 99)


OKTA = Kind(
    "okta", "acme.okta.com", "", code="LLLLLLLL",
    endpoints={"device": "/oauth2/v1/device/authorize", "token": "/oauth2/v1/token", "keys": "/oauth2/v1/keys",
               "userinfo": "/oauth2/v1/userinfo"},
    verification="/activate", authenticate=clients.either, refresh="offline_access",
    differs="a thin ID token: email_verified and groups only in userinfo; errorCode and errorSummary in errors",
    sub=lambda ask, person: "00u" + people.digits(ask, person, 17),
    metadata={"scopes_supported": ["openid", "email", "profile", "address", "phone", "offline_access", "groups"],
              "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
                                                        "client_secret_jwt", "private_key_jwt", "none"]},
    answers={"pending": told("authorization_pending", "The device authorization is pending. Please try again later."),
             "denied": told("access_denied", "The resource owner denied the request."),
             "expired": told("expired_token", "The device code has expired."),
             "unknown_code": told("invalid_grant", "The device code is invalid or has expired."),
             "unknown_client": okta_error("invalid_client", "Invalid value for 'client_id' parameter.", 401),
             "wrong_secret": told("invalid_client", "The client secret supplied for a confidential client is invalid.",
                                  401),
             "no_secret": told("invalid_client", "Client authentication failed. Either the client or the client "
                               "credentials are invalid.", 401),
             "secret_not_wanted": told("invalid_client", "The client specified not to use client authentication but "
                                       "a client secret was sent.", 401),  # uncertain: the words
             "elsewhere": okta_error("E0000022", "The endpoint does not support the provided HTTP method", 405)},
    changes={"claims": both(okta_claims, hashed), "userinfo": okta_userinfo, "device reply": okta_limits,
             "token reply": okta_limits},
    wrong={**WRONG,
           "grant-off": {"device": instead(told("unauthorized_client", "The client is not authorized to use the "
                                                "provided grant type. Configured grant types: [authorization_code].",
                                                400))},
           "missing-scope": {"device": instead(told("invalid_scope", "One or more scopes are not configured for the "
                                                    "authorization server resource."))},
           "assignment": {"token": instead(told("access_denied", "User is not assigned to the client application."))},
           "conditional-access": {"token": instead(told("access_denied", "Policy evaluation failed for this request, "
                                                        "please check the policy configurations."))},
           # No Retry-After: X-Rate-Limit-Reset says when.
           "rate-limit": {"device": instead(lambda ask: okta_error(
               "E0000047", "API call exceeded rate limit due to too many requests.", 429,
               ["X-Rate-Limit-Limit: 300", "X-Rate-Limit-Remaining: 0",
                f"X-Rate-Limit-Reset: {int(time.time()) + 7}"])(ask))}})
OKTA_CUSTOM = dataclasses.replace(
    OKTA, name="okta-custom", host="acme-custom.okta.com", path="/oauth2/default",
    endpoints={name: at.replace("/oauth2/v1/", "/oauth2/default/v1/") for name, at in OKTA.endpoints.items()},
    differs="as okta, a custom authorization server: its name in the issuer, groups in the ID token",
    changes={**OKTA.changes, "claims": both(okta_custom_claims, hashed)})


# Auth0. Read: its pages on the device flow (statuses and words of pending, slow_down and refusals). uncertain: the word
# for an expired code, which its page leaves open, and what a secret does that nobody asked for.
def auth0_claims(claims, ask):
    claims.pop("preferred_username", None)
    if "email" in claims:
        claims.update(nickname=people.user(ask), picture="https://s.gravatar.com/avatar/x", updated_at=
                      time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(ask.now)))
    claims["https://acme.test/groups"] = people.groups(ask)  # as an Action of the tenant's adds them


AUTH0 = Kind(
    "auth0", "acme.auth0.com", "/",
    endpoints={"device": "/oauth/device/code", "token": "/oauth/token", "keys": "/.well-known/jwks.json",
               "userinfo": "/userinfo"},
    verification="/device", expires_in=900, authenticate=clients.either, refresh="offline_access",
    differs="the issuer ends with a slash; native clients have no secret; pending is 403, slow_down 429",
    sub=lambda ask, person: "auth0|" + identifier("auth0", person).replace("-", "")[:24],
    metadata={"token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post",
                                                        "private_key_jwt", "none"]},
    answers={"pending": told("authorization_pending", "User has yet to authorize device code.", 403),
             "slow_down": told("slow_down", "You are polling faster than the specified interval of 5 seconds.", 429),
             "denied": told("access_denied", "User cancelled the confirmation prompt.", 403),
             "expired": told("expired_token", "The device code has expired.", 403),
             "unknown_code": told("invalid_grant", "Invalid or expired device code.", 403),
             "unknown_client": told("access_denied", "Unauthorized", 401),  # [RFC 6749 5.2] invalid_client is wanted
             "secret_not_wanted": told("access_denied", "Unauthorized", 401)},  # uncertain
    changes={"claims": auth0_claims, "userinfo": auth0_claims,
             "keys": lambda document, ask: {"keys": [with_certificate(key) for key in
                                                     (ask.key, ask.zoo.ring["next"])]}},
    wrong={**WRONG,
           "grant-off": {"device": instead(told(
               "unauthorized_client", "Grant type 'urn:ietf:params:oauth:grant-type:device_code' not allowed for the "
               "client.", 403))},
           "conditional-access": {"token": instead(told("access_denied", "Access denied by an Action.", 403))},
           "rate-limit": {"device": instead(rate_limited("too_many_requests", "Global limit has been reached"))}})

KINDS = (GOOGLE, OKTA, OKTA_CUSTOM, AUTH0)
