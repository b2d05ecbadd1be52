# SPDX-License-Identifier: Apache-2.0
"""What the demo of a fleet stands on: two PostgreSQL servers, a provider and three hosts, joined by a bridge."""
import os
import pathlib
import time

import authority
import check
import engine
import host
import login
import machine
import pexpect
import processes
import provider

FOLDER = pathlib.Path("/run/demo-fleet")
BRIDGE, DOMAIN = "fleet0", "fleet.test"
HERE = {"db1": "10.99.0.1", "db2": "10.99.0.2", "idp": "10.99.0.3"}
THERE = {"ops": "10.99.0.11", "web": "10.99.0.12", "batch": "10.99.0.13"}
PORT, IDP_PORT = 5432, 8443  # whose networks have nobody else
OWNER = "fleet_owner"
END = pexpect.EOF
SIGNED_IN = r"uid=(\d+)\("


def require_network():
    """A bridge is made, and addresses are taken."""
    up = [line.split()[0] for line in processes.must("ip", "-br", "link", "show", "up").out.splitlines()]
    if up != ["lo"]:
        raise SystemExit("this makes a network: run it through tests/namespace --own-network")


def name_of(server):
    return f"{server}.{DOMAIN}"


class Ground:
    def __init__(self):
        self.idp = None
        self.engines = {}
        self.hosts = {name: machine.Machine(name, address) for name, address in THERE.items()}

    def start(self):
        FOLDER.mkdir()
        host.install()
        self._join_networks()
        self._start_engines()
        self._start_provider()
        known = [f"{one.name} {one.start(BRIDGE).serve_ssh()}\n" for one in self.hosts.values()]
        (FOLDER / "known_hosts").write_text("".join(known))
        for one in self.hosts.values():
            one.must("ssoctl", "init")

    def _join_networks(self):
        processes.must("ip", "link", "add", BRIDGE, "type", "bridge")
        for address in HERE.values():
            processes.must("ip", "addr", "add", f"{address}/24", "dev", BRIDGE)
        processes.must("ip", "link", "set", BRIDGE, "up")
        names = [f"{address} {name_of(name)}\n" for name, address in HERE.items()] + \
                [f"{address} {name}\n" for name, address in THERE.items()]
        with open("/etc/hosts", "a", encoding="utf-8") as hosts:
            hosts.write("\n" + "".join(names))

    def _certificate(self, server):
        """What is signed for it: key and certificate."""
        key, end, certificate = self.ca.leaf((name_of(server),)).partition(b"-----END PRIVATE KEY-----\n")
        return key + end, certificate

    def _engine(self, name):
        made = engine.Engine(HERE[name], PORT)
        key, certificate = self._certificate(name)
        made.settings = {"ssl": "on", "ssl_key_file": made.keep("server.key", key),
                         "ssl_cert_file": made.keep("server.pem", certificate)}
        self.engines[name] = made
        return made

    def _start_engines(self):
        self.ca = authority.Authority("demo of a fleet")
        first, second = self._engine("db1"), self._engine("db2")
        first.start("hostssl all all 10.99.0.0/24 scram-sha-256")
        second.follow(first, "db2")
        for sql in ("ALTER SYSTEM SET synchronous_standby_names = 'db2'", "SELECT pg_reload_conf()",
                    f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD '{engine.PASSWORD}'", f"CREATE DATABASE fleet OWNER {OWNER}"):
            self.sql(first, sql)
        check.soon(lambda: first.root("SELECT sync_state FROM pg_stat_replication", "postgres").rows == [["sync"]],
                   "the standby is not synchronous")

    @staticmethod
    def sql(server, sql):
        done = server.root(sql, "postgres")
        check.that(done.state is None, f"{sql}: {done.err}")
        return done.rows

    def _start_provider(self):
        folder = FOLDER / "ca"
        folder.mkdir(mode=0o755)
        key, certificate = self._certificate("idp")
        for name, text in (("server.key", key), ("server.pem", certificate), ("ca.pem", authority.pem_of(self.ca.certificate))):
            (folder / name).write_bytes(text)
        provider.write_accounts(FOLDER / "accounts.json", [])
        provider.write_clients(FOLDER)
        self.idp = provider.Provider(FOLDER, "--interval", "1", "--name", name_of("idp"), "--address", HERE["idp"], port=IDP_PORT)
        self.idp.start()

    @property
    def ca_pem(self):
        return authority.pem_of(self.ca.certificate).decode()

    def stop(self):
        for one in self.hosts.values():
            one.stop()
        if self.idp:
            self.idp.stop()
        for server in self.engines.values():
            server.stop()


class Session(login.Terminal):
    """ssh PERSON@HOST, from a machine beside them."""

    def __init__(self, name, person):
        options = ("PreferredAuthentications=keyboard-interactive", "StrictHostKeyChecking=yes", "LogLevel=INFO",
                   f"UserKnownHostsFile={FOLDER}/known_hosts", "GlobalKnownHostsFile=/dev/null", "IdentityAgent=none",
                   "PubkeyAuthentication=no")
        words = [word for option in options for word in ("-o", option)]
        super().__init__("ssh", ["-F", "/dev/null", *words, "-l", person, name], env=dict(os.environ, TERM="dumb"))

    def says(self, command):
        """What the shell that is there answers."""
        start = len(self.text)
        self.send(command)
        self.until(r"[$] $")
        return self.text[start:].replace("\r", "")

    def is_over(self):
        """Whether somebody has ended it."""
        return self.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=0.1) == 0


class Clock:
    """How long something took, to be shown: nothing depends on it."""

    def __enter__(self):
        self.start, self.seconds = time.monotonic(), None
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.start

    def __str__(self):
        return f"{self.seconds:.1f} s"
