"""H14: after all other tests, no secret of theirs stands in any log."""
import pathlib

import check
import host
import login
import orgs
import sshd

MADE_BY_TESTS = ("member-Lantern-47-quartz", "whatever-1", "wrong-Password-1")


def H14_nothing_at_the_highest_log_level_prints_a_secret(rig):
    rig.orgs.acme()
    server = rig.serve(sshd.Sshd(rig.folder, "debug", level="DEBUG3"))
    person = rig.person()
    login.signs_in(rig, person, sshd=server)
    login.by_password(rig, orgs.owner("acme"), orgs.OWNER_PASSWORD, sshd=server)
    rig.orgs.with_secret("basic", "client_secret_basic")
    login.signs_in(rig, rig.person("basic.test"), sshd=server)
    server.stop()
    check.contains(server.log.read_text(), "debug3", "the log at the highest level")
    _holds_no_secret(rig, [server.log])


def H14_no_log_of_the_whole_run_holds_a_secret(rig):
    rig.orgs.acme()
    login.signs_in(rig, rig.person())
    logs = [host.SYSLOG, rig.sshd.log, *pathlib.Path("/var/log").rglob("*")]
    _holds_no_secret(rig, [path for path in logs if path.is_file()])


def H14_the_audit_holds_no_secret(rig):
    rig.orgs.acme()
    text = host.ssoctl("audit").out + host.ssoctl("audit", "--json").out
    check.that(text.strip(), "the audit is empty")
    for secret in _secrets(rig):
        check.that(secret not in text, f"the audit holds {secret[:6]}...")


def H14_no_core_file_or_command_line_keeps_a_secret(rig):
    found = [str(p) for folder in ("/var/lib/ssoorg", "/run/ssoorg", "/var/crash", "/home")
             for p in pathlib.Path(folder).rglob("core*") if p.is_file()]
    check.equal(found, [], "core files")


def _secrets(rig):
    recorded = (rig.folder / "secrets").read_text().splitlines()
    check.that(len(recorded) > 3, "the provider recorded no secret: the test sees nothing")
    return {*recorded, *rig.secrets, *MADE_BY_TESTS}


def _holds_no_secret(rig, paths):
    secrets = _secrets(rig)
    for path in paths:
        text = path.read_bytes().decode(errors="replace")
        for secret in secrets:
            check.that(secret not in text, f"{path} holds {secret[:6]}...")
