# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows as CSV that a spreadsheet can open without carrying out what is in it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_csv
short_description: Turn a list of dictionaries into CSV that is safe to open in a spreadsheet
version_added: 0.3.0
author:
  - flowops.prefect contributors (@flowops-prefect)
description:
  - Makes one line per dictionary, in the order given, with a first line that names the columns, as RFC 4180 says; so
    lines end in C(CR) and C(LF).
  - A text that a spreadsheet would take for a formula gets an apostrophe in front. That is a text whose first character
    besides blanks is one of C(=), C(+), C(-), C(@) and their full-width forms, or that begins with a tab or the end of
    a line. Numbers stay as they are.
positional: columns
options:
  _input:
    description: The rows.
    type: list
    elements: dict
    required: true
  columns:
    description:
      - Keys of the dictionaries, in the order of the columns. What a row does not have is left empty.
      - Without it, the keys of all rows, in the order in which they come.
    type: list
    elements: str
  delimiter:
    description: One character that stands between two columns.
    type: str
    default: ","
  separator:
    description: Text between the elements of a list that is one value.
    type: str
    default: "; "
notes:
  - V(true) and V(false) become C(yes) and C(no); nothing becomes an empty text; a dictionary becomes JSON.
"""

EXAMPLES = r"""
- name: Who is in charge of what
  ansible.builtin.copy:
    dest: reports/accounts.csv
    content: "{{ accounts | flowops.prefect.to_csv(['name', 'owner', 'spns']) }}"
    mode: "0640"
  vars:
    accounts:
      - name: svc-prefect
        owner: GG-Data-Engineers
        spns: [HTTP/prefect.example.com, HTTP/prefect]
      - name: svc-legacy
        owner: "=cmd|' /C calc'!A0"
# The file then holds:
#   name,owner,spns
#   svc-prefect,GG-Data-Engineers,HTTP/prefect.example.com; HTTP/prefect
#   svc-legacy,'=cmd|' /C calc'!A0,
"""

RETURN = r"""
_value:
  description: The lines.
  type: str
"""

import csv
import io
import json
import typing as t
from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleFilterError

# What makes spreadsheets compute a cell; the last four are the full-width forms of the first.
_COMPUTES = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
_CONTROLS = tuple("\t\r\n")


def to_csv(rows: t.Any, columns: Sequence[str] | None = None, delimiter: str = ",", separator: str = "; ") -> str:
    """Rows as CSV. Raises AnsibleFilterError for what are no rows."""
    if not isinstance(rows, Sequence) or isinstance(rows, (str, bytes)):
        raise AnsibleFilterError(f"to_csv needs a list of dictionaries, and got {type(rows).__name__}")
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise AnsibleFilterError(f"to_csv needs a list of dictionaries; element {number} is {type(row).__name__}")
    if len(delimiter) != 1:
        raise AnsibleFilterError(f"to_csv needs one character as 'delimiter', and got '{delimiter}'")
    keys = list(columns) if columns is not None else list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([_cell(key, separator) for key in keys])
    for row in rows:
        writer.writerow([_cell(row.get(key), separator) for key in keys])
    return out.getvalue()


def _cell(value: t.Any, separator: str) -> str | int | float:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return value
    return _harmless(_text(value, separator))


def _text(value: t.Any, separator: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return json.dumps(dict(value), default=str, ensure_ascii=False, sort_keys=True)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return separator.join(_text(element, separator) for element in value)
    return str(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_CONTROLS) or text.lstrip().startswith(_COMPUTES) else text


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Filters by name."""
        return {"to_csv": to_csv}
