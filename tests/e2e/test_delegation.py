"""Who may do what with ssoctl, cell by cell through the real sudo, and what is done then."""
import json
import os
import re

import check
import delegates
import host
import processes
import schemas
from delegates import DRY, GUEST, MANAGERS, OPERATOR, PASSWORD, world

OWNER_ONLY = ("owner",)
NEVER = ("stranger", "suspended", "locked", "removed")

# Each command, the row it is in, and words that are legal for alpha.
COMMANDS = (
    ("W2", "org show alpha"), ("W2", "provisioning show alpha"), ("W2", "enforcement show alpha"),
    ("W2", "idp show alpha"), ("W2", "domain list alpha"), ("W2", "invite list alpha"), ("W2", "member list alpha"),
    ("W2", "domain show alpha alpha.test"), ("W2", "member export alpha"),
    ("W2", f"account show {GUEST}"), ("W2", f"why {GUEST}"), ("W2", "audit alpha"), ("W2", "access alpha"), ("W2", "review alpha"), ("W2", "access alpha --at 1s"), ("W2", "access diff 1s now alpha"), ("W2", "why new@alpha.test"),
    ("W3", "invite create alpha new@somewhere.example"), ("W3", "invite cancel alpha invited@alpha.example"),
    ("W3", "member add alpha new@somewhere.example --role admin --name New"), ("W3", f"member role alpha {GUEST} admin"),
    ("W3", f"member role alpha {GUEST} admin --until 2h --reason x"), ("W3", f"member suspend alpha {GUEST}"), ("W3", f"member resume alpha {GUEST}"),
    ("W3", f"member remove alpha {GUEST}"), ("W3", f"member suspend alpha {GUEST} --end-sessions"),
    ("W3", "member import alpha -"), ("W3", f"request approve alpha {GUEST} NUMBER"), ("W3", f"request deny alpha {GUEST} --reason x"),
    ("W4", "org set alpha help=Hello"), ("W4", "org set alpha allowed-domains=staff.example"), ("W4", "org set alpha keys=deny"), ("W4", "org set alpha default-role=admin"),
    ("W4", "org set alpha provisioning=jit invite-lifetime=3d"), ("W4", "provisioning set alpha jit"),
    ("W4", "enforcement set alpha off"),
    ("W5", "org set alpha trust=linked"), ("W5", "org set alpha on-link=sso-only"), ("W5", "org set alpha name=Other"),
    ("W5", "org set alpha signin-from=console help=x"), ("W5", "org set alpha password-from= device-link=code"), ("W5", "org set alpha required-amr=mfa required-acr=x"), ("W5", "org set alpha required-groups=staff"), ("W5", "org set alpha gone-after=30d"),
    ("W5", "idp set alpha --client-id other"), ("W5", "idp set alpha --trust linked"), ("W5", "idp set alpha --client-id other --now"), ("W5", "idp remove alpha"),
    ("W5", "idp test alpha --no-signin"),
    ("W5", "domain add alpha more.alpha.test"), ("W5", "domain remove alpha alpha.test"),
    ("W5", "recovery create alpha"), ("W5", "recovery list alpha"),
    ("W5", "recovery revoke alpha"), ("W5", "group map alpha developers dev"), ("W5", "group map alpha chiefs --role admin"), ("W2", "group list alpha"), ("W2", "request list alpha"), ("W5", "review alpha --sign-off DIGEST"), ("W6", "org delete alpha"),
    ("W5", f"org transfer alpha {GUEST}"), ("W5", f"password remove {GUEST}"),
    ("W5", f"password set {GUEST} --stdin"),
    ("W5", f"identity link {GUEST} --org alpha --subject s-guest"),
    ("W5", f"identity link {GUEST} --org alpha --idp-email guest@elsewhere.example"),
    ("W5", f"identity unlink {GUEST} --org alpha"), ("W5", "account retire staff@alpha.test"),
)
# What only an operator does, and what an operator's attempt comes to.
HOST_COMMANDS = (
    ("init", 0), ("status", 0), ("upgrade", 0), ("org create charlie --name C --owner c@charlie.example", 0), ("org list", 0),
    ("domain verify --all", None), ("domain verify alpha alpha.test --resolver 127.0.0.1:1", None), ("domain list", 0), ("member list", 0), ("request list", 0), ("audit --since 1s", 0), ("audit verify", 0), ("access", 0), ("access diff 1s now", 0), ("member expire", 0), ("account recheck", 0), ("account recheck alpha", 0), ("account list", 0),
    (f"account lock {GUEST}", 0), (f"account unlock {GUEST}", 0), (f"account rename {GUEST} guesty", 0),
    (f"account remove {GUEST}", 0), ("throttle list", 0), ("throttle clear nobody", 0), ("candidates org show x", 0), ("host show", 0), ("check", None),
    ("setup", 1), (f"offboard {GUEST}", 0), ("eject --do", 0), ("backup /run/delegation.backup", 0), ("restore /nowhere", 1),
    ("dump", 0), ("apply /nowhere", 1), ("fleet init postgresql://o@127.0.0.1:1/fleet --password-file /nowhere", 1),
    ("fleet add web --bundle /run/delegation.bundle", 3), ("fleet list", 3), ("fleet set web --orgs alpha", 3), ("fleet remove web", 3),
    ("fleet join --bundle /nowhere", 1), ("fleet leave", 3), ("fleet status", 3),
    ("host enable", 0), ("host disable", 0), ("host confirm", 0), ("host revert", 0),
    ("org set alpha trust=any", 0), ("org set alpha help=x trust=any", 0), ("org set alpha no-such=1", 2),
    ("idp set alpha --trust any", 0), ("idp set alpha --trust any --now", 0), ("domain verify alpha alpha.test --by-hand x", 0),
    ("group map alpha developers --local-group audio --privileged audio", 0), ("group map alpha x --local-group games", 3),
    ("member add alpha x@alpha.example --uid 70000", 0), ("member import alpha /etc/passwd", 1),
    ("member add alpha x@alpha.example --login xy", 0), ("member add alpha x@alpha.example --shell /bin/sh", 0),
    ("member add alpha x@alpha.example --home /srv/x", 0), ("member add alpha x@alpha.example --local-user nobody", 3),
    ("org rename alpha alphabet", 0), ("idp confirm alpha 0123456789abcdef", 3), ("account set guest@alpha.example email=proven --reason x", 0),
    ("org set alpha max-members=5", 0),
    ("social add net --issuer https://idp.example --client-id c", 0), ("social set none --name x", 4), ("social list", 0),
    ("social show none", 4), ("social test none", 4), ("social remove none", 4), ("social unlink none x", 4),
    ("mail set --server smtps://mail.example --from host@mail.example", 0), ("mail show", 4), ("mail test x@y.example", 4),
    ("mail remove", 4), ("org set alpha self-made=no", 0), ("org set alpha admins-sudo=no", 0), ("org set alpha login-form=email", 0),
    ("org show alpha --store /var/lib/ssoorg/store", 0), ("org show alpha --store=/tmp/x", 1),
    ("org show alpha --config /etc/ssoorg/ssoorg.conf", 0),
)


def _number():
    return str((host.listed("request", "list", "alpha") or [{"number": 1}])[0]["number"])


def _words(text):
    words = [host.listed("review", "alpha")["digest"] if word == "DIGEST" else _number() if word == "NUMBER" else word for word in text.split()]
    known = {("password", "set"): "set", ("member", "role"): "role"}
    reads = words[0] in ("status", "why", "access", "audit", "candidates", "check", "setup", "backup", "dump") or words == ["review", "alpha"] or words[1:2] in (["show"], ["list"], ["test"], ["export"], ["status"])
    stdin = "email,role\nfresh@somewhere.example,viewer\n" if words[-1] == "-" else ""
    return [*words, *(() if reads else DRY)], PASSWORD + "\n" if known.get(tuple(words[:2])) == "set" else stdin


def _cells(rig, row, allowed):
    here = world(rig)
    if row == "W3" and not host.listed("invite", "list", "alpha"):
        host.ssoctl("invite", "create", "alpha", "invited@alpha.example")
    if row == "W3" and not host.listed("request", "list", "alpha"):
        here.may("guest", "request", "alpha", "--role", "admin", "--for", "2h", "--reason", "x")
    before = delegates.stored()
    for words, stdin in (_words(text) for of, text in COMMANDS if of == row):
        for who in ("owner", "admin", "viewer", *NEVER):
            if who in allowed:
                here.may(who, *words, stdin=stdin)
            else:
                here.may_not(who, *words, stdin=stdin)
        here.may(OPERATOR, *words, stdin=stdin)
        if words[:2] == ["idp", "test"]:  # counted as a sign-in of theirs
            before = delegates.stored()
        check.equal(delegates.stored(), before, f"the store after {' '.join(words)}, which was only looked at or tried")


def W2_owner_and_admins_see_their_org_and_nobody_else_does(rig):
    _cells(rig, "W2", MANAGERS)


def W3_owner_and_admins_look_after_people(rig):
    _cells(rig, "W3", MANAGERS)


def W4_owner_and_admins_change_settings(rig):
    _cells(rig, "W4", MANAGERS)


def W5_the_owner_alone_changes_how_the_org_is_proven_and_opened(rig):
    _cells(rig, "W5", OWNER_ONLY)


def W6_the_owner_alone_deletes_the_org(rig):
    _cells(rig, "W6", OWNER_ONLY)


def W3_a_delegate_imports_addresses_roles_and_names_from_standard_input_only(rig):
    here = world(rig)
    for column in ("login", "uid", "shell", "home"):
        refused = here.ssoctl("admin", "member", "import", "alpha", "-", *DRY, stdin=f"email,{column}\nx@somewhere.example,x\n")
        check.equal(refused.status, 3, f"the exit status for a column {column}")
        check.contains(refused.err, "is for root and operators", "what is said")
    for path in ("/etc/passwd", "/dev/stdin", "./-", "people.csv"):
        here.may_not("owner", "member", "import", "alpha", path, *DRY, stdin="email\nx@somewhere.example\n")


def W2_an_invite_shows_nobodys_account(rig):
    here = world(rig)
    other = "guest@bravo.example"
    here.may_not("admin", "account", "show", other)
    here.may("admin", "invite", "create", "alpha", other)
    here.may_not("admin", "account", "show", other)
    here.may_not("admin", "why", other)
    here.may("admin", "invite", "cancel", "alpha", other)


def H10_W5_a_name_that_another_org_had_is_an_operators_to_give(rig):
    here = world(rig)
    host.ssoctl("org", "create", "freed", "--name", "Freed", "--owner", "boss@freed.example")
    host.ssoctl("org", "rename", "freed", "other", "--yes")
    here.may_not("stranger", "org", "rename", "bravo", "freed", "--yes", says="operator of this host")
    host.ssoctl("org", "delete", "other", "--yes")
    here.may_not("stranger", "org", "rename", "bravo", "other", "--yes", says="operator of this host")
    host.ssoctl("org", "rename", "bravo", "freed", "--yes")
    host.ssoctl("org", "rename", "freed", "bravo", "--yes")


def W3_a_delegate_imports_few_at_a_time(rig):
    here = world(rig)
    rows = "email\n" + "".join(f"u{n}@somewhere.example\n" for n in range(10001))
    refused = here.ssoctl("admin", "member", "import", "alpha", "-", "--dry-run", stdin=rows)
    check.equal(refused.status, 1, "the exit status for a long file")
    check.contains(refused.err, "10000 rows", "what is said")


def W_a_number_that_is_none_is_nobody(rig):
    world(rig)
    for value in ("1/2", "x", "", "-1", "99999999999", "0x10"):
        refused = processes.run("ssoctl", "org", "list", env=dict(os.environ, SUDO_UID=value))
        check.equal(refused.status, 3, f"the exit status for SUDO_UID={value!r}")


def W7_everything_else_is_an_operators(rig):
    here = world(rig)
    for text, status in HOST_COMMANDS:
        words = _words(text)[0] if text != "init" else ["init", "--dry-run"]
        for who in ("owner", "admin", "viewer", "stranger"):
            here.may_not(who, *words)
        found = here.ssoctl(OPERATOR, *words).status
        check.that(found == status or (status is None and found != 3), f"what an operator's {text} comes to: {found}")


def H69_a_name_that_a_local_group_still_lists_is_no_delegates_to_give(rig):
    here = world(rig)
    person, guest = "once-in-docker@alpha.example", "once-in-docker@elsewhere.example"
    with host.Kept("/etc/group") as groups:
        groups.write_text(groups.read_text() + f"once-docker:x:4764:{person},{guest}\n")
        invited = here.ssoctl("admin", "invite", "create", "alpha", guest)  # whose code the admin could use up
        check.equal(invited.status, 3, f"the exit status: {invited.text}")
        check.contains(invited.err, "a group of /etc/group lists it", "what is said of an invite")
        host.ssoctl("invite", "create", "alpha", guest)
        host.ssoctl("invite", "cancel", "alpha", guest)
        refused = here.ssoctl("admin", "member", "add", "alpha", person)
        check.equal(refused.status, 3, f"the exit status: {refused.text}")
        check.contains(refused.err, "a group of /etc/group lists it", "what is said")
        host.ssoctl("member", "add", "alpha", person)
    host.ssoctl("account", "remove", person, "--yes")


def W1_shell_is_for_ones_own_account_and_of_etc_shells_alone(rig):
    here = world(rig)
    made = json.loads(here.may("viewer", "shell", "/bin/sh", "--json").out)
    check.equal(schemas.problems("shell", made), [], "beside the schema")
    check.equal(host.in_passwd(here.people["viewer"])[6], "/bin/sh", "the viewer's shell")
    for path in ("/usr/bin/id", "sh", "", "/bin/sh\n/bin/id"):
        check.equal(here.ssoctl("viewer", "shell", path).status, 2, f"the exit status for {path!r}")
    check.equal(here.ssoctl(OPERATOR, "shell", "/bin/sh").status, 3, "of an operator, who has no account")
    check.equal(processes.run("ssoctl", "shell", "/bin/sh").status, 3, "of root")
    here.may_not("viewer", "account", "set", here.people["owner"], "shell=/bin/sh")


def W1_to_W7_every_command_is_tried_and_has_a_row(rig):
    tried = {" ".join(text.split()[:2]) for _, text in COMMANDS} | {" ".join(text.split()[:2]) for text, _ in HOST_COMMANDS}
    overview = processes.must("ssoctl", "--help").out
    commands = re.findall(r"^  ssoctl ([a-z]+(?: [a-z]+)?)(?= +[A-Z\[]|  )", overview, re.MULTILINE)
    check.that(len(commands) > 30, f"commands in the overview: {commands}")
    untried = [c for c in commands if not any(t == c or t.split()[0] == c for t in tried)]
    check.equal([c for c in untried if c not in ELSEWHERE], [], "commands that nobody has tried as everybody")


ELSEWHERE = ("help", "group unmap", "enforcement pause", "identity add", "shell", "whoami", "switch", "idp preset", "request add")


def W3_W4_what_a_delegate_does_is_done_and_audited_under_their_login(rig):
    here = world(rig)
    org, person = "alpha", "fresh@alpha.example"
    here.may("admin", "member", "add", org, person, "--role", "viewer", "--name", "Fresh One")
    here.may("admin", "member", "role", org, person, "admin")
    here.may("admin", "member", "suspend", org, person)
    here.may("admin", "member", "resume", org, person)
    here.may("owner", "member", "remove", org, person, "--yes")
    here.may("admin", "member", "add", org, person)  # back: made here, and nowhere else since
    here.may("owner", "member", "remove", org, person, "--yes")
    made = json.loads(here.may("admin", "invite", "create", org, "in@alpha.example", "--json").out)
    check.that(made["code"], "no code for the admin to hand on")
    here.may("admin", "invite", "cancel", org, "in@alpha.example")
    here.may("admin", "org", "set", org, "help=Ask the desk")
    events = host.listed("audit", org)
    by = {e["event"]: e["actor"] for e in events if e["login"] == person or e["event"].startswith(("invite", "org.set"))}
    wanted = {"member.add": "admin", "member.role": "admin", "member.suspend": "admin", "member.remove": "owner",
              "invite.create": "admin", "invite.cancel": "admin", "org.set": "admin"}
    for event, who in wanted.items():
        check.equal(by.get(event), here.people[who], f"the actor of {event}")
    check.equal(json.loads(here.may("admin", "org", "show", org, "--json").out)["help"], "Ask the desk", "the setting")
    host.ssoctl("org", "set", org, "help=")


def W4_enforcement_is_refused_for_its_own_reason_and_nobody_is_asked_for_the_owners_password(rig):
    here = world(rig)
    for who in MANAGERS:
        said = here.may_not(who, "enforcement", "set", "alpha", "domains", "--yes", says="sign-in|password|connection")
        check.lacks(said.text, "owner's password:", "what is asked")
        here.may_not(who, "enforcement", "pause", "alpha", "--for", "1h", "--reason", "x", "--yes", says="enforces nothing")
    here.may_not("viewer", "enforcement", "pause", "alpha", "--for", "1h", "--reason", "x", "--yes")


def W5_E3_the_owner_sets_a_connection_with_contents_on_standard_input_only(rig):
    here = world(rig)
    here.may("owner", "idp", "set", "alpha", "--auth", "client_secret_basic", "--client-secret-file", "-", *DRY,
             stdin="a-secret-of-the-client-x\n")
    here.may("owner", "idp", "set", "alpha", "--ca-file", "-", *DRY, stdin=rig.ca.read_text())
    for option in ("--client-secret-file", "--private-key-file", "--ca-file"):
        for path in ("/etc/shadow", "/dev/stdin", "./-", "/proc/self/fd/0", "/root/.ssh/id_rsa", " -", "--", "/tmp"):
            said = here.may_not("owner", "idp", "set", "alpha", f"{option}={path}")
            check.lacks(said.text, "root:|No such file|denied", f"what {option}={path} tells")
