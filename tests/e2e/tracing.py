"""A process that makes the system calls that somebody else chooses, as it would if it had been taken over."""
import contextlib
import ctypes
import errno
import os
import platform

import check

SUPPORTED = platform.machine() == "x86_64"  # whose registers and numbers these are
CALLS = {"write": 1, "mmap": 9, "ioctl": 16, "getpid": 39, "socket": 41, "connect": 42, "sendto": 44, "sendmsg": 46,
         "bind": 49, "listen": 50, "socketpair": 53, "clone": 56, "execve": 59, "kill": 62, "fcntl": 72, "ptrace": 101,
         "prctl": 157, "openat": 257, "sendmmsg": 307, "memfd_create": 319, "io_uring_setup": 425}
NAMES = ("r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi",
         "orig_rax", "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs")
ARGUMENTS = ("rdi", "rsi", "rdx", "r10", "r8", "r9")
INSTRUCTION = 2  # bytes of the one that makes a system call
NO_CALL = 2**64 - 1
RED_ZONE = 4096  # more than what a function has below its stack pointer
WALL = 0x40000000
CONT, GET, SET, SYSCALL, DETACH, SEIZE, INTERRUPT = 7, 12, 13, 24, 17, 0x4206, 0x4207
SYSCALL_GOOD = 1
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
LIBC.ptrace.restype = ctypes.c_long


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in NAMES]


class TakenOver:
    """Stopped in a system call of its own."""

    def __init__(self, pid):
        self.pid = pid
        self.own = Registers()

    def begin(self):
        self._ptrace(SEIZE, data=SYSCALL_GOOD)
        check.soon(self._stops_in_a_call, "it makes a system call")
        self.memory = self.own.rsp - RED_ZONE

    def end(self):
        """It goes on with the call that it was in."""
        self.own.rip -= INSTRUCTION
        self.own.rax = self.own.orig_rax
        self.own.orig_rax = NO_CALL
        self._ptrace(SET, data=ctypes.addressof(self.own))
        self._ptrace(DETACH)

    def call(self, name, *arguments, data=b""):
        """Makes the call; DATA lies where self.memory points. Gives back the result, below 0 the error."""
        if data:
            with open(f"/proc/{self.pid}/mem", "r+b", buffering=0) as memory:
                memory.seek(self.memory)
                memory.write(data)
        registers = Registers.from_buffer_copy(self.own)
        registers.rip -= INSTRUCTION
        registers.rax, registers.orig_rax = CALLS[name], NO_CALL
        for register, value in zip(ARGUMENTS, [*arguments, *[0] * len(ARGUMENTS)]):
            setattr(registers, register, value % 2**64)
        self._ptrace(SET, data=ctypes.addressof(registers))
        for _ in ("entry", "exit"):
            self._ptrace(SYSCALL)
            check.that(self._wait() == 0x85, f"{name}: the process stops otherwise than at a system call")
        self._ptrace(GET, data=ctypes.addressof(registers))
        return ctypes.c_longlong(registers.rax).value

    def read(self, length):
        with open(f"/proc/{self.pid}/mem", "rb", buffering=0) as memory:
            memory.seek(self.memory)
            return memory.read(length)

    def _stops_in_a_call(self):
        self._ptrace(INTERRUPT)
        self._wait()
        self._ptrace(GET, data=ctypes.addressof(self.own))
        if self.own.orig_rax != NO_CALL:
            return True
        self._ptrace(CONT)
        return False

    def _wait(self):
        _, status = os.waitpid(self.pid, WALL)
        check.that(os.WIFSTOPPED(status), f"the process ended: {status:#x}")
        return os.WSTOPSIG(status)

    def _ptrace(self, request, data=0):
        if LIBC.ptrace(request, self.pid, None, data) != 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x}")


@contextlib.contextmanager
def taken_over(pid):
    """The process of this number, which goes on behind it as if nothing had been."""
    process = TakenOver(pid)
    process.begin()
    try:
        yield process
    finally:
        process.end()


def refused(result):
    """Whether the filter has refused the call: whatever the kernel itself says would mean that it was let through."""
    return result == -errno.EPERM
