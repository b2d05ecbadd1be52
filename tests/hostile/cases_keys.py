# SPDX-License-Identifier: Apache-2.0
"""Keys that are weak, malformed, not meant for this, or not to be told apart (RFC 7517, RFC 7518 6, OIDC Core 10.1)."""
import base64
import hashlib

from case import Table, authorized, drop, put, refused
from cases_tokens import NO_KEY, SIGNATURE, by, only
from signing import b64, number

TABLE = Table(holes="H32")
row, forged = TABLE.row, TABLE.forged

SEVERAL = refused("TOKEN", "OIDC Core 10.1: kid: more than one key")
RSA_KEY = refused("TOKEN", "RFC 7518 6.3.1: the RSA key is not well-formed")
EC_KEY = refused("TOKEN", "RFC 7518 6.2.1: the EC key is not well-formed")

# Legal ones.
row("key-without-alg", "nothing; alg and use are optional in a key", authorized(),
    {"keys": lambda d, a: {"keys": [{**a.ring.rsa.public(), "kid": "rsa-1"}]}})
row("key-after-rotation", "nothing; the key is there when asked once more", authorized(requests=5),
    {"keys": lambda d, a: {"keys": []} if a.flow["keys"] == 1 else None}, counts={"keys": 2})
forged("kid-long", "nothing; a kid of 4000 bytes", authorized(key_id="k" * 124 + "..."),
       lambda t, a: t.header.update(kid="k" * 4000), holes="H56", changes={"keys": only("rsa", kid="k" * 4000)})

# What the key is.
forged("wrong-key", "signed by another key, with the kid of the published one", SIGNATURE,
       lambda t, a: setattr(t, "key", a.ring.rsa_other))
forged("rsa-1024", "an RSA key of 1024 bits", refused("TOKEN", "RFC 7518 3.3: the RSA key has 1024 bits"),
       by("rsa_small"), changes={"keys": only("rsa_small")})
forged("rsa-1024-padded", "an RSA key of 1024 bits with zeros in front", refused("TOKEN", "RFC 7518 3.3"),
       by("rsa_small"), changes={"keys": lambda d, a: {"keys": [a.ring.rsa_small.jwk(
           n=b64(b"\0" * 128 + base64.urlsafe_b64decode(a.ring.rsa_small.public()["n"] + "==")))]}})
row("rsa-16384", "an RSA key of 16384 bits, slow to use", refused("TOKEN", "RFC 7518 3.3"),
    {"keys": only("rsa", n=number((1 << 16383) + 1))})


def signed_by_one(token, asked):
    """With the exponent 1 a signature is the padded digest itself."""
    digest = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(token.signed()).digest()
    return token.with_signature(b"\0\1" + b"\xff" * (253 - len(digest)) + b"\0" + digest)


forged("rsa-exponent-1", "an RSA key with the exponent 1", RSA_KEY, signed_by_one,
       changes={"keys": only("rsa", e="AQ")})
row("rsa-exponent-even", "an RSA key with the exponent 2", RSA_KEY, {"keys": only("rsa", e="Ag")})
row("rsa-exponent-empty", "an RSA key with an empty exponent", RSA_KEY, {"keys": only("rsa", e="")})
row("rsa-exponent-huge", "an RSA key with an exponent of 256 bytes, slow to use", RSA_KEY,
    {"keys": only("rsa", e=b64(b"\xff" * 256))})
row("rsa-modulus-number", "n is a number", RSA_KEY, {"keys": only("rsa", n=65537)})
row("rsa-modulus-zero", "n is zero", refused("TOKEN", "RFC 7518 3.3"), {"keys": only("rsa", n=b64(b"\0" * 256))})
row("rsa-modulus-escape", "n would close the JSON string it is put in", RSA_KEY,
    {"keys": only("rsa", n='AA","kty":"oct","k":"AA')})
forged("ec-off-curve", "the point is not on the curve", SIGNATURE, by("p256"),
       changes={"keys": only("p256", y=b64(b"\1" * 32))})
forged("ec-infinity", "the point is all zeros", SIGNATURE, by("p256"),
       changes={"keys": only("p256", x=b64(b"\0" * 32), y=b64(b"\0" * 32))})
forged("ec-coordinate-long", "a coordinate with a byte too many", EC_KEY, by("p256"),
       changes={"keys": only("p256", x=b64(b"\1" * 33))})
forged("ec-coordinate-short", "a coordinate with a byte too few", EC_KEY, by("p256"),
       changes={"keys": only("p256", x=b64(b"\1" * 31))})

# What the key is for, and its name.
row("key-for-encryption", "use is enc", NO_KEY, {"keys": only("rsa", use="enc")}, counts={"keys": 2})
row("key-ops-sign", "key_ops does not hold verify", NO_KEY, {"keys": only("rsa", key_ops=["sign"])}, counts={"keys": 2})
row("key-ops-text", "key_ops is a string", NO_KEY, {"keys": only("rsa", key_ops="verify")}, counts={"keys": 2})
row("key-type-other-case", "kty is rsa", NO_KEY, {"keys": only("rsa", kty="rsa")}, counts={"keys": 2})
row("kid-unknown", "the kid is of no key, also in a key set fetched anew", NO_KEY, {"header": put(kid="new")},
    counts={"keys": 2})
row("kid-prefix", "the kid is the start of a key's", NO_KEY, {"header": put(kid="rsa")}, counts={"keys": 2},
    holes="H43")
row("kid-empty", "the kid is empty", NO_KEY, {"header": put(kid="")}, counts={"keys": 2}, holes="H43")
row("kid-number", "the kid is a number", refused("TOKEN", "RFC 7515 4.1.4: kid"), {"header": put(kid=1)})
row("kid-null", "the kid is null", refused("TOKEN", "RFC 7515 4.1.4: kid"), {"header": put(kid=None)})
row("kid-escape", "the kid is a terminal escape", refused("TOKEN", '"\\x1b]0;x\\x07'),
    {"header": put(kid="\x1b]0;x\x07\n")}, holes="H33")
row("kid-absent-several-keys", "no kid, and several keys fit", SEVERAL, {"header": drop("kid"),
    "keys": only("rsa", "rsa_other")}, counts={"keys": 1})
row("kid-absent-no-key", "no kid, and no key fits", NO_KEY, {"header": drop("kid"), "keys": only("p256")},
    counts={"keys": 1})
row("kid-twice", "two keys have the kid", SEVERAL,
    {"keys": lambda d, a: {"keys": [a.ring.rsa.jwk(), a.ring.rsa_other.jwk(kid="rsa-1")]}}, counts={"keys": 1})
