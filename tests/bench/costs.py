#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""costs.py [--json] [--times N] [--oidc-child FOLDER]: what one sign-in costs; see tests/bench/login.

Runs inside tests/namespace. How each figure comes about:

requests, handshakes   counted in the provider (counting.cjs), by connection
                       and user agent, in the sign-ins of the next line.
CPU, peak memory       ssoorg-signin is asked as the PAM module asks it, by a
                       small program (measure.c) that is its parent. It reads
                       VmHWM and the run time of each process in the moment at
                       which that ends (ptrace's exit event), the sum for both
                       also from wait4(): ssoorg-signin reaps ssoorg-oidc. The
                       approval is given before the first poll, so that there
                       is one poll. curl is started by the same program.
oidc_child             SSSD's counterpart of both helpers of ours, where it is
                       there (--oidc-child FOLDER, its package unpacked): it
                       is started twice, for the code and for the tokens, as
                       sssd does, and makes the requests that it makes.
approval to shell      over ssh and a real sshd: from the moment at which the
                       provider has handed the answer with the tokens to its
                       kernel to the first byte of the person's shell. How
                       long the approval waits for the next poll lies before
                       it and is no part of it; Enter is pressed as soon as
                       there is a prompt, so neither is the person.

A person who has signed in before signs in again each time. curl makes the same
requests in one call, so that it may keep its connection: its POST for tokens
names a device code that was approved before, and so has the same answer.
"""
import argparse
import json
import os
import pathlib
import re
import ssl
import statistics
import subprocess
import sys
import time
import types
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import host  # noqa: E402
import login  # noqa: E402
import orgs  # noqa: E402
import rig as rigs  # noqa: E402

LOG = rigs.FOLDER / "bench.log"
MEASURE = host.BUILD / "tests/bench/measure"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
AGENTS = {"ssoorg": "ssoorg-oidc", "curl": "curl/", "oidc_child": "SSSD oidc_child"}
NEIGHBOUR, PASSWORD = "neighbour", "three plain words"
LOADER = "/lib64/ld-linux-x86-64.so.2"


class ProviderLog:
    """What the provider saw since the last look."""

    def __init__(self):
        self.offset = 0

    def take(self):
        with open(LOG) as log:
            log.seek(self.offset)
            lines = log.readlines()
            self.offset = log.tell()
        return [json.loads(line) for line in lines]


def traffic(events, agent):
    """The requests of this agent, and the handshakes of the connections they came over."""
    asked = [e for e in events if e["event"] == "request" and e["agent"].startswith(agent)]
    used = {e["connection"] for e in asked}
    shaken = [e for e in events if e["event"] == "handshake" and e["connection"] in used]
    return [f"{e['method']} {e['path']}" for e in asked], len(shaken)


def read_challenge(program):
    text = ""
    for line in program.stdout:
        if line == "---\n":
            return login.Challenge(text)
        text += line
    raise RuntimeError(f"no prompt, but: {text}")


def sign_in(rig, person):
    """One sign-in through both helpers, approved at once: what they cost."""
    command = [MEASURE, "sign-in", host.INSTALLED["signin"], person]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        rig.idp.approve(read_challenge(program), person)
        program.stdin.write("\n" * 20)
        program.stdin.flush()
        last = program.stdout.readlines()[-1]
    if program.returncode != 0:
        raise RuntimeError(f"the sign-in failed: {last}")
    return json.loads(last)


def device_codes(rig):
    context = ssl.create_default_context(cafile=rig.ca)
    form = urllib.parse.urlencode({"client_id": "ssoorg", "scope": "openid email profile"}).encode()
    with urllib.request.urlopen(rig.idp.issuer + "/device/auth", form, context=context) as answer:
        return json.load(answer)


def approved_code(rig, person):
    codes = device_codes(rig)
    rig.idp.approve(types.SimpleNamespace(url=codes["verification_uri"], code=codes["user_code"]), person)
    return codes["device_code"]


def form_of(path, code):
    if path.endswith("/token"):
        return ["--data-urlencode", f"grant_type={GRANT}", "--data-urlencode", f"device_code={code}",
                "--data-urlencode", "client_id=ssoorg"]
    return ["--data-urlencode", "client_id=ssoorg", "--data-urlencode", "scope=openid email profile"]


def curl(rig, person, requests):
    """The same requests by one call of curl: what it cost."""
    code = approved_code(rig, person)
    words = ["/usr/bin/curl", "--fail-early"]
    for request in requests:
        method, path = request.split(" ")
        words += ["--next"] if len(words) > 2 else []
        words += ["--silent", "--show-error", "--fail", "--http1.1", "--cacert", str(rig.ca), "--output", "/dev/null",
                  "--header", "Accept: application/json"]
        words += form_of(path, code) if method == "POST" else []
        words += [rig.idp.issuer + path]
    return run(words)[-1]


def run(words, text=""):
    """The lines of JSON that a program has printed, and what it cost."""
    done = subprocess.run([MEASURE, "run", *words], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line[line.index("{"):]) for line in done.stdout.splitlines() if "{" in line]


def start_oidc_child(rig, folder, *words, text=""):
    libraries = f"{folder}/usr/lib/x86_64-linux-gnu"
    return run([LOADER, "--library-path", f"{libraries}:{libraries}/sssd", f"{folder}/usr/libexec/sssd/oidc_child",
                "--logger=stderr", "--debug-level=0", "--client-id", "ssoorg", "--issuer-url", rig.idp.issuer,
                "--ca-db", str(rig.ca), "--scope", "openid email profile", *words], text)


def oidc_child(rig, person, folder):
    """One sign-in through SSSD's helper, approved between its two runs: what both cost."""
    codes, shown, first = start_oidc_child(rig, folder, "--get-device-code")
    rig.idp.approve(types.SimpleNamespace(url=shown["verification_uri"], code=shown["user_code"]), person)
    second = start_oidc_child(rig, folder, "--get-access-token", text=json.dumps(codes))[-1]
    return {"cpu_us": first["cpu_us"] + second["cpu_us"], "processes": first["processes"] + second["processes"]}


def first_byte_of_shell(terminal):
    """Presses Enter at every prompt until the shell has said something: when that was."""
    terminal.child.send("\r")
    while True:
        found = terminal.child.expect([r"SHELL", r"approved it[^:\n]*: "], timeout=20)
        if found == 0:
            return time.monotonic_ns()
        terminal.child.send("\r")


def ssh_sign_in(rig, person, log):
    """Milliseconds from the answer with the tokens to the first byte of the shell."""
    log.take()
    terminal = login.Ssh(rig, person, "echo SHELL")
    terminal.child.delaybeforesend = None
    rig.idp.approve(terminal.challenge(), person)
    at_ns = first_byte_of_shell(terminal)
    terminal.close()
    answers = [e["at_ns"] for e in log.take() if e["event"] == "answer" and e["path"].endswith("/token")
               and e["status"] == 200]
    return (at_ns - answers[-1]) / 1e6


def add_neighbour():
    """A local user whose password takes no time to check."""
    hashed = subprocess.run(["openssl", "passwd", "-5", "-stdin"], input=f"{PASSWORD}\n", capture_output=True, text=True,
                            check=True).stdout
    host.add_local_user(NEIGHBOUR, PASSWORD)
    subprocess.run(["chpasswd", "--encrypted"], input=f"{NEIGHBOUR}:{hashed}", text=True, check=True)


def password_sign_in(rig):
    """Milliseconds from Enter after the password to the first byte of the shell."""
    terminal = login.Ssh(rig, NEIGHBOUR, "echo SHELL")
    terminal.child.delaybeforesend = None
    terminal.until(login.PASSWORD)
    terminal.child.send(PASSWORD)
    begun_ns = time.monotonic_ns()
    at_ns = first_byte_of_shell(terminal)
    terminal.close()
    return (at_ns - begun_ns) / 1e6


def set_up(rig):
    rigs.require_namespace()
    os.environ["NODE_OPTIONS"] = f"--require={HERE / 'counting.cjs'}"
    os.environ["BENCH_LOG"] = str(LOG)
    rig.start("--interval", "1")
    rig.orgs.create("acme", "acme.test", "jit")
    add_neighbour()
    return rig.person()


def measure(rig, times, folder):
    person = set_up(rig)
    log = ProviderLog()
    login.signs_in(rig, person)
    log.take()
    found = {"ssoorg": [], "curl": [], "oidc_child": [], "shell_ms": [], "password_ms": []}
    for _ in range(times):
        costs = sign_in(rig, person)
        requests, handshakes = traffic(log.take(), AGENTS["ssoorg"])
        found["ssoorg"].append({**costs, "requests": requests, "handshakes": handshakes})
        costs = curl(rig, person, requests)
        requests, handshakes = traffic(log.take(), AGENTS["curl"])
        found["curl"].append({**costs, "requests": requests, "handshakes": handshakes})
        if folder:
            costs = oidc_child(rig, person, folder)
            requests, handshakes = traffic(log.take(), AGENTS["oidc_child"])
            found["oidc_child"].append({**costs, "requests": requests, "handshakes": handshakes})
    for _ in range(times):
        found["shell_ms"].append(ssh_sign_in(rig, person, log))
        found["password_ms"].append(password_sign_in(rig))
    return found


def median_of(runs, value):
    return round(statistics.median(value(run) for run in runs), 2)


def process(run, name):
    # The kernel keeps 15 characters of a name.
    return next(p for p in run["processes"] if p["name"] == name[:15])


def costs_of(runs, names):
    costs = {
        "requests": median_of(runs, lambda run: len(run["requests"])),
        "handshakes": median_of(runs, lambda run: run["handshakes"]),
        "cpu_ms": median_of(runs, lambda run: run["cpu_us"] / 1000),
        "peak_kib": median_of(runs, lambda run: max(p["peak_kib"] for p in run["processes"])),
    }
    for name in names:
        costs[name] = {"cpu_ms": median_of(runs, lambda run: process(run, name)["cpu_us"] / 1000),
                       "peak_kib": median_of(runs, lambda run: process(run, name)["peak_kib"])}
    return costs


def ratios_of(ours, theirs):
    return {key: round(ours[key] / theirs[key], 2) for key in ("requests", "handshakes", "cpu_ms", "peak_kib")}


def times_to_shell(found):
    """Lower quartile, median and slowest of both; the ratio is that of the quartiles."""
    shell = {}
    for name, key in (("approval", "shell_ms"), ("password", "password_ms")):
        quartiles = statistics.quantiles(found[key], n=4)
        shell[name] = {"quartile_ms": round(quartiles[0], 1), "median_ms": round(quartiles[1], 1),
                       "slowest_ms": round(max(found[key]), 1)}
    shell["ratio"] = round(shell["approval"]["quartile_ms"] / shell["password"]["quartile_ms"], 2)
    return shell


def summary(found):
    ours = costs_of(found["ssoorg"], ("ssoorg-signin", "ssoorg-oidc"))
    theirs = costs_of(found["curl"], ("curl",))
    result = {"times": len(found["shell_ms"]), "asked": found["ssoorg"][-1]["requests"], "ssoorg": ours,
              "curl": theirs, "ratio": ratios_of(ours, theirs), "shell": times_to_shell(found)}
    result["ratio"]["oidc_cpu_ms"] = round(ours["ssoorg-oidc"]["cpu_ms"] / theirs["curl"]["cpu_ms"], 2)
    if found["oidc_child"]:
        result["oidc_child"] = costs_of(found["oidc_child"], ())
        result["oidc_child_ratio"] = ratios_of(ours, result["oidc_child"])
    return result


def shown(value):
    return value if value == "" else f"{value:.6g}"


NAMES = {"requests": "requests", "handshakes": "TLS handshakes", "cpu_ms": "CPU of all, ms", "peak_kib": "peak memory, KiB"}


def rows_of(result):
    """Name, ours, curl's and the ratio to it, oidc_child's and the ratio to that; "" where there is nothing to say."""
    ours, curls, ratio = result["ssoorg"], result["curl"], result["ratio"]
    child, child_ratio = result.get("oidc_child", {}), result.get("oidc_child_ratio", {})
    for key, name in NAMES.items():
        yield name, ours[key], curls[key], ratio[key], child.get(key, ""), child_ratio.get(key, "")
        if key in ("cpu_ms", "peak_kib"):
            beside = (curls[key], ratio["oidc_cpu_ms"]) if key == "cpu_ms" else ("", "")
            yield "  ssoorg-oidc", ours["ssoorg-oidc"][key], *beside, "", ""
            yield "  ssoorg-signin", ours["ssoorg-signin"][key], "", "", "", ""


def times_line(name, times):
    return f"{name:34}{times['quartile_ms']:>10}{times['median_ms']:>10}{times['slowest_ms']:>10}"


def table(result):
    shell = result["shell"]
    lines = [f"One sign-in, medians of {result['times']}",
             f"{'':20}{'ssoorg':>10}{'curl':>10}{'ratio':>8}{'oidc_child':>12}{'ratio':>8}"]
    lines += [f"{name:20}{shown(one):>10}{shown(curls):>10}{shown(ratio):>8}{shown(childs):>12}{shown(other):>8}"
              for name, one, curls, ratio, childs, other in rows_of(result)]
    return "\n".join(lines + [
        f"{'To the shell, ms':34}{'quartile':>10}{'median':>10}{'slowest':>10}",
        times_line("  from the approval", shell["approval"]),
        times_line("  from a local user's password", shell["password"]),
        f"  ratio of the quartiles {shell['ratio']}",
        "Asked: " + ", ".join(result["asked"])])


def main():
    parser = argparse.ArgumentParser(description="What one sign-in costs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--oidc-child", metavar="FOLDER", help="where the package sssd-idp is unpacked")
    given = parser.parse_args()
    if given.times < 2:
        parser.error("--times: 2 or more are legal")
    rig = rigs.Rig()
    try:
        result = summary(measure(rig, given.times, given.oidc_child))
    finally:
        rig.stop()
    print(json.dumps(result, indent=2) if given.json else table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
