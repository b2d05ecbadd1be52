# SPDX-License-Identifier: Apache-2.0
"""What a good provider answers to each of the five requests; a case changes it at the places that it names."""
import base64
import json
import time
import urllib.parse

from answers import Reply
from signing import Token

WELL_KNOWN = "/.well-known/openid-configuration"
PATHS = {WELL_KNOWN: "discovery", "/device": "device", "/jwks": "keys", "/token": "token", "/userinfo": "userinfo"}
REQUESTS = tuple(PATHS.values())

# Never to be seen in a detail. Each is written otherwise in a form, so that this is looked for as well.
DEVICE_CODE = "dc-very-secret/0123456789+abcdef=="
ACCESS_TOKEN = "at-very-secret.0123456789/abcdef~~"
CLIENT_SECRET = "cs-very secret&0123456789+abcdef%%"
LOGIN = {"email": "Alice@Acme.Test", "email_verified": True, "name": "Alice"}


class Asked:
    """One request, and what is known around it."""

    def __init__(self, case, origin, ports, ring, flow):
        self.case, self.origin, self.ports, self.ring, self.flow = case, origin, ports, ring, flow
        self.issuer = f"{origin}/{case.name}"
        self.now = int(time.time())
        self.body, self.authorization = b"", ""

    @property
    def form(self):
        return dict(urllib.parse.parse_qsl(self.body.decode("latin-1")))

    @property
    def client_id(self):
        if self.authorization.startswith("Basic "):
            user = base64.b64decode(self.authorization[6:]).decode("latin-1").partition(":")[0]
            return urllib.parse.unquote(user)
        return self.form.get("client_id", "hosts")

    def at(self, listener):
        """The issuer, reached through another listener."""
        return f"https://localhost:{self.ports.get(listener, 1)}/{self.case.name}"


def changed(asked, place, value):
    """VALUE after the case's change for PLACE, if it has one: in place, or anew as what the change returns."""
    change = asked.case.changes.get(place)
    found = change(value, asked) if change is not None else None
    return value if found is None else found


def discovery(asked):
    return {"issuer": asked.issuer, "device_authorization_endpoint": asked.issuer + "/device",
            "token_endpoint": asked.issuer + "/token", "jwks_uri": asked.issuer + "/jwks",
            "userinfo_endpoint": asked.issuer + "/userinfo"}


def device(asked):
    return {"device_code": DEVICE_CODE, "user_code": "AB-CD", "verification_uri": "https://idp.test/device",
            "verification_uri_complete": "https://idp.test/device?user_code=AB-CD", "expires_in": 300, "interval": 1}


def keys(asked):
    return {"keys": asked.ring.published()}


def id_token(asked):
    claims = {"iss": asked.issuer, "aud": asked.client_id, "sub": "u-alice", "iat": asked.now,
              "exp": asked.now + 300, **LOGIN}
    header = {"alg": "RS256", "kid": asked.ring.rsa.kid}
    made = Token(changed(asked, "header", header), changed(asked, "claims", claims), asked.ring.rsa)
    made = changed(asked, "id_token", made)
    return made.text() if isinstance(made, Token) else made


def token(asked):
    return {"token_type": "Bearer", "access_token": ACCESS_TOKEN, "id_token": id_token(asked)}


def userinfo(asked):
    return {"sub": "u-alice", **LOGIN}


DOCUMENTS = {"discovery": discovery, "device": device, "keys": keys, "token": token, "userinfo": userinfo}


def as_bytes(document):
    if isinstance(document, str):
        return document.encode()
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def answer(asked, request):
    """The Reply to REQUEST: a document changed at the place of its name, in a reply changed at "REQUEST reply"."""
    document = changed(asked, request, DOCUMENTS[request](asked))
    reply = document if isinstance(document, Reply) else Reply(as_bytes(document))
    return changed(asked, request + " reply", reply)
