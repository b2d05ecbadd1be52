"""A name server that lies, drips and goes in circles, by the first label of the domain that is asked about (RFC 1035)."""
import socket
import struct
import threading
import time

import check

CNAME, TXT = 5, 16
ASKED = b"\xc0\x0c"
TRUNCATED = 0x0200


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(kind, data, owner=ASKED):
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


def txt(*strings, owner=ASKED):
    return record(TXT, b"".join(bytes([len(s)]) + s for s in strings), owner)


def _alias_of_its_own(value, count):
    return [record(CNAME, name(f"a{count}.circle.example"))]


def _wrong(query):
    """The number of another question."""
    return bytes([query[0], query[1] ^ 1])


def _message(number, flags, query, records):
    end = query.index(b"\0", 12) + 5
    return number + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + query[12:end] + b"".join(records)


# What is said of a name whose domain begins with the word, by the right value and the count of questions so far; the
# value as it should be where a word is not here.
RECORDS = {
    "circle": _alias_of_its_own,  # each name leads to one that was not asked about yet
    "escape": lambda value, count: [txt(b"\x1b]0;owned\x07\r\n\xff\xe2\x80\xae" + value)],
    "hundred": lambda value, count: [txt(b"\x1b[31m%d" % i) for i in range(100)] + [txt(value)],
    "itself": lambda value, count: [record(CNAME, ASKED)],
    "lying-length": lambda value, count: [record(TXT, b"\xff" + value)],
    "other-name": lambda value, count: [txt(value, owner=name("other-name.hostile.test"))],
    "pieces": lambda value, count: [txt(*(value[i:i + 1] for i in range(len(value))))],
    "prefix": lambda value, count: [txt(value[:-1]), txt(value + b"0"), txt(value.upper()), txt(value[:20]),
                                    txt(value[20:])],
}
SILENT = {"silent", "flood"}
CUT = {"drip", "hang-up", "cut"}  # over UDP, so that they are asked once more over TCP
WRONG_NUMBER = {"wrong-number"}
GARBAGE = {"garbage"}


class HostileDns:
    """`values` says which value proves a domain, whose first label says what is done with it."""

    def __init__(self):
        self.values = {}
        self.asked = []
        self._over = False
        self._sockets = []
        self._threads = []

    @property
    def resolver(self):
        return f"127.0.0.1:{self._sockets[0].getsockname()[1]}"

    def __enter__(self):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(16)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(tcp.getsockname())
        self._sockets = [tcp, udp]
        for one, serve in ((tcp, self._serve_tcp), (udp, self._serve_udp)):
            one.settimeout(0.1)
            self._start(serve, one)
        return self

    def __exit__(self, *error):
        self._over = True
        for thread in self._threads:
            thread.join()
        for one in self._sockets:
            one.close()

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _serve_udp(self, udp):
        while not self._over:
            try:
                query, sender = udp.recvfrom(2048)
            except TimeoutError:
                continue
            case, answer = self._answer(query, False)
            if case == "flood":
                self._start(self._flood, udp, query, sender)
            elif answer:
                udp.sendto(answer, sender)

    def _flood(self, udp, query, sender):
        """Answers to a question that was not asked, one after the other."""
        answer = _wrong(query) + self._answer(query, False, "good")[1][2:]
        end = time.monotonic() + check.HANG_S
        while not self._over and time.monotonic() < end:
            for _ in range(20):
                udp.sendto(answer, sender)
            time.sleep(0.001)

    def _serve_tcp(self, tcp):
        while not self._over:
            try:
                connection, _ = tcp.accept()
            except TimeoutError:
                continue
            self._start(self._speak, connection)

    def _speak(self, connection):
        with connection:
            connection.settimeout(check.HANG_S)
            try:
                query = connection.recv(2048)[2:]
                if len(query) < 12:
                    return  # gone without a question
                case, answer = self._answer(query, True)
                whole = struct.pack("!H", len(answer)) + answer
                if case == "drip":
                    self._drip(connection, whole)
                elif case == "hang-up":
                    connection.sendall(whole[:20])
                else:
                    connection.sendall(whole)
            except OSError:
                pass  # the other side had enough

    def _drip(self, connection, whole):
        for byte in whole:
            if self._over:
                return
            connection.sendall(bytes([byte]))
            time.sleep(0.3)

    def _answer(self, query, by_tcp, case=None):
        """What the case is and what it answers; None for nothing."""
        asked = self._name_of(query)
        domain = asked.lower().removeprefix("_ssoorg-verify.")
        self.asked.append((asked, "tcp" if by_tcp else "udp"))
        case = case or next((word for word in RECORDS if f"{word}." in domain), domain.split(".")[0])
        if case in SILENT and not by_tcp:
            return case, None
        if case in GARBAGE:
            return case, query[:2] + b"\xff" * 40
        make = RECORDS.get(case, lambda value, count: [txt(value)])
        records = make(self.values.get(domain, "").encode(), len(self.asked))
        number = _wrong(query) if case in WRONG_NUMBER else query[:2]
        whole = _message(number, 0x8180, query, records)
        cut = not by_tcp and (case in CUT or len(whole) > 512)
        return case, _message(number, 0x8180 | TRUNCATED, query, []) if cut else whole

    @staticmethod
    def _name_of(query):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
            at += 1 + query[at]
        return ".".join(labels)
