"""A PostgreSQL of its own, in a temporary folder, ended by its pid: on loopback and a free port unless said otherwise."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import check

USER = "postgres"  # Debian's package makes it: the server does not run as root
SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "fleet" / "schema.sql"
PASSWORD = "known to this test alone"


def newest():
    """The folder of the server's programs."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise check.Failed("no PostgreSQL: Debian's package is postgresql")
    return found[-1].parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    """What psql printed: rows, and the SQLSTATE of the first error, None for none, "psql" where there was no connection."""

    def __init__(self, out, err, status):
        self.rows = [line.split("|") for line in out.splitlines() if line]
        self.err = err
        found = [line.rsplit("  ", 1)[1].split(":")[0] for line in err.splitlines()
                 if line.startswith(("ERROR:  ", "FATAL:  "))]
        self.state = found[0] if found else "psql" if status != 0 else None

    @property
    def value(self):
        check.that(self.state is None and self.rows, f"no answer: {self.err.strip()}")
        return self.rows[0][0]


class Engine:
    def __init__(self, address="127.0.0.1", port=None, **settings):
        """SETTINGS: of the server's, besides those that each has here."""
        self.bin, self.process = newest(), None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ssoorg-fleet-", dir="/run"))  # which goes with the namespace
        self.address, self.port, self.settings = address, port or free_port(), settings
        shutil.chown(self.folder, USER, USER)

    @property
    def where(self):
        """As libpq's hosts are written."""
        return f"{self.address}:{self.port}"

    def keep(self, name, text):
        """A file that the server alone reads."""
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_bytes(text)
        shutil.chown(path, USER, USER)
        return path

    def _as_user(self, *words, **options):
        user = pwd.getpwnam(USER)
        return subprocess.Popen([str(word) for word in words], user=user.pw_uid, group=user.pw_gid, extra_groups=[],
                                cwd=self.folder, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, text=True, **options)

    def _must(self, program, *words):
        done = self._as_user(self.bin / program, *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = done.communicate(timeout=check.HANG_S)[0]
        check.equal(done.returncode, 0, f"{program}: {said}")

    def start(self, *hba):
        """HBA: lines of pg_hba.conf, before those that are there."""
        self._must("initdb", "-D", self.folder / "data", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync",
                   "--encoding=UTF8", "--locale=C.UTF-8")
        lines = self.folder / "data/pg_hba.conf"
        lines.write_text("".join(f"{line}\n" for line in hba) + lines.read_text())
        self.begin()

    def follow(self, primary, name):
        """As a standby of another one, which knows it by this name."""
        self._must("pg_basebackup", "-D", self.folder / "data", "-h", primary.folder, "-p", primary.port, "-U", USER,
                   "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        self.settings["cluster_name"] = name
        self.begin()

    def promote(self):
        self._must("pg_ctl", "promote", "-D", self.folder / "data")

    def kill(self):
        """As when its machine is gone: nothing is said to anybody, nothing is written any more."""
        self.process.kill()
        self.process.wait(check.HANG_S)

    def begin(self):
        """The server, on the folder that is there."""
        settings = {"listen_addresses": self.address, "port": self.port, "unix_socket_directories": self.folder,
                    "max_connections": 120, "fsync": "off", "deadlock_timeout": "200ms", **self.settings}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            self.process = self._as_user(self.bin / "postgres", "-D", self.folder / "data", *words, stdin=subprocess.DEVNULL,
                                         stdout=log, stderr=subprocess.STDOUT)
        check.soon(lambda: self._is_up(), "PostgreSQL does not answer")

    def _is_up(self):
        if self.process.poll() is not None:
            raise check.Failed(f"PostgreSQL has ended: {(self.folder / 'log').read_text()[-2000:]}")
        return self.root("SELECT 1", database="postgres").state is None

    def end(self):
        """The server, not what it has stored."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": it ends its sessions
            try:
                self.process.wait(check.HANG_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(check.HANG_S)

    def sessions(self, login):
        """The processes of the server that a role is connected to."""
        return [int(row[0]) for row in self.root(f"SELECT pid FROM pg_stat_activity WHERE usename = '{login}'").rows]

    def stop(self):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def words(self, login, database):
        """Of psql: as a superuser by the socket, as a host over TCP."""
        where = ["-h", str(self.folder)] if login is None else ["-h", self.address]
        return [str(self.bin / "psql"), "--no-psqlrc", *where, "-p", str(self.port), "-U", login or USER, "-d", database,
                "-XAtq", "-v", "VERBOSITY=sqlstate"]

    def environment(self):
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "60"}

    def ask(self, login, sql, database="fleet", stop=True):
        """What LOGIN is answered. STOP: nothing is done behind an error."""
        words = [*self.words(login, database), "-v", f"ON_ERROR_STOP={int(stop)}"]
        done = subprocess.run(words, input=sql, capture_output=True, text=True, timeout=check.HANG_S, check=False,
                              env=self.environment())
        return Answer(done.stdout, done.stderr, done.returncode)

    def states(self, login, statements):
        """The SQLSTATE that the last of each of the statements ends with, "00000" for none; each begins anew."""
        script = "".join(f"{sql};\n\\echo @@ :SQLSTATE\nROLLBACK;\nDISCARD ALL;\n" for sql in statements)
        rows = self.ask(login, script, stop=False).rows
        return [row[0].split()[1] for row in rows if row[0].startswith("@@ ")]

    def root(self, sql, database="fleet", stop=True):
        return self.ask(None, sql, database, stop)

    def run(self, path, database="fleet"):
        """A file of SQL, as a superuser."""
        done = subprocess.run([*self.words(None, database), "-v", "ON_ERROR_STOP=1", "-f", str(path)], capture_output=True,
                              text=True, timeout=check.HANG_S, check=False, env=self.environment())
        return done.returncode, done.stderr

    def session(self, login, database="fleet"):
        return Session(subprocess.Popen(self.words(login, database), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=self.environment()))

    def at_once(self, scripts):
        """One connection for each (login, sql), all at the same time: their answers."""
        answers = [None] * len(scripts)

        def one(index, login, sql):
            answers[index] = self.ask(login, sql, stop=False)
        threads = [threading.Thread(target=one, args=(index, *script)) for index, script in enumerate(scripts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check.that(all(answers), "a connection was not answered")
        return answers


class Session:
    """A connection that stays open, for transactions of several steps."""

    def __init__(self, process):
        self.process, self.count = process, 0

    def say(self, sql):
        """All lines that are printed, errors among them."""
        self.count += 1
        mark = f"-- end {self.count} --"
        self.process.stdin.write(f"{sql}\n\\echo '{mark}'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.strip() == mark:
                return lines
            lines.append(line.rstrip("\n"))
        raise check.Failed(f"the connection has ended: {lines}")

    def close(self):
        self.process.stdin.close()
        self.process.wait(check.HANG_S)
        self.process.stdout.close()
