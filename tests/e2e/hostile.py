"""The hostile provider (tests/hostile) beside an end-to-end test."""
import contextlib
import pathlib
import subprocess

import host
import processes

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "hostile" / "provider"


@contextlib.contextmanager
def provider(rig):
    """(the origin of each listener, the file with its CA) while it runs."""
    ca = rig.folder / "hostile.pem"
    process = subprocess.Popen([PROGRAM, "--ca-out", ca], stdout=subprocess.PIPE, text=True)
    try:
        ports = {}
        for line in process.stdout:
            if line.strip() == "ready":
                break
            name, url = line.split()
            ports[name] = url
        yield ports, ca
    finally:
        processes.stop(process)


@contextlib.contextmanager
def connected(rig, org, issuer, ca):
    """The org's connection goes to that issuer meanwhile, with the client "hosts"."""
    host.connect(org, "--issuer", issuer, "--client-id", "hosts", "--ca-file", ca)
    try:
        yield
    finally:
        host.connect(org, "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca)
