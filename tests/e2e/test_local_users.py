"""People and names that are none of ours: nothing may change for them."""
import resource

import check
import host
import local_users as local
import login
import processes

TIMES = 20


def L2_plain_local_user_signs_in_by_password(rig):
    local.make_users(rig)
    local.signs_in_as_before(rig, local.USER)


def L2_root_signs_in_by_password(rig):
    local.make_users(rig)
    local.signs_in_as_before(rig, "root")


def L2_local_user_with_a_wrong_password_is_refused(rig):
    local.make_users(rig)
    _, text = login.by_password(rig, local.USER, "wrong-Password-3")
    check.that(not login.signed_in(text), "a wrong password opened a local account")


def L2_L3_local_users_and_root_sign_in_with_store_and_map_unreadable(rig):
    rig.orgs.acme()
    local.make_users(rig)
    with host.Kept(host.STORE) as store, host.Kept(host.MAP):
        (store / "data.mdb").write_bytes(b"\xff" * 8192)
        host.MAP.write_bytes(b"\xff" * 4096)
        local.signs_in_as_before(rig, local.USER)
        local.signs_in_as_before(rig, "root")
        check.contains(processes.must("su", "-", local.USER, "-c", "id").out, f"\\({local.USER}\\)", "su")
        check.contains(processes.must("sudo", "-u", local.USER, "id").out, f"\\({local.USER}\\)", "sudo")


def N3_a_local_user_with_a_name_of_the_domain_stays_local(rig):
    rig.orgs.acme()
    name = "islocal@acme.test"
    with host.Kept("/etc/passwd") as passwd, host.Kept("/etc/shadow") as shadow:
        _append(passwd, f"{name}:x:4711:100:Local:/home/{local.USER}:/bin/bash")
        _append(shadow, f"{name}:*:19000:0:99999:7:::")
        host.set_local_password(name, local.PASSWORD)
        prompt, text = login.by_password(rig, name, local.PASSWORD)
        check.lacks(prompt + text, r"https://|SSO", "what a local user is shown")
        check.contains(text, r"uid=4711\(", "id")


def su_and_sudo_to_a_name_that_never_signed_in_do_not_work(rig):
    rig.orgs.acme()
    local.make_users(rig)
    name = rig.person()
    for command in (("su", "-", name, "-c", "id"), ("sudo", "-u", name, "id"),
                    ("runuser", "-u", name, "id"), ("sudo", "-u", local.USER, "id", name)):
        result = processes.run(*command)
        check.that(result.status != 0 and "uid=" not in result.out, f"{' '.join(command)} worked")
    check.that(host.in_passwd(name) is None, "root's getent knows a name that never signed in")
    as_user = processes.run("runuser", "-u", local.USER, "--", "getent", "passwd", name)
    check.equal(as_user.out, "", "what a user's getent knows of it")


def S12_a_name_refused_by_the_sign_in_does_not_become_known(rig):
    rig.orgs.acme()
    name = rig.person()
    login.is_refused(rig, name, "mallory@evil.test")
    check.that(processes.run("su", "-", name, "-c", "id").status != 0, "su to it works")


def only_sshd_is_told_of_first_logins_whoever_else_calls_itself_so(rig):
    rig.orgs.acme()
    name = rig.person()
    code = f"import pwd; print(pwd.getpwnam({name!r}))"
    result = processes.run("bash", "-c", f"exec -a /usr/sbin/sshd /usr/bin/python3 -c \"{code}\"")
    check.that(result.status != 0, f"a program with sshd's name was told: {result.out}")


def unknown_plain_names_look_as_without_the_product(rig):
    rig.orgs.acme()
    prompt, text = login.by_password(rig, "nobody-here", "whatever-1")
    check.lacks(prompt + text, r"https://|SSO|ssoorg", "what an unknown name is shown")


def L2_a_lookup_of_a_local_user_starts_no_helper_and_is_fast(rig):
    local.make_users(rig)
    trace = rig.folder / "trace"
    processes.must("strace", "-f", "-e", "trace=execve", "-o", trace, "id", local.USER)
    check.equal(trace.read_text().count("execve("), 1, "programs started by id")
    cost, plain = _cpu_of("getent", "passwd", local.USER), _cpu_of("getent", "-s", "files", "passwd", local.USER)
    check.that(cost < 3 * plain, f"{TIMES} look-ups cost {cost:.3f} s of CPU time, from /etc/passwd alone {plain:.3f} s")


def _cpu_of(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(TIMES):
        processes.must(*command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _append(path, line):
    with open(path, "a") as file:
        file.write(line + "\n")
