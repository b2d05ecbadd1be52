"""Alice at Acme: one person, her own org and her employer's, from the first day to after the last."""
import re

import check
import host
import login
from nsd import Nsd

ALICE, BOSS, COLLEAGUE = "alice@acme-inc.test", "boss@acme.example", "p1@acme-inc.test"
HERS, BOSS_PASSWORD = "her-Lantern-47-quartz", "boss-Tramway-19-meadow"
ACTIVE = r"Active org \[[\w-]+\]: "


def E6_L5_L6_S7_K2_K5_alice_at_acme(rig):
    try:
        _story(rig)
    finally:  # a domain proven by DNS would be missed by the tests of look-ups
        host.ssoctl("org", "delete", "acme-inc", "--yes", wants=None)


def _story(rig):
    rig.secrets.update((HERS, BOSS_PASSWORD))

    # Root makes Alice an org of her own, and her password. Nobody governs her address yet.
    host.ssoctl("org", "create", "alices", "--name", "Alice's", "--owner", ALICE)
    host.set_password(ALICE, HERS)
    _reaches(_by_password(rig), "alices")
    uid = host.in_passwd(ALICE)[2]

    # Acme comes to the host, proves its domain, and lets its people in by themselves.
    _acme_comes(rig)
    check.equal(host.listed("why", ALICE)["row"], "L5", "the row for Alice: her own org stays hers")
    login.signs_in(rig, COLLEAGUE)
    login.by_password(rig, BOSS, BOSS_PASSWORD)
    said = host.ssoctl("enforcement", "set", "acme-inc", "domains", "--dry-run").text
    check.contains(said, "1 of 2 members are on the org's domains", "what enforcement will change")
    host.ssoctl("enforcement", "set", "acme-inc", "domains", "--yes")
    check.equal(host.listed("why", COLLEAGUE)["row"], "L6", "the row for a colleague")

    # She joins by SSO, with her own org, her password and her number intact.
    text = _by_sso(rig, "acme-inc")
    _reaches(text, "alices", "acme-inc")
    check.contains(text, "SSOORG_ORG=acme-inc", "the active org")
    check.contains(text, "SSOORG_ROLE=viewer", "her role there")
    check.equal(host.members("acme-inc")[ALICE]["source"], "sso", "how she joined")
    check.equal(host.members("alices")[ALICE]["role"], "owner", "her role in her own org")
    check.equal(host.in_passwd(ALICE)[2], uid, "her number")

    # She switches; by password Acme stays closed, since it enforces.
    text = _by_sso(rig, "alices", command=f"/usr/bin/ssoctl switch alices; {login.SAY_WHO}")
    check.contains(text, "SSOORG_ORG=alices", "the active org")
    text = _by_password(rig)
    _reaches(text, "alices")
    check.lacks(_groups(text), r"\(acme-inc\)", "her groups by password")

    # Acme's provider lets her go: no sign-in through it, and her own org as the policy allows.
    terminal = _starts_sso(rig)
    rig.idp.answer(terminal.challenge(), ALICE, "abort")
    text = terminal.end()
    check.that(not login.signed_in(text), "she got in after the provider let her go")
    check.contains(text, "declined", "what she is told")
    _reaches(_by_password(rig), "alices")
    check.that(ALICE in host.members("acme-inc"), "the membership is gone before anybody removed it")

    # Acme removes her on the host; her own org is not Acme's to touch.
    host.ssoctl("member", "remove", "acme-inc", ALICE, "--yes")
    host.ssoctl("account", "lock", ALICE, wants=3)
    host.ssoctl("member", "remove", "alices", ALICE, "--yes", wants=3)
    text = _by_password(rig)
    _reaches(text, "alices")
    check.lacks(_groups(text), r"\(acme-inc\)", "her groups after the removal")

    # She is hired again: back by herself under jit, as viewer, with her old number.
    text = _by_sso(rig, "acme-inc")
    _reaches(text, "alices", "acme-inc")
    member = host.members("acme-inc")[ALICE]
    check.equal((member["role"], member["source"]), ("viewer", "sso"), "how she is back")
    check.equal(host.in_passwd(ALICE)[2], uid, "her number")


def _acme_comes(rig):
    host.ssoctl("org", "create", "acme-inc", "--name", "Acme Inc", "--owner", BOSS)
    host.set_password(BOSS, BOSS_PASSWORD)
    host.ssoctl("provisioning", "set", "acme-inc", "jit")
    host.ssoctl("idp", "set", "acme-inc", "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca,
                "--auth", "none")
    record = host.listed("domain", "add", "acme-inc", "acme-inc.test")
    host.ssoctl("domain", "verify", "acme-inc", "acme-inc.test", "--resolver", "127.0.0.1:1", wants=1)
    with Nsd({"acme-inc.test": f'_ssoorg-verify TXT "{record["value"]}"\n'}) as server:
        host.ssoctl("domain", "verify", "acme-inc", "acme-inc.test", "--resolver", server.resolver)


def _by_password(rig):
    terminal = login.Ssh(rig, ALICE)
    terminal.password_prompt()
    terminal.send(HERS)
    return _to_the_end(terminal)


def _starts_sso(rig, command=login.SAY_WHO):
    terminal = login.Ssh(rig, ALICE, command)
    check.contains(terminal.password_prompt(), r"empty for SSO", "the first prompt")
    terminal.send()
    return terminal


def _by_sso(rig, active, command=login.SAY_WHO):
    terminal = _starts_sso(rig, command)
    rig.idp.approve(terminal.challenge(), ALICE)
    terminal.enter_until(ACTIVE)
    terminal.send(active)
    return _to_the_end(terminal)


def _to_the_end(terminal):
    terminal.until(r"\nEND|\rEND", "denied", "closed")
    terminal.close()
    return terminal.text


def _groups(text):
    return "".join(re.findall(r"groups=(\S+)", text))


def _reaches(text, *slugs):
    check.that(login.signed_in(text), f"she is not signed in: {check.shown(text)}")
    for slug in slugs:
        check.contains(_groups(text), rf"\({slug}\)", "her groups")
