"""Every command of a delegate that names an account, against every kind of guarded account (POLICY W, HOLES H68)."""
import re

import check
import delegates
import host
import login
import orgs
import processes
from delegates import DRY, world

ORG, DOMAIN, ADMIN = "wards", "wards.test", "admin-wards@example.org"
GROUP, LOCAL_GROUP = "Wardens", "wardtools"
PASSWORD = "warded-Lantern-62-quince"
TAKES = {"owner": {"SEE", "PEOPLE", "SETTINGS", "ORG", "DELETE"}, "admin": {"SEE", "PEOPLE", "SETTINGS"}}
ACCOUNT, OF_FILE = re.compile(r"\b(EMAIL|LOGIN)\b"), re.compile(r"\bFILE\b")

# The words for each command, WHO being the account; more than one where an option does more.
CELLS = {
    "org transfer": ("org transfer wards WHO --yes",),
    "invite create": ("invite create wards WHO", "invite create wards WHO --role admin --via sso"),
    "invite cancel": ("invite cancel wards WHO",),
    "member add": ("member add wards WHO", "member add wards WHO --role viewer"),
    "member import": ("member import wards -", "member import wards - --keep-going"),
    "member role": ("member role wards WHO admin", "member role wards WHO viewer"),
    "member suspend": ("member suspend wards WHO", "member suspend wards WHO --end-sessions"),
    "member resume": ("member resume wards WHO", "member resume wards WHO --until 2h --reason x"),
    "member remove": ("member remove wards WHO --yes", "member remove wards WHO --yes --end-sessions"),
    "request approve": ("request approve wards WHO NUMBER",),
    "request deny": ("request deny wards WHO", "request deny wards WHO --reason x"),
    "account show": ("account show WHO",),
    "account retire": ("account retire WHO --yes", "account retire WHO --yes --keep-home"),
    "identity link": ("identity link WHO --org wards --subject s-evil",
                      "identity link WHO --org wards --idp-email x@wards.test"),
    "identity unlink": ("identity unlink WHO --org wards",),
    "password set": ("password set WHO --stdin",),
    "password remove": ("password remove WHO --yes",),
    "why": ("why WHO",),
}
LOOKS = {"account show", "why"}  # W2: who is in the org is seen
# What no member is the right one for, whoever it is; and what comes of it otherwise than by a refusal of the policy.
OF_STRANGERS = {"invite create", "invite cancel"}
STATUS = {"invite create": 1, "invite cancel": 4}


def H68_W3_W5_no_delegates_command_touches_a_guarded_account(rig):
    wards = _wards(rig)
    commands = _commands_that_take_an_account()
    check.equal(set(CELLS) ^ set(commands), set(), "commands without a cell, and cells without a command")
    for command, right in commands.items():
        for cell in CELLS[command]:
            for role, delegate in (("owner", orgs.owner(ORG)), ("admin", ADMIN)):
                may = right in TAKES[role]
                if command not in OF_STRANGERS:  # else the words would be refused for themselves
                    said = _run(rig, delegate, cell, wards["plain"], more=() if command in LOOKS else DRY)
                    check.equal(said.status, 0 if may else 3, f"{role}: ssoctl {cell} of a plain member: {said.text}")
                for kind in ("mapped", "operator", "local group"):
                    _tries(rig, f"{role}, {kind}", delegate, command, cell, wards[kind], looks=may and command in LOOKS)


def H68_W6_an_org_with_guarded_members_is_an_operators_to_delete(rig):
    """Who is in no org does not sign in by password (L15), and the local one of a mapped user is locked."""
    _wards(rig)
    rig.orgs.bare("wards-a")
    rig.orgs.bare("wards-b")
    _map(rig, "wards-a", "wardmap2", "m@wards-a.example")
    _make_operator("wards-b", "o@wards-b.example")
    for org in ("wards-a", "wards-b", ORG):
        before = delegates.stored()
        said = _run(rig, orgs.owner(org), f"org delete {org} --yes", "", org)
        check.equal(said.status, 3, f"the owner deletes {org}: {said.text}")
        check.contains(said.err, "operator", "what is said")
        check.equal(delegates.stored(), before, "the store")
    check.contains(login.by_password(rig, "wardmap2", PASSWORD)[1], r"\(wards-a\)", "id of a mapped user")


def _tries(rig, who, delegate, command, cell, account, looks):
    before = _held(cell)
    said = _run(rig, delegate, cell, account)
    wanted = 0 if looks else 1 if "--keep-going" in cell else STATUS.get(command, 3)
    check.equal(said.status, wanted, f"{who}: ssoctl {cell}: {said.text}")
    check.equal(_held(cell), before, f"the store after {who}: ssoctl {cell}")


def _held(cell):
    """The store to the byte; where a file is gone through to its end, which the audit trail has, who is in it."""
    return (host.members(ORG), host.listed("account", "list")) if "--keep-going" in cell else delegates.stored()


def _run(rig, delegate, cell, account, org=ORG, more=()):
    """ssoctl through sudo by a delegate whose session opened the org."""
    words = [word.replace("WHO", account) for word in cell.split()]
    if "NUMBER" in words:  # theirs; of who has asked for nothing, any
        numbers = [str(row["number"]) for row in host.listed("request", "list", org) if row["login"] == account]
        words[words.index("NUMBER")] = (numbers or ["1"])[0]
    words += [word for word in more if word not in words]
    stdin = f"email,role\n{account},viewer\n" if "import" in words else PASSWORD + "\n"
    row = host.listed("org", "show", org)
    return world(rig).run_as(delegate, [row["gid"], row["admins_gid"]], "sudo", "-n", "ssoctl", *words, stdin=stdin)


def _commands_that_take_an_account():
    """Those that name one and are not an operator's alone, with what they take; from the product's own tables."""
    table = (host.TOP / "ssoctl/main.c").read_text()
    rows = re.findall(r'\{"([a-z]+)", "([a-z]*)",\s+"([^"]*)",\s+\d[^{}]*?RIGHT_(\w+),\s+PLACE', table)
    arguments = {f"{noun} {verb}".strip(): words for noun, verb, words, _ in rows}
    taken = {f"{noun} {verb}".strip(): right for noun, verb, _, right in rows}
    check.that(len(arguments) > 50, "the table of commands is not found")
    return {name: right for name, right in taken.items()
            if right != "HOST" and (ACCOUNT.search(arguments[name]) or OF_FILE.search(arguments[name]))}


def _wards(rig):
    """An org with an admin, and a member of each kind: plain, and guarded in each way."""
    if not hasattr(rig, "wards"):
        world(rig)  # makes an account of its own, so it must be there before anybody looks at the store
        rig.orgs.create(ORG, DOMAIN, "jit")
        rig.secrets.add(PASSWORD)
        host.ssoctl("member", "add", ORG, ADMIN, "--role", "admin")
        people = {kind: rig.person(DOMAIN) for kind in ("plain", "mapped", "operator", "local group", "listed", "sudo")}
        host.ssoctl("member", "add", ORG, people["plain"])
        _map(rig, ORG, "wardmap", people["mapped"])
        _make_operator(ORG, people["operator"])
        _give_local_group(rig, people["local group"])
        host.ssoctl("member", "add", ORG, people["listed"])
        processes.must("groupadd", "-g", "4763", LOCAL_GROUP + "2")
        delegates.into_group(LOCAL_GROUP + "2", people["listed"])
        host.ssoctl("org", "create", "wardsudo", "--name", "Sudo", "--owner", "ward-boss@example.org")
        host.ssoctl("member", "add", ORG, people["sudo"])
        host.ssoctl("member", "add", "wardsudo", people["sudo"], "--role", "admin")
        host.ssoctl("org", "set", "wardsudo", "admins-sudo=yes")
        _run(rig, people["plain"], "request wards --role admin --for 2h --reason x", "")
        rig.wards = people
    return rig.wards


def _map(rig, org, name, email):
    host.add_local_user(name, PASSWORD)
    host.ssoctl("member", "add", org, email, "--local-user", name)


def _make_operator(org, email):
    host.ssoctl("member", "add", org, email)
    delegates.into_group("sudo", email)


def _give_local_group(rig, person):
    processes.must("groupadd", "-g", "4762", LOCAL_GROUP)
    rig.idp.say_groups(person, [GROUP])
    host.ssoctl("group", "map", ORG, GROUP, "--local-group", LOCAL_GROUP)
    check.contains(login.signs_in(rig, person), rf"4762\({LOCAL_GROUP}\)", "id")
