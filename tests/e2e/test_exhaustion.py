"""What one of many uses up, and the others still have (HOLES H70, H71), each tried as an attack."""
import check
import host
import login
import processes
import stacks

PASSWORD = "crowded-Lantern-36-pewter"
OF_ADDRESS = 8  # that one address may have under way (POLICY T)
ROOM = 10  # that the host has for others than owners in this test
TRIES = 10  # wrong passwords of one account before each further one has to wait


def H70_who_comes_from_one_address_leaves_room_for_the_others(rig):
    people = [_member(rig) for _ in range(ROOM + 1)]
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    with host.Kept(host.CONF) as conf:
        conf.write_text(f"max-sign-ins = {ROOM + 8}\n")  # 8 of them are kept for owners
        attackers = [login.Ssh(rig, person) for person in people[:-1]]
        try:
            begun = [terminal.until(login.CODE, "Too many sign-ins") for terminal in attackers].count(0)
            login.signs_in(rig, people[-1], options=["-b", "127.0.0.2"])
            check.equal(begun, OF_ADDRESS, "sign-ins that one address has under way")
        finally:
            for terminal in attackers:
                terminal.close()
    check.soon(lambda: not processes.ours(), "all helpers are gone")
    host.ssoctl("throttle", "clear", "127.0.0.1")


def H71_a_local_user_who_asks_for_an_account_does_not_hold_its_owner_up(rig):
    alice = _member(rig)
    host.add_local_user("mallory", PASSWORD)
    with stacks.wired(alice):
        waiting = stacks.as_user("mallory", "su", alice, "-c", "id")
        waiting.challenge()
        terminal = stacks.sudo(alice)
        rig.idp.approve(terminal.challenge(), alice)
        terminal.enter_until(r"uid=0\(root\)")
        for each in (terminal, waiting):
            each.close()


def H71_wrong_tries_of_a_local_user_are_not_the_owners(rig):
    alice = _member(rig)
    host.add_local_user("mallory2", PASSWORD)
    host.set_password(alice, PASSWORD)
    with stacks.wired(alice):
        tries = [stacks.as_user("mallory2", "su", alice, "-c", "id") for _ in range(TRIES)]
        for terminal in tries:
            terminal.password_prompt()
            terminal.send("certainly-not-" + PASSWORD)
        for terminal in tries:
            terminal.until("su: ")
            terminal.close()
        last = stacks.as_user("mallory2", "su", alice, "-c", "id")
        last.password_prompt()
        last.send(PASSWORD)
        last.until("Too many attempts")
        last.close()
        terminal = stacks.sudo(alice)
        terminal.password_prompt()
        terminal.send(PASSWORD)
        terminal.until(r"uid=0\(root\)")
        terminal.close()
    host.ssoctl("throttle", "clear", alice)


def _member(rig):
    """Somebody of gamma who has an account and has never signed in."""
    person = rig.person("gamma.test")
    host.ssoctl("member", "add", rig.orgs.gamma(), person)
    rig.secrets.add(PASSWORD)
    return person
