"""log_listener.py SOCKET FILE: write what arrives on a syslog socket to a file.

One line each: the facility and severity as a number, then the message as it
came, so that a test can see every byte that the system's log would get.
"""
import os
import socket
import sys

MAX_MESSAGE_BYTES = 65536


def main(path, log):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    listener.bind(path)
    os.chmod(path, 0o666)
    while True:
        message = listener.recv(MAX_MESSAGE_BYTES).rstrip(b"\n\0")
        os.write(out, message.replace(b"\n", b"\\n") + b"\n")


main(sys.argv[1], sys.argv[2])
