# SPDX-License-Identifier: Apache-2.0
"""A mail server that hangs, refuses, lies and echoes, by its mood (RFC 5321, RFC 3207)."""
import socket
import ssl
import threading

import check

TWO_MIB = 2 << 20
FLOOD = b"250-" + b"x" * 500 + b"\r\n"
# What is said instead of the usual to a command; more than one line is one after the other.
SAID = {
    "greylists": {b"RCPT": b"451 4.7.1 greylisted, come back in 300 seconds\r\n"},
    "refuses": {b"RCPT": b"550 5.1.1 no such user here\r\n"},
    "refuses-sender": {b"MAIL": b"553 5.7.1 not from you\r\n"},
    "closing": {b"EHLO": b"421 4.3.2 closing down\r\n", b"HELO": b"421 4.3.2 closing down\r\n"},
    "says-no-to-tls": {b"STARTTLS": b"454 4.7.0 TLS not available\r\n"},
    "escapes": {b"RCPT": b"550 \x1b]0;owned\x07\x1b[31m\xe2\x80\xaeno\x00x\r\n"},
    "garbage": {b"MAIL": b"hello, how are you?\r\n"},
    "injects": {b"STARTTLS": b"220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n"},
    "flood": {b"EHLO": FLOOD * (TWO_MIB // len(FLOOD)) + b"250 ok\r\n"},
    "long-line": {b"EHLO": b"250 " + b"y" * TWO_MIB + b"\r\n"},
    "no-tls": {b"EHLO": b"250-me\r\n250 SIZE 1000000\r\n"},
    "login-denied": {b"AUTH": b"535 5.7.8 no\r\n"},
}


class HostileMail:
    """`mood` says what is done; `seen` is what came, without TLS or within it."""

    def __init__(self, mood, ca):
        self.mood = mood
        self.seen = b""
        self.connections = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(ca / "server.pem", ca / "server.key")
        self._over = threading.Event()
        self._threads = []
        self._listener = None

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def __enter__(self):
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self._listener.settimeout(0.1)
        self._start(self._accept)
        return self

    def __exit__(self, *error):
        self._over.set()
        for thread in self._threads:
            thread.join(check.HANG_S)
        self._listener.close()

    def _start(self, what, *arguments):
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self):
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            connection.settimeout(0.2)
            self._start(self._serve, connection)

    def _serve(self, connection):
        try:
            with connection:
                self._talk(connection)
        except (OSError, ssl.SSLError):
            pass

    def _talk(self, connection):
        if self.mood == "hangs":
            self._over.wait()
            return
        if self.mood == "drips":
            self._drip(connection)
            return
        connection.sendall(b"220 hostile\r\n")
        rest = b""
        while not self._over.is_set():
            try:
                got = connection.recv(65536)
            except TimeoutError:
                continue
            if not got:
                return
            self.seen += got
            *lines, rest = (rest + got).split(b"\r\n")
            for line in lines:
                connection = self._answer(connection, line)
                if connection is None:
                    return

    def _drip(self, connection):
        for byte in b"220-" + b"slow " * 100:
            if self._over.wait(0.5):
                return
            connection.sendall(bytes([byte]))

    def _answer(self, connection, line):
        """The connection to go on with, or None."""
        word = line.split(b" ")[0].upper()
        said = SAID.get(self.mood, {})
        if word in said:
            connection.sendall(said[word])
            if word == b"STARTTLS" and said[word].startswith(b"220"):
                return self._secure(connection)
        elif word == b"STARTTLS":
            connection.sendall(b"220 go\r\n")
            if self.mood == "drops-tls":
                return None
            if self.mood == "tls-garbage":
                connection.sendall(b"\x16\x03\x03\x00\x05hello")
                return None
            return self._secure(connection)
        elif word == b"EHLO":
            secure = isinstance(connection, ssl.SSLSocket)
            connection.sendall(b"250-me\r\n250 AUTH PLAIN LOGIN\r\n" if secure else b"250-me\r\n250 STARTTLS\r\n")
        elif word == b"DATA":
            return self._take(connection)
        elif word == b"AUTH":
            connection.sendall(b"334 \r\n" if len(line.split(b" ")) == 2 else b"235 ok\r\n")
        elif word in (b"MAIL", b"RCPT", b"RSET", b"NOOP", b"QUIT"):
            connection.sendall(b"250 ok\r\n")
        else:  # what AUTH asked for
            connection.sendall(b"235 ok\r\n")
        return connection

    def _secure(self, connection):
        connection.settimeout(check.HANG_S)
        secure = self._context.wrap_socket(connection, server_side=True)
        secure.settimeout(0.2)
        return secure

    def _take(self, connection):
        connection.sendall(b"354 go\r\n")
        data = b""
        while not data.endswith(b"\r\n.\r\n") and not self._over.is_set():
            try:
                got = connection.recv(65536)
            except TimeoutError:
                continue
            if not got:
                return None
            data += got
        self.seen += data
        if self.mood == "closes-after-data":
            return None
        if self.mood == "waits-after-data":
            self._over.wait()
            return None
        text = b" ".join(data.split())
        connection.sendall(b"554 5.7.1 spam: " + text[-600:] + b"\r\n" if self.mood == "echoes" else b"250 2.0.0 queued\r\n")
        return connection
