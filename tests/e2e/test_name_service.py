"""How the network helper finds its provider: /etc/hosts, DNS, IPv6 and IPv4."""
import contextlib
import pathlib
import socket
import time

import check
import host
import login
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
        began = time.monotonic()
        host.ssoctl("idp", "test", org, "--no-signin")
    check.that(time.monotonic() - began < 5, "the fall-back took more than five seconds")


def a_provider_is_looked_up_at_the_name_server(rig):
    with NameServer({NAME: ["::1", "127.0.0.1"]}) as server, _resolver(server):
        said = _test_of(rig, f"https://{NAME}:{rig.idp.port}")
    # It is found, and its certificate is for another name.
    check.contains(said, "certificate|subject name", "what idp test says")
    check.that((NAME, AAAA) in server.asked, f"not asked for IPv6: {server.asked}")


def H44_a_name_server_that_drops_the_question_for_one_family_does_not_matter(rig):
    for unheard in (A, AAAA):
        with NameServer({NAME: ["::1", "127.0.0.1"]}, unheard=(unheard,)) as server, _resolver(server):
            began = time.monotonic()
            said = _test_of(rig, f"https://{NAME}:{rig.idp.port}")
        wanted = "certificate|subject name" if unheard == AAAA else "connect"  # nothing listens at ::1
        check.contains(said, wanted, "what idp test says")
        check.that(time.monotonic() - began < 2, "that took more than two seconds")


def a_name_that_does_not_exist_is_told_at_once(rig):
    with NameServer({}) as server, _resolver(server):
        began = time.monotonic()
        said = _test_of(rig, f"https://{NAME}")
    check.contains(said, f"{NAME}.*(not found|resolve)", "what idp test says")
    check.that(time.monotonic() - began < 3, "that took more than three seconds")


def H44_a_silent_name_server_meets_the_deadline(rig):
    with NameServer(None) as server, _resolver(server):
        began = time.monotonic()
        said = _test_of(rig, f"https://{NAME}")
    check.contains(said, f"{NAME}.*(name server|contact|resolve)", "what idp test says")
    check.that(time.monotonic() - began < 5, "that took more than five seconds")


def _test_of(rig, issuer):
    org = rig.orgs.delta()
    host.ssoctl("idp", "set", org, "--issuer", issuer)
    try:
        return host.ssoctl("idp", "test", org, "--no-signin", wants=1).text
    finally:
        host.ssoctl("idp", "set", org, "--issuer", rig.idp.issuer)


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
