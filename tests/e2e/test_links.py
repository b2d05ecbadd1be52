"""Links that people plant where something of root's may come by (HOLES H07), before it comes by."""
import os
import pathlib

import check
import host
import login
import processes

PRECIOUS = pathlib.Path("/var/precious")
KEYS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHprecious precious"
ANOTHERS = "home directory of this account belongs to another number"
HELPER = "/usr/libexec/ssoorg/ssoorg-authorized-keys"


def H07_links_in_a_home_lead_nothing_of_ours_elsewhere(rig):
    person, other = rig.person("gamma.test"), rig.orgs.open()
    rig.orgs.gamma()
    login.signs_in(rig, person)
    host.ssoctl("member", "add", other, person)
    home = pathlib.Path("/home", person)
    _precious()
    planted = {".config": PRECIOUS / "folder", ".ssh": PRECIOUS, ".bashrc": PRECIOUS / "file", "all": "/",
               "shadow": "/etc/shadow", ".ssoorg-removed": PRECIOUS, "away": "/var/not-there"}
    for name, target in planted.items():
        _as(person, "rm", "-rf", home / name)
        _as(person, "ln", "-s", target, home / name)
    before = _everything(PRECIOUS)
    terminal = login.Ssh(rig, person)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"Active org \[\w+\]: ")
    terminal.send(other)
    check.contains(terminal.end(enter=False), "END", "the session")
    _as(person, "ssoctl", "switch", "gamma", wants=None)
    check.lacks(processes.run(HELPER, person).out, "precious", "the keys that sshd is told")
    for words in (("member", "suspend", other, person, "--end-sessions"), ("member", "resume", other, person),
                  ("account", "lock", person), ("account", "unlock", person)):
        host.ssoctl(*words)
    uid = host.in_passwd(person)[2]
    said = host.ssoctl("account", "remove", person, "--yes", "--end-sessions").text
    check.contains(said, f"is now /home/.ssoorg-removed/{person}.{uid}", "what is said of the home")
    check.equal(_everything(PRECIOUS), before, "what the links lead to")
    aside = pathlib.Path("/home/.ssoorg-removed", f"{person}.{uid}")
    check.equal({name: os.readlink(aside / name) for name in planted},
                {name: str(target) for name, target in planted.items()}, "the links")


def H07_a_home_that_is_a_link_or_lies_behind_one_is_left_alone(rig):
    rig.orgs.gamma()
    victim = rig.person("gamma.test")
    login.signs_in(rig, victim)
    behind = pathlib.Path("/var/behind")
    (behind / "home").mkdir(parents=True)
    (behind / "home").chmod(0o755)
    os.chown(behind / "home", 4242, 4242)
    theirs, base = pathlib.Path("/home", victim), pathlib.Path("/var/planted")
    ways = (("remove", "a", "a/home", theirs), ("retire", "b", "b/home", theirs),
            ("remove", "c", "c/home", behind / "home"), ("remove", "d/e", "d/e", behind),
            ("retire", "f/g", "f/g", behind))
    for verb, above, link, target in ways:
        person = rig.person("gamma.test")
        host.ssoctl("member", "add", "gamma", person, "--home", base / above / "home")
        uid = int(host.in_passwd(person)[2])
        (base / above).mkdir(parents=True)
        for folder in {base / above, base / above.split("/")[0]}:  # theirs, with all that is to come in it
            os.chown(folder, uid, uid)
        if link == above:
            _as(person, "rmdir", base / above)
        _as(person, "ln", "-s", target, base / link)
        before = _everything(theirs), _everything(behind)
        login.is_refused(rig, person, words=ANOTHERS)
        said = host.ssoctl("account", verb, person, "--yes").text
        check.contains(said, "is not a directory of uid", f"what is said of {link} at account {verb}")
        check.equal((_everything(theirs), _everything(behind)), before, f"what {link} leads to after account {verb}")
        check.equal(os.readlink(base / link), str(target), "the link")


def H07_nothing_of_ours_can_give_a_file_to_anybody(rig):
    for name, path in {**host.INSTALLED, "keys": pathlib.Path(HELPER)}.items():
        imports = processes.must("nm", "-D", "--undefined-only", path).out
        check.that(imports.strip(), f"{name}: nm shows no imports at all")
        check.lacks(imports, r" (l|f)?chown(at)?(@|\n)| n?ftw(64)?(@|\n)| fts_", f"what {name} imports")


def _precious():
    """What is not the person's to change, nor, but for one file, to read."""
    (PRECIOUS / "folder").mkdir(parents=True)
    (PRECIOUS / "file").write_text("precious\n")
    (PRECIOUS / "authorized_keys").touch(mode=0o600)
    (PRECIOUS / "authorized_keys").write_text(KEYS + "\n")


def _everything(path):
    """Names, modes, owners and contents, and where links lead; no link is followed."""
    found = {}
    for each in (path, *sorted(path.rglob("*"))):
        content = os.readlink(each) if each.is_symlink() else each.read_bytes() if each.is_file() else ""
        found[str(each)] = (host.mode_of(each), content)
    return found


def _as(person, *words, wants=0):
    uid, gid = host.in_passwd(person)[2:4]
    result = processes.run("setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", *words)
    check.that(wants is None or result.status == wants, f"{words} as {person}: {result.text}")
    return result
