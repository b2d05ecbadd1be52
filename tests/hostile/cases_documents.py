# SPDX-License-Identifier: Apache-2.0
"""Discovery documents and key sets that say what they must not (Discovery 3 and 4.3, RFC 7517 5), and every document
that is wrong as JSON (RFC 8259)."""
import codecs
import gzip

from case import Table, authorized, drop, instead, put, refused, replied
from good import REQUESTS, as_bytes

TABLE = Table()
row = TABLE.row
WHAT = {"discovery": "discovery document", "device": "device authorization", "keys": "key set",
        "token": "token endpoint", "userinfo": "userinfo"}
# A value of two bytes takes some 300 in the parser, more in a sanitized build, and its time.
MANY = {"more_kib": 80 * 1024, "cpu_times": 15}
NOT_SIGNED_IN = {"device": 0, "token": 0}


# Discovery: the issuer.
def issuer(name, wrong, value, words="OIDC Discovery 4.3: issuer", **more):
    row(name, wrong, refused("MISCONFIGURED", words), {"discovery": put(issuer=value)}, counts=NOT_SIGNED_IN, **more)


issuer("issuer-other", "the document is another issuer's", "https://other.test")
issuer("issuer-prefix", "the issuer is the start of the configured one", lambda a: a.issuer[:-1], holes="H43")
issuer("issuer-suffix", "the issuer is the configured one and more", lambda a: a.issuer + "x", holes="H43")
issuer("issuer-slash", "the issuer has a slash more", lambda a: a.issuer + "/", holes="H43")
issuer("issuer-other-case", "the issuer in capitals", lambda a: a.issuer.upper())
issuer("issuer-empty", "the issuer is empty", "", holes="H43")
issuer("issuer-escape", "the issuer is a terminal escape", "\x1b[2J\n", words="\\x1b[2J\\x0a", holes="H33")
issuer("issuer-tenantid", "the issuer is a template", "https://login.microsoftonline.com/{tenantid}/v2.0",
       words="speaks for every tenant")
issuer("issuer-common", "the issuer is that of every tenant", "https://login.microsoftonline.com/common/v2.0",
       words="speaks for every tenant")
issuer("issuer-null", "the issuer is null", None, words="OIDC Discovery 3: issuer")
issuer("issuer-array", "the issuer is an array", lambda a: [a.issuer], words="OIDC Discovery 3: issuer")
row("issuer-missing", "no issuer", refused("MISCONFIGURED", "OIDC Discovery 3: issuer"), {"discovery": drop("issuer")},
    counts=NOT_SIGNED_IN)

# Discovery: the endpoints.
ENDPOINTS = (("device_authorization_endpoint", "device"), ("token_endpoint", "token"), ("jwks_uri", "jwks"),
             ("userinfo_endpoint", "userinfo"))
URLS = (("http", "is plain http", lambda path: lambda a: f"http://192.0.2.1/{path}"),
        ("file", "is a file", lambda path: "file:///etc/passwd"),
        ("user", "names a user", lambda path: lambda a: a.issuer.replace("://", "://localhost@") + "/" + path),
        ("number", "is a number", lambda path: 1))
for member, path in ENDPOINTS:
    for word, wrong, url in URLS:
        row(f"{path}-url-{word}", f"{member} {wrong}", refused("MISCONFIGURED", f"OIDC Discovery 3: {member}"),
            {"discovery": put(**{member: url(path)})}, counts=NOT_SIGNED_IN)
    row(f"{path}-url-loopback-http", f"{member} is plain http to this host",
        refused("MISCONFIGURED", f"OIDC Discovery 3: {member}"), only_https=True, counts=NOT_SIGNED_IN,
        changes={"discovery": put(**{member: lambda a, path=path: a.issuer.replace("https", "http") + "/" + path})})
for word, wrong, url in (
        ("fragment", "has a fragment", lambda a: a.issuer + "/token#x"),
        ("newline", "has a newline", lambda a: a.issuer + "/token\r\nX: y"),
        ("backslash", "has a backslash", lambda a: a.issuer.replace("://", "://\\") + "/token"),
        ("unicode", "is not ASCII", lambda a: a.issuer + "/tok\u0435n"),
        ("long", "has 2000 bytes", lambda a: a.issuer + "/" + "t" * 2000),
        ("relative", "is relative", "/token"),
        ("port", "has port 0", "https://localhost:0/token"),
        ("gopher", "is gopher", "gopher://localhost/token"),
        ("empty", "is empty", "")):
    row(f"token-url-{word}", f"token_endpoint {wrong}", refused("MISCONFIGURED", "OIDC Discovery 3: token_endpoint"),
        {"discovery": put(token_endpoint=url)}, counts=NOT_SIGNED_IN, holes="H33" if word == "newline" else "")
row("device-url-missing", "no device endpoint", refused("MISCONFIGURED", "RFC 8628 4: device_authorization_endpoint"),
    {"discovery": drop("device_authorization_endpoint")}, counts=NOT_SIGNED_IN)
row("token-url-missing", "no token endpoint", refused("MISCONFIGURED", "OIDC Discovery 3: token_endpoint"),
    {"discovery": drop("token_endpoint")}, counts=NOT_SIGNED_IN)
row("jwks-url-missing", "no jwks_uri", refused("MISCONFIGURED", "OIDC Discovery 3: jwks_uri"),
    {"discovery": drop("jwks_uri")}, counts=NOT_SIGNED_IN)
row("userinfo-url-missing", "nothing, but an email: the only place for it is missing",
    authorized(email="", email_state="ABSENT"), {"discovery": drop("userinfo_endpoint"), "claims": drop("email")})

# Key sets.
row("keys-64", "nothing; 64 keys", authorized(), holes="H56",
    changes={"keys": lambda d, a: d["keys"].extend(a.ring.p256.jwk(kid=str(i)) for i in range(60))})
row("keys-65", "65 keys", refused("MISCONFIGURED", "RFC 7517 5.1: 65 keys"), holes="H56",
    changes={"keys": lambda d, a: d["keys"].extend(a.ring.p256.jwk(kid=str(i)) for i in range(61))})
row("keys-10-mb", "a key set of 10 MB", refused("MISCONFIGURED", "the answer is longer than 262144 bytes"),
    {"keys": put(pad="x" * 10_000_000)}, holes="H44")
row("keys-256-kib", "nothing; the longest key set", authorized(), holes="H56",
    changes={"keys": lambda d, a: as_bytes(d) + b" " * (262144 - len(as_bytes(d)))})
row("keys-256-kib-and-1", "one byte more than the longest key set", refused("MISCONFIGURED", "longer than 262144"),
    {"keys": lambda d, a: as_bytes(d) + b" " * (262145 - len(as_bytes(d)))}, holes="H56")
for name, text in (("arrays", b"[],"), ("objects", b"{},"), ("numbers", b"1,"), ("strings", b'"",'),
                   ("nested", b"[{}],")):
    row(f"keys-many-{name}", f"as many {name} as 256 KiB hold", refused("MISCONFIGURED", "RFC 7517 5.1"), holes="H44",
        changes={"keys": instead(b'{"keys":[' + text * (262100 // len(text)) + text[:-1] + b"]}")}, **MANY)
row("keys-many-members", "as many members as 256 KiB hold", refused("MISCONFIGURED", "RFC 7517 5.1"), holes="H44",
    changes={"keys": lambda d, a: {f"{i:x}": 0 for i in range(20000)}}, **MANY)
row("keys-missing", "no keys", refused("MISCONFIGURED", "RFC 7517 5.1: keys"), {"keys": instead({})})
row("keys-object", "keys is an object", refused("MISCONFIGURED", "RFC 7517 5.1: keys"),
    {"keys": lambda d, a: {"keys": a.ring.rsa.jwk()}})
row("keys-of-strings", "a key is a string", refused("MISCONFIGURED", "RFC 7517 5.1: a key"),
    {"keys": instead({"keys": ["x"]})})
row("keys-none", "no key at all", refused("TOKEN", "OIDC Core 10.1: kid"), {"keys": instead({"keys": []})},
    counts={"keys": 2})
row("keys-duplicate-kid-member", "a key with kid twice", refused("MISCONFIGURED", "key set: the answer"), holes="H32",
    changes={"keys": lambda d, a: as_bytes(d).replace(b'"kid":', b'"kid": "rsa-1", "kid":')})
row("keys-duplicate-keys", "keys twice", refused("MISCONFIGURED", "key set: the answer"), holes="H32",
    changes={"keys": lambda d, a: as_bytes(d)[:-1] + b',"keys":[]}'})

# Each document as text.
TEXTS = (("bom", "has a byte order mark", lambda text: codecs.BOM_UTF8 + text, ""),
         ("utf16", "is UTF-16", lambda text: text.decode().encode("utf-16"), ""),
         ("gzip", "is gzip, which was not asked for", gzip.compress, ""),
         ("nul-behind", "has a NUL behind it", lambda text: text + b"\0", "H35"),
         ("nul-inside", "has \\u0000 in a string", lambda text: text[:-1] + b',"x":"a\\u0000b"}', "H35"),
         ("trailing", "has bytes behind it", lambda text: text + b"x", ""),
         ("cut", "lacks its last byte", lambda text: text[:-1], "H36"),
         ("empty", "is empty", lambda text: b"", ""),
         ("array", "is an array", lambda text: b"[" + text + b"]", ""),
         ("html", "is HTML", lambda text: b"<!DOCTYPE html><title>x</title>", ""),
         ("duplicate", "has a member twice", lambda text: text[:-1] + b',"a":1,"a":1}', "H32"),
         ("bad-utf8", "is not UTF-8", lambda text: text[:-1] + b',"x":"\xff"}', ""),
         ("deep", "is 17 levels deep", lambda text: text[:-1] + b',"x":' + b"[" * 16 + b"]" * 16 + b"}", "H26"),
         ("very-deep", "is 100 000 levels deep", lambda text: text[:-1] + b',"x":' + b"[" * 100000, "H26"))


def spoilt(request, name, wrong, change, holes="", **more):
    words = WHAT[request] + (": the answer is a page of HTML" if "reply" in name else ": the answer is not a JSON object")
    row(f"{request}-{name.removesuffix(' reply')}", f"the {WHAT[request]} {wrong}", refused("MISCONFIGURED", words),
        {"claims": drop("email"), **change} if request == "userinfo" else change, holes=holes, **more)


for request in REQUESTS:
    for name, wrong, spoil, holes in TEXTS:
        spoilt(request, name, wrong, {request: lambda d, a, spoil=spoil: spoil(as_bytes(d))}, holes)
    for name, wrong, kind in (("type-html", "is called text/html", "text/html"),
                              ("type-html-charset", "is called Text/HTML; charset=utf-8", "Text/HTML; charset=utf-8"),
                              ("type-xhtml", "is called application/xhtml+xml", "application/xhtml+xml")):
        spoilt(request, name + " reply", wrong, {request + " reply": replied(type=kind)})
row("type-with-charset", "nothing; the type has a parameter", authorized(),
    {f"{request} reply": replied(type="application/json; charset=UTF-8") for request in REQUESTS})
row("type-json-suffix", "nothing; the type is application/jwk-set+json", authorized(),
    {"keys reply": replied(type="application/jwk-set+json")})
