"""What a command is like to use: where options stand, what is meant by a mistake, and who is named how."""
import json
import re

import check
import host
import pexpect


def O18_options_stand_before_the_noun_too(rig):
    org = rig.orgs.bare("feel")
    usual = host.ssoctl("org", "show", org, "--json").out
    check.equal(host.ssoctl("--json", "org", "show", org).out, usual, "--json before the noun")
    check.equal(host.ssoctl("org", "--json", "show", org).out, usual, "--json before the verb")


def help_explains_a_noun_and_a_command(rig):
    check.equal(host.ssoctl("help", "org", "create").out, host.ssoctl("org", "create", "--help").out, "help of a command")
    check.equal(host.ssoctl("help", "org").out, host.ssoctl("org", "--help").out, "help of a noun")
    check.equal(host.ssoctl("help").out, host.ssoctl("--help").out, "the overview")
    check.contains(host.ssoctl("help", "org", "create").out, r"Required:\n  --name NAME\n +\S.*\n  --owner EMAIL\n",
                   "what org create needs")


def a_mistake_is_answered_with_what_is_likely_meant(rig):
    org = rig.orgs.bare("feel")
    for words, meant in ((("orgs", "list"), "mean org"), (("users", "list"), "mean member"), (("org", "lsit"), "mean list"),
                         (("member", "delete", org, "x"), "mean remove"), (("org", "rm", org), "mean delete"),
                         (("list", "org"), "mean 'ssoctl org list'"), (("org", "list", "--jsno"), "mean --json"),
                         (("org", "set", org, "invite-lifetme=3d"), "mean invite-lifetime"),
                         (("org", "create", "x"), "--name NAME\" is needed"),
                         (("org", "list", "a b"), "one argument too many")):
        result = host.ssoctl(*words, wants=2)
        check.contains(result.err, meant, f"what {words} is answered with")
        check.that(not result.out, f"{words}: something on standard output")


def a_member_is_named_by_email_login_or_number(rig):
    org, person = rig.orgs.bare("feel"), "named@feel.example"
    host.ssoctl("member", "add", org, person, "--login", "nameda")
    uid = host.members(org)[person]["uid"]
    for name in (person, person.upper(), "nameda", "NamedA", str(uid)):
        host.ssoctl("member", "suspend", org, name)
        check.equal(host.members(org)[person]["status"], "suspended", f"status after {name} was suspended")
        host.ssoctl("member", "resume", org, name)
        check.equal(host.members(org)[person]["status"], "active", f"status after {name} was resumed")
        check.equal(host.listed("account", "show", name)["email"], person, f"whom account show {name} shows")
    host.ssoctl("password", "set", "nameda", "--stdin", stdin="correct-Horse-battery-1\n")
    host.ssoctl("password", "remove", str(uid), "--yes")
    host.ssoctl("member", "role", org, str(uid), "admin")
    check.equal(host.members(org)[person]["role"], "admin", "role of who was named by number")
    gid = host.listed("org", "show", org)["gid"]
    for nobody in ("nobodyknown", "1", str(gid), "00000000000000000000001"):
        host.ssoctl("member", "suspend", org, nobody, wants=4)
    host.ssoctl("account", "remove", "nameda", "--yes")


def _on_terminal(*words, columns=80, env=()):
    """What a terminal of so many columns is written, line by line."""
    child = pexpect.spawn("env", ["TERM=xterm", *env, "ssoctl", *words], encoding="utf-8", timeout=check.HANG_S,
                          dimensions=(24, columns))
    return child.read().replace("\r\n", "\n").splitlines()


def a_table_fits_the_terminal_that_it_is_on(rig):
    org = rig.orgs.bare("feel")
    person = "somebody.whose.name.is.long.enough@department.of.long.names.feel.example"
    host.ssoctl("member", "add", org, person)
    for words in (("org", "list"), ("member", "list"), ("account", "list"), ("domain", "list"), ("invite", "list", org),
                  ("audit",)):
        for columns in (80, 132):
            lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in _on_terminal(*words, columns=columns)]
            longest = max(lines, key=len, default="")
            check.that(len(longest) <= columns, f"{words} on {columns} columns: {longest}")
    shown = _on_terminal("member", "list", org, "--wide", env=["NO_COLOR=1"])
    check.equal([line.rstrip() for line in shown],
                [line.rstrip() for line in host.ssoctl("member", "list", org).out.splitlines()], "what --wide shows")
    check.that(person in "".join(shown), "the long address is cut with --wide")
    host.ssoctl("account", "remove", person, "--yes")


def colours_are_for_a_terminal_that_has_them(rig):
    org = rig.orgs.bare("feel")
    for env, colours in (((), True), (("NO_COLOR=1",), False), (("TERM=dumb",), False), (("TERM=",), False)):
        text = "".join(_on_terminal("member", "list", org, env=env))
        check.equal("\x1b[" in text, colours, f"colours with {env}")
    check.lacks(host.ssoctl("member", "list", org, env={"TERM": "xterm", "PATH": "/usr/sbin:/usr/bin"}).out, "\x1b", "colours in a pipe")


def columns_are_chosen_by_name(rig):
    org = rig.orgs.bare("feel")
    check.contains(host.ssoctl("member", "list", org, "--columns", "uid,email").out, r"^ *UID EMAIL\n", "the head")
    rows = host.listed("member", "list", org, "--columns", "uid,email")
    check.equal(list(rows[0]), ["uid", "email"], "the keys")
    for wrong, meant in (("emial", "did you mean email"), ("", "legal are org, login"), ("uid,", None), ("uid,,email", "legal"),
                         ("x" * 200, "legal are")):
        result = host.ssoctl("member", "list", org, "--columns", wrong, wants=2 if meant else 0)
        check.contains(result.err, meant or "", f"what --columns {wrong[:20]} is answered with")
    host.ssoctl("member", "list", org, "--columns", "uid", "--wide", wants=2)


def a_list_of_json_lines_has_the_rows_of_the_list(rig):
    org = rig.orgs.bare("feel")
    for words in (("org", "list"), ("member", "list", org), ("account", "list"), ("audit", org), ("throttle", "list")):
        lines = host.ssoctl(*words, "--jsonl").out.splitlines()
        check.equal([json.loads(line) for line in lines], host.listed(*words), f"{words} --jsonl")
    host.ssoctl("member", "list", org, "--json", "--jsonl", wants=2)


def since_takes_weeks_days_and_dates(rig):
    org = rig.orgs.bare("feel")
    host.ssoctl("org", "set", org, "help=Since")
    host.ssoctl("org", "set", org, "help=")
    everything = host.listed("audit", org)
    for since in ("1w", "yesterday", "2020-02-29", "2020-02-29T08:00:00Z", "2020-02-29T08:00:00+01:00"):
        check.equal(host.listed("audit", org, "--since", since), everything, f"the trail since {since}")
    check.equal(host.listed("audit", org, "--since", "2999-01-01"), [], "the trail since a day to come")
    for wrong in ("tomorrow", "2026-02-30", "1y", "", "2026-11-01T08:00:00"):
        check.contains(host.ssoctl("audit", org, "--since", wrong, wants=2).err, "yesterday", f"what {wrong} is answered with")
