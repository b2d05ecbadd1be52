# SPDX-License-Identifier: Apache-2.0
"""Whether a provider of the zoo is what its row says, asked as a client that knows the row would ask."""
import base64
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

import clients
from kind import GRANT

PERSON = "alice@acme.test"
PENDING = {"google": 428, "auth0": 403, "dex": 401, "casdoor": 200, "github": 200, "github-enterprise": 200}  # elsewhere 400
GITHUB = ("github", "github-enterprise")  # no OpenID
BASIC = ("authelia",)  # the secret in the form is refused there
HANG_S = 60  # a guard against hanging


class Client:
    def __init__(self, kind, ca):
        self.kind = kind
        self.context = ssl.create_default_context(cafile=ca)
        self.context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by itself from 3.13 on

    def ask(self, url, form=None, headers=()):
        """(status, object) of an answer; what is no JSON is None."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(url, data, dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=HANG_S, context=self.context) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        try:
            return status, json.loads(body)
        except ValueError:
            return status, None

    def post(self, request, secret=clients.CLIENT_SECRET, **form):
        headers = {}
        form["client_id"] = clients.CLIENT_ID
        if self.kind.secret and self.kind.name in BASIC:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{clients.CLIENT_ID}:{secret}".encode()).decode()
        elif self.kind.secret:
            form["client_secret"] = secret
        return self.ask(self.kind.url(request), form, headers)

    def poll(self, code, **more):
        return self.post("token", grant_type=GRANT, device_code=code, **more)


def part_of(token, index):
    part = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def is_strict(kind):
    return "unknown_scope" in kind.answers


def scope_of(kind):
    return "openid email profile" if is_strict(kind) else "openid email profile groups offline_access"


def problems(kind, ca, control):
    client = Client(kind, ca)
    openid = (discovery, codes, strangers, denial, tokens)
    checks = (codes, strangers, denial, github) if kind.name in GITHUB else openid
    return [words for check in checks for words in check(kind, client, control)]


def github(kind, client, control):
    """Who somebody is, by the API."""
    if client.ask(f"https://{kind.host}{kind.discovery_path()}")[0] != 404:
        yield "there is a discovery document"
    _, document = client.post("device", scope="read:user user:email")
    control.answer(document["user_code"], "approve", PERSON)
    status, answer = client.poll(document["device_code"])
    if status != 200 or "access_token" not in answer or "id_token" in answer:
        yield f"tokens: {status} {answer}"
        return
    headers = {"Authorization": f"Bearer {answer['access_token']}", "User-Agent": "shapes"}
    status, user = client.ask(kind.url("userinfo"), headers=headers)
    if status != 200 or not isinstance(user["id"], int):
        yield f"user: {status} {user}"
    status, emails = client.ask(kind.url("emails"), headers=headers)
    if status != 200 or [one["email"] for one in emails if one["primary"]] != [PERSON]:
        yield f"user/emails: {status} {emails}"
    if client.ask(kind.url("userinfo"), headers={"Authorization": "Bearer another", "User-Agent": "x"})[0] != 401:
        yield "user is told to a stranger"
    if client.ask(kind.url("userinfo"), headers={**headers, "User-Agent": ""})[0] != 403:
        yield "a request without a User-Agent is answered"


def discovery(kind, client, control):
    status, document = client.ask(f"https://{kind.host.lower()}{kind.discovery_path()}")
    if status != 200 or document.get("issuer") != f"https://{kind.host}{kind.path}":
        yield f"discovery: {status} {document}"
    if ("device_authorization_endpoint" in document) != ("device" not in kind.hidden):
        yield "the device endpoint is published, or not, against the row"


def codes(kind, client, control):
    (status, one), (_, other) = client.post("device", scope=scope_of(kind)), client.post("device", scope=scope_of(kind))
    if status != 200 or one["device_code"] == other["device_code"] or one["user_code"] == other["user_code"]:
        yield f"device: {status} {one} {other}"
    status, answer = client.poll(one["device_code"])
    if (status, answer.get("error")) != (PENDING.get(kind.name, 400), "authorization_pending"):
        yield f"pending: {status} {answer}"
    status, answer = client.poll(one["device_code"])
    if answer.get("error") != "slow_down":
        yield f"a poll at once: {status} {answer}"


def strangers(kind, client, control):
    """Who has another client's name or secret gets nothing."""
    _, document = client.post("device", scope=scope_of(kind))
    if kind.secret and not kind.approving:
        status, answer = client.poll(document["device_code"], secret="wrong" * 5)
        if "error" not in answer or answer["error"] == "authorization_pending":
            yield f"a wrong secret: {status} {answer}"
    status, answer = client.poll("another-code")
    if "error" not in answer or answer["error"] == "authorization_pending":
        yield f"an unknown code: {status} {answer}"


def denial(kind, client, control):
    if is_strict(kind):
        status, answer = client.post("device", scope="openid email profile offline_access")
        if answer.get("error") != "invalid_scope":
            yield f"a scope that is not published: {status} {answer}"
    for what, wrong in (("deny", ("access_denied", "authorization_declined")), ("expire", ("expired_token",))):
        _, document = client.post("device", scope=scope_of(kind))
        control.answer(document["user_code"], what)
        status, answer = client.poll(document["device_code"])
        silent = kind.name == "dex" and what == "deny" and answer.get("error") == "authorization_pending"
        if answer.get("error") not in wrong and not silent:
            yield f"{what}: {status} {answer}"


def refreshes(kind, client, token):
    if token is None:
        return
    status, answer = client.post("token", grant_type="refresh_token", refresh_token=token)
    if status != 200 or "id_token" not in answer or ("refresh_token" in answer) != kind.refresh_again:
        yield f"a refresh: {status} {answer}"
    status, again = client.post("token", grant_type="refresh_token", refresh_token=token)
    if (again.get("error") == "invalid_grant") != kind.rotates:
        yield f"the same token once more: {status} {again}"


def tokens(kind, client, control):
    _, document = client.post("device", scope=scope_of(kind))
    control.answer(document["user_code"], "approve", PERSON)
    status, answer = client.poll(document["device_code"])
    if status != 200 or "id_token" not in answer:
        yield f"tokens: {status} {answer}"
        return
    if bool(kind.refresh) != ("refresh_token" in answer):
        yield "a refresh token, or none, against the row"
    yield from refreshes(kind, client, answer.get("refresh_token"))
    if "error" not in client.poll(document["device_code"])[1]:
        yield "the device code is good for two"
    kids = {key["kid"] for key in client.ask(kind.url("keys"))[1]["keys"]}
    if part_of(answer["id_token"], 0)["kid"] not in kids:
        yield "the key that signed is not in the set"
    status, document = client.ask(kind.url("userinfo"), headers={"Authorization": f"Bearer {answer['access_token']}"})
    if status != 200 or document["sub"] != part_of(answer["id_token"], 1)["sub"]:
        yield f"userinfo: {status} {document}"
    status, document = client.ask(kind.url("userinfo"), headers={"Authorization": "Bearer another"})
    if "error" not in document:
        yield f"userinfo for a stranger: {status} {document}"
