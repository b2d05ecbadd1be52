# SPDX-License-Identifier: Apache-2.0
"""Entra and AD FS. Read: Microsoft's pages on the device grant (words, no complete URL) and on AADSTS codes (700025,
53003, 65001); the form of an error and of a pending answer is from a public report. uncertain: the codes 70017 to
70020, and which answers reach the token endpoint and not only the browser."""
import base64
import dataclasses
import hashlib
import json
import time

import clients
import people
from answers import Reply
from common import OTHER_SECRET, WRONG, rate_limited
from keyring import with_certificate, without
from kind import Kind, client, identifier, instead, page
from signing import b64

TENANT = "5d9a2f0e-3b57-4c1a-9a55-2f6c1d3e8b70"
TRACE = identifier("trace")
OVERAGE = 201  # groups: more than 200 are not in the token


def aad(error, code, text, status=400, **more):
    """An error as Entra words it: [RFC 6749 5.2] error_description has CR and LF, which no client may show as such."""
    def make(ask):
        at = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(ask.now))
        words = f"AADSTS{code}: {text}\r\nTrace ID: {TRACE}\r\nCorrelation ID: {TRACE}\r\nTimestamp: {at}"
        return Reply(json.dumps({"error": error, "error_description": words, "error_codes": [code], "timestamp": at,
                                 "trace_id": TRACE, "correlation_id": TRACE, "error_uri":
                                 f"https://login.microsoftonline.com/error?code={code}", **more}).encode(), status)
    return make


def entra_device(document, ask):
    document["message"] = (f"To sign in, use a web browser to open the page {document['verification_uri']} and enter "
                           f"the code {document['user_code']} to authenticate.")


def entra_claims(claims, ask):
    person = ask.grant.person
    claims.pop("email_verified", None)  # never sent; xms_edov is an optional claim
    claims.update(nbf=ask.now - 300, iat=ask.now - 300, tid=TENANT, oid=identifier("oid", person), ver="2.0",
                  rh="0.AAAA.", uti=b64(hashlib.sha256(ask.access_token.encode()).digest())[:22], aio="ATQAy",
                  groups=[identifier("group", name) for name in people.groups(ask)])
    if "preferred_username" in claims:
        claims["preferred_username"] = person


def entra_overage(claims, ask):
    """Over 200 groups (OpenID Connect Core 5.6.2): they are told apart from none by _claim_names."""
    del claims["groups"]
    claims["_claim_names"] = {"groups": "src1"}
    claims["_claim_sources"] = {"src1": {"endpoint": f"https://graph.windows.net/{TENANT}/users/{claims['oid']}"
                                                     "/getMemberObjects"}}


def entra_userinfo(document, ask):
    for name in ("email_verified", "preferred_username"):
        document.pop(name, None)
    document["picture"] = "https://graph.microsoft.com/v1.0/me/photo/$value"


def entra_keys(document, ask):
    """[RFC 7517 4.4] allows alg to be absent. Leniency: a key without one fits each algorithm of its type."""
    found = [ask.zoo.ring["next"], ask.zoo.ring["rsa"]]
    if "appid" in ask.query:
        found.append(ask.zoo.ring["mapped"])  # only listed for the app that has a key of its own
    return {"keys": [{**without(with_certificate(key), "alg"), "issuer": ask.issuer} for key in found]}


def entra_cookies(reply, ask):
    reply.headers += ["Cache-Control: no-store, no-cache", "P3P: CP=\"DSP CUR OTPi IND OTRi ONL FIN\"",
                      "Set-Cookie: fpc=AbCdEf; expires=Fri, 01-Jan-2100 00:00:00 GMT; path=/; secure; HttpOnly",
                      "Set-Cookie: x-ms-gateway-slice=estsfd; path=/; secure; httponly"]


def entra_mapped(header, ask):
    ask.key = ask.zoo.ring["mapped"]
    header["kid"] = ask.key.kid


def other_tenant(ask):
    """/common and /organizations speak for every tenant, by a template that is no issuer (Discovery 4.3)."""
    tenant = ask.path.split("/")[1]
    if tenant in ("common", "organizations") and ask.path.endswith("/openid-configuration"):
        base = f"https://login.microsoftonline.com{ask.zoo.port_text}/{tenant}"
        return Reply(json.dumps({
            "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0", "jwks_uri": base + "/discovery/v2.0/keys",
            "token_endpoint": base + "/oauth2/v2.0/token",
            "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode"}).encode())
    return aad("invalid_tenant", 90002, f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant "
               "ID and are signing into the correct cloud.")(ask)


BLOCKED = "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
ENTRA = Kind(
    "entra", "login.microsoftonline.com", f"/{TENANT}/v2.0", complete="", code="AAAAAAAAA", expires_in=900,
    endpoints={"device": f"/{TENANT}/oauth2/v2.0/devicecode", "token": f"/{TENANT}/oauth2/v2.0/token",
               "keys": f"/{TENANT}/discovery/v2.0/keys", "userinfo": "//graph.microsoft.com/oidc/userinfo"},
    verification="//microsoft.com/devicelogin", authenticate=clients.secret_at_token(clients.either),
    refresh="offline_access",
    differs="no email_verified anywhere; authorization_declined, bad_verification_code; keys without alg, with x5c; "
            "groups by id; userinfo on another host; no complete URL",
    sub=lambda ask, person: b64(hashlib.sha256((clients.CLIENT_ID + person).encode()).digest()),  # for this client only
    metadata={"tenant_region_scope": "EU", "cloud_instance_name": "microsoftonline.com", "http_logout_supported": True,
              "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt",
                                                        "client_secret_basic"],
              "subject_types_supported": ["pairwise"]},
    answers={"pending": aad("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. "
                            "Continue polling."),
             # [RFC 8628 3.5] access_denied is wanted. Leniency: authorization_declined is the same. uncertain: its code
             "denied": aad("authorization_declined", 70016, "The end user denied the authorization request."),
             "expired": aad("expired_token", 70020, "The provided value for the input parameter 'device_code' is not "
                            "valid. This device code has expired."),
             # [RFC 6749 5.2] invalid_grant is wanted. Leniency: bad_verification_code is the same.
             "unknown_code": aad("bad_verification_code", 70018, "Invalid verification code."),
             # [RFC 6749 5.2] invalid_client is wanted. The advice must name both causes.
             "unknown_client": aad("unauthorized_client", 700016, "Application with identifier was not found in the "
                                   f"directory '{TENANT}'."),
             "wrong_secret": aad("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being "
                                 "sent in the request is the client secret value, not the client secret ID.", 401),
             "no_secret": aad("invalid_client", 7000218, "The request body must contain the following parameter: "
                              "'client_assertion' or 'client_secret'.", 401),
             "secret_not_wanted": aad("invalid_client", 700025, "Client is public so neither 'client_assertion' nor "
                                      "'client_secret' should be presented.", 401),
             "elsewhere": other_tenant},
    changes={"device": entra_device, "claims": entra_claims, "userinfo": entra_userinfo, "keys": entra_keys,
             "device reply": entra_cookies, "token reply": entra_cookies},
    wrong={**WRONG,
           "unverified-mail": {"claims": lambda claims, ask: claims.update(xms_edov=False)},
           "edov": {"claims": lambda claims, ask: claims.update(xms_edov=True)},
           "edov-word": {"claims": lambda claims, ask: claims.update(xms_edov="true")},
           "edov-number": {"claims": lambda claims, ask: claims.update(xms_edov=1)},
           # "Allow public client flows" is off: every app is then taken for one with a secret.
           "grant-off": {"client": client(secret=OTHER_SECRET)},
           "wrong-tenant": {"device": instead(aad("unauthorized_client", 700016, "Application with identifier 'hosts' "
                                                  f"was not found in the directory '{TENANT}'."))},
           # uncertain: which error word the token endpoint gives beside these three codes
           "assignment": {"token": instead(aad("invalid_grant", 50105, "Your administrator has configured the "
                                               "application to block users unless they are specifically granted "
                                               "('assigned') access to the application."))},
           "conditional-access": {"token": instead(aad("invalid_grant", 53003, BLOCKED, suberror="message_only"))},
           "missing-scope": {"token": instead(aad("invalid_grant", 65001, "The user or administrator has not consented "
                                                  "to use the application.", suberror="consent_required"))},
           "rate-limit": {"device": instead(rate_limited("temporarily_unavailable", "AADSTS90055: Too many."))},
           "code-expired": {"expired": aad("code_expired", 70019, "Verification code expired.")},
           "overage": {"claims": entra_overage},
           "claims-mapping": {"header": entra_mapped}})


PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"  # the tenant of people's own accounts, the same everywhere


def personal_claims(claims, ask):
    """[OpenID Connect Core 5.1] has email_verified. Leniency: this tenant verifies each address and says nothing."""
    entra_claims(claims, ask)
    claims["tid"] = PERSONAL
    del claims["groups"]


MICROSOFT = dataclasses.replace(
    ENTRA, name="microsoft", path=f"/{PERSONAL}/v2.0", verification="//www.microsoft.com/link", code="AAAAAAAA",
    endpoints={"device": f"/{PERSONAL}/oauth2/v2.0/devicecode", "token": f"/{PERSONAL}/oauth2/v2.0/token",
               "keys": f"/{PERSONAL}/discovery/v2.0/keys", "userinfo": "//graph.microsoft.com/oidc/userinfo"},
    differs="people's own accounts, at Entra's host by a tenant of their own; no email_verified, no groups",
    changes={**ENTRA.changes, "claims": personal_claims},
    wrong={**{name: one for name, one in WRONG.items() if name not in ("wrong-secret", "public-client")},
           "unverified-mail": {"claims": lambda claims, ask: claims.update(email_verified=False)},
           "edov-false": {"claims": lambda claims, ask: claims.update(xms_edov=False)}})


# AD FS. Of its answers only [MS-OAPX] and reports speak: uncertain, but for paths, claims and keys.
def adfs_device(document, ask):
    # [RFC 8628 3.2] verification_uri is required, as for Google.
    document["verification_url"] = document.pop("verification_uri")
    document["message"] = f"Open {document['verification_url']} and type {document['user_code']}."


def adfs_old(document, ask):
    # [RFC 8628 3.2] numbers. Leniency: integers in a string, for these two only.
    document.update(expires_in=str(document["expires_in"]), interval=str(document["interval"]))


def adfs_claims(claims, ask):
    """The address is in upn; email is there only if a rule of the farm's issues it."""
    for name in ("email", "email_verified", "preferred_username", "name"):
        claims.pop(name, None)
    claims.update(upn=ask.grant.person, unique_name="ACME\\" + people.user(ask), auth_time=ask.now - 5,
                  sid="S-1-5-21-1", group=people.groups(ask), apptype="Public", ver="1.0")


def adfs_userinfo(document, ask):
    return {"sub": document["sub"]}


def adfs_keys(document, ask):
    return {"keys": [{**with_certificate(key), "kid": with_certificate(key)["x5t"]} for key in
                     (ask.key, ask.zoo.ring["next"])]}


def adfs_header(header, ask):
    header["x5t"] = header["kid"] = with_certificate(ask.key)["x5t"]


def msis(code, text):
    return f"MSIS{code}: {text}"


def adfs_error(error, code, text, status=400):
    body = {"error": error, "error_description": msis(code, text)}
    return lambda ask: Reply(json.dumps(body).encode(), status, "application/json;charset=UTF-8")


ADFS = Kind(
    "adfs", "ADFS.zoo.test", "/adfs", code="LLLLLLLL", expires_in=900,
    endpoints={"device": "/adfs/oauth2/devicecode", "token": "/adfs/oauth2/token/", "keys": "/adfs/discovery/keys",
               "userinfo": "/adfs/userinfo"},
    verification="/adfs/oauth2/deviceauth", authenticate=clients.either,
    differs="capital letters in the issuer's host; verification_url; upn instead of email; userinfo has sub alone",
    sub=lambda ask, person: base64.b64encode(hashlib.sha256((clients.CLIENT_ID + person).encode()).digest()).decode(),
    metadata={"access_token_issuer": "http://adfs.zoo.test/adfs/services/trust",
              "as_access_token_token_binding_supported": True, "microsoft_multi_refresh_token": True,
              "subject_types_supported": ["pairwise"],
              "scopes_supported": ["openid", "email", "profile", "allatclaims", "aza"],
              "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic",
                                                        "private_key_jwt", "windows_client_authentication"]},
    answers={"pending": adfs_error("authorization_pending", 9702, "The device authorization request is pending."),
             "denied": adfs_error("access_denied", 9703, "The end user denied the authorization request."),
             "expired": adfs_error("expired_token", 9704, "The device code has expired."),
             "unknown_client": adfs_error("invalid_client", 9223, "Received invalid OAuth request. The client is "
                                          "not registered."),
             "secret_not_wanted": adfs_error("invalid_client", 9622, "Client authentication failed."),
             "elsewhere": page(404, "Not Found")},
    changes={"device": adfs_device, "claims": adfs_claims, "userinfo": adfs_userinfo, "keys": adfs_keys,
             "header": adfs_header},
    wrong={**WRONG,
           "unverified-mail": {"claims": lambda claims, ask: claims.update(email=claims["upn"], email_verified=False)},
           "email-rule": {"claims": lambda claims, ask: claims.update(email=claims["upn"])},
           "grant-off": {"device": instead(adfs_error("unauthorized_client", 9605, "The client is not allowed to use "
                                                      "the device code grant."))},
           "missing-scope": {"claims": lambda claims, ask: claims.pop("upn") and None},
           "assignment": {"token": instead(adfs_error("access_denied", 9616, "Access is denied by the access control "
                                                      "policy of the application."))},
           "rate-limit": {"device": instead(rate_limited("temporarily_unavailable"))},
           "old-numbers": {"device": adfs_old}})

KINDS = (MICROSOFT, ENTRA, ADFS)
