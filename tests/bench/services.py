# SPDX-License-Identifier: Apache-2.0
"""The name services that are compared, and how each is given the people of people.h."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import host  # noqa: E402
import processes  # noqa: E402

FILL = host.BUILD / "tests/bench/fill_people"
# Where the services have their data: each on a tmpfs, since an overlay would make every open() dearer.
FOLDERS = ("/etc", "/var/lib/extrausers", "/var/lib/misc", "/var/lib/ssoorg")

# By service: its Debian package, and each file that it reads with the form of fill_people that goes there. An index
# must not be older than what it is an index of.
SERVICES = {
    "files": ("libc6", {"/etc/passwd": "passwd", "/etc/group": "group"}),
    "extrausers": ("libnss-extrausers", {"/var/lib/extrausers/passwd": "passwd", "/var/lib/extrausers/group": "group"}),
    "cache": ("libnss-cache", {
        "/etc/passwd.cache": "passwd", "/etc/group.cache": "group",
        "/etc/passwd.cache.ixname": "passwd-by-name", "/etc/passwd.cache.ixuid": "passwd-by-number",
        "/etc/group.cache.ixname": "group-by-name", "/etc/group.cache.ixgid": "group-by-number"}),
    "db": ("libnss-db", {"/var/lib/misc/passwd.db": "passwd-records", "/var/lib/misc/group.db": "group-records"}),
    "ssoorg": (None, {str(host.MAP): "map"}),
}


def require_namespace():
    if not os.path.exists("/run/ssoorg-namespace"):
        raise SystemExit("this changes /etc and /usr: run it through tests/namespace")


def install():
    """Our NSS module, and the folders on tmpfs."""
    require_namespace()
    for folder in map(pathlib.Path, FOLDERS):
        lay_tmpfs(folder)
    host.MAP.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    shutil.copy(host.BUILD / "nss_ssoorg/libnss_ssoorg.so.2", host.INSTALLED["nss"])


def is_installed(package):
    return processes.run("dpkg-query", "-W", "-f", "${db:Status-Status}", package).out == "installed"


def install_packages(*names):
    """Those of the Debian packages that are missing, for as long as the namespace is there."""
    require_namespace()
    missing = [name for name in names if not is_installed(name)]
    if missing:
        processes.must("bash", "-c", '. "$0" && install_packages "$@"', HERE.parent / "prepare.sh", *missing,
                       timeout=300)


def lay_tmpfs(folder):
    new = pathlib.Path("/run/bench-folder")
    new.mkdir(exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    processes.must("mount", "-t", "tmpfs", "-o", "mode=0755", "bench", new)
    processes.must("cp", "-a", f"{folder}/.", new)
    processes.must("mount", "--move", new, folder)


def version(service):
    package = SERVICES[service][0]
    if package is None:
        return "this tree"
    return processes.must("dpkg-query", "-W", "-f", "${Package} ${Version}", package).out


def load(service, count):
    """Writes what the service reads of COUNT people beside its place, where in_place() finds it."""
    for path, form in SERVICES[service][1].items():
        beside = f"{path}.{count}"
        if form == "map":
            processes.must(FILL, "map", count, beside, timeout=120)
        elif form.endswith("-records"):
            fill(form, count, ["makedb", "--quiet", "-o", beside, "-"], None)
        else:
            with open(beside, "wb") as file:
                fill(form, count, ["cat"], file)
        os.chmod(beside, 0o644)


def fill(form, count, command, output):
    """Pipes what fill_people writes through the command."""
    with subprocess.Popen([FILL, form, str(count)], stdout=subprocess.PIPE) as writer:
        done = subprocess.run(command, stdin=writer.stdout, stdout=output, timeout=240, check=False)
    if writer.returncode != 0 or done.returncode != 0:
        raise RuntimeError(f"fill_people {form} {count} | {' '.join(command)}: exit {writer.returncode}, "
                           f"{done.returncode}")


@contextlib.contextmanager
def in_place(service, count):
    """The service has its COUNT people while this lasts; what stood in their place, as the host's own, comes back."""
    paths = SERVICES[service][1]
    for path in paths:
        if os.path.exists(path):
            os.rename(path, path + ".kept")
        os.rename(f"{path}.{count}", path)
    try:
        yield
    finally:
        for path in paths:
            os.rename(path, f"{path}.{count}")
            if os.path.exists(path + ".kept"):
                os.rename(path + ".kept", path)
