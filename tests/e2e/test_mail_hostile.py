# SPDX-License-Identifier: Apache-2.0
"""Mail servers that lie, hang, have no TLS or say too much (POLICY V2)."""
import pathlib
import re
import tempfile
import threading
import time

import check
import host
import hostile_mail
import login
import mail_codes
import postfix
import processes

# How each mood of a server is told to an admin.
MOODS = {
    "hangs": "cannot be reached.*timed out|cannot be reached",
    "drips": "cannot be reached",
    "greylists": "takes no mail for now.*451 4.7.1 greylisted",
    "refuses": "refuses this mail.*550 5.1.1 no such user here",
    "refuses-sender": "refuses this mail.*553 5.7.1 not from you",
    "closing": "421 4.3.2",
    "says-no-to-tls": "cannot be trusted",
    "no-tls": "cannot be trusted.*does not offer TLS",
    "drops-tls": "cannot be trusted|cannot be reached",
    "tls-garbage": "cannot be trusted|cannot be reached",
    "injects": "cannot be trusted|cannot be reached|cannot be used",
    "garbage": "cannot be reached|refuses this mail|cannot be used",
    "escapes": "refuses this mail",
    "flood": "cannot be used.*longer than 16384 bytes",
    "long-line": "cannot be used|cannot be reached",
    "closes-after-data": "cannot be reached",
    "login-denied": "does not take --user",
    "echoes": "refuses this mail.*554 5.7.1 spam",
}


def V2_a_hostile_mail_server_is_told_of_in_time(rig):
    """All of them side by side, each with a store of its own: those that hang take all the time that there is."""
    results = {}

    def ask(mood, store):
        with hostile_mail.HostileMail(mood, rig.folder / "ca") as server:
            host.ssoctl("mail", "set", "--server", f"smtp://localhost:{server.port}", "--from", postfix.SENDER, "--user",
                        "me", "--password-file", "-", "--ca-file", rig.ca, "--store", store, stdin="pass-Word-4711\n")
            start = time.monotonic()
            said = host.ssoctl("mail", "test", "bob@nest.test", "--store", store, wants=None)
            results[mood] = (said, time.monotonic() - start, server.seen)

    with tempfile.TemporaryDirectory(dir="/run") as folder:
        threads = []
        for mood in MOODS:
            store = pathlib.Path(folder) / mood / "store"
            store.parent.mkdir()
            host.ssoctl("init", "--store", store)
            threads.append(threading.Thread(target=ask, args=(mood, store)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(check.HANG_S)
    for mood, words in MOODS.items():
        said, seconds, seen = results[mood]
        check.equal(said.status, 1, f"{mood}: exit")
        check.contains(said.err, words, mood)
        check.that(seconds < check.SOON_S, f"{mood}: took {seconds:.0f} s")
        check.lacks(said.text, r"[^\x20-\x7e\n]|pass-Word-4711", f"{mood}: what is said")
        if mood in ("no-tls", "says-no-to-tls", "drops-tls"):
            check.lacks(seen.decode(errors="replace"), "AUTH|MAIL FROM|cGFzcy", f"{mood}: what it got without TLS")


def V2_without_tls_mail_goes_to_this_machine_alone_and_only_if_told(rig):
    with hostile_mail.HostileMail("no-tls", rig.folder / "ca") as server, host.Kept(host.CONF) as conf:
        host.ssoctl("mail", "set", "--server", f"smtp://127.0.0.1:{server.port}", "--from", postfix.SENDER)
        try:
            check.contains(host.ssoctl("mail", "test", "bob@nest.test", wants=1).err, "does not offer TLS", "without the setting")
            with open(conf, "a") as file:
                file.write("allow-loopback-smtp = yes\nmails-per-remote = 1000\nmails-per-host = 1000\n")
            host.ssoctl("mail", "test", "bob@nest.test")
            check.contains(server.seen.decode(), "To: <bob@nest.test>", "what came")
        finally:
            host.ssoctl("mail", "remove", "--yes")


def V2_a_mail_server_that_is_down_in_mid_flow_refuses_that_sign_in_alone(rig):
    rig.orgs.bare("kite")
    rig.orgs.open()
    guest, person = f"g{rig.person(mail_codes.DOMAIN)}", rig.person(mail_codes.DOMAIN)
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, mail_codes.PASSWORD)
    host.ssoctl("org", "set", "kite", f"allowed-domains={mail_codes.DOMAIN}")
    with host.Kept(host.CONF) as conf, hostile_mail.HostileMail("waits-after-data", rig.folder / "ca") as server:
        with open(conf, "a") as file:
            file.write("allow-loopback-smtp = yes\nmails-per-remote = 1000\nmails-per-host = 1000\n")
        host.ssoctl("mail", "set", "--server", f"smtp://127.0.0.1:{server.port}", "--from", postfix.SENDER)
        try:
            log = rig.log()
            terminal = login.Ssh(rig, person)
            terminal.until(mail_codes.WAYS)
            terminal.send("1")
            check.soon(lambda: b"Auto-Submitted" in server.seen, "the mail does not come")
            check.that(login.signed_in(login.by_password(rig, guest, mail_codes.PASSWORD)[1]), "nobody else signs in meanwhile")
            gone = login.Ssh(rig, rig.person(mail_codes.DOMAIN))
            gone.until(mail_codes.WAYS)
            gone.send("1")
            check.soon(lambda: server.connections > 1, "the second mail does not come")
            gone.close()  # whoever goes away leaves no helper behind
            check.contains(terminal.end(enter=False), "could not be sent by email", "what the person is told")
            check.that(host.in_passwd(person) is None, "an account was made")
            check.soon(lambda: not processes.ours(), "a helper lives on")
            code = re.search(r"^ +(\d{8})\r?$", server.seen.decode(), re.MULTILINE).group(1)
            check.lacks(log.text() + str(host.listed("audit")), code, "logs and audit")
        finally:
            host.ssoctl("mail", "remove", "--yes")
            host.ssoctl("org", "set", "kite", "allowed-domains=")


def H14_V2_what_a_server_echoes_of_the_code_is_in_no_log(rig):
    rig.orgs.bare("kite")
    host.ssoctl("org", "set", "kite", f"allowed-domains={mail_codes.DOMAIN}")
    with host.Kept(host.CONF) as conf, hostile_mail.HostileMail("echoes", rig.folder / "ca") as server:
        with open(conf, "a") as file:
            file.write("allow-loopback-smtp = yes\nmails-per-remote = 1000\nmails-per-host = 1000\n")
        host.ssoctl("mail", "set", "--server", f"smtp://127.0.0.1:{server.port}", "--from", postfix.SENDER)
        try:
            log = rig.log()
            terminal = login.Ssh(rig, rig.person(mail_codes.DOMAIN))
            terminal.until(mail_codes.WAYS)
            terminal.send("1")
            check.contains(terminal.end(enter=False), "could not be sent by email", "what the person is told")
            code = re.search(r"^ +(\d{8})\r?$", server.seen.decode(), re.MULTILINE).group(1)
            check.contains(log.text(), "554 5.7.1 spam", "the log")
            check.lacks(log.text() + terminal.text, code, "the log")
        finally:
            host.ssoctl("mail", "remove", "--yes")
            host.ssoctl("org", "set", "kite", "allowed-domains=")
