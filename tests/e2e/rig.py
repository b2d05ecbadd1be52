"""Everything a test gets: the machine, a provider, an sshd, orgs and people."""
import json
import os
import pathlib

import host
import orgs
import processes
import provider
import sshd

FOLDER = pathlib.Path("/run/rig")
DOMAINS = ("acme.test", "beta.test", "gamma.test", "slow.test", "info.test", "elliptic.test",
           "basic.test", "post.test", "mac.test", "rsakey.test", "eckey.test", "delta.test", "guests.test", "nest.test", "lairs.test",
           "story.test", "sole.test", "open.test", "acme-inc.test", "handed.test", "wards.test", "tells.test", "looked.test", "lookgone.test", "untested.test", "walked.test", "moving.test", "short.test", "brief.test", "pods.test",
           "gated.test", "asked.test", "rechecked.test", "hanging.test")
PEOPLE_EACH = 200


def require_namespace():
    if not os.path.exists("/run/ssoorg-namespace"):
        raise SystemExit("this changes /etc and /usr: run it through tests/namespace")


class Rig:
    def __init__(self, folder=FOLDER):
        self.folder = folder
        self.secrets = set()
        self.idp = None
        self.sshd = None
        self.orgs = orgs.Orgs(self)
        self._servers = []
        self._conforming = None
        self._used = dict.fromkeys(DOMAINS, 0)
        self.ca = folder / "ca" / "ca.pem"

    def start(self, *provider_options, port=0):
        require_namespace()
        self.folder.mkdir(mode=0o755)
        processes.must(provider.SOURCE / "new-ca", self.folder / "ca")
        os.chmod(self.folder / "ca", 0o755)
        provider.write_accounts(self.folder / "accounts.json", [
            f"p{n}@{domain}" for domain in DOMAINS for n in range(1, PEOPLE_EACH + 1)])
        provider.write_clients(self.folder)
        host.install()
        self.idp = self.serve(provider.Provider(self.folder, *provider_options, port=port))
        self.sshd = self.serve(sshd.Sshd(self.folder))
        return self

    def serve(self, server):
        """Starts a server that ends with the rig at the latest."""
        self._servers.append(server)
        return server.start()

    def conforming(self):
        """A second provider, which keeps the email out of the ID token."""
        if not self._conforming:
            self._conforming = self.serve(provider.Provider(self.folder, "--interval", "1", "--conform"))
        return self._conforming

    def stop(self):
        for server in reversed(self._servers):
            server.stop()

    def person(self, domain="acme.test"):
        """Somebody of this domain whom no test has used yet."""
        self._used[domain] += 1
        if self._used[domain] > PEOPLE_EACH:
            raise RuntimeError(f"out of people at {domain}: raise PEOPLE_EACH")
        return f"p{self._used[domain]}@{domain}"

    def client_secret(self, client):
        clients = json.loads((provider.SOURCE / "clients.json").read_text())
        secret = next(c["client_secret"] for c in clients if c["client_id"] == client)
        self.secrets.add(secret)
        return secret

    def log(self):
        """From now on: what the system's log and sshd's say."""
        return host.SystemLog(self.sshd.log)
