# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by Windows Python: command line and environment block of every process, as JSON in the file that is named.

Any administrator can read them like this (PEB, RTL_USER_PROCESS_PARAMETERS of winternl.h; offsets of 64-bit Windows).
"""

from __future__ import annotations

import ctypes
import json
import pathlib
import struct
import sys
from ctypes import wintypes

QUERY_AND_READ = 0x0400 | 0x0010
PARAMETERS_IN_PEB = 0x20
COMMAND_LINE, ENVIRONMENT, ENVIRONMENT_SIZE = 0x70, 0x80, 0x3F0

kernel = ctypes.WinDLL("kernel32", use_last_error=True)
kernel.OpenProcess.restype = wintypes.HANDLE
kernel.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
kernel.ReadProcessMemory.argtypes = [
    wintypes.HANDLE,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_size_t),
]
kernel.CloseHandle.argtypes = [wintypes.HANDLE]
query = ctypes.WinDLL("ntdll").NtQueryInformationProcess
query.argtypes = [wintypes.HANDLE, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p]
enumerate_processes = ctypes.WinDLL("psapi").EnumProcesses


def process_ids() -> list[int]:
    ids = (wintypes.DWORD * 4096)()
    used = wintypes.DWORD()
    if not enumerate_processes(ids, ctypes.sizeof(ids), ctypes.byref(used)):
        raise ctypes.WinError(ctypes.get_last_error())
    return list(ids[: used.value // 4])


def read(process: int, address: int, size: int) -> bytes:
    content = ctypes.create_string_buffer(size)
    done = ctypes.c_size_t()
    if not kernel.ReadProcessMemory(process, address, content, size, ctypes.byref(done)):
        raise ctypes.WinError(ctypes.get_last_error())
    return content.raw[: done.value]


def number(process: int, address: int) -> int:
    return struct.unpack("<Q", read(process, address, 8))[0]


def parameters(process: int) -> dict[str, str]:
    basic = (ctypes.c_void_p * 6)()
    status = query(process, 0, basic, ctypes.sizeof(basic), None)
    if status:
        raise OSError(f"NTSTATUS {status & 0xFFFFFFFF:#x}")
    block = number(process, basic[1] + PARAMETERS_IN_PEB)
    length = struct.unpack("<H", read(process, block + COMMAND_LINE, 2))[0]
    command = read(process, number(process, block + COMMAND_LINE + 8), length) if length else b""
    size = number(process, block + ENVIRONMENT_SIZE)
    environment = read(process, number(process, block + ENVIRONMENT), size)
    return {
        "command_line": command.decode("utf-16-le", "replace"),
        "environment": environment.decode("utf-16-le", "replace").replace("\0", "\n"),
    }


def main(target: str) -> None:
    found, unread = {}, {}
    for pid in process_ids():
        process = kernel.OpenProcess(QUERY_AND_READ, False, pid)
        if not process:
            continue
        try:
            found[pid] = parameters(process)
        except OSError as error:
            unread[pid] = str(error)
        finally:
            kernel.CloseHandle(process)
    pathlib.Path(target).write_text(json.dumps({"processes": found, "unread": unread}), encoding="utf-8")


main(sys.argv[1])
