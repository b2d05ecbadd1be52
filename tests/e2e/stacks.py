"""sudo and su as the product wires them, and whoever runs them."""
import contextlib

import host
import login

STACKS = ("sudo", "su", "polkit-1")


@contextlib.contextmanager
def wired(*people):
    """sudo, su and polkit wired, and these people may become anybody by sudo, each time anew."""
    rules = "Defaults preserve_groups\n" + "".join(f"#{host.in_passwd(name)[2]} ALL=(ALL) ALL\n" for name in people)
    with host.Kept("/etc/pam.d") as folder, host.Kept("/etc/sudoers.d") as rules_of_all:
        sudoers = rules_of_all / "test"
        host.ssoctl("host", "enable", *STACKS)
        sudoers.write_text("Defaults timestamp_timeout=0\n" + rules)
        sudoers.chmod(0o440)
        yield folder


@contextlib.contextmanager
def reauth(duration):
    """How long a sign-in is recent."""
    with host.Kept(host.CONF) as conf:
        conf.write_text(conf.read_text() + f"reauth = {duration}\n")
        yield


def as_user(name, *words, groups=None):
    """A program on a terminal, of this user."""
    entry = host.in_passwd(name)
    opened = ["--groups", groups] if groups else ["--clear-groups"]
    return login.Terminal("setpriv", ["--reuid", entry[2], "--regid", entry[3], *opened, *words])


def sudo(name, *options):
    return as_user(name, "sudo", *options, "id")
