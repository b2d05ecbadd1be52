"""Subordinate numbers for containers without root (CASES O13): lines in /etc/subuid and /etc/subgid."""
import contextlib
import fcntl
import pathlib
import subprocess

import check
import host
import login
import subids
from subids import BY_HAND, COUNT, DOMAIN, FILES, GIDS, ORG, PASSWORD, SETTING, UIDS

# Of the person's own: /tmp is everybody's, and this machine has no logind that makes /run/user.
IN_HOME = "cd; mkdir -p run tmp; export XDG_RUNTIME_DIR=$HOME/run TMPDIR=$HOME/tmp STORAGE_DRIVER=vfs; "
MAPPED = "unshare --map-auto --map-root-user "


def O13_podman_works_as_a_member_who_signed_in_over_ssh(rig):
    subids.needs_namespaces()
    with subids.on(rig):
        person = rig.person(DOMAIN)
        text = login.signs_in(rig, person, command=(
            f"echo BEGIN; {IN_HOME} podman unshare id; podman unshare cat /proc/self/uid_map /proc/self/gid_map; "
            "podman unshare sh -c 'touch file && chown 1000:1000 file'; stat -c 'of %u:%g' file; echo END"))
        first = subids.range_of(person, UIDS)[0]
        check.contains(text, r"uid=0\(root\) gid=0\(root\)", "podman unshare id")
        check.contains(text, rf"(0 +{subids.uid_of(person)} +1\s+1 +{first} +{COUNT}\s+){{2}}", "both maps")
        check.contains(text, rf"of {first + 999}:{first + 999}\r", "whose a file of the container's user 1000 is")
        subids.ends(person)


def O13_a_container_runs_as_a_member(rig):
    subids.needs_namespaces()
    with subids.on(rig), subids.unified_cgroups():
        person = subids.member(rig)
        text = subids.run_in(rig, person, f"{IN_HOME} mkdir -p root/bin root/lib64 root/etc root/proc root/sys root/dev root/run root/tmp; "
                   "cp /bin/sh root/bin/; cp -L $(ldd /bin/sh | grep -o '/lib[^ ]*') root/lib64/; "
                   "podman run --rm --network none --cgroups disabled --user 1000 --rootfs $HOME/root "
                   "/lib64/ld-linux-x86-64.so.2 --library-path /lib64 /bin/sh -c "
                   "'read -r _ _ _ _ < /proc/self/uid_map; while read -r word rest; do case $word in Uid:) echo in-there $rest;; esac; done "
                   "< /proc/self/status'")
        check.contains(text, r"in-there 1000 1000", "the container's user")
        subids.ends(person)


def O13_newuidmap_gives_a_member_these_numbers_and_no_others(rig):
    subids.needs_namespaces()
    with subids.on(rig):
        person, other = subids.member(rig), subids.member(rig)
        first, theirs = subids.range_of(person, UIDS)[0], subids.range_of(other, UIDS)[0]
        text = subids.run_in(rig, person, f"{MAPPED} cat /proc/self/uid_map /proc/self/gid_map")
        check.contains(text, rf"1 +{first} +{COUNT - 1}\s.*1 +{first} +{COUNT - 1}\s", "the maps of unshare --map-auto")
        for wrong in (theirs, first - 1, 100000):
            text = subids.run_in(rig, person, f"unshare -U sleep 1000 > /dev/null 2>&1 & until [ -e /proc/$!/exe ] && [ $(readlink /proc/$!/ns/user) != "
                       f"$(readlink /proc/self/ns/user) ]; do :; done; newuidmap $! 0 {wrong} 2; kill $!")
            check.contains(text, rf"newuidmap: uid range \[0-2\) -> \[{wrong}-{wrong + 2}\) not allowed", "what newuidmap says")


def O13_nobody_has_any_unless_the_host_says_so(rig):
    with subids.on(rig, ""):
        person = subids.member(rig)
        check.equal(_read(), (BY_HAND, BY_HAND), "the files")
        row = host.listed("account", "show", person)
        check.equal(row["subids"], None, "what account show says")
        check.that("subids" not in host.listed("account", "list")[0], "the list has a column that it does not fill")
        SETTING.write_text(f"subids = {COUNT}\n")
        subids.signs_in(rig, person)  # who was there before
        subids.range_of(person, UIDS)


def O13_the_lines_are_the_next_free_ones_and_the_rest_stays_byte_for_byte(rig):
    with subids.on(rig):
        UIDS.chmod(0o640)
        one, other = subids.member(rig), subids.member(rig)
        uids = [subids.uid_of(person) for person in (one, other)]
        wanted = f"{BY_HAND}\n{uids[0]}:165536:{COUNT}\n{uids[1]}:231072:{COUNT}\n"
        check.equal(_read(), (wanted, wanted), "the files")
        check.equal([host.mode_of(path) for path in FILES], ["0640 0:0", "0644 0:0"], "modes and owners")
        row = host.listed("account", "show", other)
        check.equal(row["subids"], "231072-296607", "what account show says")
        subids.signs_in(rig, one)
        SETTING.write_text(f"subids = {2 * COUNT}\n")
        subids.signs_in(rig, one)
        check.equal(_read(), (wanted, wanted), "the files after two more sessions")
        host.ssoctl("account", "rename", one, f"renamed-{uids[0]}")
        subids.signs_in(rig, f"renamed-{uids[0]}")
        check.equal(_read(), (wanted, wanted), "the files after a renaming")


def O13_numbers_of_accounts_local_users_and_uid_ranges_are_no_containers(rig):
    with subids.on(rig, f"subids = {COUNT}\nuid-ranges = 65536-99999 400000-470000\n"), host.Kept("/etc/passwd") as passwd, \
            host.Kept("/etc/group") as group:
        # Those below are taken by BY_HAND up to 300999.
        passwd.write_text(passwd.read_text() + "far:x:366600:1::/:/bin/false\n")
        group.write_text(group.read_text() + "far-crew:x:200000:\n")
        host.ssoctl("member", "add", ORG, subids.new_email(), "--uid", "540000")
        gone = subids.new_email()
        host.ssoctl("member", "add", ORG, gone, "--uid", "600000")
        host.ssoctl("account", "remove", gone, "--yes")
        ranges = [subids.range_of(subids.member(rig), UIDS) for _ in range(4)]
        check.equal([first for first, _ in ranges], [200001, 301000, 470001, 600001], "the first numbers")


def O13_the_line_of_a_removed_account_stays_and_nobody_else_gets_its_numbers(rig):
    with subids.on(rig):
        gone = subids.member(rig)
        line = f"{subids.uid_of(gone)}:165536:{COUNT}\n"
        host.ssoctl("account", "remove", gone, "--yes")
        check.contains(UIDS.read_text(), line, "the line")
        check.equal(subids.range_of(subids.member(rig), UIDS)[0], 231072, "the next one's")
        host.ssoctl("member", "add", ORG, gone)
        host.set_password(gone, PASSWORD)
        subids.signs_in(rig, gone)
        check.equal(subids.range_of(gone, UIDS)[0], 301000, "the same person's, with another number")


def O13_local_users_keep_what_they_have(rig):
    with subids.on(rig):
        name = "pods-local"
        host.add_local_user(name, PASSWORD)  # useradd gives a range, too
        before = _read()
        check.contains(before[0], rf"\n{name}:165536:{COUNT}\n", "what useradd wrote")
        host.ssoctl("member", "add", ORG, subids.new_email(), "--local-user", name)
        subids.signs_in(rig, name)
        check.equal(_read(), before, "the files")
        check.equal(host.listed("account", "show", name)["subids"], "165536-231071", "what account show says")
        for path in FILES:
            path.write_text(BY_HAND)
        subids.signs_in(rig, name)
        check.equal(_read(), (BY_HAND, BY_HAND), "the files, where they have none")


def O13_useradd_and_sessions_at_once_lose_no_line_and_share_no_number(rig):
    with subids.on(rig):
        people = [subids.new() for _ in range(3)]
        names = [f"pods-crowd{n}" for n in range(12)]
        adding = subprocess.Popen(["sh", "-c", f"for name in {' '.join(names)}; do useradd -M $name || exit 1; done"],
                                  stdin=subprocess.DEVNULL)
        terminals = [login.Ssh(rig, person) for person in people]
        for terminal in terminals:
            terminal.password_prompt()
            terminal.send(PASSWORD)
        for terminal in terminals:
            text = terminal.end(enter=False)
            check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
        check.equal(adding.wait(check.HANG_S), 0, "useradd")
        for path in FILES:
            lines = [line.split(":") for line in path.read_text().splitlines() if line.count(":") == 2]
            owners = [owner for owner, _, _ in lines]
            for owner in (*names, *(str(subids.uid_of(person)) for person in people)):
                check.equal(owners.count(owner), 1, f"lines of {owner} in {path}")
            ends = sorted((int(first), int(first) + int(count)) for _, first, count in lines)
            check.that(all(a[1] <= b[0] for a, b in zip(ends, ends[1:])), f"ranges overlap in {path}: {ends}")


def O13_with_etc_read_only_the_next_session_does_it(rig):
    _is_put_off(rig, lambda: host.read_only("/etc", bind=True), "Read-only file system")


def O13_while_another_program_changes_users_the_next_session_does_it(rig):
    _is_put_off(rig, _locked, r"/etc/\.pwd\.lock: another program changes users now")


def O13_a_line_that_shadow_may_read_otherwise_is_named_and_nothing_is_written(rig):
    def odd():
        return _with(GIDS, BY_HAND + "\ndave:0x30000:65536\n")
    _is_put_off(rig, odd, r'/etc/subgid:5: "dave:0x30000:65536" is not OWNER:FIRST:COUNT')


def O13_where_login_defs_has_no_room_the_session_is_begun_all_the_same(rig):
    def narrow():
        return _with("/etc/login.defs", "SUB_UID_MIN 100000\nSUB_UID_MAX 231070\n")
    _is_put_off(rig, narrow, "SUB_UID_MIN to .* of /etc/login.defs: so many numbers in a row are not free")


def O13_what_a_crash_left_out_of_one_file_is_caught_up(rig):
    with subids.on(rig):
        person = subids.member(rig)
        GIDS.write_text(BY_HAND)
        uids = UIDS.read_text()
        subids.signs_in(rig, person)
        check.equal(UIDS.read_text(), uids, "the file that was written")
        check.equal(GIDS.read_text(), f"{BY_HAND}\n{subids.uid_of(person)}:231072:{COUNT}\n", "the other: free in both")
        for path in FILES:
            path.unlink()
        subids.signs_in(rig, person)
        check.equal([subids.range_of(person, path)[0] for path in FILES], [100000, 100000], "files that were not there")
        check.equal([host.mode_of(path) for path in FILES], ["0644 0:0"] * 2, "modes and owners")


def O13_what_runs_in_containers_ends_with_the_sessions(rig):
    subids.needs_namespaces()
    with subids.on(rig):
        person = subids.member(rig)
        inside = subids.range_of(person, UIDS)[0] + 999
        subids.run_in(rig, person, f"{MAPPED} setpriv --reuid 1000 --regid 1000 --clear-groups setsid -f sleep 1000 < /dev/null > /dev/null 2>&1")
        check.that(host.processes_of(inside), "nothing runs as the container's user")
        text = host.ssoctl("account", "lock", person, "--end-sessions").text
        check.contains(text, r"[1-9]\d* processes ended", "what is said")
        check.equal(host.processes_of(inside), [], "what runs of the container")


@contextlib.contextmanager
def _with(path, text):
    with host.Kept(path) as kept:
        kept.write_text(text)
        yield


@contextlib.contextmanager
def _locked():
    with open("/etc/.pwd.lock", "w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        yield


def _is_put_off(rig, trouble, reason):
    """Somebody gets in with this trouble, which the log names, and has their lines after the next session."""
    with subids.on(rig):
        person, log = subids.new(), rig.log()
        with trouble():
            before = _read()
            subids.signs_in(rig, person)
            check.equal(_read(), before, "the files")
        check.contains(log.text(), rf"login={person}: has no subordinate numbers yet: [^\n]*{reason}[^\n]*; the next "
                       "session tries again", "the log")
        subids.signs_in(rig, person)
        check.equal([subids.range_of(person, path)[1] for path in FILES], [COUNT, COUNT], "how many, then")
        check.equal(sorted(path.name for path in pathlib.Path("/etc").glob("*ssoorg-new*")), [], "what is left in /etc")


def _read():
    return tuple(path.read_text() for path in FILES)
