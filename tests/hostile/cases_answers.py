# SPDX-License-Identifier: Apache-2.0
"""Token answers and userinfo that are documents, but not the ones they should be (RFC 6749 5.1, OIDC Core 5.3.2)."""
import json

from answers import Reply
from case import Table, authorized, drop, error, instead, put, refused, replied

TABLE = Table()
row = TABLE.row

# Token answers.
ANSWER = "RFC 6749 5.1"
NO_ID_TOKEN = refused("TOKEN", "OIDC Core 3.1.3.3: id_token")
TOKEN_TYPE = refused("MISCONFIGURED", ANSWER + ": token_type")
ACCESS_TOKEN = refused("MISCONFIGURED", ANSWER + ": access_token")
WITH_ERROR = refused("MISCONFIGURED", ANSWER + ": a successful answer with an error")
row("id-token-missing", "no id_token", NO_ID_TOKEN, {"token": drop("id_token")},
    holes="H31", counts={"userinfo": 0})
row("refresh-token-besides", "nothing; members that mean nothing here, and bearer in small letters", authorized(),
    {"token": put(refresh_token="x", token_type="bearer", expires_in="300", success="false", id_token_hint=[])},
    holes="H52")
for name, wrong, members, expected in (
        ("id-token-number", "id_token is a number", {"id_token": 1}, NO_ID_TOKEN),
        ("id-token-object", "id_token is an object", {"id_token": {"payload": "x"}}, NO_ID_TOKEN),
        ("id-token-null", "id_token is null", {"id_token": None}, NO_ID_TOKEN),
        ("id-token-empty", "id_token is empty", {"id_token": ""}, NO_ID_TOKEN),
        ("token-type-mac", "token_type is mac", {"token_type": "mac"}, TOKEN_TYPE),
        ("token-type-true", "token_type is true", {"token_type": True}, TOKEN_TYPE),
        ("access-token-newline", "access_token has a newline", {"access_token": "x\r\nX: y"}, ACCESS_TOKEN),
        ("access-token-empty", "access_token is empty", {"access_token": ""}, ACCESS_TOKEN),
        ("success-with-error", "tokens and an error", {"error": "authorization_pending"}, WITH_ERROR)):
    row(name, wrong, expected, {"token": put(**members)}, counts={"token": 1})
row("access-token-missing", "no access_token", ACCESS_TOKEN, {"token": drop("access_token")})
row("success-said", "success is true, and nothing else", refused("MISCONFIGURED", ANSWER), holes="H29 H52",
    changes={"token": instead({"success": "true", "authenticated": True, "authorized": "true"})})
row("success-as-201", "tokens with HTTP 201", refused("MISCONFIGURED", "token endpoint: HTTP 201"),
    {"token reply": replied(status=201)}, counts={"token": 1})
row("success-as-400", "tokens with HTTP 400", refused("MISCONFIGURED", "token endpoint: HTTP 400"),
    {"token reply": replied(status=400)}, counts={"token": 1})

# Userinfo, asked because the token has no email.
SUB = refused("TOKEN", "OIDC Core 5.3.2: sub: userinfo speaks of somebody else")


def userinfo(name, wrong, expected, change, **more):
    row(name, wrong, expected, {"claims": drop("email", "email_verified"), "userinfo": change},
        counts={"userinfo": 1}, **{"holes": "H31", **more})


userinfo("good-userinfo", "nothing; the email is only in userinfo",
         authorized(email="alice@acme.test", email_state="VERIFIED", requests=5, connections=1), None, holes="")
userinfo("userinfo-other-sub", "userinfo is about somebody else", SUB, put(sub="u-bob"))
userinfo("userinfo-prefix-sub", "its sub is the start of the token's", SUB, put(sub="u-alic"), holes="H31 H43")
userinfo("userinfo-suffix-sub", "its sub is the token's and more", SUB, put(sub="u-alice2"), holes="H31 H43")
userinfo("userinfo-empty-sub", "its sub is empty", SUB, put(sub=""), holes="H31 H43")
userinfo("userinfo-other-case-sub", "its sub is in capitals", SUB, put(sub="U-ALICE"))
userinfo("userinfo-null-sub", "its sub is null", SUB, put(sub=None))
userinfo("userinfo-array-sub", "its sub is an array", SUB, put(sub=["u-alice"]))
userinfo("userinfo-no-sub", "it has no sub", SUB, drop("sub"))
userinfo("userinfo-in-array", "it is in an array",
         refused("MISCONFIGURED", "userinfo: the answer is not a JSON object"), lambda d, a: json.dumps([d]).encode())
userinfo("userinfo-jwt", "it is a signed token", refused("MISCONFIGURED", "userinfo: the answer is not a JSON object"),
         instead(Reply(b"eyJhbGciOiJub25lIn0.e30.", type="application/jwt")))
userinfo("userinfo-verified-text", "nothing, but email_verified is a string",
         authorized(email="alice@acme.test", email_state="UNVERIFIED"), put(email_verified="true"), holes="H52")
row("userinfo-not-asked", "nothing; userinfo would say otherwise, but the token has the email",
    authorized(email="alice@acme.test"), {"userinfo": put(sub="u-bob", email="bob@acme.test")}, holes="H31",
    counts={"userinfo": 0})
row("userinfo-contradicts", "nothing, but the token says that the email is not verified",
    authorized(email="alice@acme.test", email_state="UNVERIFIED"),
    {"claims": lambda c, a: {**{k: v for k, v in c.items() if k != "email"}, "email_verified": False}}, holes="H31")

# Asked, too, because the token says nothing of whether the email is verified (OIDC Core 5.1).
UNSTATED = {"claims": drop("email_verified")}


def verified(name, wrong, state, change, **more):
    row(name, wrong, authorized(email="alice@acme.test", email_state=state, requests=5), {**UNSTATED, "userinfo": change},
        counts={"userinfo": 1}, holes="H79", **more)


verified("verified-by-userinfo", "nothing; email_verified is only in userinfo", "VERIFIED", None)
verified("unverified-by-userinfo", "nothing, but userinfo says that the email is not verified", "UNVERIFIED",
         put(email_verified=False))
verified("verified-by-userinfo-as-text", "nothing, but its email_verified is a string", "UNVERIFIED",
         put(email_verified="true"))
verified("verified-by-userinfo-of-another", "userinfo says verified, of another address", "UNSTATED",
         put(email="bob@acme.test"))
verified("verified-by-userinfo-of-none", "userinfo says verified, of no address", "UNSTATED", drop("email"))
verified("unverified-by-userinfo-of-another", "userinfo says not verified, of another address", "UNVERIFIED",
         put(email="bob@acme.test", email_verified=False))
verified("unstated-by-userinfo", "nothing; userinfo says nothing either", "UNSTATED", drop("email_verified"))
row("unstated-userinfo-other-sub", "userinfo about the email is about somebody else", SUB,
    {**UNSTATED, "userinfo": put(sub="u-bob")}, holes="H31 H79", counts={"userinfo": 1})
row("unstated-userinfo-fails", "userinfo about the email answers 500", refused("UNREACHABLE", "userinfo: HTTP 500"),
    {**UNSTATED, "userinfo reply": replied(status=500)}, holes="H79")
row("unstated-without-userinfo", "nothing; there is no userinfo to ask", authorized(email_state="UNSTATED", requests=4),
    {**UNSTATED, "discovery": drop("userinfo_endpoint")}, holes="H79", counts={"userinfo": 0})
