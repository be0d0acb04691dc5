# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which group policies set a user right on a host, by the copies of security templates that Windows keeps there.

Runs on the controller. Standard input: JSON with ``templates`` (the files' contents in base64), ``policies`` (the
registry's values of each applied policy, in the order in which they are applied) and ``rights`` (names).
Standard output: JSON, for each right the policies that set it, in that order, so that the last one wins: ``name``,
``guid``, ``accounts``.
"""

import base64
import json
import re
import sys

GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def text(content):
    """The file's text: UTF-16 as group policies are written, or one byte a letter."""
    raw = base64.b64decode(content)
    return raw.decode("utf-16") if raw[:2] in UTF_16 else raw.decode("utf-8-sig", errors="replace")


def settings(template):
    """{'path': GPOPath, 'rights': {name in lower case: [account or SID...]}}."""
    section, path, rights = "", "", {}
    for line in map(str.strip, template.splitlines()):
        if line.startswith("["):
            section = line.strip("[]").strip().lower()
            continue
        name, equals, given = line.partition("=")
        name = name.strip()
        if not equals:
            continue
        if name.lower() == "gpopath":
            path = given.strip().strip('"')
        elif section == "privilege rights":
            accounts = [item.strip().strip('"').lstrip("*") for item in given.split(",")]
            rights[name.lower()] = [item for item in accounts if item]
    return {"path": path, "rights": rights}


def guid_of(path):
    """The policy's GUID in a path, in upper case, or nothing."""
    found = GUID.search(path)
    return found[0].upper() if found else ""


def value(properties, name):
    """A text among the values of a registry key as ``win_reg_stat`` returns them, or nothing."""
    return str((properties.get(name) or {}).get("value") or "")


def setters(known, policies, right):
    """The policies that set one right, in the order in which they are applied."""
    order = {value(policy, "GPOName").upper(): position for position, policy in enumerate(policies)}
    names = {value(policy, "GPOName").upper(): value(policy, "DisplayName") for policy in policies}
    found = []
    for position, template in enumerate(known):
        if right.lower() in template["rights"]:
            guid = guid_of(template["path"])
            entry = {
                "guid": guid,
                "name": names.get(guid) or guid or template["path"] or "unknown",
                "accounts": template["rights"][right.lower()],
            }
            found.append((order.get(guid, -1), position, entry))
    return [entry for _order, _position, entry in sorted(found, key=lambda item: item[:2])]


def main():
    asked = json.load(sys.stdin)
    known = [settings(text(content)) for content in asked["templates"]]
    json.dump({right: setters(known, asked["policies"], right) for right in asked["rights"]}, sys.stdout)


if __name__ == "__main__":
    main()
