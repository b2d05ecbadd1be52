"""The OpenID provider of a run, and the person's browser at it."""
import json
import pathlib
import subprocess
import sys

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


class Provider:
    def __init__(self, folder, *options, port=0):
        self.folder = folder
        self.port = port
        self.options = options
        self.process = None
        self.issuer = None
        self.faults = folder / f"faults-{id(self)}"

    def start(self):
        ca = self.folder / "ca"
        log = open(self.folder / "provider.log", "ab")
        self.process = subprocess.Popen(
            ["node", SOURCE / "server.mjs", "--key", ca / "server.key", "--cert", ca / "server.pem",
             "--port", str(self.port), "--accounts", self.folder / "accounts.json",
             "--clients", self.folder / "clients.json",
             "--groups", self.folder / "groups.json", "--faults", self.faults, "--record", self.folder / "secrets", *self.options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline().split()
        if line[:1] != ["ready"]:
            raise RuntimeError("the provider did not start, see " + str(self.folder / "provider.log"))
        self.issuer = line[1]
        self.port = int(self.issuer.rsplit(":", 1)[1])
        return self

    def stop(self):
        if self.process:
            processes.stop(self.process)

    def fault(self, name):
        """Makes the provider answer wrongly from now on; "" ends it."""
        self.faults.write_text(name)

    def say_groups(self, person, groups):
        """What the groups claim of this person is from now on, whatever type it has; None: there is none."""
        path = self.folder / "groups.json"
        said = json.loads(path.read_text()) if path.exists() else {}
        said[person] = groups
        path.write_text(json.dumps({name: value for name, value in said.items() if value is not None}))

    def answer(self, challenge, person, how="approve"):
        """What the person does in their browser; gives back what it shows."""
        return browser.walk(self.folder / "ca" / "ca.pem", challenge.url, challenge.code, person, how)

    def approve(self, challenge, person):
        said = self.answer(challenge, person)
        if said != "done":
            raise RuntimeError(f"the provider did not take the approval: {said}")
