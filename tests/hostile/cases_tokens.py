# SPDX-License-Identifier: Apache-2.0
"""ID tokens whose algorithm, header, signature or shape is forged (RFC 7515, 7518, 7797)."""
import base64
import hashlib
import json

from case import Table, authorized, drop, instead, put, refused
from signing import Token, b64, encoded

TABLE = Table(holes="H32")
row, forged = TABLE.row, TABLE.forged

ALG = refused("TOKEN", "RFC 7515 4.1.1: alg")
SIGNATURE = refused("TOKEN", "RFC 7515 5.2: the signature is not valid")
LENGTH = refused("TOKEN", "RFC 7518 3: the signature has")
NO_KEY = refused("TOKEN", "OIDC Core 10.1: kid: the provider has no key")
SHAPE = refused("TOKEN", "RFC 7515 7.1: the token is not three parts, none empty")
HEADER = refused("TOKEN", "RFC 7515 4: the header is not base64url of a JSON object")


def by(ring_key, alg="", **header):
    """Signed by another key of the ring, by ALG, with a header of its own."""
    def change(token, asked):
        token.key = getattr(asked.ring, ring_key)
        token.alg = alg
        token.header.update({"alg": token.key.alg, "kid": token.key.kid, **header})
    return change


def only(*ring_keys, **more):
    """A key set of these alone, with members set in each."""
    return lambda document, asked: {"keys": [getattr(asked.ring, key).jwk(**more) for key in ring_keys]}


def mac(secret):
    def change(token, asked):
        token.header.update(alg="HS256")
        return token.with_mac(secret(asked.ring.rsa))
    return change


def tampered(part, change):
    """The signature is that of another header or payload."""
    def forge(token, asked):
        signature = token.signature()
        change(getattr(token, part))
        return token.with_signature(signature)
    return forge


def part_of(length):
    return lambda token, asked: token.with_signature(b"\0" * length)


# Legal ones: what must keep working.
row("good", "nothing", authorized(algorithm="RS256", key_id="rsa-1", email="alice@acme.test", email_state="VERIFIED",
                                   name="Alice", subject="u-alice", client_id="hosts", requests=4, connections=1),
    counts={"discovery": 1, "device": 1, "keys": 1, "token": 1, "userinfo": 0}, holes="")
forged("ps256", "nothing; PS256", authorized(algorithm="PS256"), by("pss"))
forged("es256", "nothing; ES256", authorized(algorithm="ES256"), by("p256"))
forged("es384", "nothing; ES384", authorized(algorithm="ES384"), by("p384"))
row("kid-absent-one-key", "nothing; no kid, and one key fits", authorized(key_id=""), {"header": drop("kid")})

# The algorithm.
forged("alg-none", "alg is none, without a signature", SHAPE,
       lambda t, a: f"{encoded({'alg': 'none'})}.{encoded(t.payload)}.")
forged("alg-none-signed", "alg is none, with a signature", ALG,
       lambda t, a: f"{encoded({'alg': 'none'})}.{encoded(t.payload)}.{b64(b'x' * 256)}")
forged("alg-none-other-case", "alg is nOnE", ALG,
       lambda t, a: f"{encoded({'alg': 'nOnE'})}.{encoded(t.payload)}.{b64(b'x' * 256)}")
forged("alg-missing", "no alg", ALG, lambda t, a: Token({"kid": "rsa-1"}, t.payload, t.key, "RS256").text())
row("alg-null", "alg is null", ALG, {"header": put(alg=None), "id_token": lambda t, a: setattr(t, "alg", "RS256")})
forged("alg-array", "alg is an array", ALG, lambda t, a: Token({"alg": ["RS256"]}, t.payload, t.key, "RS256").text())
forged("hs256-pem", "HS256 with the public key's PEM", ALG, mac(lambda key: key.pem()))
forged("hs256-jwk", "HS256 with the public key's JWK", ALG, mac(lambda key: json.dumps(key.jwk()).encode()))
forged("hs256-modulus", "HS256 with the public modulus", ALG,
       mac(lambda key: base64.urlsafe_b64decode(key.public()["n"] + "==")))
forged("hs256-empty", "HS256 with an empty secret", ALG, mac(lambda key: b""))
forged("hs256-published", "HS256 with a symmetric key in the key set", ALG, mac(lambda key: b"published"),
       changes={"keys": instead({"keys": [{"kty": "oct", "kid": "rsa-1", "k": b64(b"published"), "alg": "HS256"}]})})
forged("mac-called-rs256", "the MAC of an HS256 token, called RS256", LENGTH,
       lambda t, a: t.with_signature(hashlib.sha256(t.signed()).digest()))

forged("rs512", "RS512, on a key marked RS256", NO_KEY,
       lambda t, a: Token({"alg": "RS512", "kid": "rsa-1"}, t.payload, t.key).text(), counts={"keys": 2})
forged("ps256-on-rs256-key", "PS256, on a key marked RS256", NO_KEY,
       lambda t, a: Token({"alg": "PS256", "kid": "rsa-1"}, t.payload, t.key).text(), counts={"keys": 2})
forged("ps256-called-rs256", "signed by PS256, called RS256", SIGNATURE, lambda t, a: setattr(t, "alg", "PS256"))
forged("rs256-called-ps256", "signed by RS256, called PS256, on a PS256 key", SIGNATURE,
       lambda t, a: Token({"alg": "PS256", "kid": "pss-1"}, t.payload, a.ring.pss, "RS256").text())
forged("rs512-called-rs256", "signed by RS512, called RS256", SIGNATURE, lambda t, a: setattr(t, "alg", "RS512"))
forged("es256-on-p384", "ES256, on a P-384 key", NO_KEY,
       lambda t, a: Token({"alg": "ES256", "kid": "p384-1"}, t.payload, a.ring.p384).text(), counts={"keys": 2})
forged("es384-on-p256", "ES384, on a P-256 key", NO_KEY,
       lambda t, a: Token({"alg": "ES384", "kid": "p256-1"}, t.payload, a.ring.p256).text(), counts={"keys": 2})
forged("es256k", "ES256K on secp256k1", ALG, by("koblitz"), changes={"keys": only("koblitz")})
forged("es256-on-koblitz", "ES256, on a secp256k1 key", NO_KEY,
       lambda t, a: Token({"alg": "ES256", "kid": "k1-1"}, t.payload, a.ring.koblitz).text(),
       changes={"keys": only("koblitz", alg="ES256")}, counts={"keys": 2})
forged("eddsa", "EdDSA", ALG, lambda t, a: Token({"alg": "EdDSA"}, t.payload, t.key, "RS256").text())

# The header.
row("crit", "crit names something", refused("TOKEN", "RFC 7515 4.1.11: crit"), {"header": put(crit=["exp"])})
row("crit-empty", "crit is empty", refused("TOKEN", "RFC 7515 4.1.11: crit"), {"header": put(crit=[])})
row("b64-false", "the payload is not encoded", refused("TOKEN", "RFC 7797 3: b64"), {"header": put(b64=False)})
forged("jwk-embedded", "the token brings its key", SIGNATURE,
       lambda t, a: Token({**t.header, "jwk": a.ring.rsa_other.jwk()}, t.payload, a.ring.rsa_other).text())
row("typ-access-token", "typ is at+jwt", refused("TOKEN", "RFC 7519 5.1: typ"), {"header": put(typ="at+jwt")})
row("typ-logout", "typ is logout+jwt", refused("TOKEN", "RFC 7519 5.1: typ"), {"header": put(typ="logout+jwt")})
row("typ-number", "typ is a number", refused("TOKEN", "RFC 7519 5.1: typ"), {"header": put(typ=1)})
for name, wrong, header in (
        ("header-duplicate-alg", "alg twice", b'{"alg":"none","alg":"RS256","kid":"rsa-1"}'),
        ("header-duplicate-escaped", "alg twice, once escaped", b'{"alg":"RS256","\\u0061lg":"none","kid":"rsa-1"}'),
        ("header-not-json", "the header is no JSON", b"alg=RS256"),
        ("header-array", "the header is an array", b'["RS256"]'),
        ("header-trailing", "bytes behind the header", b'{"alg":"RS256","kid":"rsa-1"}{}'),
        ("header-nul", "a NUL behind the header", b'{"alg":"RS256","kid":"rsa-1"}\0'),
        ("header-bom", "a byte order mark before the header", b'\xef\xbb\xbf{"alg":"RS256","kid":"rsa-1"}')):
    forged(name, wrong, HEADER, lambda t, a, header=header: Token(header, t.payload, t.key, "RS256").text())
forged("header-deep", "17 objects inside each other", HEADER,
       lambda t, a: Token(b'{"alg":"RS256","x":' * 17 + b"1" + b"}" * 17, t.payload, t.key, "RS256").text(),
       holes="H26")

# The signature.
forged("header-tampered", "the header was changed", SIGNATURE, tampered("header", lambda h: h.update(x=1)))
forged("payload-tampered", "the payload was changed", SIGNATURE, tampered("payload", lambda p: p.update(sub="u-bob")))
forged("signature-tampered", "one bit of the signature was changed", SIGNATURE,
       lambda t, a: t.with_signature(bytes([t.signature()[0] ^ 1]) + t.signature()[1:]))
forged("signature-empty", "the signature is empty", SHAPE, part_of(0))
forged("signature-missing", "two parts", SHAPE, lambda t, a: t.signed().decode())
forged("signature-zero", "the signature is all zeros", SIGNATURE, part_of(256))
forged("signature-one-byte", "the signature is one byte", LENGTH, part_of(1))
forged("signature-longer", "the signature has a zero in front", LENGTH,
       lambda t, a: t.with_signature(b"\0" + t.signature()))
forged("signature-padded", "the signature has base64 padding", refused("TOKEN", "RFC 7515 7.1: the signature"),
       lambda t, a: t.text() + "==")
forged("signature-base64", "the signature is base64, not base64url", refused("TOKEN", "RFC 7515 7.1: the signature"),
       lambda t, a: t.signed().decode() + "." + base64.b64encode(b"\xff" * 255).decode())


def on_p256(signature):
    def change(token, asked):
        by("p256")(token, asked)
        return token.with_signature(signature(token, asked))
    return change


ORDER = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
forged("ecdsa-zero", "r and s are zero (CVE-2022-21449)", SIGNATURE, on_p256(lambda t, a: b"\0" * 64))
forged("ecdsa-order", "r and s are the order of the curve", SIGNATURE, on_p256(lambda t, a: ORDER * 2))
forged("ecdsa-der", "the signature is in DER", LENGTH, on_p256(lambda t, a: b"\x30\x45" + t.signature() + b"\0" * 5))

# The shape.
forged("parts-four", "four parts", SHAPE, lambda t, a: t.text() + ".AAAA")
forged("parts-five", "five parts: an encrypted token", SHAPE, lambda t, a: "e30.AAAA.AAAA.AAAA.AAAA")
forged("parts-none", "an opaque token", SHAPE, lambda t, a: "opaque")
forged("trailing-newline", "a newline behind the token", refused("TOKEN", "RFC 7515 7.1"), lambda t, a: t.text() + "\n")
forged("space-inside", "a space in the payload", refused("TOKEN", "RFC 7519 7.2"),
       lambda t, a: t.text().replace(".", ". ", 1))
forged("token-100-kb", "a token of 100 kB", refused("TOKEN", "ID token: longer than 65536 bytes"),
       lambda t, a: t.text() + "A" * 100000, holes="H44")
forged("token-10-mb", "a token of 10 MB", refused("MISCONFIGURED", "the answer is longer than 262144 bytes"),
       lambda t, a: t.text() + "A" * 10_000_000, holes="H44")
