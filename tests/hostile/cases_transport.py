# SPDX-License-Identifier: Apache-2.0
"""Everything below the documents: silence, floods, redirects, HTTP statuses, broken HTTP, and TLS."""
import ctypes
import gzip
import re

import answers
from case import Table, authorized, drop, in_turn, put, refused, replied
from cases_documents import WHAT
from good import CLIENT_SECRET, REQUESTS, as_bytes

TABLE = Table()
row = TABLE.row
LONGER = refused("MISCONFIGURED", "longer than")
TLS = "TLS"


def curl_version():
    """Of the library that ssoorg-oidc is loaded with."""
    words = ctypes.CDLL("libcurl.so.4").curl_version
    words.restype = ctypes.c_char_p
    return tuple(map(int, re.match(r"libcurl/(\d+)\.(\d+)", words().decode()).groups()))


def at(request, name, wrong, expected, change, **more):
    """A row about the HTTP answer to REQUEST."""
    changes = {request + " reply": change}
    if request == "userinfo":
        changes["claims"] = drop("email")
    row(f"{request}-{name}", f"{WHAT[request]}: {wrong}", expected, changes, **more)


def slowly(request):
    """What a request that is never answered comes to, and in how many seconds."""
    later = request in ("token", "userinfo")
    return {"expected": refused("UNREACHABLE", "imed out|imeout"), "timeout": 3 if later else 2}


# Silence and slowness.
for request in REQUESTS:
    for name, wrong, manner in (("hung", "never answered", answers.hang),
                                ("hung-inside", "stops after 10 bytes", answers.hang_inside),
                                ("drip", "one byte each 100 ms", answers.drip),
                                ("drip-head", "one byte each 100 ms, from the first on", answers.drip_head)):
        at(request, name, wrong, change=replied(manner=manner), holes="H53" if "drip" in name else "H44",
           **slowly(request))

# Floods.
for request in REQUESTS:
    for name, wrong, manner in (("endless-body", "a body without end", answers.endless_body),
                                ("endless-chunks", "chunks without end", answers.endless_chunks),
                                ("endless-headers", "headers without end", answers.endless_headers),
                                ("endless-line", "a header line without end", answers.endless_line),
                                ("endless-continue", "HTTP 100 without end", answers.endless_continue)):
        at(request, name, wrong, LONGER, replied(manner=manner), holes="H44")
at("discovery", "long-header", "a header line of 70 kB", LONGER,
   replied(headers=["X-Long: " + "x" * 70000]), holes="H44")
at("discovery", "gzip-bomb", "64 MB as gzip", refused("MISCONFIGURED", "is not a JSON object"), holes="H44",
   change=replied(body=gzip.compress(b"{}" + b" " * (64 << 20)), headers=["Content-Encoding: gzip"]))

# Redirects, none of which is followed.
PLACES = (("same-host", lambda a: a.issuer + "/elsewhere"),
          ("other-host", lambda a: a.issuer.replace("localhost", "127.0.0.1") + "/elsewhere"),
          ("http", lambda a: a.issuer.replace("https", "http") + "/elsewhere"),
          ("file", lambda a: "file:///etc/passwd"))


def redirected(status, place):
    return lambda reply, asked: replied(status=status, headers=["Location: " + place(asked)])(reply, asked)


for request in REQUESTS:
    for i, (name, place) in enumerate(PLACES):
        status = (302, 307, 308, 303)[i]
        at(request, f"redirect-{name}", f"HTTP {status} to {name}",
           refused("MISCONFIGURED", f"redirects (HTTP {status})"), redirected(status, place),
           only_https=request not in ("discovery", "token"))
    at(request, "redirect-nowhere", "HTTP 300 without a place", refused("MISCONFIGURED", "redirects (HTTP 300)"),
       replied(status=300), only_https=True)

# HTTP statuses: with an OAuth error, with a page, with nothing.
BODIES = (("json", b'{"error":"invalid_client","error_description":"who is it"}', "application/json"),
          ("html", b"<!DOCTYPE html><title>x</title>", "text/html"), ("nothing", b"", None))
for request in REQUESTS:
    for status in (400, 401, 403, 404, 500, 503):
        for name, body, kind in BODIES:
            words = f"HTTP {status} without a reason"
            if name == "json":
                words = f"HTTP {status}: invalid_client: who is it"
            tried_again = status == 503 or (request == "token" and status == 500)
            reason = "UNREACHABLE" if status >= 500 else "CLIENT" if name == "json" else "MISCONFIGURED"
            polled = request == "token" and status >= 500
            expected = refused(reason, f"token endpoint: HTTP {status}" if polled else f"{WHAT[request]}: {words}")
            at(request, f"{status}-{name}", f"HTTP {status} with {name}", expected,
               replied(status=status, body=body, type=kind), only_https=True, **({"timeout": 3} if tried_again else {}))
for status in (201, 204, 206, 299, 418, 599):
    at("discovery", f"{status}", f"HTTP {status}",
       refused("UNREACHABLE" if status >= 500 else "MISCONFIGURED", f"discovery document: HTTP {status}"),
       replied(status=status, **({"body": b""} if status == 204 else {})))
CHALLENGES = ("Digest realm=x, nonce=x", "NTLM", "Negotiate", "Basic realm=x")
for request, how in (("token", "--basic"), ("device", "--post"), ("userinfo", "--basic")):
    at(request, "401-challenges", "HTTP 401 that asks for another way to prove who one is",
       refused("MISCONFIGURED", "HTTP 401 without a reason"), options=(how, CLIENT_SECRET), counts={request: 1},
       change=replied(status=401, body=b"", headers=["WWW-Authenticate: " + way for way in CHALLENGES]),
       only_https=True)

# Broken HTTP.
UNREACHABLE = refused("UNREACHABLE", "/.well-known/openid-configuration: ")
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
for name, wrong, manner, expected in (
        ("close-at-once", "the connection is cut", answers.cut_at_once, UNREACHABLE),
        ("reset-inside", "no length, then a reset", answers.reset_inside, UNREACHABLE),
        ("length-too-long", "a Content-Length that is never reached", answers.lying_length(10), UNREACHABLE),
        ("length-too-short", "a Content-Length that cuts the document", answers.lying_length(-10),
         refused("MISCONFIGURED", "is not a JSON object")),
        ("length-negative", "a negative Content-Length", answers.raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n{}"), UNREACHABLE),
        ("length-huge", "a Content-Length of 2^70, which is taken as none", answers.raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1180591620717411303424\r\n\r\n{}"),
         refused("MISCONFIGURED", "OIDC Discovery 3: issuer")),
        ("chunk-garbage", "chunks that are none", answers.raw(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"), UNREACHABLE),
        ("chunk-huge", "a chunk of 2^68", answers.raw(CHUNKED + b"100000000000000000\r\n{}\r\n"), UNREACHABLE),
        ("chunk-cut", "chunks without the last", answers.raw(CHUNKED + b"2\r\n{}\r\n"), UNREACHABLE),
        ("http-0-9", "a body without a head", answers.raw(b'{"issuer":"x"}\n'), refused("MISCONFIGURED", "HTTP/0.9")),
        ("http-9", "HTTP/9.9", answers.raw(b"HTTP/9.9 200 OK\r\n\r\n{}"), refused("MISCONFIGURED", ": ")),
        ("status-letters", "a status of letters", answers.raw(b"HTTP/1.1 abc OK\r\n\r\n{}"),
         refused("MISCONFIGURED", ": ")),
        ("header-nul", "a NUL in a header", answers.raw(b"HTTP/1.1 200 OK\r\nX: \0\r\n\r\n{}"), UNREACHABLE)):
    at("discovery", name, wrong, expected, replied(manner=manner), holes="H36")
row("body-until-close", "nothing; no length, and the connection is closed properly", authorized(requests=4),
    {"keys reply": replied(manner=answers.until_close)})
# Debian 12's libcurl (7.88) takes such an end for one, since a document that was cut is none anyway; 13's (8.14) does not.
CUT = refused("UNREACHABLE", "unexpected eof while reading")
row("body-until-cut", "nothing; no length, and TLS has no proper end", CUT if curl_version() >= (8, 0) else authorized(),
    {"keys reply": replied(manner=answers.until_cut)}, only_https=True)
row("body-cut", "no length, TLS has no proper end, and the last byte is missing",
    CUT if curl_version() >= (8, 0) else refused("MISCONFIGURED", "key set: "),
    {"keys": lambda d, a: as_bytes(d)[:-1], "keys reply": replied(manner=answers.until_cut)}, only_https=True)
row("poll-lost-then-good", "nothing; one poll is reset", authorized(), holes="H06", counts={"token": 2},
    changes={"token reply": in_turn(replied(manner=answers.reset_inside), None)})
row("cookies", "nothing; cookies, which are not sent back", authorized(), {
    f"{request} reply": replied(headers=["Set-Cookie: a=b; Path=/", "Strict-Transport-Security: max-age=1000",
                                         'Alt-Svc: h2=":1"']) for request in REQUESTS})
row("one-answer-each", "nothing; each connection is closed after its answer", authorized(requests=4, connections=4), {
    f"{request} reply": replied(manner=answers.until_close) for request in REQUESTS}, only_https=True)

# TLS: each of these listens on a port of its own.
for listener, wrong, reason, words in (
        ("wrong-name", "the certificate is for other names", TLS, "no alternative certificate subject name matches"),
        ("unknown-ca", "the certificate is of another authority, with the same name", TLS, "error:|certificate"),
        ("no-intermediate", "the certificate between the authority's and the server's is not sent", TLS,
         "unable to get local issuer certificate"),
        ("expired", "the certificate has expired", TLS, "expired"),
        ("not-yet-valid", "the certificate is not yet valid", TLS, "not yet valid"),
        ("no-authority", "the certificate is signed by one that may not sign", TLS, "certificate"),
        ("client-certificate", "the certificate is for clients", TLS, "certificate"),
        ("weak-key", "the certificate has an RSA key of 1024 bits", TLS, "certificate"),
        ("old-tls", "TLS 1.1", TLS, "protocol version"),
        ("not-tls", "plain http", TLS, "SSL"),
        ("garbage", "garbage instead of TLS", TLS, "SSL"),
        ("reset", "a reset instead of TLS", "UNREACHABLE", "reset"),
        ("mute", "silence instead of TLS", "UNREACHABLE", "imed out|imeout"),
        ("closed", "nobody listens", "UNREACHABLE", "connect")):
    row(f"tls-{listener}", wrong, refused(reason, words), {}, listener=listener, only_https=True,
        counts={"discovery": 0}, **({"holes": "H44", "timeout": 2} if listener == "mute" else {}))
    if listener in ("wrong-name", "unknown-ca", "expired", "old-tls", "closed"):
        path = {"closed": "UNREACHABLE"}.get(listener, TLS)
        row(f"token-at-{listener}", f"only the token endpoint: {wrong}", refused(path, "/token: "),
            {"discovery": put(token_endpoint=lambda a, l=listener: a.at(l) + "/token")}, only_https=True,
            counts={"token": 0}, **({"timeout": 3} if listener == "closed" else {}))
for path, member, request in (("device", "device_authorization_endpoint", "device"), ("jwks", "jwks_uri", "keys"),
                              ("userinfo", "userinfo_endpoint", "userinfo")):
    row(f"{request}-at-wrong-name", f"only {member}: the certificate is for other names", refused(TLS, f"/{path}: "),
        {"discovery": put(**{member: lambda a, path=path: a.at("wrong-name") + "/" + path}), "claims": drop("email")},
        only_https=True, counts={request: 0})
