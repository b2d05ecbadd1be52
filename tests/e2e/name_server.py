"""A name server on loopback that says what a test wants (RFC 1035)."""
import socket
import struct
import threading

A, AAAA = 1, 28
NXDOMAIN = 3


class NameServer:
    """Knows the addresses of the names in `known`; None instead of them: it never answers, nor to `unheard` kinds."""

    def __init__(self, known, address="127.0.0.77", unheard=()):
        self.known = known
        self.unheard = unheard
        self.address = address
        self.asked = []
        self._socket = None
        self._thread = None
        self._over = False

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, 53))
        self._socket.settimeout(0.1)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._over = True
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._over:
            try:
                query, sender = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            answer = self._answer(query)
            if answer:
                self._socket.sendto(answer, sender)

    def _answer(self, query):
        name, end = _name_at(query, 12)
        kind, _ = struct.unpack("!HH", query[end:end + 4])
        self.asked.append((name, kind))
        if self.known is None or kind in self.unheard:
            return None
        records = [_record(kind, text) for text in self.known.get(name, ()) if _fits(kind, text)]
        code = 0 if name in self.known else NXDOMAIN
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        return head + query[12:end + 4] + b"".join(records)


def _fits(kind, text):
    return kind == (AAAA if ":" in text else A)


def _record(kind, text):
    data = socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, text)
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def _name_at(query, at):
    labels = []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    return ".".join(labels), at + 1
