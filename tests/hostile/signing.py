# SPDX-License-Identifier: Apache-2.0
"""Keys, JWKs and signed tokens: the good ones, and what is needed to make bad ones of them."""
import base64
import dataclasses
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return b64(value.to_bytes(length or (value.bit_length() + 7) // 8 or 1, "big"))


class Key:
    """One key pair, what its JWK says of it, and how it signs."""

    def __init__(self, kind, kid, alg):
        self.kid, self.alg = kid, alg
        self.private = rsa.generate_private_key(65537, kind) if isinstance(kind, int) else \
            ec.generate_private_key(CURVES[kind]())
        self.curve = None if isinstance(kind, int) else kind

    @property
    def size(self):
        return (self.private.key_size + 7) // 8

    def public(self):
        numbers = self.private.public_key().public_numbers()
        if self.curve is None:
            return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        return {"kty": "EC", "crv": self.curve, "x": number(numbers.x, self.size), "y": number(numbers.y, self.size)}

    def jwk(self, **more):
        return {**self.public(), "kid": self.kid, "use": "sig", "alg": self.alg, **more}

    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, alg, data):
        digest = HASHES.get(alg[-3:], hashes.SHA256)()
        if self.curve is not None:
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
            return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")
        how = padding.PSS(padding.MGF1(digest), digest.digest_size) if alg.startswith("PS") else padding.PKCS1v15()
        return self.private.sign(data, how, digest)


class Ring:
    """Every key that a case may need, made once."""

    def __init__(self):
        self.rsa = Key(2048, "rsa-1", "RS256")
        self.rsa_other = Key(2048, "rsa-2", "RS256")
        self.rsa_small = Key(1024, "rsa-1024", "RS256")
        self.pss = Key(2048, "pss-1", "PS256")
        self.p256 = Key("P-256", "p256-1", "ES256")
        self.p384 = Key("P-384", "p384-1", "ES384")
        self.p521 = Key("P-521", "p521-1", "ES512")
        self.koblitz = Key("secp256k1", "k1-1", "ES256K")

    def published(self):
        return [key.jwk() for key in (self.rsa, self.p256, self.p384, self.pss)]


def encoded(part):
    return b64(part if isinstance(part, bytes) else json.dumps(part).encode())


@dataclasses.dataclass
class Token:
    """A token in the making; HEADER and PAYLOAD are objects, or bytes to be taken as they are."""

    header: object
    payload: object
    key: Key
    alg: str = ""  # that it is signed by; "" for what the header says

    def signed(self):
        return f"{encoded(self.header)}.{encoded(self.payload)}".encode()

    def signature(self):
        return self.key.sign(self.alg or self.header["alg"], self.signed())

    def with_signature(self, signature):
        return f"{self.signed().decode()}.{b64(signature)}"

    def text(self):
        return self.with_signature(self.signature())

    def with_mac(self, secret):
        return self.with_signature(hmac.new(secret, self.signed(), hashlib.sha256).digest())
