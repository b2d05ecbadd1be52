"""Files of members: in and out again, all or nobody, how far it is, and long lists."""
import csv
import io
import json
import os
import pathlib
import subprocess

import check
import host
import login
import processes

FOLDER = pathlib.Path("/run/imports")
SEED = "000102030405060708090a0b0c0d0e0f"
HEADER = "email,role,status,name,login,shell,home,uid"
MANY = 60000
ELSEWHERE = "elsewhere"  # the org of stores of their own: no name that this host knows


def a_file_of_members_is_imported_and_the_host_knows_them(rig):
    org = rig.orgs.gamma()
    said = _import(org, '\ufeffemail,name,role\r\nIm1@GAMMA.test,"Zo\u00eb ""Z""",\r\n', wants=1).text
    check.contains(said, r"file\.csv:2: name .*: , =", "what is said of a name with quotes")
    said = _import(org, "\ufeffemail,name,role\r\n\r\nIm1@GAMMA.test,\"Zo\u00eb\",admin\r\nim2@b\u00fccher.test,,").text
    check.contains(said, "2 added, 0 there already, 0 refused", "what is said")
    rows = host.members(org)
    row = rows["im1@gamma.test"]
    check.equal((row["name"], row["role"], row["source"]), ("Zo\u00eb", "admin", "manual"), "the first row")
    check.equal(rows["im2@xn--bcher-kva.test"]["role"], "viewer", "the second row")
    check.equal(host.in_passwd("im1@gamma.test")[2], str(row["uid"]), "the number of the first")
    event = host.listed("audit", org)[-1]
    check.equal((event["event"], event["detail"]), ("member.import", "2 added, 0 there already, 0 refused"),
                "the event")


def member_add_takes_a_number(rig):
    org = rig.orgs.gamma()
    host.ssoctl("member", "add", org, "number@gamma.test", "--uid", "77001")
    check.equal(host.in_passwd("number@gamma.test")[2:4], ["77001", "77001"], "uid and gid")
    for uid in ("0", "999", "61184", "65519", "65534", "65535", "2147483648", "-1", "x"):
        result = host.ssoctl("member", "add", org, "number2@gamma.test", "--uid", uid, wants=2)
        check.contains(result.text, "61184 to 65519", f"what is said of uid {uid}")
    check.contains(host.ssoctl("member", "add", org, "number2@gamma.test", "--uid", "77001", wants=1).text,
                   "is or was an account's", "what is said of a number that is taken")
    host.ssoctl("member", "add", org, "number2@gamma.test", "--uid", "77002", "--local-user", "root", wants=2)


def an_export_imported_into_the_same_org_changes_nothing(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    host.ssoctl("member", "add", org, "away@gamma.test")
    host.ssoctl("member", "suspend", org, "away@gamma.test")
    before, events = _state(org), host.listed("audit", org)
    text = host.ssoctl("member", "export", org).out
    rows = list(csv.DictReader(io.StringIO(text)))
    check.equal(text.splitlines()[0], HEADER, "the first line")
    listed = host.members(org)
    check.equal({row["email"]: (row["role"], row["status"], row["login"], int(row["uid"])) for row in rows},
                {row["email"]: (row["role"], row["status"], row["login"], row["uid"]) for row in listed.values()},
                "who is exported")
    check.contains(_import(org, text).text, f"0 added, {len(rows)} there already, 0 refused", "what is said")
    check.contains(host.ssoctl("member", "import", org, "-", stdin=text).text, "0 added", "what is said of a pipe")
    check.equal((_state(org), host.listed("audit", org)), (before, events), "what is stored")


def an_export_makes_the_same_people_on_another_host(rig):
    rows = [HEADER, "a@x.test,admin,,Name A,,,,", "b@x.test,viewer,suspended,,short,/bin/sh,/srv/b,70100",
            "c@x.test,,,Zo\u00eb,,,,2147483647"]
    here, there = _store("here"), _store("there")
    _import(ELSEWHERE, "\n".join(rows), *here)
    text = host.ssoctl("member", "export", ELSEWHERE, *here).out
    check.contains(text, r"b@x\.test,viewer,suspended,,short,/bin/sh,/srv/b,70100\n", "the export")
    check.contains(_import(ELSEWHERE, text, *there).text, "3 added, 1 there already", "what is said there")
    check.equal(host.ssoctl("member", "export", ELSEWHERE, *there).out, text, "the export from there")


def what_an_import_would_refuse_is_not_exported(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    name = host.members(org)[person]["name"]
    text = host.ssoctl("member", "export", org).out
    exported = {row["email"]: row["name"] for row in csv.DictReader(io.StringIO(text))}
    illegal = any(char in name for char in ':,=\\"')
    check.equal(exported[person], "" if illegal else name, "the name")


def what_is_wrong_with_a_file_is_said_with_its_line_and_stores_nothing(rig):
    org = rig.orgs.gamma()
    before = _state(org)
    for text, why in (
            ("", "file.csv:1: is empty"),
            ("\n\n", "is empty"),
            ("name\nx\n", 'file.csv:1: has no column "email"'),
            ("email,nick\n", 'file.csv:1: column "nick": is not email, role'),
            ("email,Role\n", 'column "Role"'),
            ("email,email\n", 'column "email": is there twice'),
            ("email,\n", 'column ""'),
            ("email\nx@gamma.test\nbad\n", 'file.csv:3: email "bad"'),
            ("email\nx@gamma.test\n\nX@gamma.test\n", "file.csv:4: .*is on line 2 already"),
            ("email,role\nx@gamma.test,king\n", 'file.csv:2: role "king"'),
            ("email,role\nx@gamma.test,owner\n", "file.csv:2: .*the owner of org"),
            ("email,role\nx@gamma.test\n", "file.csv:2: has 1 fields"),
            ("email,role\nx@gamma.test,viewer,\n", "file.csv:2: has 3 fields"),
            ("email,uid\nx@gamma.test,61184\n", "61184 to 65519"),
            ("email,uid\nx@gamma.test,70050\ny@gamma.test,70050\n", "file.csv:3: uid 70050: is or was"),
            ("email,status\nx@gamma.test,gone\n", "active or suspended"),
            ("email,login\nx@gamma.test,root\n", "login"),
            ("email,home\nx@gamma.test,../etc\n", "absolute path"),
            ('email\n"x@gamma.test\n', "file.csv:2: column 1: a quote that is not closed"),
            ("email\nx@gamma.test\x00\n", "file.csv:2: column 13: byte 0x00"),
            ("email\nx@gamma.test\x1b[2J\n", "file.csv:2: column 13: byte 0x1b"),
            ("email,name\nx@gamma.test," + "n" * 128 + "\n", "name"),
            ("email,name\nx@gamma.test," + "n" * 5000 + "\n", "file.csv:2: column 4097: a line of more than 4096"),
            ("email,role\n" + "boss-gamma@example.org,viewer\n", "another role")):
        result = _import(org, text, wants=None)
        check.that(result.status in (1, 3), f"exit {result.status} for {text[:60]!r}")
        check.contains(result.err, why, f"what is said of {text[:60]!r}")
        check.that("\x1b" not in result.text and len(result.err.splitlines()) == 1, f"words for {text[:60]!r}")
    for words, status in (((org, "/nonexistent.csv"), 1), ((org, "/etc"), 1), (("nowhere", "-"), 4), ((org,), 2)):
        host.ssoctl("member", "import", *words, wants=status)
    host.ssoctl("member", "export", "nowhere", wants=4)
    check.equal(_state(org), before, "what is stored")


def keep_going_stores_the_good_rows_and_lists_the_bad_ones(rig):
    org = rig.orgs.gamma()
    text = 'email,role\nk1@gamma.test,king\nk2@gamma.test,\n"\nk2@gamma.test,\nk3@gamma.test,viewer\nbad,\n'
    result = _import(org, text, "--keep-going", "--json", "--dry-run", wants=1)
    check.that("k2@gamma.test" not in host.members(org), "a dry run has stored somebody")
    check.contains(result.err, "dry run, nothing stored", "what is said of a dry run")
    result = _import(org, text, "--keep-going", "--json", wants=1)
    check.equal([(row["line"], row["email"]) for row in json.loads(result.out)["refused_rows"]],
                [(2, "k1@gamma.test"), (4, None), (5, "k2@gamma.test"), (7, None)], "the rows that were refused")
    check.contains(json.loads(result.out)["refused_rows"][2]["reason"], "is on line 3 already", "why the second of two was")
    rows = host.members(org)
    check.that({"k2@gamma.test", "k3@gamma.test"} <= set(rows) and "k1@gamma.test" not in rows, "who is there")
    lines = _import(org, text, "--keep-going", wants=1).err.splitlines()
    check.equal(len(lines), 5, f"the lines {lines}")
    check.contains(lines[0], r'file\.csv:2: role "king"', "the first")
    check.contains(lines[4], "0 added, 2 there already, 4 refused", "the last")
    good = _import(org, "email\nk4@gamma.test\n", "--keep-going", "--json")
    check.equal(json.loads(good.out), {"changed": True, "org": org, "added": 1, "there_already": 0, "refused": 0,
                                       "refused_rows": []}, "what is printed of a good file")


def N3_local_users_and_numbers_win_over_a_file_of_any_length(rig):
    org = rig.orgs.gamma()
    with host.Kept("/etc/passwd") as passwd:
        passwd.write_text(passwd.read_text() + "local@gamma.test:x:70007:70007::/:/bin/sh\n")
        _expect_foreign(org, "local@gamma.test", 70007)


def N3_users_of_another_name_service_win_over_a_file_of_any_length(rig):
    org, userdb = rig.orgs.gamma(), pathlib.Path("/etc/userdb")
    record = {"userName": "far@gamma.test", "uid": 70008, "gid": 70008, "disposition": "regular"}
    with host.Kept(userdb):
        userdb.mkdir(exist_ok=True)
        (userdb / "far@gamma.test.user").write_text(json.dumps(record))
        (userdb / "70008.user").symlink_to("far@gamma.test.user")
        check.that(host.in_passwd("far@gamma.test"), "the name service of systemd does not know the record")
        _expect_foreign(org, "far@gamma.test", 70008)


def the_progress_is_shown_on_a_terminal_alone(rig):
    path = _many()
    words = ["member", "import", ELSEWHERE, str(path), "--dry-run", *_store("shown")]
    terminal = login.Terminal("ssoctl", words)
    terminal.until(r"\[#+\.+\] \d+ of 60000, \d+ a second, 0:\d\d left")
    check.contains(terminal.end(enter=False), "60000 added", "what is said at the end")
    check.lacks(terminal.text.splitlines()[-1], r"\[#", "the last line")
    check.lacks(host.ssoctl(*words).text, "a second", "what is said without a terminal")
    terminal = login.Terminal("ssoctl", [*words, "--json"])
    check.lacks(terminal.end(enter=False), "a second", "what is said with --json")


def an_import_that_is_interrupted_leaves_nothing(rig):
    path, store = _many(), _store("interrupted")
    before = sorted(os.listdir(store[1]))
    terminal = login.Terminal("ssoctl", ["member", "import", ELSEWHERE, str(path), *store])
    terminal.until(r"\d+ of 60000, \d+ a second")
    terminal.child.sendintr()
    terminal.end(enter=False)
    check.lacks(terminal.text, "60000 added", "what is said")
    check.equal(len(json.loads(host.ssoctl("member", "list", "--json", *store).out)), 1, "who is a member")
    check.equal(sorted(os.listdir(store[1])), before, "the files of the store")
    check.contains(_import(ELSEWHERE, "email\nlater@x.test\n", *store).text, "1 added", "what is said later")


def long_lists_are_whole_early_and_end_quietly(rig):
    store = _store("long")
    rows = [f"{'x' * (30 if n == 2500 else 5)}{n}@x.test" for n in range(3000)]
    _import(ELSEWHERE, "\n".join(["email", *rows]), *store)
    for words in (("member", "list"), ("account", "list")):
        listed = json.loads(host.ssoctl(*words, "--json", *store).out)
        check.equal([row["email"] for row in listed[1:]], rows, f"the rows of {words} --json")
        lines = host.ssoctl(*words, *store).out.splitlines()
        check.equal(len(lines), 3002, f"the lines of {words}")
        check.that(all(row in line for row, line in zip(rows, lines[2:])), f"a row of {words} is missing")
        for first in (1, 1001, 2001):
            places = {line.index(" active ") for line in lines[first:first + 1000]}
            check.equal(len(places), 1, f"where the status stands from line {first} of {words}")
    for words in ("member list", "member list --json", "account list", f"member export {ELSEWHERE}"):
        command = f"ssoctl {words} {' '.join(store)}"
        ended = processes.run("bash", "-c", f"{command} | head -n 1")
        check.equal((ended.status, ended.err, len(ended.out.splitlines())), (0, "", 1), f"{words} | head")
        # The same where whoever starts it has SIGPIPE ignored.
        ended = subprocess.run(["bash", "-c", f"trap '' PIPE; {command} | head -n 1"], capture_output=True, text=True,
                               check=False)
        check.equal(ended.stderr, "", f"{words} | head, without SIGPIPE")
        # Unbuffered each piece fails by itself, and nothing is left for the end to fail with.
        for before in ("", "stdbuf -o0 "):
            ended = processes.run("bash", "-c", f"trap '' PIPE; {before}{command} > >(:)")
            check.equal((ended.status, ended.err), (1, ""), f"{before}{words} that nobody reads")
            ended = processes.run("bash", "-c", f"{before}{command} > /dev/full")
            check.equal((ended.status, ended.err.count("input or output failed")), (1, 1), f"{before}{words}, disk full")


def _expect_foreign(org, email, uid):
    """Refused as a name and as a number, alone and among many rows."""
    for more in (0, 40):
        others = "".join(f"far{n}@gamma.test,\n" for n in range(more))
        for row, why in ((f"{email},\n", "local user's or group's name"),
                         (f"x@gamma.test,{uid}\n", f"uid {uid}: is a local")):
            result = _import(org, "email,uid\n" + others + row, "--dry-run", wants=1)
            check.contains(result.text, rf"file\.csv:{more + 2}: .*{why}", f"what is said of {row!r} behind {more}")


def _import(org, text, *words, wants=0):
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return host.ssoctl("member", "import", org, str(path), *words, wants=wants)


def _many():
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / "many.csv"
    if not path.exists():
        path.write_text("".join(["email,name\n", *(f"m{n}@x.test,Person {n}\n" for n in range(MANY))]))
    return path


def _store(name):
    """The options for a store of its own, with the org ELSEWHERE in it."""
    FOLDER.mkdir(exist_ok=True)
    options = ("--store", str(FOLDER / name))
    host.ssoctl("init", "--site-seed", SEED, *options)
    host.ssoctl("org", "create", ELSEWHERE, "--name", "Elsewhere", "--owner", "boss@x.test", *options)
    return options


def _state(org):
    return (host.ssoctl("member", "list", org, "--json").out, host.ssoctl("account", "list", "--json").out)
