# SPDX-License-Identifier: Apache-2.0
"""ID tokens that are signed well and say what they must not (OIDC Core 2 and 3.1.3.7, RFC 7519)."""
import json

from case import Table, authorized, drop, instead, put, refused

TABLE = Table()
row = TABLE.row

ISS = refused("TOKEN", "OIDC Core 3.1.3.7: iss")
AUD = refused("TOKEN", "OIDC Core 3.1.3.7: aud")
AZP = refused("TOKEN", "OIDC Core 3.1.3.7: azp")
EXP_DATE = refused("TOKEN", "OIDC Core 2: exp")
EXP_PAST = refused("TOKEN", "OIDC Core 3.1.3.7: exp")
IAT_DATE = refused("TOKEN", "OIDC Core 2: iat")
IAT_AHEAD = refused("TOKEN", "OIDC Core 3.1.3.7: iat")
NBF = refused("TOKEN", "RFC 7519 4.1.5: nbf")
SUB = refused("TOKEN", "OIDC Core 2: sub")
PAYLOAD = refused("TOKEN", "RFC 7519 7.2: the claims set")
ACR = refused("STRENGTH", "OIDC Core 2: acr")
AMR = refused("STRENGTH", "OIDC Core 2: amr")


def claims(name, wrong, expected, /, **values):
    more = {key: values.pop(key) for key in ("holes", "options") if key in values}
    row(name, wrong, expected, {"claims": put(**values)}, **more)


# Issuer.
claims("iss-wrong", "iss is another issuer", ISS, iss="https://other.test")
row("iss-missing", "no iss", ISS, {"claims": drop("iss")})
claims("iss-null", "iss is null", ISS, iss=None)
claims("iss-prefix", "iss is the start of the issuer", ISS, iss=lambda a: a.issuer[:-1], holes="H43")
claims("iss-suffix", "iss is the issuer and more", ISS, iss=lambda a: a.issuer + "x", holes="H43")
claims("iss-slash", "iss is the issuer with a slash", ISS, iss=lambda a: a.issuer + "/", holes="H43")
claims("iss-empty", "iss is empty", ISS, iss="", holes="H43")
claims("iss-other-case", "iss is the issuer in capitals", ISS, iss=lambda a: a.issuer.upper())
claims("iss-array", "iss is an array", ISS, iss=lambda a: [a.issuer])
claims("iss-other-case-of-server", "iss is another case of this server", ISS, iss=lambda a: a.origin + "/good")

# Audience and authorized party.
claims("aud-array", "nothing; aud is an array of this client", authorized(), aud=["hosts"])
claims("aud-several-named", "nothing; the further audience is named", authorized(), aud=["hosts", "other"],
       options=("--audience", "one other"))
claims("aud-several-named-with-azp", "nothing; the further audience is named, azp is this client", authorized(),
       aud=["hosts", "other"], azp="hosts", options=("--audience", "other"))
claims("aud-several-with-azp", "a further audience that is not named, azp is this client",
       refused("TOKEN", 'OIDC Core 3.1.3.7: aud: also for "other"'), aud=["hosts", "other"], azp="hosts", holes="P11")
claims("aud-named-alone", "aud is a further audience alone", AUD, aud=["other"], options=("--audience", "other"))
claims("aud-wrong", "aud is another client", AUD, aud="other")
row("aud-missing", "no aud", AUD, {"claims": drop("aud")})
claims("aud-null", "aud is null", AUD, aud=None)
claims("aud-empty-array", "aud is an empty array", AUD, aud=[], holes="H43")
claims("aud-empty", "aud is empty", AUD, aud="", holes="H43")
claims("aud-prefix", "aud is the start of this client", AUD, aud="host", holes="H43")
claims("aud-suffix", "aud is this client and more", AUD, aud="hosts2", holes="H43")
claims("aud-words", "aud is a list in one string", AUD, aud="other hosts")
claims("aud-object", "aud is an object", AUD, aud={"hosts": True})
claims("aud-nested", "aud is an array in an array", AUD, aud=[["hosts"]])
claims("aud-mixed", "aud is an array with a number", AUD, aud=["hosts", 1], azp="hosts")
claims("aud-true", "aud is true", AUD, aud=True, holes="H52")
claims("aud-several", "a further audience that is not named, no azp",
       refused("TOKEN", 'OIDC Core 3.1.3.7: aud: also for "other"'), aud=["hosts", "other"], holes="P11")
claims("azp-wrong", "azp is another client", AZP, azp="other")
claims("azp-wrong-of-several", "several audiences, azp is the other", AZP, aud=["hosts", "other"], azp="other")
claims("azp-null", "azp is null", AZP, aud=["hosts", "other"], azp=None)
claims("azp-array", "azp is an array", AZP, azp=["hosts"])

# Times.
claims("exp-past", "expired an hour ago", EXP_PAST, exp=lambda a: a.now - 3600)
claims("exp-now", "expires this second", EXP_PAST, exp=lambda a: a.now)
row("exp-missing", "no exp", EXP_DATE, {"claims": drop("exp")})
claims("exp-null", "exp is null", EXP_DATE, exp=None)
claims("exp-text", "exp is a string", EXP_DATE, exp=lambda a: str(a.now + 300), holes="H52")
claims("exp-true", "exp is true", EXP_DATE, exp=True, holes="H52")
claims("exp-negative", "exp is negative", EXP_DATE, exp=-1)
claims("exp-zero", "exp is 0", EXP_DATE, exp=0)
claims("exp-milliseconds", "exp is in milliseconds", EXP_DATE, exp=lambda a: (a.now + 300) * 1000)
claims("exp-huge", "exp is 1e300", EXP_DATE, exp=1e300)
claims("exp-array", "exp is an array", EXP_DATE, exp=lambda a: [a.now + 300])
row("exp-infinite", "exp is 1e999", PAYLOAD, {"claims": lambda c, a: b'{"exp":1e999}'})
row("exp-64-bits", "exp is 2^64 + 1", PAYLOAD, {"claims": lambda c, a: b'{"exp":18446744073709551617}'})
claims("iat-old", "nothing; issued an hour ago, by a provider whose clock is late", authorized(),
       iat=lambda a: a.now - 3600)
claims("iat-little-ahead", "nothing; issued 30 s in the future, within the skew", authorized(),
       iat=lambda a: a.now + 30)
claims("iat-future", "issued in 10 minutes", IAT_AHEAD, iat=lambda a: a.now + 600)
row("iat-missing", "no iat", IAT_DATE, {"claims": drop("iat")})
claims("iat-text", "iat is a string", IAT_DATE, iat=lambda a: str(a.now), holes="H52")
claims("nbf-past", "nothing; nbf is a minute ago", authorized(), nbf=lambda a: a.now - 60)
claims("nbf-little-ahead", "nothing; nbf is in 30 s, within the skew", authorized(), nbf=lambda a: a.now + 30)
claims("nbf-future", "nbf is in 10 minutes", NBF, nbf=lambda a: a.now + 600)
claims("nbf-text", "nbf is a string", NBF, nbf="0", holes="H52")
claims("nbf-null", "nbf is null", NBF, nbf=None)

# Subject.
claims("sub-255", "nothing; sub has 255 bytes", authorized(subject="s" * 255), sub="s" * 255, holes="H56")
claims("sub-utf8", "nothing; sub is not ASCII", authorized(subject="zo\u00eb"), sub="zo\u00eb")
claims("sub-256", "sub has 256 bytes", SUB, sub="s" * 256, holes="H56")
row("sub-missing", "no sub", SUB, {"claims": drop("sub")})
claims("sub-empty", "sub is empty", SUB, sub="", holes="H43")
claims("sub-null", "sub is null", SUB, sub=None)
claims("sub-number", "sub is a number", SUB, sub=1000, holes="H52")
claims("sub-array", "sub is an array", SUB, sub=["u-alice"])
claims("sub-newline", "sub ends with a newline", SUB, sub="u-alice\n", holes="H33")
claims("sub-escape", "sub is a terminal escape", SUB, sub="\x1b[2Ju-alice", holes="H33")
claims("sub-nul", "sub goes on behind \\u0000", PAYLOAD, sub="u-alice\0u-bob", holes="H35")

# What else is said of the person.
VERIFIED = (("true", "a string", "true"), ("one", "1", 1), ("null", "null", None), ("false", "false", False),
            ("array", "an array", [True]))
for word, what, value in VERIFIED:
    claims(f"email-verified-{word}", f"nothing, but email_verified is {what}, which is not true",
           authorized(email="alice@acme.test", email_state="UNVERIFIED"), email_verified=value, holes="H52")
claims("email-array", "nothing, but the email is an array", authorized(email="", email_state="ILLEGAL"),
       email=["alice@acme.test"])
claims("email-newline", "nothing, but the email has a newline", authorized(email="", email_state="ILLEGAL"),
       email="alice@acme.test\n", holes="H33")
claims("email-two", "nothing, but the email is two", authorized(email="", email_state="ILLEGAL"),
       email="alice@evil.test,alice@acme.test")
claims("email-long", "nothing, but the email has 10 kB", authorized(email="", email_state="ILLEGAL"),
       email="a" * 10000 + "@acme.test", holes="H56")
claims("name-escape", "nothing, but the name is a terminal escape", authorized(name=""), name="\x1b]0;root\x07Alice",
       holes="H33")
claims("name-bidi", "nothing, but the name turns the line around", authorized(name=""), name="Alice \u202egor",
       holes="H33")
claims("name-long", "nothing, but the name has 10 kB", authorized(name=""), name="A" * 10000)
claims("name-number", "nothing, but the name is a number", authorized(name=""), name=1)
claims("groups-of-the-host", "nothing; groups called root and sudo are nobody's", authorized(subject="u-alice"),
       groups=["root", "sudo", "docker"], uid=0)

# Strength, once it is asked for.
WANTED = ("--acr", "urn:acme:mfa")
BOTH = ("--amr", "pwd otp")
claims("acr-good", "nothing; the acr asked for", authorized(), acr="urn:acme:mfa", options=WANTED, holes="H20")
row("acr-missing", "no acr, and one is asked for", ACR, options=WANTED, holes="H20")
claims("acr-other", "another acr than the one asked for", ACR, acr="urn:acme:pwd", options=WANTED, holes="H20")
claims("acr-prefix", "the acr is the start of the one asked for", ACR, acr="urn:acme", options=WANTED, holes="H20 H43")
claims("acr-empty", "the acr is empty", ACR, acr="", options=WANTED, holes="H20 H43")
claims("acr-array", "the acr is an array", ACR, acr=["urn:acme:mfa"], options=WANTED, holes="H20")
claims("amr-good", "nothing; all of the amr asked for", authorized(), amr=["otp", "pwd", "x"], options=BOTH,
       holes="H20")
row("amr-missing", "no amr, and some are asked for", AMR, options=BOTH, holes="H20")
claims("amr-part", "a part of the amr asked for", AMR, amr=["pwd"], options=BOTH, holes="H20")
claims("amr-text", "the amr is one string", AMR, amr="pwd otp", options=BOTH, holes="H20")
claims("amr-joined", "the amr is one string in an array", AMR, amr=["pwd otp"], options=BOTH, holes="H20")
claims("acr-escape", "nothing, but the acr is a terminal escape", authorized(), acr="\x1b[2J\n", holes="H33")
claims("amr-many", "nothing, but 400 amr, half of them no strings", authorized(),
       amr=["x" * 300, "\x1b[2J", 1, {}] * 100, holes="H36")
row("acr-only-in-userinfo", "the acr is only in userinfo", ACR,
    {"claims": drop("email"), "userinfo": put(acr="urn:acme:mfa")}, options=WANTED, holes="H20")

# The claims set as text.
for name, wrong, text, holes in (
        ("payload-not-json", "the payload is no JSON", b"sub=u-alice", ""),
        ("payload-empty", "the payload is an empty text", b" ", ""),
        ("payload-array", "the payload is an array", b'[{"sub":"u-alice"}]', ""),
        ("payload-string", "the payload is a string", b'"u-alice"', ""),
        ("payload-bad-utf8", "the payload is not UTF-8", b'{"sub":"u-\xff"}', ""),
        ("payload-overlong-utf8", "an overlong slash", b'{"sub":"\xc0\xaf"}', ""),
        ("payload-surrogate", "half a surrogate pair", b'{"sub":"\\ud800"}', ""),
        ("payload-nul", "a NUL behind the payload", b'{"sub":"u-alice"}\0', "H35"),
        ("payload-nul-inside", "\\u0000 in the name of a member", b'{"sub\\u0000x":"u-alice"}', "H35"),
        ("payload-trailing", "bytes behind the payload", b'{"sub":"u-alice"}x', ""),
        ("payload-two", "two objects", b'{"sub":"u-alice"}{"sub":"u-bob"}', ""),
        ("payload-duplicate", "sub twice", b'{"sub":"u-bob","sub":"u-alice"}', "H32"),
        ("payload-duplicate-escaped", "sub twice, once escaped", b'{"sub":"u-bob","\\u0073ub":"u-alice"}', "H32"),
        ("payload-duplicate-inside", "a member twice, further inside", b'{"a":[{"b":1,"b":2}]}', "H32"),
        ("payload-bom", "a byte order mark", b'\xef\xbb\xbf{"sub":"u-alice"}', ""),
        ("payload-single-quotes", "single quotes", b"{'sub':'u-alice'}", ""),
        ("payload-comment", "a comment", b'{"sub":"u-alice"/**/}', ""),
        ("payload-nan", "NaN", b'{"exp":NaN}', ""),
        ("payload-deep", "17 arrays inside each other", b'{"a":' + b"[" * 16 + b"]" * 16 + b"}", "H26"),
        ("payload-very-deep", "20 000 arrays inside each other", b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}", "H26"),
        ("payload-very-deep-open", "20 000 arrays that are never closed", b'{"a":' + b"[" * 20000, "H26")):
    row(name, wrong, PAYLOAD, {"claims": instead(text)}, holes=holes)
