# SPDX-License-Identifier: Apache-2.0
"""The provider zoo of a run (tests/providers), at the real names and port of what it plays."""
import contextlib
import pathlib
import re
import subprocess
import sys
import threading

import check
import host
import login
import processes

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "providers"
sys.path.append(str(SOURCE))
from clients import CLIENT_ID, CLIENT_SECRET, PROJECT  # noqa: E402
from control import Control  # noqa: E402

HOSTS = pathlib.Path("/etc/hosts")
PORT = 443
QUOTED = 20  # characters of a provider's words by which they are known again
ENTER = "Press Enter when you have approved it there: "


class Zoo:
    def __init__(self, rig):
        self.folder = rig.folder
        self.ca, self.hosts = rig.folder / "zoo.pem", rig.folder / "zoo.hosts"
        self.secret_file = rig.folder / "zoo.secret"
        self.control = Control(PORT)
        self.process = None
        rig.secrets.add(CLIENT_SECRET)

    def start(self):
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(CLIENT_SECRET + "\n")
        log = open(self.folder / "zoo.log", "ab")
        self.process = subprocess.Popen(
            [SOURCE / "provider", "--port", str(PORT), "--ca-out", self.ca, "--hosts-out", self.hosts,
             "--interval", "1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        if "ready\n" not in iter(self.process.stdout.readline, ""):
            raise RuntimeError("the zoo does not start: " + (self.folder / "zoo.log").read_text())
        return self

    def stop(self):
        if self.process:
            processes.stop(self.process)

    @contextlib.contextmanager
    def known(self):
        """The hosts of the zoo have their names on this machine meanwhile."""
        with host.Kept(HOSTS):
            with open(HOSTS, "a") as file:
                file.write(self.hosts.read_text())
            yield

    @contextlib.contextmanager
    def wrong(self, provider, *what):
        """What is misconfigured at the provider meanwhile."""
        self.control.wrong(provider, *what)
        try:
            yield
        finally:
            self.control.wrong(provider)

    def codes(self, provider):
        return {code for code, name in self.control.waiting().items() if name == provider}

    def new_code(self, provider, before, gone=lambda: False):
        """The code that is handed out next, or None if whoever asks is GONE before."""
        found = set()

        def is_there():
            found.update(self.codes(provider) - before)
            return found or gone()
        check.soon(is_there, f"{provider} is not asked for a code")
        return found.pop() if found else None

    def tested(self, provider, org, person, *options, wants=0):
        """What `ssoctl idp test` says while this person approves."""
        before, done = self.codes(provider), []
        thread = threading.Thread(target=lambda: done.append(processes.run("ssoctl", "idp", "test", org, *options)))
        thread.start()
        code = self.new_code(provider, before, gone=lambda: not thread.is_alive())
        if code:
            self.control.answer(code, "approve", person)
        thread.join(check.HANG_S)
        check.that(done, "idp test does not end")
        check.equal(done[0].status, wants, f"the exit status of idp test, which said {check.shown(done[0].text)}")
        return done[0].text

    def without_its_words(self, provider, text):
        """TEXT without what it repeats of the provider's last error: what is left was said by the product itself."""
        for words in self.control.said(provider):
            text = re.sub(re.escape(words[:QUOTED]) + ".*", "", text)
        return text

    def sign_in(self, rig, provider, person, what="approve", groups=(), command=login.SAY_WHO):
        """All that ssh says of a sign-in that is answered so; the code that it shows is the provider's own."""
        before = self.codes(provider)
        terminal = login.Ssh(rig, person, command)
        code = self.new_code(provider, before, gone=lambda: not terminal.child.isalive())
        if code is None:
            return terminal.end(enter=False)
        terminal.until(re.escape(ENTER))
        check.that(code in terminal.text, f"the code {code} of {provider} is not shown: {check.shown(terminal.text)}")
        self.control.answer(code, what, person, groups)
        return terminal.end()


def of(rig):
    """The zoo of this run, which the first test that needs it starts."""
    if not hasattr(rig, "zoo"):
        rig.zoo = rig.serve(Zoo(rig))
    return rig.zoo
