"""ssoorg-fleet on its way to an engine: who it believes, how long it waits, what it says."""
import contextlib
import datetime
import errno
import os
import pathlib
import pwd
import socket
import ssl
import struct
import sys

import authority
import check
import engine
import filtered
from cryptography.x509.oid import ExtendedKeyUsageOID
from driver import USER, Driver
from ground import WEB

NAME = "db.fleet.test"
SOON_MS = 1500  # for what never answers
DAY = datetime.timedelta(days=1)


def _refused(fleet, status, text, **words):
    """How an attempt fails; the words never have the password."""
    with Driver(fleet) as web:
        said = web.open(words.pop("login", WEB), **words)
        check.equal(said.status, status, said.text)
        check.contains(said.text, text, "the error")
        check.lacks(said.text, engine.PASSWORD, "the error")
        check.equal(web.ask("head").status, "no such thing", "asking without a connection")


@contextlib.contextmanager
def _listener():
    """Takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def whoever_is_not_let_in_is_told_why(fleet):
    _refused(fleet, "refused by policy", r'28P01: password authentication failed for user', password="another")
    _refused(fleet, "refused by policy", r"password", password="")
    _refused(fleet, "refused by policy", r"28\w{3}: ", login="nobody")
    _refused(fleet, "not legal", r'3D000: database "other" does not exist', database="other")
    _refused(fleet, "not legal", r'hosts ".*": not one to 8', hosts="127.0.0.1 dbname=postgres")


def an_engine_that_is_not_there_or_says_nothing_is_not_waited_for(fleet):
    _refused(fleet, "closed by the other side", "refused", hosts=f"127.0.0.1:{engine.free_port()}")
    _refused(fleet, "closed by the other side", "nowhere.invalid: (the name could not be resolved|no name server answered)",
             hosts="nowhere.invalid")
    with _listener() as hung:
        _refused(fleet, "took too long", "no answer in time", hosts=hung, ms=SOON_MS)
        _refused(fleet, "took too long", "no answer in time", hosts=f"{hung},{hung}", ms=SOON_MS)


def the_first_host_that_takes_writes_is_the_one(fleet):
    port = fleet.engine.port
    with _listener() as hung, Driver(fleet) as web:
        said = web.open(WEB, hosts=f"127.0.0.1:{engine.free_port()},{hung},127.0.0.1:{port}", ms=24000)
        check.equal((said.status, said.text), ("done", "127.0.0.1"), "open")
        check.equal(web.ask("head").status, "done", "head")
    fleet.must(None, f"ALTER ROLE {WEB} SET default_transaction_read_only = on")
    try:
        _refused(fleet, "closed by the other side", "session is read-only")
    finally:
        fleet.must(None, f"ALTER ROLE {WEB} RESET default_transaction_read_only")


def the_helper_is_shut_in_and_shows_its_password_nowhere(fleet):
    with Driver(fleet) as web:
        web.open(WEB)
        proc = pathlib.Path(f"/proc/{web.helper}")
        status = dict(line.split(":\t", 1) for line in (proc / "status").read_text().splitlines() if ":\t" in line)
        user = pwd.getpwnam(USER)
        check.equal((status["Seccomp"], status["NoNewPrivs"], status["Groups"].strip()), ("2", "1", ""), "its confinement")
        check.equal(status["Uid"].split(), [str(user.pw_uid)] * 4, "its uid")
        check.equal(status["Gid"].split(), [str(user.pw_gid)] * 4, "its gid")
        check.equal(status["CapEff"].strip("0"), "", "capabilities")
        check.equal((proc / "environ").read_bytes(), b"", "its environment")
        check.equal((proc / "cmdline").read_bytes(), b"/usr/libexec/ssoorg/ssoorg-fleet\0", "its arguments")
        check.equal(os.stat(proc / "environ").st_uid, 0, "whose it is: it is not dumpable")
        limits = (proc / "limits").read_text()
        for name in ("Max core file size", "Max file size"):
            check.contains(limits, rf"{name}\s+0\s+0 ", "limits")
        open_files = sorted(os.readlink(file).split(":")[0] for file in (proc / "fd").iterdir())
        check.equal(open_files, ["/dev/null", "/dev/null", "socket", "socket"], "what it has open")
        session = fleet.engine.root(f"SELECT application_name, query FROM pg_stat_activity WHERE usename = '{WEB}'").rows
        check.equal(session[0][0], "ssoorg", "how it calls itself")
    check.lacks((fleet.engine.folder / "log").read_text(), engine.PASSWORD, "the engine's log")


def without_landlock_nobody_is_asked_unless_the_host_allows_it(fleet):
    program = fleet.engine.folder / "filtered"
    program.write_text(filtered.PROGRAM)
    with Driver(fleet, under=(sys.executable, program, str(int(errno.EPERM)))) as web:
        said = web.open(WEB)
        check.equal(said.status, "input or output failed", said.text)
        check.contains(said.text, r"^fleet: Landlock: EPERM, .*set confinement = available in ssoorg.conf\(5\)$", "the error")
        check.equal(web.open(WEB, confinement=1).status, "done", "where it may do without")
        status = pathlib.Path(f"/proc/{web.helper}/status").read_text()
        check.contains(status, r"\nSeccomp:\t2\nSeccomp_filters:\t2\n", "its own filter, besides the container's")


def _as_postgres(path, text):
    user = pwd.getpwnam(engine.USER)
    path.write_bytes(text)
    os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o600)
    return path


class _Tls:
    """The engine with certificates, and a name for it."""

    def __init__(self, fleet):
        self.fleet, self.data = fleet, fleet.engine.folder / "data"
        self.ours, self.other = authority.Authority("ours"), authority.Authority("another")
        self.hosts, self.hba = pathlib.Path("/etc/hosts"), self.data / "pg_hba.conf"
        self.before = (self.hosts.read_bytes(), self.hba.read_bytes())
        self.ca = self._file("ca.pem", authority.pem_of(self.ours.certificate))
        self.where = f"{NAME}:{fleet.engine.port}"

    def _file(self, name, text):
        path = self.fleet.engine.folder / name
        path.write_bytes(text)
        return path

    def __enter__(self):
        self.hosts.write_bytes(self.before[0] + f"127.0.0.1 {NAME}\n".encode())
        self.hba.write_bytes(b"hostssl all certified 127.0.0.1/32 cert\n" + self.before[1])
        _as_postgres(self.data / "ca.pem", self.ca.read_bytes())
        self.show(self.ours.leaf((NAME,)))
        return self

    def __exit__(self, *_):
        self.hosts.write_bytes(self.before[0])
        self.hba.write_bytes(self.before[1])
        self.fleet.must(None, "ALTER SYSTEM RESET ALL")
        self.fleet.must(None, "SELECT pg_reload_conf()")
        check.soon(lambda: self.fleet.engine.root("SHOW ssl").rows == [["off"]], "TLS is not off")

    def _shown(self):
        """The certificate that the server shows by now, as DER; None without TLS."""
        with socket.create_connection(("127.0.0.1", self.fleet.engine.port), check.SOON_S) as plain:
            plain.sendall(struct.pack("!ii", 8, 80877103))
            if plain.recv(1) != b"S":
                return None
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as secret:
                return secret.getpeercert(True)

    def show(self, pem):
        """The server's certificate from now on."""
        _as_postgres(self.data / "server.pem", pem)
        for setting in ("ssl_cert_file = 'server.pem'", "ssl_key_file = 'server.pem'", "ssl_ca_file = 'ca.pem'", "ssl = on"):
            self.fleet.must(None, f"ALTER SYSTEM SET {setting}")
        self.fleet.must(None, "SELECT pg_reload_conf()")
        wanted = ssl.PEM_cert_to_DER_cert(pem[pem.index(b"-----BEGIN CERT"):].decode())
        check.soon(lambda: self._shown() == wanted, "the server does not show its new certificate")

    def ends_as(self, status, text, **words):
        with Driver(self.fleet) as web:
            said = web.open(words.pop("login", WEB), hosts=words.pop("hosts", self.where), ca=words.pop("ca", self.ca), **words)
            check.equal(said.status, status, said.text)
            check.contains(said.text, text, "what is said")
            check.lacks(said.text, engine.PASSWORD, "what is said")
            if status == "done":
                check.equal(web.ask("head").sqlstate in ("", "SF001"), True, "head")
                used = self.fleet.engine.root("SELECT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                                              "WHERE application_name = 'ssoorg'").rows
                check.equal(used, [["t", "TLSv1.3"]], "what is used")


def only_a_certificate_of_the_ca_for_the_name_and_the_day_is_believed(fleet):
    with _Tls(fleet) as tls:
        tls.ends_as("done", NAME)
        tls.ends_as("refused by policy", "certificate verify failed", ca="-")  # the system's CAs
        other = fleet.engine.folder / "other.pem"
        other.write_bytes(authority.pem_of(tls.other.certificate))
        tls.ends_as("refused by policy", "certificate verify failed", ca=other)
        tls.ends_as("refused by policy", "does not match host name", hosts=f"127.0.0.1:{fleet.engine.port}")
        tls.show(tls.ours.leaf(("elsewhere.test",)))
        tls.ends_as("refused by policy", "does not match host name")
        tls.show(tls.ours.leaf((NAME,), since=-9 * DAY, until=-DAY))
        tls.ends_as("refused by policy", "certificate (verify failed|has expired)")
        tls.show(tls.other.leaf((NAME,)))
        tls.ends_as("refused by policy", "certificate verify failed")
        tls.show(tls.ours.leaf(("127.0.0.1",)))
        tls.ends_as("done", "127.0.0.1", hosts=f"127.0.0.1:{fleet.engine.port}")
    with Driver(fleet) as web:
        said = web.open(WEB, hosts=f"localhost:{fleet.engine.port}")  # this machine, by a name
        check.equal(said.status, "refused by policy", said.text)
        check.contains(said.text, "does not support SSL", "a name without TLS")


def a_client_certificate_takes_the_place_of_a_password(fleet):
    fleet.engine.root("CREATE ROLE certified LOGIN IN ROLE ssoorg_host")
    with _Tls(fleet) as tls:
        files = {}
        for name, issuer in (("right", tls.ours), ("wrong", tls.other)):
            pem = issuer.leaf(("certified",), use=ExtendedKeyUsageOID.CLIENT_AUTH)
            key, end, certificate = pem.partition(b"-----END PRIVATE KEY-----\n")
            files[name] = {"certificate": tls._file(f"{name}.crt", certificate), "key": tls._file(f"{name}.key", key + end)}
        tls.ends_as("done", NAME, login="certified", password="", **files["right"])
        tls.ends_as("refused by policy", "certificate|alert", login="certified", password="", **files["wrong"])
        tls.ends_as("refused by policy", "28000: connection requires a valid client certificate", login="certified", password="")
        tls.ends_as("refused by policy", "db.fleet.test .127.0.0.1. port [0-9]+: [^;]*no password supplied$", login=WEB, password="", **files["right"])
