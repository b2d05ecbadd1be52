"""Getting out again: nothing of ours is left in the way of anybody."""
import pathlib

import check
import host
import local_users as local
import login
import sshd


def unwired_as_documented_nothing_in_etc_names_the_module(rig):
    rig.orgs.acme()
    local.make_users(rig)
    with host.Kept("/etc/pam.d"), host.Kept("/etc/nsswitch.conf"), host.Kept(sshd.SHIPPED):
        host.wire()  # a second time: what was there before the first must still come back
        host.remove()
        for path in [*pathlib.Path("/etc/pam.d").iterdir(), pathlib.Path("/etc/nsswitch.conf")]:
            check.that("ssoorg" not in path.read_text(), f"{path} still names ssoorg")
        with host.Kept(host.INSTALLED["module"]) as module, host.Kept(host.INSTALLED["nss"]) as nss:
            module.unlink()
            nss.unlink()
            pathlib.Path(sshd.SHIPPED).write_text("UsePAM yes\nKbdInteractiveAuthentication yes\n")
            local.signs_in_as_before(rig, local.USER)
            check.that(host.in_passwd("boss@example.org") is None, "a member is still known")
    login.signs_in(rig, rig.person())
