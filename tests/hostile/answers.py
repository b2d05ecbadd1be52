# SPDX-License-Identifier: Apache-2.0
"""HTTP answers and the manners in which they are given. A manner takes the reply and the wire to the client."""
import dataclasses
import socket
import struct

NAMES = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
         428: "Precondition Required", 429: "Too Many Requests", 500: "Server Error"}
LONG = 6000  # bytes: ten minutes of dripping


class Wire:
    """One connection to a client, as bytes. Each call says whether the client is still there."""

    def __init__(self, connection, stopping):
        self.connection, self.stopping = connection, stopping

    def send(self, data):
        try:
            self.connection.sendall(data)
        except OSError:
            return False
        return not self.stopping.is_set()

    def wait(self, seconds):
        """Waits for SECONDS, less if the client goes away."""
        self.connection.settimeout(seconds)
        try:
            return self.connection.recv(1) != b""
        except TimeoutError:
            return not self.stopping.is_set()
        except OSError:
            return False
        finally:
            self.connection.settimeout(None)

    def reset(self):
        """Ends with an RST instead of a FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.cut()

    def cut(self):
        """Closes the TCP connection, without a word of TLS."""
        socket.socket(fileno=self.connection.detach()).close()


@dataclasses.dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    type: object = "application/json"  # None: no Content-Type
    headers: list = dataclasses.field(default_factory=list)
    manner: object = None  # function(reply, wire) that says whether the connection goes on; None: a plain answer

    def head(self, length=True):
        lines = [f"HTTP/1.1 {self.status} {NAMES.get(self.status, 'Status')}"]
        if self.type is not None:
            lines.append(f"Content-Type: {self.type}")
        if length:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines + self.headers + ["", ""]).encode("latin-1")

    def give(self, wire):
        if self.manner is not None:
            return self.manner(self, wire)
        return wire.send(self.head() + self.body)


def hang(reply, wire):
    while wire.wait(0.2):
        pass
    return False


def hang_inside(reply, wire):
    return wire.send(reply.head() + reply.body[:10]) and hang(reply, wire)


def dripped(data, wire):
    return all(wire.send(data[i:i + 1]) and wire.wait(0.1) for i in range(len(data)))


def drip(reply, wire):
    reply.body = b" " * LONG + reply.body
    return wire.send(reply.head()) and dripped(reply.body, wire)


def drip_head(reply, wire):
    reply.headers = ["X-More: " + "x" * LONG, *reply.headers]
    return dripped(reply.head() + reply.body, wire)


def flood(start, chunk, wire):
    going = wire.send(start)
    while going:
        going = wire.send(chunk)
    return False


def endless_body(reply, wire):
    return flood(reply.head(length=False) + b"{", b" " * 16384, wire)


def endless_chunks(reply, wire):
    head = reply.head(length=False)[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
    return flood(head, b"1\r\n \r\n" * 1024, wire)


def endless_headers(reply, wire):
    return flood(reply.head(length=False)[:-2], b"X-More: 0123456789012345678901234567890123456789\r\n" * 64, wire)


def endless_line(reply, wire):
    return flood(reply.head(length=False)[:-2] + b"X-Long: ", b"x" * 16384, wire)


def endless_continue(reply, wire):
    return flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 64, wire)


def until_close(reply, wire):
    """Legal: no length, and the body ends where the connection ends properly."""
    wire.send(reply.head(length=False) + reply.body)
    return False


def until_cut(reply, wire):
    wire.send(reply.head(length=False) + reply.body)
    wire.cut()
    return False


def reset_inside(reply, wire):
    if wire.send(reply.head(length=False) + reply.body[:-5]):
        wire.wait(0.2)
        wire.reset()
    return False


def cut_at_once(reply, wire):
    wire.cut()
    return False


def raw(text):
    """The bytes TEXT instead of any answer, then the end."""
    def manner(reply, wire):
        wire.send(text)
        return False
    return manner


def lying_length(by):
    """A Content-Length that is off BY bytes."""
    def manner(reply, wire):
        head = reply.head().replace(f"Content-Length: {len(reply.body)}".encode(),
                                    f"Content-Length: {len(reply.body) + by}".encode())
        wire.send(head + reply.body)
        return False
    return manner
