"""What becomes of a connection when the engine, the helper or the parent goes, stops or lies."""
import contextlib
import os
import pathlib
import signal
import socket
import struct
import threading
import time

import check
import engine
from driver import Driver
from ground import ADMIN, WEB

SOON_MS = 1500  # for what never answers


def _ended(web):
    said = web.ask("head")
    check.equal((said.status, said.text), ("closed by the other side", "fleet: head: the connection has ended"), "asking again")


@contextlib.contextmanager
def _stopped(pids):
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def a_stopped_engine_is_not_waited_for_beyond_the_deadline(fleet):
    with Driver(fleet) as web:
        web.open(WEB)
        with _stopped(fleet.engine.sessions(WEB)):
            said = web.ask("head", ms=SOON_MS)
            check.equal((said.status, said.sqlstate), ("took too long", ""), said.text)
            _ended(web)
        check.equal(web.open(WEB).status, "done", "the next connection")


def who_waits_for_a_lock_is_told_by_the_engine_and_goes_on(fleet):
    holding = fleet.engine.session(None)
    try:
        holding.say("BEGIN; SELECT pg_advisory_xact_lock(8391714, 1);")
        with Driver(fleet) as web:
            check.equal(web.open(WEB, statement_ms=6000).status, "done", "open")
            said = web.ask("claim_account", fleet.acme, "late@acme.test", "late@acme.test", fleet.new_uid())
            check.that(said.sqlstate in ("55P03", "57014"), f"SQLSTATE {said.sqlstate} {said.text}")
            check.that(said.status in ("busy", "took too long"), said.status)
            check.equal(web.ask("head").status, "done", "what is asked then")
    finally:
        holding.close()


def who_is_cut_off_while_it_waits_leaves_no_session_behind(fleet):
    holding = fleet.engine.session(None)
    try:
        holding.say("BEGIN; SELECT pg_advisory_xact_lock(8391714, 1);")
        with Driver(fleet) as web:
            web.open(WEB)
            web.ask("claim_account", fleet.acme, "cut@acme.test", "cut@acme.test", fleet.new_uid(), ms=SOON_MS)
            _ended(web)
            check.soon(lambda: not fleet.engine.sessions(WEB), "the engine keeps the session")
    finally:
        holding.close()
    check.equal(fleet.engine.root("SELECT count(*) FROM ssoorg.account WHERE login = 'cut@acme.test'").value, "0", "accounts")


def a_session_that_the_engine_ends_is_said_and_its_transaction_is_void(fleet):
    for how, ended in (("while it is idle", False), ("in a transaction", True)):
        with Driver(fleet) as admin:
            admin.open(ADMIN)
            if ended:
                admin.ask("begin")
                check.equal(admin.ask("put_part", fleet.acme, "mapping", "void", 0, b"", "f").status, "done", "put_part")
            for pid in fleet.engine.sessions(ADMIN):
                fleet.must(None, f"SELECT pg_terminate_backend({pid})")
            said = admin.ask("commit")
            check.that(said.status in ("closed by the other side", "input or output failed"), f"{how}: {said.status}")
            check.contains(said.text, "terminating connection|connection is lost|closed the connection|closed by", how)
            _ended(admin)
    check.equal(fleet.engine.root("SELECT count(*) FROM ssoorg.part WHERE key = 'void'").value, "0", "what is there")


def an_engine_that_ends_or_crashes_is_said_to_who_waits_and_back_again_is_asked_again(fleet):
    with Driver(fleet) as web:
        web.open(WEB)
        web.say("listen", fleet.acme)
        web.begin("await")
        fleet.engine.end()
        said = web.finish()
        check.equal(said.status, "closed by the other side", said.text)
        _ended(web)
        check.equal(web.open(WEB).status, "closed by the other side", "an engine that is away")
        fleet.engine.begin()
        check.equal((web.open(WEB).status, web.ask("head").status), ("done", "done"), "the engine is back")
        web.ask("begin")
        os.kill(fleet.engine.sessions(WEB)[0], signal.SIGKILL)  # it ends all sessions, and recovers
        check.equal(web.ask("commit").status, "closed by the other side", "a session that was killed")
        check.soon(lambda: fleet.engine.root("SELECT 1").state is None, "the engine does not come back")
        check.soon(lambda: web.open(WEB).status == "done", "no connection after that")


def a_helper_that_is_killed_is_said(fleet):
    with Driver(fleet) as web:
        web.open(WEB)
        os.kill(web.helper, signal.SIGKILL)
        said = web.ask("head")
        check.equal(said.status, "closed by the other side", said.text)
        _ended(web)


def a_helper_ends_with_its_parent_idle_or_asking(fleet):
    for asking in (False, True):
        web = Driver(fleet)
        web.open(WEB)
        helper = web.helper
        with _stopped(fleet.engine.sessions(WEB)):
            if asking:
                web.begin("ask", "head")
            web.process.kill()
            check.soon(lambda: not pathlib.Path(f"/proc/{helper}").exists(), "the helper stays")
        with contextlib.suppress(BrokenPipeError):
            web.process.stdin.close()
        web.process.wait(check.HANG_S)
        web.process.stdout.close()


def _message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def _text(*words):
    return b"".join(word.encode() + b"\0" for word in words)


GREETING = (_message(b"R", struct.pack("!i", 0)) + b"".join(
    _message(b"S", _text(*pair)) for pair in (("server_version", "15.0"), ("in_hot_standby", "off"), ("client_encoding", "UTF8"),
                                              ("default_transaction_read_only", "off"), ("standard_conforming_strings", "on")))
            + _message(b"Z", b"I"))
COLUMN = _message(b"T", struct.pack("!h", 1) + b"c\0" + struct.pack("!ihihih", 0, 0, 17, -1, -1, 0))
BOUND = _message(b"1", b"") + _message(b"2", b"") + COLUMN


def _row(data):
    return _message(b"D", struct.pack("!hi", 1, len(data)) + data)


class _Liar:
    """A server that lets everybody in, and answers the first thing that it is asked with what it was given."""

    def __init__(self, answer, greeting=GREETING, endless=False, challenge=None):
        self.answer, self.greeting, self.endless, self.challenge = answer, greeting, endless, challenge
        self.server = socket.create_server(("127.0.0.1", 0))
        self.where = f"127.0.0.1:{self.server.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.server.accept()
                threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client):
        with contextlib.suppress(OSError), client:
            first = client.recv(4096)
            if len(first) == 8:  # SSLRequest
                client.sendall(b"N")
                client.recv(4096)
            client.sendall(self.greeting)
            first = client.recv(65536)
            if self.challenge:
                client.sendall(self.challenge(first))
                time.sleep(check.HANG_S)
            client.sendall(self.answer)
            while self.endless:
                client.sendall(self.answer[-65536:])
            client.recv(65536)
            time.sleep(check.HANG_S)


HALF = struct.pack("!i", 1 << 30)
LIES = {
    "noise": (b"\0\xff garbage \n" * 99, False),
    "a row of 1 GiB that never ends": (BOUND + b"D" + HALF + b"x" * 99, False),
    "a row of 1 GiB that is sent": (BOUND + b"D" + HALF + b"x" * 99999, True),
    "rows without end": (BOUND + _row(b"\\x00") * 20000, True),
    "notices without end": (_message(b"N", b"SWARNING\0C01000\0Mlook\0\0") * 5000, True),
    "what is told without end": (_message(b"A", struct.pack("!i", 1) + _text("ssoorg_1", "1")) * 5000, True),
    "bytea that is none": (BOUND + _row(b"\\xzz") + _message(b"C", _text("SELECT 1")) + _message(b"Z", b"I"), False),
    "a copy out": (_message(b"1", b"") + _message(b"2", b"") + _message(b"H", b"\0\0\0"), False),
    "a copy in": (_message(b"1", b"") + _message(b"2", b"") + _message(b"G", b"\0\0\0"), False),
    "a row before its columns": (_message(b"1", b"") + _message(b"2", b"") + _row(b"1"), False),
    "a length below zero": (b"D" + struct.pack("!i", -5), False),
}


def a_server_that_lies_costs_no_more_than_the_deadline(fleet):
    for what, (answer, endless) in LIES.items():
        with _Liar(answer, endless=endless) as liar, Driver(fleet) as web:
            check.equal(web.open(WEB, hosts=liar.where, password="").status, "done", what)
            web.begin("ask", "head", ms=SOON_MS)
            said = web.finish()
            check.that(said.status in ("took too long", "closed by the other side"), f"{what}: {said.status} {said.text}")
            check.equal(said.rows, [], what)
            _ended(web)


def an_error_with_the_password_in_it_is_told_without(fleet):
    error = b"SERROR\0C22023\0Mno such thing: '" + engine.PASSWORD.encode() + b"'\0\0"
    with _Liar(_message(b"E", error) + _message(b"Z", b"I")) as liar, Driver(fleet) as web:
        said = web.open(WEB, hosts=liar.where)
        if said.status != "done":  # by libpq 16 and later, without TLS: it has not asked for a proof
            check.equal(said.status, "refused by policy", said.text)
            check.contains(said.text, 'authentication method requirement "scram-sha-256" failed', "the error")
            return
        said = web.ask("head")
        check.equal((said.status, said.sqlstate), ("not legal", "22023"), said.text)
        check.contains(said.text, r"no such thing: '\*+'", "the error")
        check.lacks(said.text, engine.PASSWORD, "the error")


def a_server_that_lies_while_it_lets_us_in_is_no_engine(fleet):
    for what, greeting in {
            "noise": b"\0\xff garbage" * 99, "a challenge that is none": _message(b"R", struct.pack("!i", 99)),
            "SASL without end": _message(b"R", struct.pack("!i", 10) + b"X" * 9999), "nothing": b"",
            "an error without end": b"E" + HALF + b"x" * 999, "an error": _message(b"E", b"SFATAL\0C57P03\0M" + b"\x1b[2J\xff" * 99 + b"\0\0"),
            "the password, sent back": _message(b"E", b"SFATAL\0C28P01\0M" + engine.PASSWORD.encode() + b"\0\0")}.items():
        with _Liar(b"", greeting=greeting) as liar, Driver(fleet) as web:
            said = web.open(WEB, hosts=liar.where, ms=SOON_MS)
            check.that(said.status != "done", what)
            check.that(said.text.isascii() and said.text.isprintable(), f"{what}: {said.text!r}")
            check.lacks(said.text, engine.PASSWORD, what)


def _hard_work(first):
    """What a server says to the client's first message (RFC 5802 3), with more rounds than anybody should do."""
    nonce = first[first.index(b",r=") + 3:]
    return _message(b"R", struct.pack("!i", 11) + b"r=" + nonce + b"more,s=c2FsdHNhbHRzYWx0,i=2147483647")


def a_server_that_wants_endless_work_is_left(fleet):
    sasl = _message(b"R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0")
    with _Liar(b"", greeting=sasl, challenge=_hard_work) as liar, Driver(fleet) as web:
        web.begin("open", liar.where, "fleet", WEB, fleet.engine.folder / "password", "-", "-", "-", 0, ms=SOON_MS)
        helper = web.helper
        said = web.finish()
        check.equal(said.status, "took too long", said.text)
        check.that(not pathlib.Path(f"/proc/{helper}").exists(), "the helper stays")


def a_long_life_of_asking_holds_no_more_memory(fleet):
    with Driver(fleet) as web:
        web.open(WEB)

        def held_kib():
            status = pathlib.Path(f"/proc/{web.helper}/status").read_text()
            return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
        pull = ("pull", fleet.acme, 0, None, fleet.head()[0], 0, "~", "", 1000, None)
        for _ in range(20):
            check.equal(web.ask(*pull).status, "done", "pull")
        before = held_kib()
        for _ in range(300):
            web.ask(*pull)
        check.that(held_kib() < before + 4096, f"{before} KiB became {held_kib()}")
