# SPDX-License-Identifier: Apache-2.0
"""The server of the zoo: one listener for all providers, told apart by the Host header, and the control requests."""
import json
import socket
import urllib.parse

import flow
import grants
from answers import Reply
from authority import Authority, context_of, pem_of
from keyring import Keyring
from kinds import KINDS
from server import Listeners

ANSWER, WRONG, COUNTS, WAITING, SAID = "/-/answer", "/-/wrong", "/-/counts", "/-/waiting", "/-/said"
ERROR_MEMBERS = ("error", "error_description", "error_code", "errorCode", "errorSummary")
PAGE = """<!DOCTYPE html>
<html><head><title>{name}</title></head><body><h1>{name}</h1>
<form method="post" action="/-/answer"><p>Code <input name="user_code" value="{code}">
<p>Address <input name="person"> <button name="what" value="approve">Approve</button>
<button name="what" value="deny">Decline</button></form></body></html>
"""


def hosts():
    return list(dict.fromkeys(host for kind in KINDS for host in kind.hosts()))


def errors_in(body):
    """The words of an error answer, its error word first."""
    try:
        document = json.loads(body)
    except ValueError:
        return []
    return [document[name] for name in ERROR_MEMBERS if name in document] if isinstance(document, dict) else []


class Zoo(Listeners):
    def __init__(self, port=0, interval=None, slow_down_once=False):
        self.authority = Authority("Provider zoo authority")
        context = context_of(self.authority.leaf(names=(*hosts(), "localhost", "127.0.0.1")))
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        super().__init__({"main": listener}, {"main": context})
        port = self.ports["main"]
        self.port_text = "" if port == 443 else f":{port}"
        self.interval, self.slow_down_once = interval, slow_down_once
        self.ring = Keyring()
        self.grants = grants.Grants()
        self.wrong, self.counts, self.said = {}, {}, {}
        self.by_name = {kind.name: kind for kind in KINDS}
        self.of_host = {host: kind for kind in KINDS for host in kind.hosts()}
        # Of two at the same place, such as one page for all tenants, the later row's is there.
        self.routes = dict(self.routes_of())

    @staticmethod
    def routes_of():
        for kind in KINDS:
            yield (kind.host.lower(), kind.discovery_path()), (kind, "discovery")
            for request, at in kind.endpoints.items():
                yield kind.split(at), (kind, request)
            yield kind.split(kind.verification), (kind, "page")

    def ca_pem(self):
        return pem_of(self.authority.certificate)

    def reply(self, path, headers, body):
        path, _, query = path.partition("?")
        if path in CONTROL:
            return CONTROL[path](self, dict(urllib.parse.parse_qsl(body.decode("latin-1"))))
        host = headers.get("host", "").lower().rpartition(":")[0] or headers.get("host", "").lower()
        if host not in self.of_host:
            return Reply(b"no provider has this host; see provider --list\n", 404, "text/plain")
        kind, request = self.routes.get((host, path), (self.of_host[host], None))
        ask = flow.Ask(self, kind, path, query, headers, body)
        where, page = kind.split(kind.verification)
        is_page = host == where and path.startswith(page + "/")  # with the code behind it, as Casdoor's
        return self.answered(ask, request or ("page" if is_page else "elsewhere"))

    def answered(self, ask, request):
        with self.lock:
            counts = self.counts.setdefault(ask.kind.name, {})
            counts[request] = counts.get(request, 0) + 1
            counts["cookies"] = counts.get("cookies", 0) + ("cookie" in ask.headers)
        if request == "page":
            behind = ask.path.removeprefix(ask.kind.split(ask.kind.verification)[1])
            code = ask.query.get("user_code") or ask.query.get("code") or behind
            safe = "".join(one for one in code if one.isalnum() or one == "-")
            return Reply(PAGE.format(name=ask.kind.name, code=safe).encode(), 200, "text/html; charset=utf-8")
        reply = ask.answer("elsewhere") if request == "elsewhere" else flow.answer(ask, request)
        self.said[ask.kind.name] = errors_in(reply.body)
        return reply

    def decide(self, form):
        """What a person answers in the browser: user_code, person, what, and groups with commas between."""
        grant = self.grants.of_user_code(form.get("user_code", ""))
        what = form.get("what", "")
        if grant is None or what not in grants.ANSWERS or (what == "approve" and not form.get("person")):
            return Reply(b"user_code, person, or what: approve, deny, expire\n", 400, "text/plain")
        ask = flow.Ask(self, grant.kind, "", "", {}, b"")
        ask.grant, grant.person = grant, form.get("person", "")
        grant.groups = tuple(form["groups"].split(",")) if form.get("groups") else ()
        trouble = grant.kind.approving(ask) if what == "approve" and grant.kind.approving else None
        if trouble:
            return Reply(trouble.encode() + b"\n", 401, "text/plain")
        grant.state = what
        return Reply(b"done\n", 200, "text/plain")

    def misconfigure(self, form):
        """provider, and what: names with commas between, none for a provider that is right again."""
        kind, what = self.by_name.get(form.get("provider", "")), [one for one in form.get("what", "").split(",") if one]
        if kind is None or not set(what) <= set(kind.wrong):
            legal = ", ".join(kind.wrong) if kind else ", ".join(self.by_name)
            return Reply(f"legal are {legal}\n".encode(), 400, "text/plain")
        self.wrong[kind.name] = what
        return Reply(b"done\n", 200, "text/plain")

    def counted(self, form):
        with self.lock:
            return Reply(json.dumps(self.counts).encode())

    def waiting(self, form):
        """The codes that nobody has answered yet, as {code: provider}."""
        return Reply(json.dumps({grant.user_code: grant.kind.name for grant in self.grants.undecided()}).encode())

    def last_said(self, form):
        """{provider: the words of its last answer, if that was an error}."""
        return Reply(json.dumps(self.said).encode())


CONTROL = {ANSWER: Zoo.decide, WRONG: Zoo.misconfigure, COUNTS: Zoo.counted, WAITING: Zoo.waiting,
           SAID: Zoo.last_said}
