# SPDX-License-Identifier: Apache-2.0
"""A real mail server (Debian's postfix) on loopback ports of its own: TLS and authentication are required, and what it
takes for anybody lies in one maildir."""
import contextlib
import email
import email.policy
import mailbox
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import time

import check
import host
import nsd
import processes

USER, PASSWORD = "ssoorg@localhost", "mail-Gravel-71-swing"
SENDER = "host@mail.test"
MAIN = """compatibility_level = 3.6
myhostname = localhost
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
maillog_file_prefixes = /run
maillog_file = {folder}/log
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {ca}/server.pem
smtpd_tls_key_file = {ca}/server.key
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
cyrus_sasl_config_path = {folder}/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/refused, permit_sasl_authenticated, reject
mydestination =
virtual_mailbox_domains = static:all
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
alias_maps =
"""
MASTER = """127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
# Addresses that the server does not want: for good, and not now.
REFUSED = "/^refused@/ 550 5.1.1 no such user here\n/^later@/ 451 4.7.1 greylisted, try again in 300 seconds\n"


class Postfix:
    def __init__(self, rig):
        self.ca = rig.folder / "ca"
        self.folder = None
        self.smtps = self.smtp = 0
        self._temporary = self._process = None
        self._seen = set()
        rig.secrets.add(PASSWORD)

    def start(self):
        self._temporary = tempfile.TemporaryDirectory(dir="/run")
        self.folder = pathlib.Path(self._temporary.name)
        os.chmod(self.folder, 0o755)
        self.smtps, self.smtp = nsd.free_port(), nsd.free_port()
        uid, gid = (int(processes.must("id", flag, "nobody").out) for flag in ("-u", "-g"))
        (self.folder / "main.cf").write_text(MAIN.format(folder=self.folder, ca=self.ca, uid=uid, gid=gid))
        (self.folder / "master.cf").write_text(MASTER.format(smtps=self.smtps, smtp=self.smtp))
        (self.folder / "refused").write_text(REFUSED)
        for name in ("sasl", "mail", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        (self.folder / "mail").chmod(0o777)
        processes.must("chown", "postfix", self.folder / "data")
        self._let_in()
        self._process = subprocess.Popen(["postfix", "-c", self.folder, "start-fg"], stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        return self

    def _let_in(self):
        """One user, in a file that only the server may read."""
        users = self.folder / "sasl" / "users"
        (self.folder / "sasl" / "smtpd.conf").write_text(
            f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {users}\nmech_list: PLAIN LOGIN\n")
        name, realm = USER.split("@")
        processes.must("saslpasswd2", "-p", "-c", "-f", users, "-u", realm, name, stdin=PASSWORD)
        processes.must("chown", "postfix", users)

    def _wait(self):
        end = time.monotonic() + check.HANG_S
        while time.monotonic() < end and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.smtp), check.HANG_S) as connection:
                    if connection.recv(4).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.05)
        log = self.folder / "log"
        words = log.read_text(errors="replace") if log.exists() else ""
        self.stop()
        raise RuntimeError("postfix did not start: " + words)

    def stop(self):
        processes.stop(self._process)
        self._temporary.cleanup()

    def options(self, scheme="smtps"):
        """The options of `ssoctl mail set` for it; the password goes in by standard input."""
        port = self.smtps if scheme == "smtps" else self.smtp
        return ("--server", f"{scheme}://localhost:{port}", "--from", SENDER, "--user", USER, "--password-file", "-",
                "--ca-file", self.ca / "ca.pem")

    def _messages(self):
        try:
            box = mailbox.Maildir(self.folder / "mail" / "box", create=False)
            return {key: box.get_bytes(key) for key in box.keys()}
        except (mailbox.NoSuchMailboxError, FileNotFoundError):
            return {}

    def count(self):
        return len(self._messages())

    def new(self, to):
        """The next mail to this address that no test has seen."""
        found = []

        def is_there():
            for key, raw in self._messages().items():
                mail = email.message_from_bytes(raw, policy=email.policy.default)
                if key not in self._seen and mail["To"].strip("<>") == to:
                    self._seen.add(key)
                    found.append(mail)
                    return True
            return False
        check.soon(is_there, f"no mail to {to}")
        return found[0]

    def code(self, to):
        """The eight digits in the next mail to this address."""
        return re.search(r"^\s+(\d{8})$", self.new(to).get_content(), re.MULTILINE).group(1)


def of(rig):
    """The mail server of this run, which the first test that needs it starts."""
    if not hasattr(rig, "postfix"):
        rig.postfix = rig.serve(Postfix(rig))
    return rig.postfix


@contextlib.contextmanager
def sends(rig, scheme="smtps"):
    """The host sends mail through a real server meanwhile."""
    server = of(rig)
    host.ssoctl("mail", "set", *server.options(scheme), stdin=PASSWORD + "\n")
    try:
        yield server
    finally:
        host.ssoctl("mail", "remove", "--yes")
