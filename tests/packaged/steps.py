"""The steps, in their order: each goes on from where the one before has left the system."""
import os
import pathlib
import pwd
import re
import shutil
import subprocess

import boots
import check
import confined
import earlier
import first
import host
import login
import processes
import system
import ways_out
from system import ALL

ALICE, BOB = "p1@acme.test", "p2@acme.test"
BACKUPS = pathlib.Path("/var/backups")
# Passwords, the console and group changes: shadow, util-linux and OpenSSH of Debian 13 do these in another way.
DIFFERENT = "passwd,console,groups"


def local_people_get_in_at_first(here):
    here.kept["stock"] = system.contents()
    here.kept["packages"] = sorted(system.installed())
    system.local_people_get_in(here)


def installing_pulls_in_no_build_tool(here):
    check.equal(shutil.which("gcc"), None, "a compiler that is there anyway")
    said = here.install("before")
    new = sorted(line.split()[0] for line in system.installed() - set(here.kept["packages"]))
    check.that(set(ALL) <= set(new), f"not all of ours are installed: {new}; {check.shown(said, 2000)}")
    tools = [name for name in new if re.search(r"-dev$|^(gcc|g\+\+|cpp|make|binutils|meson|ninja-build|pkgconf|git|debhelper)", name)]
    check.equal(tools, [], "build tools among what was installed")


def installing_wires_nothing(here):
    check.equal(system.changed(here.kept["stock"], system.contents()), [], "files of the host that have changed")


def installing_makes_user_folders_and_store(here):
    entry = pwd.getpwnam("ssoorg")
    check.equal((entry.pw_dir, entry.pw_shell), ("/", "/usr/sbin/nologin"), "home and shell of the system user")
    check.equal(processes.must("passwd", "-S", "ssoorg").out.split()[1], "L", "the password of the system user")
    here.kept["uid"] = entry.pw_uid
    for path, mode in (("/var/lib/ssoorg", "0755"), ("/var/lib/ssoorg/store", "0700"), ("/var/lib/ssoorg/public", "0755"),
                       ("/run/ssoorg", "0700"), ("/etc/ssoorg/ssoorg.conf", "0644"), ("/usr/bin/ssoctl", "0755"),
                       ("/usr/libexec/ssoorg/ssoorg-oidc", "0711")):
        check.equal(host.mode_of(path), f"{mode} 0:0", f"mode and owner of {path}")
    check.equal(host.listed("org", "list"), [], "orgs of the new store")
    for unit, state in (("ssoorg-domains.timer", "enabled"), ("ssoorg-revert.service", "enabled")):
        check.equal(processes.run("systemctl", "is-enabled", unit).out.strip(), state, unit)
    if here.booted:
        check.equal(processes.run("systemctl", "is-active", "ssoorg-domains.timer").out.strip(), "active", "the timer")
    for path in ("/usr/share/bash-completion/completions/ssoctl", "/usr/share/zsh/vendor-completions/_ssoctl",
                 "/usr/share/fish/vendor_completions.d/ssoctl.fish"):
        check.contains(pathlib.Path(path).read_text(), "enforcement", path)


def local_people_get_in_with_the_packages_installed(here):
    system.local_people_get_in(here)


def local_people_get_in_with_everything_wired(here):
    system.local_people_get_in(here)


def a_session_from_before_an_upgrade_can_close_after_it(here):
    conf = pathlib.Path("/etc/ssoorg/ssoorg.conf")
    conf.write_text(conf.read_text() + "# mine\nreauth = 7m\n")
    here.kept["conf"] = conf.read_text()
    mark = here.log_mark()
    session = login.open_session(here, BOB)
    here.install("now")
    check.equal(processes.must("dpkg-query", "-W", "-f", "${Version}", "ssoorg").out, system.version_of("now"), "the version now")
    session.send("id; echo IS-$((6 * 7))")
    session.until("IS-42")
    session.send("exit 3")
    session.end(enter=False)
    check.equal(session.status, 3, "the exit status of the session")
    check.lacks(here.logged_since(mark), "segfault|symbol lookup", "the log")


def an_upgrade_keeps_what_was_edited_and_wired(here):
    check.equal(pathlib.Path("/etc/ssoorg/ssoorg.conf").read_text(), here.kept["conf"], "ssoorg.conf")
    check.equal(system.changed(here.kept["wired"], system.contents()), [], "files of the host that have changed")
    check.equal(host.in_passwd(ALICE)[2], here.kept["alice"], "the number of somebody")


def people_sign_in_after_an_upgrade(here):
    system.local_people_get_in(here)
    login.signs_in(here, ALICE)


def the_package_of_a_fleet_comes_and_goes_without_the_others(here):
    helper = pathlib.Path("/usr/libexec/ssoorg/ssoorg-fleet")
    check.that(not helper.exists(), "a host that stands alone has it")
    here.install("now", ("ssoorg-fleet",))
    check.equal(host.mode_of(helper), "0711 0:0", f"mode and owner of {helper}")
    for path in ("/usr/libexec/ssoorg/ssoorg-sync", "/usr/share/ssoorg/fleet.sql", "/usr/lib/systemd/system/ssoorg-sync.service"):
        check.that(pathlib.Path(path).exists(), f"{path} is not there")
    check.contains(processes.run("/usr/libexec/ssoorg/ssoorg-sync", "--once").text, "in no fleet", "what it says here")
    entry = pwd.getpwnam("ssoorg-fleet")
    check.equal((entry.pw_dir, entry.pw_shell), ("/", "/usr/sbin/nologin"), "home and shell of its user")
    here.apt("remove", "ssoorg-fleet")
    check.that(not helper.exists(), "it stays")
    here.apt("purge", "ssoorg-fleet")
    left = [path for path in pathlib.Path("/etc/systemd/system").rglob("ssoorg-sync*")]
    check.equal(left, [], "what is left of its service")
    check.equal(system.status_of("ssoorg"), "install ok installed", "the package without it")


def a_package_that_changes_a_stack_is_installed_as_ever(here):
    tree = here.folder / "stack"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "etc/pam.d").mkdir(parents=True)
    (tree / "etc/pam.d/ssoorg-test-other").write_text("auth required pam_deny.so\n")
    (tree / "DEBIAN/conffiles").write_text("/etc/pam.d/ssoorg-test-other\n")
    (tree / "DEBIAN/control").write_text("Package: other\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y.example>\nDescription: x\n")
    processes.must("dpkg-deb", "-b", tree, here.folder / "other.deb")
    said = processes.must("dpkg", "-i", here.folder / "other.deb").text
    check.contains(said, "Processing triggers for ssoorg", "what dpkg says")
    check.equal(system.status_of("ssoorg"), "install ok installed", "our package after its trigger")
    processes.must("dpkg", "-P", "other")


def a_maintainers_version_of_a_stack_unwires_it_and_the_log_says_so(here):
    """sshd's own package in place of what was wired: as if its stack had changed, and the admin had taken that."""
    deb = next(pathlib.Path("/var/cache/apt/archives").glob("openssh-server_*.deb"))
    log = here.log_mark()
    processes.must("dpkg", "--force-confask", "--force-confnew", "-i", deb, env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"))
    check.lacks(pathlib.Path("/etc/pam.d/sshd").read_text(), "ssoorg", "the stack")
    check.soon(here.listens, "sshd does not listen")
    system.local_people_get_in(here)
    check.soon(lambda: re.search(r"/etc/pam\.d/sshd\) does not ask ssoorg", here.logged_since(log)),
               "the log does not say that sshd is not wired any more")
    for left in ("/etc/pam.d/sshd.dpkg-old", "/etc/ssh/sshd_config.ucf-dist"):
        pathlib.Path(left).unlink(missing_ok=True)
    system.wire("enable")
    check.equal(system.changed(here.kept["wired"], system.contents()), [], "files of the host after it was wired again")


def an_older_version_that_cannot_read_the_store_is_refused_with_the_reason(here):
    here.install("later")
    said = here.install("now", wants=1)
    check.contains(said, r"schema 99, which this version \(\d+\) cannot read", "what is said")
    check.equal(processes.must("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", "ssoorg").out,
                system.version_of("later") + " installed", "the version that stays")
    login.signs_in(here, ALICE)
    pathlib.Path("/var/lib/ssoorg/schema").unlink()
    here.install("now")


def a_line_of_the_admins_own_keeps_the_module_from_being_removed(here):
    other = pathlib.Path("/etc/pam.d/mine")
    other.write_text("auth required pam_ssoorg.so\n")
    said = here.apt("remove", "libpam-ssoorg", wants=1)
    check.contains(said, r"/etc/pam\.d/mine names pam_ssoorg\.so by a line that 'ssoctl host' did not write", "what is said")
    check.that(host.INSTALLED["module"].exists(), "the module is gone")
    other.unlink()
    here.apt("-f", "install")
    system.wire("enable")
    check.equal(system.changed(here.kept["wired"], system.contents()), [], "files of the host after it was wired again")


def each_module_unwires_what_is_its_own(here):
    here.apt("remove", "libpam-ssoorg")
    left = system.changed(here.kept["stock"], system.contents())
    check.equal(left, ["/etc/nsswitch.conf"], "files that are not as they were before")
    check.that(host.in_passwd(ALICE), "names are gone with the PAM module")
    here.install("now")
    system.wire("enable")
    here.apt("remove", "libnss-ssoorg")
    left = system.changed(here.kept["wired"], system.contents())
    check.equal(left, ["/etc/nsswitch.conf"], "files that are not as they were wired")
    check.that(not host.in_passwd(ALICE), "names are there without their module")
    system.local_people_get_in(here)
    here.install("now")
    system.wire("enable")
    check.equal(system.changed(here.kept["wired"], system.contents()), [], "files of the host after it was wired again")


def unwiring_leaves_edits_links_and_copies_of_the_admins(here):
    sudo, real, nsswitch = pathlib.Path("/etc/pam.d/sudo"), pathlib.Path("/etc/pam-of-sudo"), pathlib.Path("/etc/nsswitch.conf")
    before = {path: (path.read_text(), host.mode_of(path)) for path in (sudo, nsswitch)}
    real.write_text(sudo.read_text() + "session optional pam_echo.so mine")
    os.chmod(real, 0o640)
    os.chown(real, 0, 4)
    sudo.unlink()
    sudo.symlink_to(real)
    nsswitch.write_text(re.sub(r"(?m)^(group:.*)$", r"\1 [NOTFOUND=return] mine # ssoorg is ours", nsswitch.read_text()))
    copy = pathlib.Path("/etc/pam.d/systemd-user")
    copy.write_text(copy.read_text() + "session optional pam_echo.so mine\n")
    for name in ("pam", "nss"):
        processes.must(f"/usr/lib/ssoorg/unwire-{name}")
    check.equal((sudo.is_symlink(), host.mode_of(real)), (True, "0640 0:4"), "the link, and the mode of its target")
    check.that(real.read_text().endswith("mine") and "# ssoorg" not in real.read_text(), f"the stack: {real.read_text()}")
    check.contains(nsswitch.read_text(), r"\ngroup:[^\n]* \[NOTFOUND=return\] mine # ssoorg is ours\n", "nsswitch.conf")
    check.lacks(re.sub("#.*", "", nsswitch.read_text()), "ssoorg", "nsswitch.conf without comments")
    check.contains(copy.read_text(), "pam_echo.so mine", "the copy that was edited")
    check.lacks(copy.read_text(), "pam_ssoorg", "the copy that was edited")
    check.equal(list(pathlib.Path("/etc").rglob(".*ssoorg-*")), [], "files half written")
    for path in (sudo, real, copy):
        path.unlink()
    for path, (text, mode) in before.items():
        path.write_text(text)
        os.chmod(path, int(mode.split()[0], 8))
    system.wire("enable")
    check.equal(system.changed(here.kept["wired"], system.contents()), [], "files of the host after it was wired again")


def unwiring_does_what_host_disable_does(here):
    system.wire("disable")
    disabled = system.contents()
    system.wire("enable")
    for name in ("pam", "nss"):
        processes.must(f"/usr/lib/ssoorg/unwire-{name}")
    check.equal(system.changed(disabled, system.contents()), [], "what differs")
    system.wire("enable")


def unwiring_on_a_full_disk_leaves_a_stack_as_it_is(here):
    """The folder takes no new file: nothing is half written, and the package says so."""
    before = system.contents()
    processes.must("mount", "--bind", "/etc/pam.d", "/etc/pam.d")
    processes.must("mount", "-o", "remount,ro,bind", "/etc/pam.d")
    result = processes.run("/usr/lib/ssoorg/unwire-pam")
    processes.must("umount", "/etc/pam.d")
    check.equal(result.status, 1, "its exit status")
    check.contains(result.err, "/etc/pam.d/sshd: could not be replaced; it is as it was", "what is said")
    changed = [path for path in system.changed(before, system.contents()) if "/pam.d/" in path]
    check.equal(changed, [], "stacks that have changed")
    system.wire("enable")


def removing_unwires_first_and_says_who_is_left(here):
    session = login.open_session(here, BOB)
    host.ssoctl("member", "add", "acme", "mapped@acme.test", "--local-user", system.MAPPED)
    said = here.apt("remove", *ALL)
    check.contains(said, f"local users that members use: {system.MAPPED}\n", "what is said")
    check.contains(said, f"usermod --unlock {system.MAPPED} gives back", "what is said")
    check.contains(said, r"homes of members that stay: 3; members with something running: 1", "what is said")
    session.close()
    check.equal(system.changed(here.kept["stock"], system.contents()), [], "files of the host that are not as at first")
    check.that(not host.in_passwd(ALICE), "names are still there")
    check.that(host.STORE.exists(), "the store is gone")
    check.that(pathlib.Path(f"/home/{ALICE}").is_dir(), "a home is gone")
    check.that(pathlib.Path("/etc/ssoorg/ssoorg.conf").exists(), "settings are gone")


def local_people_get_in_after_the_removal(here):
    check.soon(here.listens, "sshd does not listen")
    system.local_people_get_in(here)
    check.lacks(login.is_told(here, ALICE, options=("-o", "NumberOfPasswordPrompts=0")), "enter the code", "what a member is shown")


def installed_again_everybody_is_there_as_before(here):
    here.install("now")
    check.equal(system.changed(here.kept["stock"], system.contents()), [], "files of the host that are not as at first")
    check.equal(pathlib.Path("/etc/ssoorg/ssoorg.conf").read_text(), here.kept["conf"], "ssoorg.conf")
    system.wire("enable")
    login.signs_in(here, ALICE)
    check.equal(host.in_passwd(ALICE)[2], here.kept["alice"], "the number of somebody")


def purging_asks_nothing_and_puts_the_store_aside(here):
    mine = pathlib.Path("/etc/ssoorg/mail.template")
    mine.write_text("# mine\n")
    said = here.apt("purge", *ALL, SSOORG_UNLOCK="yes")
    check.contains(said, f"{system.MAPPED} may use the password from before again", "what is said")
    for name in ALL:
        check.that(system.status_of(name) in ("", "unknown ok not-installed"), f"{name}: {system.status_of(name)}")
    check.equal(system.changed(here.kept["stock"], system.contents()), [], "files of the host that are not as at first")
    aside = list(BACKUPS.glob("ssoorg-*"))
    check.equal([host.mode_of(path) for path in aside], ["0700 0:0"], "what is in /var/backups")
    check.that((aside[0] / "store/data.mdb").stat().st_size > 0, "no store in it")
    check.equal([path for path in system.names_left() if not path.startswith(str(aside[0]))],
                ["/etc/ssoorg"], "what is left elsewhere")
    check.equal(mine.read_text(), "# mine\n", "a file of the admin's")
    check.equal(processes.must("passwd", "-S", "ssoorg").out.split()[1], "L", "the password of the system user")
    mine.unlink()


def local_people_get_in_after_the_purge(here):
    system.local_people_get_in(here)
    system.gets_in(here, system.MAPPED)


def installed_after_a_purge_it_begins_anew_with_the_same_user(here):
    here.install("now")
    check.equal(pwd.getpwnam("ssoorg").pw_uid, here.kept["uid"], "the number of the system user")
    check.equal(host.listed("org", "list"), [], "orgs of the new store")
    check.lacks(pathlib.Path("/etc/ssoorg/ssoorg.conf").read_text(), "mine", "ssoorg.conf")


def the_demo_signs_in_with_the_packages(here):
    if here.idp:
        here.idp.stop()
    processes.must("rm", "-rf", here.folder)
    demo = pathlib.Path(__file__).resolve().parent.parent / "e2e/demo.py"
    result = processes.run("/usr/bin/python3", "-B", demo, "--auto", timeout=600, env=dict(os.environ, SSOORG_INSTALLED="packages"))
    check.that(result.status == 0, f"exit {result.status}: {check.shown(result.text, 3000)}")
    check.contains(result.out, "all of it held", "what it says")


def the_end_to_end_tests_that_differ_on_debian_13_pass(here):
    here.apt("purge", *ALL)
    here.install("now")
    # The new store gives other numbers, and nobody gets a home that is another number's.
    processes.must("rm", "-rf", here.folder, *pathlib.Path("/home").glob("*@*"))
    e2e = pathlib.Path(__file__).resolve().parent.parent / "e2e"
    for path in (pathlib.Path("/dev/log"), host.SYSLOG):
        path.unlink(missing_ok=True)
    log = subprocess.Popen(["/usr/bin/python3", "-B", e2e.parent / "log_listener.py", "/dev/log", host.SYSLOG], stdin=subprocess.DEVNULL)
    try:
        check.soon(pathlib.Path("/dev/log").is_socket, "no listener for the log")
        result = processes.run("/usr/bin/python3", "-B", e2e / "run", "--modules", DIFFERENT, timeout=1200,
                               env=dict(os.environ, SSOORG_INSTALLED="packages"))
    finally:
        processes.stop(log)
    failed = [line for line in result.out.splitlines() if not line.startswith("ok ")]
    check.that(result.status == 0, f"exit {result.status}: {check.shown(chr(10).join(failed) + result.err, 6000)}")
    check.contains(result.out, r"\n[1-9]\d* passed, 0 failed", "what it says")


ALL_STEPS = (
    local_people_get_in_at_first, installing_pulls_in_no_build_tool, installing_wires_nothing, installing_makes_user_folders_and_store,
    local_people_get_in_with_the_packages_installed, first.the_first_login_takes_at_most_five_commands,
    local_people_get_in_with_everything_wired, a_session_from_before_an_upgrade_can_close_after_it,
    an_upgrade_keeps_what_was_edited_and_wired, people_sign_in_after_an_upgrade,
    the_package_of_a_fleet_comes_and_goes_without_the_others,
    a_package_that_changes_a_stack_is_installed_as_ever, a_maintainers_version_of_a_stack_unwires_it_and_the_log_says_so,
    an_older_version_that_cannot_read_the_store_is_refused_with_the_reason,
    a_line_of_the_admins_own_keeps_the_module_from_being_removed, each_module_unwires_what_is_its_own,
    unwiring_leaves_edits_links_and_copies_of_the_admins, unwiring_does_what_host_disable_does,
    unwiring_on_a_full_disk_leaves_a_stack_as_it_is, removing_unwires_first_and_says_who_is_left,
    local_people_get_in_after_the_removal, installed_again_everybody_is_there_as_before,
    *ways_out.STEPS_BEFORE_PURGE, purging_asks_nothing_and_puts_the_store_aside, local_people_get_in_after_the_purge,
    *ways_out.STEPS_AFTER_PURGE,
    installed_after_a_purge_it_begins_anew_with_the_same_user)
ONLY_13 = (the_end_to_end_tests_that_differ_on_debian_13_pass,)


def for_this_system(here):
    is_13 = 'VERSION_ID="13"' in pathlib.Path("/etc/os-release").read_text()
    at = ALL_STEPS.index(a_session_from_before_an_upgrade_can_close_after_it)
    all_steps = ALL_STEPS[:at] + confined.steps_of_this_kernel(here) + ALL_STEPS[at:]
    # The store is the same on both: with --packages it is brought along on both, else where less is to be done.
    if here.whole or not is_13:
        all_steps += earlier.STEPS
    return all_steps + (boots.STEPS if here.booted else ()) + (the_demo_signs_in_with_the_packages,) + (ONLY_13 if is_13 else ())
