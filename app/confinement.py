"""What a process that reads foreign documents gives up, for good, by the means of the system itself (Linux).

Two means, each as far as the kernel has it. Landlock refuses every opening for writing, every making, removing and
renaming of files, executing, TCP and signals to others. A seccomp filter refuses the same at the gate, and what
Landlock does not know: rights and times of files, sockets of every kind, other processes, new processes. What is
open already (a pipe, shared memory) stays as it is; reading stays free.

The filter names what is refused: a library may ask for calls that nobody foresaw. Where the kernel has neither,
nothing is refused and nothing is said: the limits of `app.isolation` still hold.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_SECCOMP_MODE_FILTER = 2

# --- Landlock (linux/landlock.h): numbers of system calls are the same on every architecture --------------------

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION_QUERY = 1
_EXECUTE, _WRITE_FILE = 1 << 0, 1 << 1  # 1 << 2 and 1 << 3 are reading
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT_UNIX_SOCKET, _SIGNAL = 1 << 0, 1 << 1

# --- seccomp (linux/filter.h, linux/seccomp.h) ------------------------------------------------------------------

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_X32 = 0x40000000

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE_THREAD = 0x10000
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
_FCNTLS = (8, 10, 15)  # F_SETOWN F_SETSIG F_SETOWN_EX: signals to others by way of a pipe

# x86-64 and AArch64 (None: this architecture has no such call)
_REFUSED: Mapping[str, tuple[int | None, int | None]] = {
    # sockets; socketpair stays, event loops wake themselves by it
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    # other programs, and what gets at other processes
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # the kernel's wider doors
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # files
    "creat": (85, None),
    "truncate": (76, 45),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rmdir": (84, None),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mknod": (133, None),
    "mknodat": (259, 33),
    # Landlock does not know these
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
_UNKNOWN: Mapping[str, tuple[int | None, int | None]] = {  # as on an older kernel: what they ask for cannot be seen
    "clone3": (435, 435),
    "openat2": (437, 437),
}
_OPEN, _OPENAT = (2, None), (257, 56)
_CLONE, _KILL, _TGKILL, _PRLIMIT = (56, 220), (62, 129), (234, 131), (302, 261)
_IOCTL, _FCNTL = (16, 29), (72, 25)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH

_Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Means:
    """What this kernel offers: the version of Landlock's interface (0: none), and whether a filter can be set."""

    landlock: int
    seccomp: bool


def means() -> Means:
    """Asks the kernel; changes nothing."""
    if not sys.platform.startswith("linux"):
        return Means(0, False)
    version = _system_call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_QUERY))
    # setting a filter without one fails by its pointer (EFAULT), and by EINVAL where there is no such thing
    failed = _process_control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, 0)
    known = os.uname().machine in _ARCHITECTURES and sys.maxsize > 1 << 32
    return Means(max(version, 0), known and failed == -1 and ctypes.get_errno() == errno.EFAULT)


def confine() -> None:
    """Gives everything up that the kernel lets this thread give up, for it and all threads it will start."""
    if not sys.platform.startswith("linux"):
        return
    offered = means()
    sys.dont_write_bytecode = True
    if _process_control(_PR_SET_NO_NEW_PRIVS, 1, 0):
        return
    if offered.landlock:
        _landlock(offered.landlock)
    if offered.seccomp:
        _filter(*_ARCHITECTURES[os.uname().machine])


def _landlock(version: int) -> None:
    """A rule set that handles all but reading, without a single rule: nothing of it is allowed anywhere."""
    files = _EXECUTE | _WRITE_FILE | _REMOVE_AND_MAKE
    files |= _REFER * (version >= 2) | _TRUNCATE * (version >= 3) | _IOCTL_DEV * (version >= 5)
    attributes = struct.pack("=QQQ", files, _BIND_TCP | _CONNECT_TCP, _ABSTRACT_UNIX_SOCKET | _SIGNAL)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _system_call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules >= 0:
        _system_call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
        os.close(rules)


def _filter(column: int, architecture: int) -> None:
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(column, architecture))
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    pointer = ctypes.create_string_buffer(header, len(header))
    _process_control(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(pointer))


def _program(column: int, architecture: int) -> list[_Instruction]:
    """The filter: every rule is one comparison and what follows from it, in plain sequence."""
    own = os.getpid()
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        _refuse(errno.EPERM),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        _refuse(errno.ENOSYS),
    ]
    for names, error in ((_REFUSED, errno.EPERM), (_UNKNOWN, errno.ENOSYS)):
        for numbers in names.values():
            program += _when(numbers[column], [_refuse(error)])
    for numbers, argument in ((_OPEN, 1), (_OPENAT, 2)):
        program += _when(numbers[column], [*_argument(argument), (_ANY_BIT, 0, 1, _WRITING), _refuse(errno.EACCES)])
    program += _when(_CLONE[column], [*_argument(0), (_ANY_BIT, 1, 0, _CLONE_THREAD), _refuse(errno.EPERM)])
    for numbers in (_KILL, _TGKILL):
        program += _when(numbers[column], [*_argument(0), *_only((own,), errno.EPERM)])
    program += _when(_PRLIMIT[column], [*_argument(0), *_only((0, own), errno.EPERM)])
    program += _when(_IOCTL[column], [*_argument(1), *_only(_IOCTLS, errno.ENOTTY)])
    for command in _FCNTLS:
        program += _when(_FCNTL[column], [*_argument(1), (_EQUAL, 0, 1, command), _refuse(errno.EPERM)])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _refuse(error: int) -> _Instruction:
    return _RETURN, 0, 0, _REFUSE | error


def _when(number: int | None, then: Sequence[_Instruction]) -> list[_Instruction]:
    """`then` for one system call; its number is loaded again behind what looked at an argument."""
    if number is None:
        return []
    again = [(_LOAD, 0, 0, _NUMBER)] if len(then) > 1 else []
    return [(_EQUAL, 0, len(then) + len(again), number), *then, *again]


def _argument(index: int) -> list[_Instruction]:
    """Loads the lower half of an argument: flags, commands and process numbers are 32 bits wide."""
    return [(_LOAD, 0, 0, 16 + 8 * index)]


def _only(values: Sequence[int], error: int) -> list[_Instruction]:
    """Refuses every value but these."""
    equal = [(_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*equal, _refuse(error)]


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _process_control(option: int, value: int, more: int) -> int:
    rest = (ctypes.c_ulong(value), ctypes.c_ulong(more), ctypes.c_ulong(0), ctypes.c_ulong(0))
    return int(_library().prctl(ctypes.c_int(option), *rest))


def _system_call(number: int, *arguments: object) -> int:
    return int(_library().syscall(ctypes.c_long(number), *arguments))
