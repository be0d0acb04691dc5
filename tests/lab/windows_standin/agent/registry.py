# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry: keys and values. Paths are ``HKLM:\\...`` as Ansible writes them."""

from __future__ import annotations

import winreg

HIVES = {
    "HKLM": winreg.HKEY_LOCAL_MACHINE,
    "HKCU": winreg.HKEY_CURRENT_USER,
    "HKCR": winreg.HKEY_CLASSES_ROOT,
    "HKU": winreg.HKEY_USERS,
    "HKCC": winreg.HKEY_CURRENT_CONFIG,
}
TYPES = {
    "none": winreg.REG_NONE,
    "string": winreg.REG_SZ,
    "expandstring": winreg.REG_EXPAND_SZ,
    "binary": winreg.REG_BINARY,
    "dword": winreg.REG_DWORD,
    "multistring": winreg.REG_MULTI_SZ,
    "qword": winreg.REG_QWORD,
}
NAMES = {number: name for name, number in TYPES.items()}


def _split(path: str) -> tuple[int, str]:
    hive, _slash, rest = path.partition("\\")
    return HIVES[hive.rstrip(":").upper()], rest


def _open(path: str, access: int = winreg.KEY_READ):
    hive, key = _split(path)
    return winreg.OpenKeyEx(hive, key, 0, access)


def key_exists(path: str) -> bool:
    try:
        _open(path).Close()
    except FileNotFoundError:
        return False
    return True


def _wire(value, number: int):
    if number in (winreg.REG_BINARY, winreg.REG_NONE):
        return list(value or b"")
    if number == winreg.REG_MULTI_SZ:
        return list(value or [])
    return value


def read_value(path: str, name: str) -> dict | None:
    """{'type', 'value', 'expanded'} or None. Bytes are lists of numbers."""
    try:
        with _open(path) as key:
            value, number = winreg.QueryValueEx(key, name)
    except FileNotFoundError:
        return None
    expanded = winreg.ExpandEnvironmentStrings(value) if number == winreg.REG_EXPAND_SZ else _wire(value, number)
    return {"type": NAMES.get(number, "unknown"), "value": _wire(value, number), "expanded": expanded}


def read_key(path: str) -> dict | None:
    """{'values': {name: ...}, 'keys': [...]} or None."""
    try:
        key = _open(path)
    except FileNotFoundError:
        return None
    with key:
        sub_keys, values, _written = winreg.QueryInfoKey(key)
        names = [winreg.EnumValue(key, index)[0] for index in range(values)]
        children = [winreg.EnumKey(key, index) for index in range(sub_keys)]
    return {"values": {name: read_value(path, name) for name in names}, "keys": children}


def create_key(path: str) -> None:
    hive, key = _split(path)
    winreg.CreateKeyEx(hive, key, 0, winreg.KEY_ALL_ACCESS).Close()


def write_value(path: str, name: str, kind: str, value) -> None:
    number = TYPES[kind]
    with _open(path, winreg.KEY_ALL_ACCESS) as key:
        data = bytes(value or []) if number in (winreg.REG_BINARY, winreg.REG_NONE) else value
        winreg.SetValueEx(key, name, 0, number, data)


def delete_value(path: str, name: str) -> None:
    with _open(path, winreg.KEY_ALL_ACCESS) as key:
        winreg.DeleteValue(key, name)


def delete_key(path: str) -> None:
    """With everything below it."""
    for child in (read_key(path) or {"keys": []})["keys"]:
        delete_key(path + "\\" + child)
    hive, key = _split(path)
    winreg.DeleteKey(hive, key)


OPERATIONS = {
    "key_exists": key_exists,
    "read_value": read_value,
    "read_key": read_key,
    "create_key": create_key,
    "write_value": write_value,
    "delete_value": delete_value,
    "delete_key": delete_key,
}
