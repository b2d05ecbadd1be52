# SPDX-License-Identifier: Apache-2.0
"""The server: one thread for each connection, the case chosen by the first element of the path, everything on
loopback. What is wrong below HTTP has a listener of its own, on a port behind the first."""
import collections
import datetime
import json
import socket
import ssl
import threading

import good
from answers import Reply, Wire, hang
from authority import Authority, context_of, pem_of
from cryptography.x509.oid import ExtendedKeyUsageOID
from signing import Ring

# In the order of their ports.
LISTENERS = ("main", "wrong-name", "unknown-ca", "expired", "not-yet-valid", "no-authority", "client-certificate",
             "weak-key", "no-intermediate", "old-tls", "not-tls", "mute", "garbage", "reset", "closed")
BELOW_TLS = {"mute": lambda wire: hang(None, wire), "reset": lambda wire: wire.wait(5) and wire.reset(),
             "garbage": lambda wire: wire.send(b"\x16\x03\x03\xff\xff" + b"\0garbage" * 100) and hang(None, wire),
             "not-tls": lambda wire: wire.send(b"HTTP/1.1 400 Bad Request\r\n\r\n") and hang(None, wire)}
DAY = datetime.timedelta(days=1)
REQUEST_MAX = 65536
HANDSHAKE_S, FAREWELL_S = 120, 20  # only so that no thread hangs
COUNTS = "/-/counts"


def contexts_of(authority):
    """The TLS contexts of those listeners that have one."""
    impostor = Authority("No authority", above=authority, as_leaf=True)
    client = ExtendedKeyUsageOID.CLIENT_AUTH
    intermediate = Authority("Hostile test intermediate", above=authority)
    return {
        "main": context_of(authority.leaf()),
        "wrong-name": context_of(authority.leaf(names=("other.test", "localhost.other.test", "127.0.0.2"))),
        "unknown-ca": context_of(Authority("Hostile test authority").leaf()),
        "expired": context_of(authority.leaf(since=-3 * DAY, until=-2 * DAY)),
        "not-yet-valid": context_of(authority.leaf(since=2 * DAY)),
        "no-authority": context_of(impostor.leaf()),
        "client-certificate": context_of(authority.leaf(use=client)),
        "weak-key": context_of(authority.leaf(weak=True), lax=True),
        "no-intermediate": context_of(intermediate.leaf(chain=False)),
        "old-tls": context_of(authority.leaf(), newest=ssl.TLSVersion.TLSv1_1, lax=True),
    }


def sockets_for(first, count):
    """COUNT sockets on successive ports from FIRST; 0 for any that are free."""
    for _ in range(100):
        made = []
        try:
            for i in range(count):
                port = first + i if first else (made[0].getsockname()[1] + i if made else 0)
                made.append(socket.create_server(("127.0.0.1", port), backlog=64))
            return made
        except OSError:
            for one in made:
                one.close()
            if first:
                raise
    raise OSError("no ports are free")


def read_request(file):
    """(path, headers, body) of one request, or None at the end."""
    line = file.readline(REQUEST_MAX).decode("latin-1").split()
    headers = {}
    while len(line) == 3:
        name, colon, value = file.readline(REQUEST_MAX).decode("latin-1").strip().partition(":")
        if not colon:
            length = int(headers.get("content-length", "0"))
            return line[1], headers, file.read(min(length, REQUEST_MAX))
        headers[name.lower()] = value.strip()
    return None


class Listeners:
    """Sockets on which each connection has a thread; with a TLS context of the same name they speak TLS first.
    What is answered to a request is reply()'s to say."""

    below_tls = {}

    def __init__(self, sockets, contexts):
        self.sockets, self.contexts = sockets, contexts
        self.ports = {name: one.getsockname()[1] for name, one in sockets.items()}
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    def reply(self, path, headers, body):
        raise NotImplementedError

    def start(self):
        for name, listener in self.sockets.items():
            threading.Thread(target=self.listen, args=(name, listener), daemon=True).start()

    def stop(self):
        self.stopping.set()
        for listener in self.sockets.values():
            listener.close()

    def listen(self, name, listener):
        while not self.stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(name, connection), daemon=True).start()

    def serve(self, name, connection):
        wire = Wire(connection, self.stopping)
        try:
            if name in self.below_tls:
                self.below_tls[name](wire)
            else:
                self.speak(name, connection)
        except OSError:
            pass  # the client refused us, which is what most of this is for
        finally:
            wire.connection.close()

    def speak(self, name, connection):
        if name in self.contexts:
            connection.settimeout(HANDSHAKE_S)
            connection = self.contexts[name].wrap_socket(connection, server_side=True)
            connection.settimeout(None)
        wire = Wire(connection, self.stopping)
        with connection, connection.makefile("rb") as file:
            going = True
            while going:
                found = read_request(file)
                going = found is not None and self.reply(*found).give(wire)
            if isinstance(connection, ssl.SSLSocket) and connection.fileno() >= 0:
                connection.settimeout(FAREWELL_S)
                connection.unwrap()


class Server(Listeners):
    below_tls = BELOW_TLS

    def __init__(self, cases, port=0, plain=False):
        self.cases = {case.name: case for case in cases}
        self.authority = Authority("Hostile test authority")
        self.ring = Ring()
        self.counts = collections.defaultdict(collections.Counter)
        self.flows = collections.defaultdict(collections.Counter)
        names = LISTENERS[:1] if plain else LISTENERS
        super().__init__(dict(zip(names, sockets_for(port, len(names)))), {} if plain else contexts_of(self.authority))
        self.origin = f"{'http' if plain else 'https'}://localhost:{self.ports['main']}"
        if not plain:
            self.sockets.pop("closed").close()

    def ca_pem(self):
        return pem_of(self.authority.certificate)

    def reply(self, path, headers, body):
        path = path.partition("?")[0]
        if path == COUNTS:
            with self.lock:
                return Reply(json.dumps(self.counts).encode())
        case, request = self.find(path)
        if case is None:
            return Reply(b"no such case; see provider --list\n", 404, "text/plain")
        with self.lock:
            self.counts[case.name][request] += 1
            self.counts[case.name]["cookies"] += "cookie" in headers
            if request == "discovery" and set(self.flows[case.name]) - {"discovery"}:
                self.flows[case.name].clear()  # a new sign-in, not the same document once more
            self.flows[case.name][request] += 1
        if request not in good.REQUESTS:
            return Reply(b"{}", 404)
        asked = good.Asked(case, self.origin, self.ports, self.ring, self.flows[case.name])
        asked.request, asked.body, asked.authorization = request, body, headers.get("authorization", "")
        return good.answer(asked, request)

    def find(self, path):
        """The case and the request that PATH names; anything that is no endpoint is "elsewhere"."""
        name, slash, rest = path.lstrip("/").partition("/")
        return self.cases.get(name), good.PATHS.get(slash + rest, "elsewhere")
