# SPDX-License-Identifier: Apache-2.0
"""What a provider answers: discovery, the device authorization grant with its state, keys, tokens and userinfo. The
kind of the provider and whatever is turned on as wrong change it at the places that they name."""
import hashlib
import json
import time
import urllib.parse

import clients
import people
from answers import Reply
from kind import ANSWERS, GRANT, Client
from signing import Token, b64

OFFLINE = "offline_access"
SCOPES = {False: ["openid", "email", "profile"], True: ["openid", "email", "profile", OFFLINE]}
DIGESTS = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


class Ask:
    """One request to one provider, and what is known around it."""

    def __init__(self, zoo, kind, path, query, headers, body):
        self.zoo, self.kind, self.path, self.headers = zoo, kind, path, headers
        self.query = dict(urllib.parse.parse_qsl(query))
        self.form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        self.now = int(time.time())
        self.grant = None
        self.access_token = ""
        self.key = zoo.ring[kind.key]
        self.kid = kind.kid or self.key.kid
        self.client = self.changed("client", Client(clients.CLIENT_SECRET if kind.secret else ""))

    def url(self, at):
        host, path = self.kind.split(at)
        return f"https://{host}{self.zoo.port_text}{path}"

    @property
    def issuer(self):
        return f"https://{self.kind.host}{self.zoo.port_text}{self.kind.path}"

    def wrong(self):
        """The changes that are turned on for this provider."""
        return [self.kind.wrong[name] for name in self.zoo.wrong.get(self.kind.name, ())]

    def changed(self, place, value):
        """VALUE after the kind's change for PLACE and those of what is wrong: in place, or anew as they return it."""
        for changes in (self.kind.changes, *self.wrong()):
            if place in changes:
                found = changes[place](value, self)
                value = value if found is None else found
        return value

    def answer(self, name):
        for changes in reversed(self.wrong()):
            if name in changes:
                return changes[name](self)
        return (self.kind.answers.get(name) or ANSWERS[name])(self)

    def has_scope(self, name):
        return name in self.grant.scopes


def discovery(ask):
    kind = ask.kind
    endpoints = {"device": "device_authorization_endpoint", "token": "token_endpoint", "keys": "jwks_uri",
                 "userinfo": "userinfo_endpoint"}
    return {"issuer": ask.issuer, "authorization_endpoint": ask.issuer.rstrip("/") + "/authorize",
            **{endpoints[name]: ask.url(at) for name, at in kind.endpoints.items() if name not in kind.hidden},
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ask.key.alg], "grant_types_supported":
            ["authorization_code", "refresh_token", GRANT], "scopes_supported": SCOPES[kind.refresh == OFFLINE],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"], **kind.metadata}


def device(ask):
    kind = ask.kind
    refusal = kind.authenticate(ask, "device")
    if refusal is None and not set(ask.form.get("scope", "").split()) <= {*discovery(ask)["scopes_supported"]}:
        refusal = ask.answer("unknown_scope")
    if refusal is not None:
        return refusal
    interval = kind.interval if ask.zoo.interval is None else ask.zoo.interval
    ask.grant = grant = ask.zoo.grants.new(kind, tuple(ask.form.get("scope", "").split()), interval,
                                           ask.form.get("client_secret", ""))
    document = {"device_code": grant.device_code, "user_code": grant.user_code,
                "verification_uri": ask.url(kind.verification), "expires_in": kind.expires_in, "interval": interval}
    if kind.complete:
        document["verification_uri_complete"] = document["verification_uri"] + kind.complete.format(grant.user_code)
    return document


def token(ask):
    refusal = ask.kind.authenticate(ask, "token")
    if refusal is not None:
        return refusal
    if ask.form.get("grant_type") == "refresh_token":
        return refreshed(ask, ask.form.get("refresh_token", ""))
    if ask.form.get("grant_type") != GRANT:
        return ask.answer("unknown_grant")
    ask.grant = grant = ask.zoo.grants.of_device_code(ask.kind, ask.form.get("device_code", ""))
    if grant is None:
        return ask.answer("unknown_code")
    if grant.is_expired:
        return ask.answer("expired")
    if grant.is_early() or (grant.polls == 1 and ask.zoo.slow_down_once):
        grant.interval += 5  # RFC 8628 3.5
        return ask.answer("slow_down")
    if grant.state == "pending":
        return ask.answer("pending")
    if grant.state == "deny":
        return ask.answer("denied")
    ask.zoo.grants.spend(grant)
    return tokens(ask)


def refreshed(ask, given):
    ask.grant = ask.zoo.grants.of_token(ask.kind, given) if given.startswith("rt-") else None
    if ask.grant is None:
        return ask.answer("unknown_token")
    if ask.kind.rotates:
        ask.zoo.grants.forget(given)
    document = tokens(ask)
    if not ask.kind.refresh_again:
        document.pop("refresh_token")
    return document


def tokens(ask):
    grants, grant, kind = ask.zoo.grants, ask.grant, ask.kind
    ask.access_token = grants.token_for(grant, "at-")
    document = {"access_token": ask.access_token, "token_type": "Bearer", "expires_in": 3600,
                "scope": " ".join(grant.scopes)}
    if ask.has_scope("openid"):
        document["id_token"] = id_token(ask)
    if kind.refresh == "always" or (kind.refresh and ask.has_scope(OFFLINE)):
        document["refresh_token"] = grants.token_for(grant, "rt-")
    return document


def id_token(ask):
    """[RFC 8725 3.11] typ is "JWT" or absent with all of them."""
    claims = {"iss": ask.issuer, "aud": clients.CLIENT_ID, "sub": people.subject(ask), "iat": ask.now,
              "exp": ask.now + 3600}
    if ask.kind.email_in == "both":
        claims.update(people.named(ask))
    header = ask.changed("header", {"alg": ask.key.alg, "kid": ask.kid, "typ": "JWT"})
    return Token(header, ask.changed("claims", claims), ask.key).text()


def token_hash(ask):
    """at_hash (OpenID Connect Core 3.1.3.6)."""
    digest = DIGESTS[ask.key.alg[-3:]](ask.access_token.encode()).digest()
    return b64(digest[:len(digest) // 2])


def userinfo(ask):
    word, _, value = ask.headers.get("authorization", "").partition(" ")
    ask.grant = ask.zoo.grants.of_token(ask.kind, value) if word.lower() == "bearer" else None
    if ask.grant is None:
        return ask.answer("bad_token")
    ask.kind = ask.grant.kind
    return {"sub": people.subject(ask), **people.named(ask)}


def keys(ask):
    return {"keys": [ask.key.jwk(kid=ask.kid)]}


MAKERS = {"discovery": discovery, "device": device, "token": token, "keys": keys, "userinfo": userinfo,
          "emails": userinfo}


def answer(ask, request):
    """The Reply to REQUEST. A refusal is a Reply from the start and changes only as one."""
    document = MAKERS[request](ask)
    if not isinstance(document, Reply):
        document = ask.changed(request, document)
    reply = document if isinstance(document, Reply) else Reply(json.dumps(document).encode())
    return ask.changed(request + " reply", reply)
