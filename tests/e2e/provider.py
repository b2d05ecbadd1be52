"""The OpenID provider of a run, and the person's browser at it."""
import json
import pathlib
import select
import subprocess
import sys
import time

import check
import processes

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent / "provider"
sys.path.insert(0, str(SOURCE))
import browser  # noqa: E402


def write_accounts(path, generated):
    """The people of accounts.json, and as many more as a run may use up."""
    people = json.loads((SOURCE / "accounts.json").read_text())
    for email in generated:
        people.append({"sub": "s-" + email.replace("@", "-"), "email": email,
                       "email_verified": True, "name": "Person " + email.split("@")[0]})
    path.write_text(json.dumps(people))


CLIENT_KEYS = {"ssoorg-rsakey": ("RSA", "rsa_keygen_bits:2048"),
               "ssoorg-eckey": ("EC", "ec_paramgen_curve:P-256")}


def write_clients(folder):
    """The clients of clients.json, and one for each new private key in folder."""
    clients = json.loads((SOURCE / "clients.json").read_text())
    for name, (kind, option) in CLIENT_KEYS.items():
        processes.must("openssl", "genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", folder / f"{name}.pem")
        clients.append({"client_id": name, "token_endpoint_auth_method": "private_key_jwt",
                        "key_file": f"{name}.pem"})
    (folder / "clients.json").write_text(json.dumps(clients))


STARTS = 3  # node may wait for itself for ever, at its start as at its end: seen once in some thousand


class Provider:
    def __init__(self, folder, *options, port=0):
        self.folder = folder
        self.port = port
        self.options = options
        self.process = None
        self.issuer = None
        self.faults = folder / f"faults-{id(self)}"

    def start(self):
        for _ in range(STARTS):
            self._begin()
            if self._speaks():
                break
            print(f"# the provider said nothing in {check.HANG_S} s and is started again: {self._state()}", flush=True)
            self.stop()
        line = self.process.stdout.readline().split()
        if line[:1] != ["ready"]:
            raise RuntimeError("the provider did not start, see " + str(self.folder / "provider.log"))
        self.issuer = line[1]
        self.port = int(self.issuer.rsplit(":", 1)[1])
        return self

    def _begin(self):
        ca = self.folder / "ca"
        with open(self.folder / "provider.log", "ab") as log:
            self.process = subprocess.Popen(
                ["node", SOURCE / "server.mjs", "--key", ca / "server.key", "--cert", ca / "server.pem",
                 "--port", str(self.port), "--accounts", self.folder / "accounts.json",
                 "--clients", self.folder / "clients.json", "--groups", self.folder / "groups.json",
                 "--gone", self.folder / "gone.json",
                 "--faults", self.faults, "--record", self.folder / "secrets", *self.options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)

    def _speaks(self):
        """Whether it says something, or ends."""
        return bool(select.select([self.process.stdout], [], [], check.HANG_S)[0])

    def _state(self):
        """What each of its threads waits for, as the kernel tells it."""
        tasks = sorted(pathlib.Path(f"/proc/{self.process.pid}/task").glob("*"))
        return ", ".join(f"{(task / 'comm').read_text().strip()} {(task / 'wchan').read_text()}" for task in tasks)

    def stop(self):
        """At once: it has nothing to put away."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def fault(self, name):
        """Makes the provider answer wrongly from now on; "" ends it."""
        self.faults.write_text(name)

    def say_groups(self, person, groups):
        """What the groups claim of this person is from now on, whatever type it has; None: there is none."""
        path = self.folder / "groups.json"
        said = json.loads(path.read_text()) if path.exists() else {}
        said[person] = groups
        path.write_text(json.dumps({name: value for name, value in said.items() if value is not None}))

    def forget(self, *people):
        """These are deleted at the provider, and nobody else is."""
        (self.folder / "gone.json").write_text(json.dumps(people))

    def answer(self, challenge, person, how="approve"):
        """What the person does in their browser; gives back what it shows."""
        return browser.walk(self.folder / "ca" / "ca.pem", challenge.url, challenge.code, person, how)

    def approve(self, challenge, person):
        said = self.answer(challenge, person)
        if said != "done":
            raise RuntimeError(f"the provider did not take the approval: {said}")


class Requests:
    """What the provider has been asked since a moment."""

    def __init__(self, rig):
        self.path = rig.folder / "secrets.requests"
        self.start = len(self._lines())

    def _lines(self):
        return self.path.read_text().split() if self.path.exists() else []

    def flows(self):
        return self._lines()[self.start:].count("device_authorization")

    def all(self):
        return self._lines()[self.start:]


def nobody_polls(rig):
    requests = Requests(rig)
    time.sleep(2)
    check.equal(requests.all(), [], "requests to the provider when nobody signs in")
