# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else on a host starts a Prefect worker: services, wrappers of services, scheduled tasks.

Runs on the controller. Standard input: JSON with ``services`` (``name`` and ``path`` of each), ``wrapped`` (for
services whose path is a wrapper, the values in their registry key Parameters), ``tasks`` (what ``schtasks /query /xml
ONE`` printed) and ``ours`` (the beginning of our services' names). Standard output: JSON, a list of texts.
"""

import html
import json
import re
import sys

PREFECT = re.compile(r"\bprefect\b", re.IGNORECASE)
TASK = re.compile(r"<!--\s*(?P<name>.*?)\s*-->(?P<task>.*?)</Task>", re.DOTALL)
ACTION = re.compile(r"<(?:Command|Arguments)>(.*?)</(?:Command|Arguments)>", re.DOTALL)
# In the order in which the parts of a wrapped command are shown.
PARTS = ("Application", "AppParameters", "AppDirectory")


def services(asked):
    found = []
    for service in asked["services"]:
        name, path = service["name"], service.get("path") or ""
        if name.lower().startswith(asked["ours"].lower()):
            continue
        parameters = asked["wrapped"].get(name) or {}
        command = " ".join(str(parameters[part]["value"]) for part in PARTS if part in parameters)
        if PREFECT.search(f"{path} {command}") or PREFECT.search(name):
            found.append(f"service {name}")
    return found


def tasks(text):
    found = []
    for match in TASK.finditer(text):
        command = " ".join(html.unescape(part) for part in ACTION.findall(match["task"]))
        if PREFECT.search(command):
            found.append(f"scheduled task {match['name']}")
    return found


def main():
    asked = json.load(sys.stdin)
    json.dump([*services(asked), *tasks(asked["tasks"])], sys.stdout)


if __name__ == "__main__":
    main()
