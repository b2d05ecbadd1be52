"""ssoctl check: each thing that can be wrong with a host is said, with its mend, and goes again."""
import json
import pathlib
import re
import shutil
import socket
import time

import check
import host
import processes

FINE, WARNING, CRITICAL = "ok", "warning", "critical"


def a_line_of_another_before_ours_and_none_at_all_are_critical(rig):
    sshd, sudo = pathlib.Path("/etc/pam.d/sshd"), pathlib.Path("/etc/pam.d/sudo")
    with host.Kept(sshd):
        sshd.write_text("auth sufficient pam_sss.so\n" + sshd.read_text())
        _is_said(CRITICAL, "wiring", r"/etc/pam\.d/sshd:1: pam_sss\.so comes before")
    with host.Kept(sshd):
        sshd.write_text("".join(line for line in sshd.read_text().splitlines(True) if "# ssoorg" not in line))
        _is_said(CRITICAL, "wiring", r"sshd \(/etc/pam\.d/sshd\) does not ask", r"ssoctl host enable sshd'")
    _is_said(WARNING, "wiring", r"sudo \(/etc/pam\.d/sudo\) does not ask")
    with host.Kept("/etc/pam.d"):
        host.ssoctl("host", "enable", "sudo", "systemd-user")
        _is_not_said(r"sudo \(/etc/pam\.d/sudo\)")
        sudo.write_text(sudo.read_text().replace(" reauth", " reauthen"))
        _is_said(WARNING, "wiring", r"sudo \(/etc/pam\.d/sudo\) has lines of ssoorg that are not this version's")
        user = pathlib.Path("/etc/pam.d/systemd-user")
        user.write_text(user.read_text() + "# mine\n")
        _is_said(WARNING, "wiring", r"is a copy of /usr/lib/pam\.d/systemd-user, which has changed since")
        sudo.write_text("auth required pam_ssoorg.so\n@include common-auth\n@include common-account\n")
        _is_said(WARNING, "wiring", r"names pam_ssoorg\.so by lines of your own")
    with host.Kept("/etc/pam.d"), host.Kept("/var/lib/ssoorg/host"):
        host.ssoctl("host", "enable", "sudo", "--confirm-within", "1h")
        _is_said(WARNING, "wiring", r"waits to be confirmed")
        host.ssoctl("host", "revert")


def programs_that_are_gone_foreign_or_of_another_version_are_critical(rig):
    module, helper = host.INSTALLED["module"], host.INSTALLED["oidc"]
    _is_said(FINE, "programs", "there, and of version")
    with host.Kept(module):
        text = module.read_bytes()
        module.unlink()
        _is_said(CRITICAL, "programs", r"pam_ssoorg\.so: No such file")
        module.write_bytes(re.sub(rb"ssoorg-version=([^\n]*)", lambda m: b"ssoorg-version=" + b"9" * len(m.group(1)), text))
        _is_said(CRITICAL, "programs", r"pam_ssoorg\.so is of version 9+, and ssoctl of")
    with host.Kept(helper):
        helper.chmod(0o775)
        _is_said(CRITICAL, "programs", r"ssoorg-oidc: belongs to uid 0 with mode 0775", "chmod go-w")
    fleet = host.INSTALLED["fleet"]
    with host.Kept(fleet):
        fleet.chmod(0o722)
        _is_said(CRITICAL, "programs", r"ssoorg-fleet: belongs to uid 0 with mode 0722", "chmod go-w")
        fleet.unlink()
        _is_said(FINE, "programs", "there, and of version")


def settings_of_sshd_that_keep_people_out_or_nobody_are_said(rig):
    _is_said(FINE, "sshd", "as sign-ins need them")
    with host.Kept("/etc/ssh/sshd_config.d") as folder:
        (folder / "05-mine.conf").write_text("KbdInteractiveAuthentication no\nDenyUsers alice@acme.test\nMaxStartups 5\n")
        # Of this one OpenSSH 9.2 takes the last value, not the first.
        (folder / "99-mine.conf").write_text("MaxStartups 5\n")
        _is_said(CRITICAL, "sshd", "KbdInteractiveAuthentication is off")
        _is_said(CRITICAL, "sshd", "denyusers alice@acme.test.*keeps no member out", r"\?")
        _is_said(WARNING, "sshd", "MaxStartups 5:30:5")
        (folder / "05-mine.conf").write_text("Nonsense yes\n")
        _is_said(CRITICAL, "sshd", "sshd -T' fails")


def shared_memory_that_the_helper_does_not_start_without_is_missed(rig):
    shm = pathlib.Path("/dev/shm")
    try:
        shm.chmod(0o755)
        _is_said(CRITICAL, "shm", "not for everybody to write", "mount -t tmpfs -o mode=1777")
        processes.must("mount", "-o", "remount,ro", shm)
        _is_said(CRITICAL, "shm", "/dev/shm is not", "mount -t tmpfs -o mode=1777")
    finally:
        processes.must("mount", "-o", "remount,rw", shm)
        shm.chmod(0o1777)
    _is_said(FINE, "shm", "there for everybody")


def nscd_a_full_disk_and_modes_of_files_are_said(rig):
    nscd = pathlib.Path("/run/nscd")
    nscd.mkdir()
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(nscd / "socket"))
            _is_said(CRITICAL, "nscd", "told of nobody who signs in for the first time")
    finally:
        processes.must("rm", "-r", nscd)
    small = pathlib.Path("/run/small-disk")
    small.mkdir()
    processes.must("mount", "-t", "tmpfs", "-o", "size=16m", "small", small)
    try:
        host.ssoctl("init", "--store", small / "store")
        found = host.ssoctl("check", "--offline", "--store", small / "store", wants=2).out
        check.contains(found, r"critical +room: /run/small-disk/store: for writing, \d+ MiB", "a full disk")
    finally:
        processes.must("umount", small)
    _is_said(FINE, "files", "nobody else writes them")
    host.STORE.chmod(0o755)
    host.MAP.chmod(0o666)
    try:
        _is_said(CRITICAL, "files", r"/var/lib/ssoorg/store: is of uid 0 with mode 0755", "chmod 0700")
        _is_said(CRITICAL, "files", r"accounts\.map: is of uid 0 with mode 0666")
    finally:
        host.STORE.chmod(0o700)
        host.MAP.chmod(0o644)


def settings_and_a_store_that_cannot_be_read_are_findings_too(rig):
    with host.Kept(host.CONF) as conf:
        conf.write_text("no-such-key = 1\n")
        _is_said(CRITICAL, "settings", r"ssoorg\.conf:1: \"no-such-key\" is not a setting")
    with host.Kept(host.STORE):
        (host.STORE / "data.mdb").write_bytes(b"\xff" * 8192)
        _is_said(CRITICAL, "store", r"/var/lib/ssoorg/store")


def N3_a_local_user_of_an_accounts_name_is_said(rig):
    rig.orgs.acme()
    person = rig.person()
    host.ssoctl("member", "add", "acme", person)
    _is_not_said(rf"called {person}, as an account is")  # other tests may have left a name
    with host.Kept("/etc/passwd") as passwd:
        with open(passwd, "a") as file:
            file.write(f"{person}:x:4712:100::/nowhere:/bin/false\n")
        _is_said(WARNING, "names", rf"called {person}, as an account is", "account rename")
    with host.Kept("/etc/nsswitch.conf"):
        host.ssoctl("host", "disable", "nsswitch")
        _is_said(CRITICAL, "names", "name service does not know account", "host enable nsswitch")


def connections_domains_and_local_groups_are_said(rig):
    name = "untried"
    host.ssoctl("org", "create", name, "--name", "Untried", "--owner", "boss@untried.example")
    try:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            host.ssoctl("idp", "set", name, "--issuer", f"https://localhost:{closed.getsockname()[1]}", "--client-id", "x")
            _is_said(WARNING, "connection", f"{name}: nobody has signed in through it yet", f"idp test {name}")
            found = _found()
            check.that(("provider", CRITICAL) not in found, "a provider was asked although --offline was given")
            found = host.ssoctl("check", wants=2).out
            check.contains(found, rf"critical +provider: {name}: https://localhost:\d+/\S+: Failed to connect", "a provider")
        processes.must("groupadd", "short-lived")
        host.ssoctl("group", "map", name, "people", "--local-group", "short-lived")
        _is_not_said("short-lived")
        processes.must("groupdel", "short-lived")
        _is_said(WARNING, "groups", "local group short-lived with number", "group unmap")
    finally:
        processes.run("groupdel", "short-lived")
        host.ssoctl("org", "delete", name, "--yes")
        host.ssoctl("account", "remove", "boss@untried.example", "--yes")


def a_timers_runs_log_changes_alone(rig):
    with host.Kept("/var/lib/ssoorg/host"), host.Kept("/etc/ssh/sshd_config.d") as folder:
        host.ssoctl("check", "--offline", "--log", wants=None)
        log = rig.log()
        host.ssoctl("check", "--offline", "--log", wants=None)
        check.lacks(log.text(), "check: ", "the log after nothing has changed")
        (folder / "05-mine.conf").write_text("UsePAM no\n")
        host.ssoctl("check", "--offline", "--log", wants=2)
        check.contains(log.text(), "check: critical sshd: UsePAM is off.*mend: run 'ssoctl host enable sshd'", "the log")
        (folder / "05-mine.conf").unlink()
        host.ssoctl("check", "--offline", "--log", wants=None)
        check.contains(log.text(), "check: no longer: critical sshd: UsePAM is off", "the log")
        metrics = pathlib.Path("/run/metrics.prom")
        host.ssoctl("status", "--prometheus", metrics)
        text = metrics.read_text()
        for line in (r"ssoorg_records\{kind=\"accounts\"\} \d+", r"ssoorg_map_current 1",
                     r"ssoorg_check_findings\{severity=\"critical\"\} 0", r"ssoorg_check_time_seconds \d{10}"):
            check.contains(text, rf"(^|\n){line}\n", "the metrics")
        for line in text.splitlines():
            check.that(re.fullmatch(r"# (HELP|TYPE) \w+ .+|\w+(\{\w+=\"[^\"\\]*\"\})? -?\d+", line), f"no metric: {line}")


def the_end_of_a_providers_certificate_is_said_before_it_comes(rig):
    org = rig.orgs.acme()  # its certificates are two days old at most
    found = host.ssoctl("check", wants=None).out
    check.contains(found, rf"warning +provider: {org}: the certificate of {rig.idp.issuer} ends 20\d\d-\d\d-\d\d",
                   "what is said of it")
    check.contains(host.ssoctl("idp", "test", org, "--no-signin").out, r"certificate_ends +20\d\d-", "idp test")


def the_end_of_a_clients_secret_is_said_thirty_days_before_and_is_critical_after(rig):
    name, secret = "ending", rig.folder / "ending.secret"
    secret.touch(mode=0o600)
    secret.write_text("ending-secret-of-the-client\n")
    rig.secrets.add("ending-secret-of-the-client")
    client = ("--issuer", "https://localhost:1", "--client-id", "x", "--client-secret-file", secret)
    host.ssoctl("org", "create", name, "--name", "Ending", "--owner", "boss@ending.example")
    try:
        host.ssoctl("idp", "set", name, *client)
        check.equal(host.listed("idp", "show", name)["secret_expires"], None, "before anybody says it")
        check.lacks(_metrics(), f'expires_seconds{{org="{name}"', "the metrics")
        host.ssoctl("idp", "set", name, "--secret-expires", "32d")
        _is_not_said("client's secret")
        said = json.loads(host.ssoctl("idp", "set", name, "--secret-expires", "29d", "--json").out)
        check.equal([row["key"] for row in said["values"]], ["secret_expires"], "what idp set says")
        _is_said(WARNING, "connection", rf"{name}: the client's secret ends 20\d\d-", f"ssoctl idp set {name}")
        check.equal(json.loads(host.ssoctl("idp", "set", name, *client, "--json").out)["changed"], False, "the same secret again")
        host.ssoctl("idp", "set", name, "--secret-expires", "2026-01-02T03:04:05+01:00")
        check.equal(host.listed("idp", "show", name)["secret_expires"], "2026-01-02T02:04:05Z", "the date")
        check.contains(_metrics(), rf'ssoorg_client_secret_expires_seconds{{org="{name}"}} 1767319445\n', "the metrics")
        _is_said(CRITICAL, "connection", rf"{name}: the client's secret has ended 2026-01-02", f"ssoctl idp set {name}")
        for bad in ("soon", "2026-02-30", "12"):
            check.contains(host.ssoctl("idp", "set", name, "--secret-expires", bad, wants=2).err, "is not a date such as", "the error")
        secret.write_text("another-secret-of-the-client\n")
        rig.secrets.add("another-secret-of-the-client")
        host.ssoctl("idp", "set", name, *client)
        check.equal(host.listed("idp", "show", name)["secret_expires"], None, "the date, with another secret")
        host.ssoctl("idp", "set", name, "--secret-expires", "2026-01-02")
        host.ssoctl("idp", "set", name, "--secret-expires", "-")
        _is_not_said("client's secret")
        said = host.ssoctl("idp", "set", name, "--auth", "none", "--secret-expires", "90d", wants=2).err
        check.contains(said, "no meaning without a secret or key", "what is said without a secret")
    finally:
        host.ssoctl("org", "delete", name, "--yes")
        host.ssoctl("account", "remove", "boss@ending.example", "--yes")


def the_end_of_a_social_clients_secret_is_said_too(rig):
    secret = rig.folder / "social-ending.secret"
    secret.touch(mode=0o600)
    secret.write_text("ending-secret-of-a-social-client\n")
    rig.secrets.add("ending-secret-of-a-social-client")
    words = ("--issuer", "https://localhost:1", "--client-id", "x", "--client-secret-file", secret)
    try:
        host.ssoctl("social", "add", "ends", *words, "--secret-expires", "29d")
        _is_said(WARNING, "connection", r"ends: the client's secret ends 20\d\d-", "ssoctl social set ends")
        check.equal(json.loads(host.ssoctl("social", "add", "ends", *words, "--json").out)["changed"], False, "added once more")
        host.ssoctl("social", "set", "ends", "--secret-expires", "2026-01-02T02:04:05Z")
        check.equal(host.listed("social", "show", "ends")["secret_expires"], "2026-01-02T02:04:05Z", "the date")
        _is_said(CRITICAL, "connection", r"ends: the client's secret has ended 2026-01-02", "ssoctl social set ends")
        check.contains(_metrics(), r'ssoorg_client_secret_expires_seconds{social="ends"} 1767319445\n', "the metrics")
        host.ssoctl("social", "set", "ends", "--secret-expires", "-")
        _is_not_said("ends: the client's secret")
    finally:
        host.ssoctl("social", "remove", "ends", "--yes")


def silent_providers_are_asked_side_by_side_for_forty_seconds_in_all_and_the_others_named(rig):
    folder, count = pathlib.Path("/run/silent"), 60  # one after the other they would take half an hour
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    store = ("--store", folder / "store")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(count)
        issuer = f"https://localhost:{silent.getsockname()[1]}"
        state = {"format": 1, "orgs": [{"slug": f"silent-{n:02}", "name": "Silent", "owner": f"boss{n}@silent.example",
                                        "connection": {"issuer": issuer, "client_id": "x"}} for n in range(count)]}
        host.ssoctl("init", *store)
        host.ssoctl("apply", "-", "--yes", *store, stdin=json.dumps(state))
        start = time.monotonic()
        rows = json.loads(host.ssoctl("check", "--json", *store, wants=2).out)
        took = time.monotonic() - start
    said = [row["what"] for row in rows if row["check"] == "provider"]
    check.that(took < 300, f"it took {took:.0f} s")
    asked = {what.split(":")[0] for what in said if what.startswith("silent-")}
    check.that("silent-00" in asked and len(asked) >= 8, f"what was asked: {asked}")
    last, = [what for what in said if "were not asked" in what]
    check.contains(last, rf"^{count - len(asked)} of {count} providers were not asked.* silent-{len(asked):02}", "what is said")
    shutil.rmtree(folder)


def _metrics():
    return host.ssoctl("status", "--prometheus", "-").out


def _found():
    """What is said, by check and severity; the store is left alone by it."""
    rows = host.ssoctl("check", "--offline", "--json", wants=None)
    found = {}
    for row in json.loads(rows.out):
        found.setdefault((row["check"], row["severity"]), []).append(row)
    worst = max(("ok", "warning", "critical").index(severity) for _, severity in found)
    check.equal(rows.status, worst, "the exit status")
    return found


def _is_said(severity, name, what, mend=""):
    rows = _found().get((name, severity), [])
    check.that(any(re.search(what, row["what"], re.DOTALL) and re.search(mend, row["mend"] or "") for row in rows),
               f"{severity} {name}: nothing like /{what}/ with mend /{mend}/ in {rows}")


def _is_not_said(what):
    for rows in _found().values():
        for row in rows:
            check.lacks(row["what"], what, "what is said")
