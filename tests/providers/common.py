# SPDX-License-Identifier: Apache-2.0
"""What can be wrong at every provider, in words that more than one row needs."""
from clients import CLIENT_SECRET
from flow import token_hash
from kind import client, told

HOUR_S = 3600
OTHER_SECRET = "another-" + CLIENT_SECRET


def says_of_mail(value):
    """What is said of each address that is named at all."""
    def change(document, ask):
        if "email" in document:
            document["email_verified"] = value
    return change


def no_mail(document, ask):
    for name in ("email", "email_verified"):
        document.pop(name, None)


def late(claims, ask):
    """The provider's clock is an hour fast."""
    for name in ("iat", "exp", "nbf", "auth_time"):
        if name in claims:
            claims[name] += HOUR_S


def hashed(claims, ask):
    claims["at_hash"] = token_hash(ask)


def azp(claims, ask):
    claims["azp"] = claims["aud"]


# Each provider has these; a row replaces those that it answers otherwise.
WRONG = {
    "clock": {"claims": late},
    "unverified-mail": {"claims": says_of_mail(False), "userinfo": says_of_mail(False)},
    "missing-scope": {"claims": no_mail, "userinfo": no_mail},  # left out in silence (RFC 6749 3.3 allows it)
    "wrong-secret": {"client": client(secret=OTHER_SECRET)},
    "public-client": {"client": client(secret="", public_and_strict=True)},
    "no-refresh": {"token": lambda document, ask: document.pop("refresh_token", None) and None},
    "no-signing-key": {"keys": lambda document, ask: {"keys": []}},
}


def rate_limited(error, description=None, wait_s=7, **more):
    """429 with Retry-After (RFC 9110 10.2.3)."""
    return told(error, description, 429, (f"Retry-After: {wait_s}",), **more)
