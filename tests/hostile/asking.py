# SPDX-License-Identifier: Apache-2.0
"""A provider of this folder in a process of its own, and signing in at it with oidc_ask."""
import collections
import concurrent.futures
import ctypes
import json
import math
import pathlib
import signal
import ssl
import subprocess
import urllib.request

from good import CLIENT_SECRET
from judge import Told
from server import COUNTS

HERE = pathlib.Path(__file__).resolve().parent
ASK_S = 900  # a guard against hanging
END_S = 60  # likewise
LONGEST_S = 50  # less than the longest interval, which one case waits for
PR_SET_PDEATHSIG = 1


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Provider:
    def __init__(self, build, folder, plain):
        self.plain = plain
        self.ask_program = build / "tests/unit/oidc/oidc_ask"
        self.ca = "-" if plain else str(folder / "ca.pem")
        words = ["--http"] if plain else ["--ca-out", self.ca]
        self.process = subprocess.Popen([HERE / "provider", *words], stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)
        self.origins = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            name, self.origins[name] = line.split()
        assert "main" in self.origins, "the provider does not start"
        self.context = None if plain else ssl.create_default_context(cafile=self.ca)
        if self.context:
            self.context.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by itself from 3.13 on

    def counts(self):
        """How often each case was asked for what, so far."""
        with urllib.request.urlopen(self.origins["main"] + COUNTS, context=self.context, timeout=ASK_S) as answer:
            return json.load(answer)

    def sign_in(self, case, seconds):
        """(answer, standard error) of one sign-in at CASE that may take so long."""
        options = case.options or ("--post", CLIENT_SECRET)
        more = ["--allow-http"] if self.plain else []
        words = [self.ask_program, f"{self.origins[case.listener]}/{case.name}", self.ca, str(seconds)]
        done = subprocess.run([*words, *options, *more], capture_output=True, timeout=ASK_S)
        errors = done.stderr.decode("utf-8", "backslashreplace")
        try:
            return json.loads(done.stdout), errors
        except ValueError:
            return {"exit": done.returncode, "text": repr(done.stdout[:300])}, errors

    def end(self):
        """Ends the process; true if it went at once, and well."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(END_S) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        finally:
            self.process.stdout.close()


def seconds_for(case, pace):
    """How long a sign-in at CASE may take where everything takes PACE times as long as on a fast machine."""
    return min(math.ceil(case.timeout * pace), LONGEST_S) if case.waits else case.timeout


def ask_all(rows, at_once, pace):
    """Signs in once at each (provider, case) of ROWS, AT_ONCE at a time, those that take longest first: {row: Told}."""
    providers = {provider for provider, _ in rows}
    before = {provider: provider.counts() for provider in providers}
    pool = concurrent.futures.ThreadPoolExecutor(at_once)
    try:
        futures = {row: pool.submit(row[0].sign_in, row[1], seconds_for(row[1], pace))
                   for row in sorted(rows, key=lambda row: -row[1].weight)}
        concurrent.futures.wait(futures.values())
    finally:
        pool.shutdown(cancel_futures=True)
    after = {provider: provider.counts() for provider in providers}
    told = {}
    for provider, case in rows:
        counts = collections.Counter(after[provider].get(case.name, {}))
        counts.subtract(before[provider].get(case.name, {}))
        told[provider, case] = Told(*futures[provider, case].result(), dict(counts), seconds_for(case, pace))
    return told


def ask(provider, case, pace=1):
    """Signs in once at CASE alone."""
    return ask_all([(provider, case)], 1, pace)[provider, case]


def ask_at_once(provider, case, times):
    """The answers of so many sign-ins at CASE side by side."""
    with concurrent.futures.ThreadPoolExecutor(times) as pool:
        return [future.result()[0] for future in [pool.submit(provider.sign_in, case, case.timeout)
                                                  for _ in range(times)]]
