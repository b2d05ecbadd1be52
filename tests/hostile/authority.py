# SPDX-License-Identifier: Apache-2.0
"""Certificates made at start: an authority of our own, another one, and leaves that are good or wrong in one way."""
import datetime
import ipaddress
import os
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
LOCAL = ("localhost", "127.0.0.1")
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)


def pem_of(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem_of(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def alternative(name):
    if name[0].isdigit():
        return x509.IPAddress(ipaddress.ip_address(name))
    return x509.DNSName(name)


class Authority:
    """A certificate authority; with AS_LEAF it may not be one, and signs all the same."""

    def __init__(self, name, above=None, as_leaf=False):
        self.above = above
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        signer = above or self
        builder = signer.start(self.name, self.key.public_key(), -DAY, 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=not as_leaf, path_length=None), critical=True)
        if not as_leaf:
            builder = builder.add_extension(SIGNS_CERTIFICATES, critical=True)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    def start(self, subject, public_key, since, until):
        """What every certificate of ours has: both identifiers, too, without which a strict reader takes none
        (RFC 5280 4.2.1.1 and 4.2.1.2)."""
        now = datetime.datetime.now(datetime.timezone.utc)
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                .serial_number(x509.random_serial_number()).not_valid_before(now + since).not_valid_after(now + until)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
                               critical=False))

    def leaf(self, names=LOCAL, since=-DAY, until=30 * DAY, use=ExtendedKeyUsageOID.SERVER_AUTH, weak=False,
             chain=True):
        """A server's key and certificate chain as PEM."""
        key = rsa.generate_private_key(65537, 1024) if weak else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        alternatives = x509.SubjectAlternativeName([alternative(name) for name in names])
        certificate = (self.start(subject, key.public_key(), since, until)
                       .add_extension(alternatives, critical=False)
                       .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                       .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
                       .sign(self.key, hashes.SHA256()))
        chain = pem_of(certificate) + (pem_of(self.certificate) if self.above and chain else b"")
        return key_pem_of(key) + chain


def context_of(pem, newest=ssl.TLSVersion.TLSv1_3, lax=False):
    """A server's TLS context; LAX also for what no library would do by itself any more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if lax:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = min(newest, ssl.TLSVersion.TLSv1_2)
    context.maximum_version = newest
    handle, path = tempfile.mkstemp()
    try:
        with open(handle, "wb") as file:
            file.write(pem)
        context.load_cert_chain(path)
    finally:
        os.unlink(path)
    return context
