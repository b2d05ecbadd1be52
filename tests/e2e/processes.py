"""Running programs, and knowing which are there."""
import os
import pathlib
import signal
import subprocess

import check


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr
        self.text = done.stdout + done.stderr


def run(*command, stdin="", timeout=check.HANG_S, **options):
    """Runs a program to its end, with text in and out; any status is an answer."""
    words = [str(word) for word in command]
    return Result(subprocess.run(words, input=stdin, timeout=timeout, text=True, errors="replace",
                                 capture_output=True, check=False, **options))


def must(*command, **options):
    result = run(*command, **options)
    if result.status != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {result.status}: {result.text.strip()}")
    return result


def each():
    """The pid and the executable of every process, those without one left out."""
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield int(entry.name), os.readlink(entry / "exe")
            except OSError:
                continue


def ours():
    """Those of the product's helpers that are running now."""
    return [(pid, exe) for pid, exe in each() if "/ssoorg/ssoorg-" in exe]


def ours_are_gone():
    check.soon(lambda: not ours(), f"helpers are gone, {ours()}")


def stop(process, seconds=check.HANG_S):
    """Ends a server that was started here, by its own pid."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
