"""How the network helper finds its provider: /etc/hosts, DNS, IPv6 and IPv4. And how this host lists its accounts."""
import contextlib
import pathlib
import socket

import check
import host
import login
import processes
from name_server import A, AAAA, NameServer

HOSTS = pathlib.Path("/etc/hosts")
RESOLV = pathlib.Path("/etc/resolv.conf")
NAME = "idp.elsewhere.test"


def a_provider_on_ipv4_alone_is_found_where_ipv6_comes_first(rig):
    rig.orgs.gamma()
    with _text(HOSTS, "::1 localhost\n127.0.0.1 localhost\n"):
        login.signs_in(rig, rig.person("gamma.test"))


def H44_a_provider_is_found_while_its_ipv6_address_swallows_everything(rig):
    org = rig.orgs.gamma()
    with _text(HOSTS, "::1 localhost\n127.0.0.1 localhost\n"), _black_hole("::1", rig.idp.port):
        host.ssoctl("idp", "test", org, "--no-signin")  # which gives up when no connection is there in time


def a_provider_is_looked_up_at_the_name_server(rig):
    with NameServer({NAME: ["::1", "127.0.0.1"]}) as server, _resolver(server):
        said = _test_of(rig, f"https://{NAME}:{rig.idp.port}")
    # It is found, and its certificate is for another name.
    check.contains(said, "certificate|subject name", "what idp test says")
    check.that((NAME, AAAA) in server.asked, f"not asked for IPv6: {server.asked}")


def H44_a_name_server_that_drops_the_question_for_one_family_does_not_matter(rig):
    for unheard in (A, AAAA):
        with NameServer({NAME: ["::1", "127.0.0.1"]}, unheard=(unheard,)) as server, _resolver(server):
            said = _test_of(rig, f"https://{NAME}:{rig.idp.port}")
        wanted = "certificate|subject name" if unheard == AAAA else "connect"  # nothing listens at ::1
        check.contains(said, wanted, "what idp test says")
        check.equal(server.asked.count((NAME, unheard)), 1, "questions until nobody waited for their answer any more")


def a_name_that_does_not_exist_is_told_at_once(rig):
    with NameServer({}) as server, _resolver(server):
        said = _test_of(rig, f"https://{NAME}")
    check.contains(said, f"{NAME}.*(not found|resolve)", "what idp test says")
    check.equal(sorted(server.asked), [(NAME, A), (NAME, AAAA)], "what was asked")


def H44_a_silent_name_server_meets_the_deadline(rig):
    with NameServer(None) as server, _resolver(server):
        said = _test_of(rig, f"https://{NAME}")
    check.contains(said, f"{NAME}.*(name server|contact|resolve)", "what idp test says")
    for kind in (A, AAAA):
        check.that(1 <= server.asked.count((NAME, kind)) <= 2, f"what was asked: {server.asked}")


def N5_getent_lists_every_account_and_group_once(rig):
    org = _many_members(rig)
    accounts = {row["login"]: str(row["uid"]) for row in host.listed("account", "list")}
    for who in ("root", "nobody"):
        users = _listed_as(who, "passwd")
        check.equal(sorted(set(users) ^ (set(accounts) | _names_in("/etc/passwd"))), [], f"users that {who} sees")
        groups = _listed_as(who, "group")
        orgs = {name for row in host.listed("org", "list") for name in (row["slug"], row["slug"] + "-admins")}
        ours = orgs | (set(accounts) - _names_in("/etc/passwd"))
        check.equal(sorted(set(groups) ^ (ours | _names_in("/etc/group"))), [], f"groups that {who} sees")
    for name in (org, org + "-admins", *list(accounts)[:20]):
        check.equal(groups.get(name), processes.run("getent", "group", name).out.strip() or None, f"group {name}")
        check.equal(users.get(name), processes.run("getent", "passwd", name).out.strip() or None, f"user {name}")


def H50_look_ups_between_two_entries_do_not_move_the_list(rig):
    _many_members(rig)
    login = host.listed("account", "list")[0]["login"]
    told = processes.must("perl", "-e", """
        while (my @user = getpwent) { getpwnam($ARGV[0]); getpwuid(1); getgrnam("x"); print "u $user[0]\\n"; }
        while (my @group = getgrent) { getgrgid(1); getpwnam($ARGV[0]); print "g $group[0]\\n"; }
    """, login).out.splitlines()
    wanted = ["u " + name for name in _listed_as("root", "passwd")] + ["g " + name for name in _listed_as("root", "group")]
    check.equal(sorted(told), sorted(wanted), "what was listed with look-ups in between")


def _many_members(rig):
    """An org of whom 30 members are there, and one is a mapped local user."""
    org = rig.orgs.beta()
    if not host.in_passwd("listed"):
        host.add_local_user("listed", "listed-Walnut-17-harbour")
        host.ssoctl("member", "add", org, "listed@guests.test", "--local-user", "listed")
        for n in range(30):
            host.ssoctl("member", "add", org, f"listed{n}@guests.test")
    return org


def _listed_as(who, database):
    """What anybody sees who asks for all there is: a line for each name."""
    lines = processes.must("runuser", "-u", who, "--", "getent", database).out.splitlines()
    names = [line.split(":")[0] for line in lines]
    check.equal(len(names), len(set(names)), f"lines of {database} that {who} gets, and names in them")
    return dict(zip(names, lines))


def _names_in(path):
    return {line.split(":")[0] for line in pathlib.Path(path).read_text().splitlines()}


def _test_of(rig, issuer):
    org = rig.orgs.delta()
    host.connect(org, "--issuer", issuer)
    try:
        return host.ssoctl("idp", "test", org, "--no-signin", wants=1).text
    finally:
        host.connect(org, "--issuer", rig.idp.issuer)


def _resolver(server):
    return _text(RESOLV, f"nameserver {server.address}\n")


@contextlib.contextmanager
def _text(path, text):
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


@contextlib.contextmanager
def _black_hole(address, port):
    """A listener whose queue is full: what comes is dropped, as by a firewall."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_STREAM))
            filler.setblocking(False)
            filler.connect_ex((address, port))
        yield
