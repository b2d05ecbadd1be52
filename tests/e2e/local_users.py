# SPDX-License-Identifier: Apache-2.0
"""Users of /etc/passwd, who are none of ours."""
import check
import host
import login

PASSWORD = "local-Wagon-31-velvet"
USER = "localuser"


def make_users(rig):
    if host.in_passwd(USER) is None:
        host.add_local_user(USER, PASSWORD)
        host.set_local_password("root", PASSWORD)
        rig.secrets.add(PASSWORD)


def signs_in_as_before(rig, name):
    prompt, text = login.by_password(rig, name, PASSWORD)
    check.contains(prompt, r"Password: $", f"the prompt of {name}")
    check.lacks(prompt + text, r"https://|SSO", f"what {name} is shown")
    check.that(login.signed_in(text), f"{name} is not signed in: {check.shown(text)}")
    check.contains(text, rf"uid=\d+\({name}\)", "id")
