"""A real name server (Debian's nsd) on a loopback port of its own."""
import pathlib
import socket
import subprocess
import tempfile
import time

import check
import processes

PROGRAM = "/usr/sbin/nsd"
HEAD = "$TTL 60\n@ IN SOA ns host 1 60 60 60 60\n@ IN NS ns\nns IN A 127.0.0.1\n"
# RFC 1035 4.1: one question, for the A records of "ready".
QUESTION = b"\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05ready\x00\x00\x01\x00\x01"
SETTINGS = """server:
  ip-address: {address}@{port}
  port: {port}
  username: ""
  database: ""
  pidfile: ""
  server-count: 1
  zonesdir: {folder}
  zonelistfile: {folder}/zone.list
  xfrdfile: {folder}/xfrd.state
  xfrdir: {folder}
  logfile: {folder}/log
remote-control:
  control-enable: no
"""


def free_port(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tcp:
        tcp.bind((address, 0))
        return tcp.getsockname()[1]


class Nsd:
    """Serves zones, each a text of records without SOA and NS; None instead: a zone that does not load."""

    def __init__(self, zones, address="127.0.0.1", port=0):
        self.zones = zones
        self.address = address
        self.port = port or free_port(address)
        self._folder = None
        self._process = None

    @property
    def resolver(self):
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(dir="/run")
        folder = pathlib.Path(self._folder.name)
        settings = SETTINGS.format(address=self.address, port=self.port, folder=folder)
        for zone, text in self.zones.items():
            settings += f"zone:\n  name: {zone}\n  zonefile: {zone}.zone\n"
            if text is not None:
                (folder / f"{zone}.zone").write_text(HEAD + text)
        (folder / "nsd.conf").write_text(settings)
        self._process = subprocess.Popen([PROGRAM, "-d", "-c", folder / "nsd.conf"], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait(folder)
        return self

    def _wait(self, folder):
        """Until it answers, whatever that is: a connection is taken by the kernel before anybody reads it."""
        end = time.monotonic() + check.HANG_S
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket(family, socket.SOCK_DGRAM) as asking:
                try:
                    asking.settimeout(0.5)
                    asking.connect((self.address, self.port))
                    asking.send(QUESTION)
                    asking.recv(512)
                    return
                except OSError:
                    time.sleep(0.02)
        self.__exit__()
        raise RuntimeError("nsd did not start: " + (folder / "log").read_text(errors="replace"))

    def __exit__(self, *error):
        processes.stop(self._process)
        self._folder.cleanup()
