"""tests/fleet/drive.c, with which a test asks through ssoorg-fleet."""
import os
import pathlib
import re
import subprocess
import uuid

import check
import engine

BUILD = pathlib.Path(__file__).resolve().parents[2] / os.environ.get("SSOORG_BUILD", "build-plain")
HELPER = pathlib.Path("/usr/libexec/ssoorg/ssoorg-fleet")
USER = "ssoorg-fleet"
SYNC, SSOCTL = pathlib.Path("/usr/libexec/ssoorg/ssoorg-sync"), pathlib.Path("/usr/bin/ssoctl")
SCHEMA = pathlib.Path("/usr/share/ssoorg/fleet.sql")
INSTALLED = (("fleet/ssoorg-fleet", HELPER, 0o711), ("sync/ssoorg-sync", SYNC, 0o755), ("ssoctl/ssoctl", SSOCTL, 0o755),
             ("../fleet/schema.sql", SCHEMA, 0o644))


def install():
    """The programs, the schema and the helper's user, as the packages have them."""
    for name in ("tests/fleet/drive", "tests/fleet/site", *(name for name, _, _ in INSTALLED)):
        check.that((BUILD / name).exists(), f"{name}: not there; ninja -C {BUILD} fleet_tests")
    for name, path, mode in INSTALLED:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((BUILD / name).read_bytes())
        path.chmod(mode)
    machine = pathlib.Path("/etc/machine-id")
    if not machine.exists() or not re.fullmatch(r"[0-9a-f]{32}\n?", machine.read_text()):  # a system that was never booted
        machine.write_text(uuid.uuid4().hex + "\n")
    subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER], check=True)


class Said:
    def __init__(self, line):
        self.status, self.sqlstate, columns, rows, self.text, *cells = line.rstrip("\n").split("\t")
        self.columns, count = int(columns), int(rows)
        values = [None if cell == "-" else bytes.fromhex(cell) for cell in cells]
        self.rows = [values[row * self.columns:(row + 1) * self.columns] for row in range(count)]


class Driver:
    """One of them. Deadlines are of the product: here they only guard against hanging."""

    def __init__(self, fleet, ms=int(check.SOON_S * 1000), under=()):
        """UNDER: the program, with its arguments, that starts it."""
        self.fleet, self.ms = fleet, ms
        self.process = subprocess.Popen([*under, BUILD / "tests/fleet/drive", HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(check.HANG_S)
        self.process.stdout.close()

    def begin(self, verb, *words, ms=None):
        """Says it; what comes of it is to be had by finish()."""
        texts = ["\\N" if word is None else f"\\x{word.hex()}" if isinstance(word, bytes) else str(word) for word in words]
        self.process.stdin.write("\t".join([verb, str(self.ms if ms is None else ms), *texts]) + "\n")
        self.process.stdin.flush()

    def finish(self):
        line = self.process.stdout.readline()
        check.that(line, "the driver has ended")
        return Said(line)

    def say(self, verb, *words, ms=None):
        self.begin(verb, *words, ms=ms)
        return self.finish()

    def open(self, login, hosts=None, database="fleet", password=engine.PASSWORD, ca="-", certificate="-", key="-",
             statement_ms=0, confinement=0, ms=None):
        file = self.fleet.engine.folder / "password"
        file.write_text(password)
        return self.say("open", hosts or f"127.0.0.1:{self.fleet.engine.port}", database, login, file, ca, certificate, key,
                        statement_ms, confinement, ms=ms)

    def ask(self, statement, *values, ms=None):
        return self.say("ask", statement, *values, ms=ms)

    @property
    def helper(self):
        """The process of ssoorg-fleet."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        check.soon(lambda: len(children.read_text().split()) == 1, "there is not one helper")
        return int(children.read_text())
