# SPDX-License-Identifier: Apache-2.0
"""What named providers do and no specification has, taken as it is meant; and behind each what must not come through
with it."""
import json

import good
from answers import Reply, cut_at_once
from case import Table, authorized, drop, error, in_turn, instead, put, refused, replied
from cases_tokens import NO_KEY, SIGNATURE, by, only
from good import REQUESTS, as_bytes
from signing import Token, b64

TABLE = Table()
row, forged = TABLE.row, TABLE.forged
NO_POLL = {"token": 0}


def lenient(name, wrong, changes, expected=None, **more):
    row(name, "nothing: " + wrong, expected or authorized(), changes, **more)


def renamed(old, new, **more):
    def change(document, asked):
        document[new] = document.pop(old)
        document.update(more)
    return change


def once(document, asked, how):
    """HOW at the first request of its kind, and then no more."""
    return how if asked.flow[asked.request] == 1 else None


# The device answer. Google and ADFS call the address verification_url.
URL = "https://idp.test/device"
ILLEGAL = refused("MISCONFIGURED", "RFC 8628 3.2: verification_ur")
lenient("verification-url", "the address is called verification_url", {"device": renamed(
    "verification_uri", "verification_url")}, authorized(verification_uri=URL), holes="P04")
lenient("verification-url-besides", "the address stands beside another verification_url", {"device": put(
    verification_url="https://evil.test/")}, authorized(verification_uri=URL))
row("verification-url-escape", "verification_url is a terminal escape", ILLEGAL, {"device": renamed(
    "verification_uri", "verification_url", verification_url="\x1b[2Jhttps://idp.test/")}, counts=NO_POLL, holes="H33")
row("verification-uri-illegal-besides-url", "verification_uri is plain http, beside a good verification_url", ILLEGAL,
    {"device": put(verification_uri="http://idp.test/", verification_url=URL)}, counts=NO_POLL)
row("verification-uri-null", "verification_uri is null", ILLEGAL, {"device": put(verification_uri=None)}, counts=NO_POLL)
for word, value in (("empty", ""), ("null", None), ("long", URL + "?" + "c" * 1100)):
    lenient(f"complete-{word}", f"verification_uri_complete is {word}", {"device": put(verification_uri_complete=value)},
            authorized(verification_uri=URL, verification_uri_complete=""), holes="P08")
lenient("interval-null", "interval is null, so 5 s", {"device": put(interval=None)}, counts={"token": 1})
lenient("times-text", "interval and expires_in are strings", {"device": put(interval="1", expires_in="300")})
for name in ("interval", "expires_in"):
    for word, value in (("words", "5 minutes"), ("fraction", "5.5"), ("negative", "-5"), ("huge", "9" * 30),
                        ("hexadecimal", "0x10"), ("blank", " 5"), ("none", "")):
        row(f"{name.replace('_', '-')}-text-{word}", f"{name} is the string {value!r}",
            refused("MISCONFIGURED", f"RFC 8628 3.2: {name}"), {"device": put(**{name: value})}, counts=NO_POLL,
            holes="H52")
row("expires-in-null", "expires_in, which is required, is null", refused("MISCONFIGURED", "RFC 8628 3.2: expires_in"),
    {"device": put(expires_in=None)}, counts=NO_POLL)

# Errors, whatever their words and their status.
def polled(name, wrong, expected, *answers, **more):
    row(name, wrong, expected, {"token": in_turn(*answers)}, **more)


for word, reason in (("authorization_declined", "DECLINED"), ("code_expired", "EXPIRED"),
                     ("bad_verification_code", "EXPIRED"), ("incorrect_device_code", "EXPIRED")):
    polled(f"error-{word.replace('_', '-')}", f"the provider says {word}", refused(reason, f"RFC 8628 3.5: {word}"),
           error(word), counts={"token": 1}, holes="P07" if reason == "DECLINED" else "")
polled("declined-by-its-own-words", "declined, as Microsoft says it",
       refused("DECLINED", "authorization_declined: AADSTS70016"),
       error("authorization_declined", error_description="AADSTS70016: the end user denied it"), holes="P07")
polled("pending-as-200", "nothing: pending comes with HTTP 200, as at GitHub", authorized(requests=5),
       error("authorization_pending", 200), None, counts={"token": 2})
polled("pending-as-428", "nothing: pending comes with HTTP 428, as at Google", authorized(requests=5),
       error("authorization_pending", 428), None, counts={"token": 2})
polled("declined-as-200", "declined, with HTTP 200", refused("DECLINED", "access_denied"), error("access_denied", 200))
polled("pending-with-id-token", "pending with HTTP 200, and an ID token with it",
       refused("MISCONFIGURED", "a successful answer with an error"),
       put(error="authorization_pending"), counts={"token": 1}, holes="H29")
polled("pending-as-array-as-200", "an error that is an array, with HTTP 200",
       refused("MISCONFIGURED", "token endpoint: HTTP 200 without a reason"), error(["authorization_pending"], 200),
       counts={"token": 1}, holes="H29")
lenient("tokens-with-null-error", "tokens and an error that is null", {"token": put(error=None)})
lenient("errors-null", "error is null everywhere", {request: put(error=None) for request in REQUESTS})
row("tokens-with-empty-error", "tokens and an error that is empty",
    refused("MISCONFIGURED", "a successful answer with an error"), {"token": put(error="")}, counts={"token": 1})
lenient("token-type-missing", "no token_type", {"token": drop("token_type")})
lenient("token-type-null", "token_type is null", {"token": put(token_type=None)})
row("token-type-empty", "token_type is empty", refused("MISCONFIGURED", "RFC 6749 5.1: token_type"),
    {"token": put(token_type="")}, counts={"token": 1})
WHAT = {"discovery": "discovery document", "device": "device authorization", "keys": "key set",
        "userinfo": "userinfo"}
for request, what in WHAT.items():
    changes = {request: error("teapot", 200, error_description="no")}
    row(f"{request}-error-as-200", f"the {what} is an error with HTTP 200",
        refused("MISCONFIGURED", f"{what}: HTTP 200: teapot: no"),
        {"claims": drop("email"), **changes} if request == "userinfo" else changes,
        holes="P13" if request == "device" else "")
row("device-client-unknown", "the client is not known", refused("CLIENT", "device authorization: HTTP 401: invalid_client"),
    {"device": error("invalid_client", 401)}, counts=NO_POLL)
row("device-401-unauthorized-client", "the secret is wrong, as Keycloak says it",
    refused("CLIENT", "device authorization: HTTP 401: unauthorized_client"),
    {"device": error("unauthorized_client", 401)}, counts=NO_POLL, holes="P20")
row("device-client-unknown-as-200", "the client is not known, with HTTP 200",
    refused("CLIENT", "device authorization: HTTP 200: invalid_client"), {"device": error("invalid_client", 200)})

# Slow ones, within the ten seconds that a person waits where somebody answers.
def slow(seconds):
    """The plain answer after so long."""
    def manner(reply, wire):
        reply.manner = None
        return wire.wait(seconds) and reply.give(wire)
    return replied(manner=manner)


lenient("slow-documents", "discovery takes 3 s and the codes 2.5 s", {
    "discovery reply": slow(3), "device reply": slow(2.5)}, holes="P15")
row("slower-than-anybody-waits", "discovery takes 6 s and the codes 6 s", refused("UNREACHABLE", "imed out|imeout"), {
    "discovery reply": slow(6), "device reply": slow(6)}, counts=NO_POLL, holes="P15")

# Which way to show who one is: a test finds it.
AUTO = ("--auto", good.CLIENT_SECRET)


def unless_form(*names):
    """invalid_client unless the form has these."""
    return lambda d, a: None if all(name in a.form for name in names) else error("invalid_client")(d, a)


def unless_basic(document, asked):
    return None if asked.authorization.startswith("Basic ") else error("invalid_client", 401)(document, asked)


LISTED = put(token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post", "tls_client_auth"])
lenient("auth-form-has-client-id", "the id must stand in the form", {"device": unless_form("client_id"), "token": unless_form(
    "client_id")}, authorized(client_auth=1), options=("--basic", good.CLIENT_SECRET), holes="P06")
lenient("auth-auto-post", "the form is listed and goes first", {"discovery": LISTED, "device": unless_form("client_secret"),
    "token": unless_form("client_secret")}, authorized(client_auth=2), options=AUTO, counts={"device": 1, "token": 1})
lenient("auth-auto-basic-by-default", "nothing is listed", {"device": unless_basic, "token": unless_basic},
        authorized(client_auth=1), options=AUTO, counts={"device": 1, "token": 1})
lenient("auth-auto-finds-basic", "the device endpoint takes the header alone", {
    "discovery": LISTED, "device": unless_basic, "token": unless_basic}, authorized(client_auth=1), options=AUTO,
    counts={"device": 2, "token": 1})
lenient("auth-auto-finds-basic-late", "the token endpoint takes the header alone", {
    "discovery": LISTED, "token": unless_basic}, authorized(client_auth=1), options=AUTO, counts={"device": 1, "token": 2})
row("auth-auto-none-works", "no way is taken", refused("CLIENT", "device authorization: HTTP 400: invalid_client"),
    {"discovery": LISTED, "device": error("invalid_client")}, options=AUTO, counts={"device": 2, "token": 0})
row("auth-not-tried-round", "the way that was given is not taken",
    refused("CLIENT", "device authorization: HTTP 401: invalid_client"), {"discovery": LISTED, "device": unless_basic},
    options=("--post", good.CLIENT_SECRET), counts={"device": 1})

# Endpoints by hand.
ELSEWHERE = ("--device-endpoint", "https://localhost/none")
lenient("no-device-endpoint-null", "the endpoint is null and given by hand", {"discovery": put(
    device_authorization_endpoint=None)}, refused("UNREACHABLE", "https://localhost/none"), options=ELSEWHERE)
row("device-endpoint-unpublished", "the grant is listed, its endpoint is not",
    refused("MISCONFIGURED", "the provider lists the device grant, and does not publish the endpoint"),
    {"discovery": lambda d, a: d.update(grant_types_supported=["urn:ietf:params:oauth:grant-type:device_code"])
     or d.pop("device_authorization_endpoint") and None}, counts=NO_POLL, holes="P05")
row("key-set-by-hand-http", "the key set given by hand is plain http", refused("REQUEST", "key set: http://192.0.2.1/"),
    options=("--key-set", "http://192.0.2.1/"), counts={"discovery": 0})

# The issuer's host in capitals, as ADFS writes it.
lenient("issuer-host-in-capitals", "the host of the issuer is in capitals", {
    "discovery": put(issuer=lambda a: a.issuer.replace("localhost", "LocalHost")),
    "claims": put(iss=lambda a: a.issuer.replace("localhost", "LocalHost"))})
row("iss-host-in-capitals", "iss has the host in capitals, and the document has not",
    refused("TOKEN", "OIDC Core 3.1.3.7: iss"), {"claims": put(iss=lambda a: a.issuer.replace("localhost", "LocalHost"))})

# A provider in trouble.
for request in ("discovery", "device", "keys", "userinfo"):
    for status in (502, 503, 504):
        lenient(f"{request}-{status}-once", f"HTTP {status} once", {
            "claims": drop("email"), f"{request} reply": lambda r, a, status=status: once(
                r, a, Reply(b"<html>later</html>", status, "text/html"))}, counts={request: 2},
                holes="P14" if (request, status) == ("keys", 503) else "")
    lenient(f"{request}-lost-once", "the connection is cut once", {
        "claims": drop("email"), f"{request} reply": lambda r, a: once(r, a, Reply(manner=cut_at_once))},
            counts={request: 2})
    lenient(f"{request}-429-once", "HTTP 429 once, with Retry-After", {
        "claims": drop("email"), f"{request} reply": lambda r, a: once(
            r, a, Reply(b"{}", 429, headers=["Retry-After: 1"]))}, counts={request: 2})
BUSY = refused("BUSY", "device authorization: HTTP 429")
row("device-429", "HTTP 429", BUSY, {"device": error("slow", 429)}, counts={"device": 1})
row("device-403-rate-limit", "a rate limit with HTTP 403, as Google says it",
    refused("BUSY", "device authorization: HTTP 403: rate_limit_exceeded"),
    {"device reply": instead(Reply(b'{"error_code":"rate_limit_exceeded"}', 403))}, counts={"device": 1})
row("device-429-later", "HTTP 429, and Retry-After is longer than anybody waits",
    refused("BUSY", "device authorization: HTTP 429 without a reason (Retry-After: 77)"),
    {"device reply": instead(Reply(b"{}", 429, headers=["Retry-After: 77"]))}, counts={"device": 1}, holes="P16")
row("device-429-a-year", "HTTP 429, and Retry-After is a year", BUSY,
    {"device reply": instead(Reply(b"{}", 429, headers=["Retry-After: 31536000"]))}, counts={"device": 1})
row("device-429-words", "HTTP 429, and Retry-After is no number", BUSY,
    {"device reply": instead(Reply(b"{}", 429, headers=["Retry-After: soon"]))}, counts={"device": 1})
polled("poll-429-later", "nothing: HTTP 429 once, with Retry-After", authorized(),
       instead(Reply(b"{}", 429, headers=["Retry-After: 3"])), None, counts={"token": 2})
polled("poll-429-a-year", "HTTP 429, and Retry-After is a year", refused("BUSY", "token endpoint: HTTP 429"),
       instead(Reply(b"{}", 429, headers=["Retry-After: 31536000"])), timeout=3, counts={"token": 1}, holes="H44")

# Types of content: JSON is JSON, and a page is none, whatever it holds.
for kind in ("text/plain; charset=utf-8", None, "application/octet-stream", "text/javascript"):
    word = "none" if kind is None else kind.partition(";")[0].replace("/", "-")
    lenient(f"type-{word}", f"every answer is called {kind}",
            {f"{request} reply": replied(type=kind) for request in REQUESTS},
            holes="P17" if kind and kind.startswith("text/plain") else "")
for request in ("device", "token"):
    row(f"{request}-html-and-json", "a document that is JSON, called a page",
        refused("MISCONFIGURED", "the answer is a page of HTML"), {f"{request} reply": replied(type="text/html")})

# Another claim than "email" is not what email_verified speaks of.
UPN = ("--email-claim", "upn", "--post", good.CLIENT_SECRET)
lenient("upn-unverified-email", "email_verified false speaks of email, and upn is asked", {
    "claims": put(upn="alice@acme.test", email="mail@other.test", email_verified=False),
    "userinfo": put(email="mail@other.test", email_verified=False)}, authorized(
        email="alice@acme.test", email_state="UNSTATED"), options=UPN, holes="P19")
lenient("upn-same-unverified-email", "but it is the same address", {
    "claims": put(upn="alice@acme.test", email_verified=False)}, authorized(
        email="alice@acme.test", email_state="UNVERIFIED"), options=UPN, holes="P19")

# Keys.
TWICE = refused("TOKEN", "OIDC Core 10.1: kid: more than one key")
lenient("key-twice", "the same key is listed twice", {"keys": lambda d, a: {"keys": 2 * [a.ring.rsa.jwk()]}}, holes="P09")
lenient("key-twice-otherwise", "the same key is listed twice, once without alg and use",
        {"keys": lambda d, a: {"keys": [a.ring.rsa.jwk(), {**a.ring.rsa.public(), "kid": "rsa-1"}]}})
row("key-twice-other-exponent", "the same modulus twice, with another exponent", TWICE,
    {"keys": lambda d, a: {"keys": [a.ring.rsa.jwk(), a.ring.rsa.jwk(e="Aw")]}}, counts={"keys": 1}, holes="H32")
for word, members in (("null", {"use": None, "alg": None, "key_ops": None}),
                      ("empty", {"use": "", "alg": "", "key_ops": []})):
    lenient(f"key-members-{word}", f"use, alg and key_ops of the key are {word}", {"keys": only("rsa", **members)})
row("key-alg-array", "alg of the key is an array", NO_KEY, {"keys": only("rsa", alg=["RS256"])}, counts={"keys": 2})
row("key-use-false", "use of the key is false", NO_KEY, {"keys": only("rsa", use=False)}, counts={"keys": 2})
lenient("keys-besides", "keys of unknown kinds beside the right one", {"keys": lambda d, a: {"keys": [
    {"kty": "OKP", "crv": "Ed448", "x": "AA", "kid": "rsa-1"}, {"kty": "oct", "k": "AA", "kid": "rsa-1"},
    {"kty": 7}, {}, *d["keys"]], "more": {}}})
lenient("key-padded", "the modulus has base64 padding",
        {"keys": lambda d, a: {"keys": [a.ring.rsa.jwk(n=a.ring.rsa.public()["n"] + "==")]}})
row("key-padding-alone", "the modulus is padding", refused("TOKEN", "RFC 7518"), {"keys": only("rsa", n="====")})
row("key-padded-inside", "the modulus has padding inside", refused("TOKEN", "RFC 7518 6.3.1"),
    {"keys": lambda d, a: {"keys": [a.ring.rsa.jwk(n="AA==" + a.ring.rsa.public()["n"])]}})

# Headers that say where the key is: never followed, never used.
for name, value in (("jku", lambda a: a.issuer + "/elsewhere"), ("x5u", lambda a: a.issuer + "/elsewhere"),
                    ("x5c", ["AA=="]), ("jwk", lambda a: a.ring.rsa_other.jwk()), ("x5t", "AA")):
    lenient(f"header-{name}", f"the header has {name}, which is not looked at", {"header": put(**{name: value})},
            counts={"keys": 1, "elsewhere": 0})
forged("jku-of-another-key", "signed by a key that only jku names", SIGNATURE, lambda t, a: Token(
    {**t.header, "jku": a.issuer + "/elsewhere"}, t.payload, a.ring.rsa_other).text(), counts={"elsewhere": 0},
       holes="H32")
forged("x5c-of-another-key", "signed by a key that only x5c brings, under an unknown kid", NO_KEY, lambda t, a: Token(
    {**t.header, "kid": "new", "x5c": ["AA=="]}, t.payload, a.ring.rsa_other).text(), counts={"keys": 2}, holes="H32")

# Algorithms. The key is the same for all of its kind, and is marked with one or none.
for alg in ("RS384", "RS512", "PS384", "PS512"):
    forged(alg.lower() + "-signed", f"nothing: {alg}", authorized(algorithm=alg), lambda t, a, alg=alg: Token(
        {**t.header, "alg": alg}, t.payload, t.key, alg).text(), changes={"keys": only("rsa", alg=alg)})
forged("rs384-called-rs512", "signed by RS384, called RS512", SIGNATURE, lambda t, a: Token(
    {**t.header, "alg": "RS512"}, t.payload, t.key, "RS384").text(), changes={"keys": only("rsa", alg="RS512")}, holes="H32")
forged("es512-signed", "nothing: ES512", authorized(algorithm="ES512"), by("p521"), changes={"keys": only("p521")})
forged("hs512", "HS512 with the public modulus", refused("TOKEN", "RFC 7515 4.1.1: alg"),
       lambda t, a: f"{t.signed().decode()}.{b64(bytes(64))}".replace(
           t.signed().decode().partition(".")[0], b64(json.dumps({"alg": "HS512", "kid": "rsa-1"}).encode())), holes="H32")

# Dates with a fraction (RFC 7519 2).
PAST, AHEAD = refused("TOKEN", "OIDC Core 3.1.3.7: exp"), refused("TOKEN", "OIDC Core 3.1.3.7: iat")


def dates(name, wrong, expected, **values):
    row(name, wrong, expected, {"claims": put(**values)}, holes="P10")


dates("dates-with-fractions", "nothing: dates have fractions", authorized(), iat=lambda a: a.now + 0.25,
      exp=lambda a: a.now + 300.5, nbf=lambda a: a.now - 0.5)
row("dates-with-exponents", "nothing: exp is written as 1e10", authorized(),
    {"claims": lambda c, a: as_bytes(c).replace(b'"exp": %d' % c["exp"], b'"exp": 1e10')}, holes="P10")
dates("exp-fraction-of-now", "a fraction keeps the token alive", PAST, exp=lambda a: a.now + 0.9)
dates("exp-fraction-past", "expired by a fraction", PAST, exp=lambda a: a.now - 0.5)
dates("exp-fraction-below-one", "exp is 0.5", refused("TOKEN", "OIDC Core 2: exp"), exp=0.5)
dates("iat-fraction-far-ahead", "issued in 10 minutes and a half second", AHEAD, iat=lambda a: a.now + 600.5)
dates("exp-fraction-huge", "exp is far beyond the year 9999", refused("TOKEN", "OIDC Core 2: exp"), exp=1e15 + 0.5)
dates("nbf-fraction-far-ahead", "not before 10 minutes and a half second", refused("TOKEN", "RFC 7519 4.1.5: nbf"),
      nbf=lambda a: a.now + 600.5)
