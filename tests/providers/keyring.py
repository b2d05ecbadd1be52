# SPDX-License-Identifier: Apache-2.0
"""The keys that the providers of the zoo sign with, and what some of them publish around a key."""
import base64
import datetime
import functools
import hashlib
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from signing import Key, b64

KEYS = {"rsa": (2048, "RS256"), "next": (2048, "RS256"), "enc": (2048, "RSA-OAEP"), "mapped": (2048, "RS256"),
        "rs512": (2048, "RS512"), "p256": ("P-256", "ES256"), "p521": ("P-521", "ES512")}
DAY = datetime.timedelta(days=1)


class Keyring:
    """Each key is made when it is first wanted."""

    def __init__(self):
        self.made = {}
        self.lock = threading.Lock()

    def __getitem__(self, name):
        with self.lock:
            if name not in self.made:
                kind, alg = KEYS[name]
                self.made[name] = Key(kind, hashlib.sha1(name.encode()).hexdigest(), alg)
            return self.made[name]


@functools.lru_cache(maxsize=None)
def certificate_of(key):
    """A certificate that the key signed for itself, in DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signing")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.private.public_key())
            .serial_number(1).not_valid_before(now - DAY).not_valid_after(now + 300 * DAY)
            .sign(key.private, hashes.SHA256()))
    return made.public_bytes(serialization.Encoding.DER)


def with_certificate(key, **more):
    """A JWK with x5c and x5t (RFC 7517 4.7 and 4.8)."""
    der = certificate_of(key)
    return key.jwk(x5c=[base64.b64encode(der).decode()], x5t=b64(hashlib.sha1(der).digest()), **more)


def without(jwk, *names):
    return {name: value for name, value in jwk.items() if name not in names}
