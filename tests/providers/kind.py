# SPDX-License-Identifier: Apache-2.0
"""A kind of provider: one row of the tables, and the small words that rows are written with.

By itself a row is a provider as RFC 8628, RFC 6749, OpenID Connect Core and Discovery want it. What a real one does
otherwise stands in its changes, as a case of ../hostile has them: each takes the good value and the request (flow.Ask),
and changes it or returns another one. Its place is "discovery", "device", "token", "keys" or "userinfo" for a document,
"header" and "claims" for the ID token, "client" for what is registered there, and "device reply" and so on for the HTTP
answer around a document. "wrong" holds further changes by name, which a run or a control request turns on.

Comments: [RFC 8628 3.2] and the like is the section that a shape contradicts, with the leniency that a client needs;
"uncertain" is what no document that was at hand says.
"""
import dataclasses
import json
import uuid

from answers import Reply

REQUESTS = ("device", "token", "keys", "userinfo")
DOCUMENTS = ("discovery", *REQUESTS, "emails")  # the last at GitHub alone
PLACES = {"header", "claims", "client", *DOCUMENTS, *(name + " reply" for name in DOCUMENTS)}
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
WELL_KNOWN = "/.well-known/openid-configuration"


def told(error, description=None, status=400, headers=(), **more):
    """A function that makes an error answer as RFC 6749 5.2 has it, with MORE members."""
    def make(ask):
        members = {"error": error, **({"error_description": description} if description else {}), **more}
        return Reply(json.dumps(members).encode(), status, headers=list(headers))
    return make


def page(status, text):
    """A function that makes an HTML page, as servers do that have nothing to say for machines."""
    body = f"<!DOCTYPE html>\n<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n".encode()
    return lambda ask: Reply(body, status, "text/html; charset=utf-8")


# What is answered to what; a row replaces what its provider words otherwise.
ANSWERS = {
    "pending": told("authorization_pending"),
    "slow_down": told("slow_down"),
    "denied": told("access_denied"),
    "expired": told("expired_token"),
    "unknown_code": told("invalid_grant"),
    "unknown_token": told("invalid_grant"),  # a refresh token
    "unknown_client": told("invalid_client", status=401),
    "wrong_secret": told("invalid_client", status=401),
    "no_secret": told("invalid_client", status=401),
    "secret_not_wanted": lambda ask: None,  # by itself it is not looked at
    "other_method": told("invalid_client", status=401),
    "unknown_grant": told("unsupported_grant_type"),
    "bad_token": told("invalid_token", status=401),
    "unknown_scope": lambda ask: None,  # by itself it is left out in silence (RFC 6749 3.3)
    "elsewhere": page(404, "Not Found"),
}


@dataclasses.dataclass
class Client:
    """What the provider knows of the one client."""

    secret: str  # "" for a public client
    public_and_strict: bool = False  # a secret that comes all the same is refused with "secret_not_wanted"


@dataclasses.dataclass(frozen=True, eq=False)
class Kind:
    name: str
    host: str  # of the issuer
    path: str  # of the issuer
    endpoints: dict  # each of REQUESTS: "/PATH" at the issuer's host, or "//HOST/PATH"
    verification: str  # likewise, where people go
    differs: str
    complete: str = "?user_code={}"  # behind verification; "" for none
    hidden: tuple = ()  # requests whose endpoint discovery does not publish
    metadata: dict = dataclasses.field(default_factory=dict)  # further members of the discovery document
    secret: bool = False  # whether the client has one
    authenticate: object = None  # function(ask, request): the Reply that refuses the client, or None
    approving: object = None  # function(ask): why an approval fails in the browser, or None
    code: str = "LLLL-LLLL"  # the user code: L a consonant, A a letter or digit, D a digit
    expires_in: int = 600
    interval: int = 5
    refresh: str = ""  # "offline_access": a refresh token if that scope was asked for; "always"
    rotates: bool = False  # a refresh token is good for one answer, which has the next
    refresh_again: bool = True  # the answer to one has the next; else it stays as it is
    key: str = "rsa"  # of the ring, which signs
    kid: str = ""
    email_in: str = "both"  # "both", "userinfo"
    sub: object = None  # function(ask, person)
    answers: dict = dataclasses.field(default_factory=dict)
    changes: dict = dataclasses.field(default_factory=dict)
    wrong: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for changes in (self.changes, *self.wrong.values()):
            places = {place for place in changes if place not in ANSWERS}
            assert PLACES.issuperset(places), f"{self.name}: no such place: {places - PLACES}"

    def hosts(self):
        split = [self.split(at)[0] for at in (*self.endpoints.values(), self.verification)]
        return list(dict.fromkeys([self.host.lower(), *split]))

    def split(self, at):
        """(host, path) of an endpoint."""
        if at.startswith("//"):
            host, _, path = at[2:].partition("/")
            return host, "/" + path
        return self.host.lower(), at

    def url(self, request):
        """The endpoint on the port of https."""
        host, path = self.split(self.endpoints[request])
        return f"https://{host}{path}"

    def discovery_path(self):
        return self.path.rstrip("/") + WELL_KNOWN


def both(*changes):
    """One change after the other."""
    def change(document, ask):
        for one in changes:
            found = one(document, ask)
            document = document if found is None else found
        return document
    return change


def instead(answer):
    """An answer instead of the document."""
    return lambda document, ask: answer(ask)


def client(**members):
    def change(registered, ask):
        for name, value in members.items():
            setattr(registered, name, value)
    return change


def as_type(kind):
    """Another Content-Type for what is an object all the same."""
    def change(reply, ask):
        reply.type = kind
    return change


def with_headers(*headers):
    def change(reply, ask):
        reply.headers = [*reply.headers, *headers]
    return change


def identifier(*words):
    """A UUID that is the same for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join(words)))
