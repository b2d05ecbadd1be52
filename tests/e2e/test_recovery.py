"""Recovery codes: an owner gets in by one of them whatever happens, and nobody else does."""
import re

import check
import host
import login
import orgs
import stacks

CODE = r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}"
WRONG = "ZZZZZ-00000-00000-00000"


def L5_E4_an_owner_gets_in_by_a_code_with_the_provider_stopped_and_only_once(rig):
    org = rig.orgs.acme()
    owner, codes = orgs.owner(org), _codes(rig, org)
    log = rig.log()
    rig.idp.stop()
    try:
        prompt, text = login.by_password(rig, owner, codes[0].lower().replace("-", " "))
        _, again = login.by_password(rig, owner, codes[0])
    finally:
        rig.idp.start()
    check.contains(prompt, r"Password \(empty for SSO\): $", "the prompt")
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, r"\(acme\).*\(acme-admins\)|\(acme-admins\).*\(acme\)", "what is opened")
    check.contains(text, "Recovery code of org acme used: 9 are left", "what the owner is told")
    check.that(not login.signed_in(again), "the code worked twice")
    check.contains(log.text(), rf"a recovery code was used: login={owner} org=acme .*left=9", "the log")
    check.lacks(log.text(), codes[0], "the log")
    events = host.listed("audit", org, "--since", "1m")
    used = [e for e in events if e["event"] == "recovery.used"]
    check.equal([(e["login"], e["detail"]) for e in used], [(owner, "9 left")], "the audit events of the code")
    check.that(any(e["event"] == "sign-in" and e["detail"] == "recovery" for e in events), "no sign-in by recovery")
    row, = host.listed("recovery", "list", org)
    check.equal((row["left"], row["owner"]), (9, owner), "what is left")
    check.that(row["created_at"] and row["last_used_at"], "the list has no dates")
    _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
    check.that(login.signed_in(text), "the password does not work beside the codes")


def L5_an_owner_without_a_password_gets_in_by_a_code_on_ssh_and_at_the_console(rig):
    org = rig.orgs.bare("rescue")
    owner, codes = orgs.owner(org), _codes(rig, org)
    why = host.listed("why", owner)
    check.equal((why["row"], why["offered"]), ("L5", "recovery code"), "what is offered")
    prompt, text = login.by_password(rig, owner, codes[0])
    check.contains(prompt, r"Password: $", "the prompt")
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(login.at_console(owner, codes[1]), rf"uid=\d+\({re.escape(owner)}\)", "the console")
    check.lacks(login.at_console(owner, codes[1]), r"uid=\d", "the console, with a used code")
    check.equal(host.listed("recovery", "list", org)[0]["left"], 8, "codes left")


def L5_a_member_and_an_owner_of_another_org_get_nothing_by_the_owners_code(rig):
    org, other = rig.orgs.bare("rescue"), rig.orgs.open()
    codes, member = _codes(rig, org), "deputy@elsewhere.test"
    host.ssoctl("member", "add", org, member, "--role", "admin")
    for name in (member, orgs.owner(other)):
        _, text = login.by_password(rig, name, codes[0])
        check.that(not login.signed_in(text), f"{name} got in by another's code")
        check.lacks(text, "recovery", f"what {name} is told")
    check.equal(host.listed("recovery", "list", org)[0]["left"], 10, "codes left")


def L5_after_a_transfer_the_codes_are_void(rig):
    org, new = rig.orgs.bare("passed"), "successor@elsewhere.test"
    codes = _codes(rig, org)
    host.ssoctl("member", "add", org, new)
    host.ssoctl("org", "transfer", org, new, "--yes")
    for name in (orgs.owner(org), new):
        _, text = login.by_password(rig, name, codes[0])
        check.that(not login.signed_in(text), f"{name} got in by a code from before the transfer")
    check.equal(host.listed("recovery", "list", org), [], "codes of the new owner")
    _, text = login.by_password(rig, new, _codes(rig, org)[0])
    check.that(login.signed_in(text), f"the new owner's code does not work: {check.shown(text)}")


def T_a_wrong_code_counts_as_one_wrong_password_and_ten_hold_the_next(rig):
    org = rig.orgs.bare("rescue")
    owner, codes = orgs.owner(org), _codes(rig, org)
    host.ssoctl("throttle", "clear", owner)
    login.by_password(rig, owner, codes[0][:2] + WRONG[2:])
    counts = {row["kind"]: row["tries"] for row in host.listed("throttle", "list") if owner in row["subject"]}
    check.equal((counts["account"], counts["owner"]), (1, 1), "what one wrong code counts as")
    terminals = [login.Ssh(rig, owner) for _ in range(9)]  # at once: each wrong one takes its while
    for terminal in terminals:
        terminal.password_prompt()
        terminal.send(WRONG)
    for terminal in terminals:
        terminal.password_prompt()
        terminal.close()
    _, text = login.by_password(rig, owner, codes[0])
    check.contains(text, "Too many attempts", "what is said to the right code after ten wrong ones")
    check.contains(login.at_console(owner, codes[0]), r"uid=\d", "the console, where nobody has tried")
    host.ssoctl("throttle", "clear", owner)
    host.ssoctl("throttle", "clear", "127.0.0.1")


def K6_L5_a_code_works_in_sudo_and_su(rig):
    org = rig.orgs.bare("rescue")
    owner, codes = orgs.owner(org), _codes(rig, org)
    with stacks.wired(owner):
        for command, code, wanted in ((["sudo", "id"], codes[0], r"uid=0\(root\)"),
                                      (["su", "-", owner, "-c", "id"], codes[1], re.escape(f"({owner})"))):
            terminal = stacks.as_user(owner, *command)
            terminal.password_prompt()
            terminal.send(code)
            terminal.until(r"uid=\d+[^\n]*\n")
            check.contains(terminal.text, wanted, " ".join(command))
            terminal.close()
    check.equal(host.listed("recovery", "list", org)[0]["left"], 8, "codes left")


def recovery_codes_are_replaced_only_after_a_yes_and_shown_once(rig):
    org = rig.orgs.bare("rescue")
    host.ssoctl("recovery", "revoke", org, "--yes")
    check.equal(host.listed("recovery", "list", org), [], "codes after revoking")
    check.equal(host.ssoctl("recovery", "create", org, "--dry-run").out, "", "what a dry run prints")
    check.equal(host.listed("recovery", "list", org), [], "codes after a dry run")
    codes = host.listed("recovery", "create", org)["codes"]
    check.equal(len({code[:2] for code in codes}), 10, "different beginnings")
    check.that(all(re.fullmatch(CODE, code) for code in codes), f"the codes {codes}")
    check.contains(host.ssoctl("recovery", "create", org, wants=1).err, "--yes", "what is said without a yes")
    check.contains(host.ssoctl("recovery", "revoke", org, wants=1).err, "--yes", "what is said without a yes")
    check.equal(host.listed("recovery", "list", org)[0]["left"], 10, "codes after a question without an answer")
    table = host.ssoctl("recovery", "create", org, "--yes").out.split()
    check.that(not set(codes) & set(table), "the same codes again")
    check.lacks(host.ssoctl("recovery", "list", org).text, CODE, "the list")
    host.ssoctl("recovery", "list", "nosuch", wants=4)
    host.ssoctl("recovery", "revoke", org, "--yes")


def _codes(rig, org):
    codes = host.listed("recovery", "create", org, "--yes")["codes"]
    rig.secrets.update(codes)
    return codes
