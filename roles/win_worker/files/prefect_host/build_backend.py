# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PEP 517 backend of this package, standard library only: the same sources give the same wheel, byte for byte, offline.

C(python build_backend.py FOLDER) writes the wheel into FOLDER and prints path, name and sha256 as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import json
import pathlib
import stat
import sys
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# What belongs into the wheel: the code, and the logging configuration that Prefect reads.
KINDS = ("*.py", "*.yml")
# "Made on Unix", wherever it is made: the rights below are read by that.
UNIX = 3


def _project() -> dict:
    return tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _contents() -> dict[str, bytes]:
    project = _project()
    folder = f"{project['name']}-{project['version']}.dist-info"
    package = HERE / project["name"]
    sources = {path.relative_to(HERE).as_posix(): path for kind in KINDS for path in package.rglob(kind)}
    files = {name: sources[name].read_bytes() for name in sorted(sources)}
    metadata = [
        "Metadata-Version: 2.3",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
    ]
    files[f"{folder}/METADATA"] = ("\n".join(metadata) + "\n").encode()
    files[f"{folder}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: prefect_host\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{folder}/entry_points.txt"] = _entry_points(project.get("entry-points", {})).encode()
    record = [f"{name},sha256={_record_digest(content)},{len(content)}" for name, content in files.items()]
    files[f"{folder}/RECORD"] = ("\n".join([*record, f"{folder}/RECORD,,"]) + "\n").encode()
    return files


def _entry_points(groups: dict[str, dict[str, str]]) -> str:
    """The file in which importlib.metadata looks for plugins: one section per group."""
    lines: list[str] = []
    for group in sorted(groups):
        lines += [f"[{group}]", *(f"{name} = {groups[group][name]}" for name in sorted(groups[group])), ""]
    return "\n".join(lines)


def _record_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def build_wheel(wheel_directory: str, *_options: object) -> str:
    """PEP 517: settings and metadata folder, which follow, change nothing. Returns the file's name."""
    project = _project()
    name = f"{project['name']}-{project['version']}-py3-none-any.whl"
    target = pathlib.Path(wheel_directory) / name
    partial = target.with_suffix(".partial")
    # Stored, not compressed: what deflate makes of the same bytes differs from one zlib to the next. Another controller
    # would install the package anew on every host, and restart the workers.
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as wheel:
        for path, content in _contents().items():
            entry = zipfile.ZipInfo(path, OLDEST_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_STORED
            entry.create_system = UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            wheel.writestr(entry, content)
    partial.replace(target)
    return name


def main(folder: str) -> None:
    """The wheel's folder is named after its hash: builds at the same time don't disturb each other."""
    cache = pathlib.Path(folder)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        name = build_wheel(temporary)
        wheel = pathlib.Path(temporary) / name
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        path = cache / digest[:16] / name
        path.parent.mkdir(exist_ok=True)
        wheel.replace(path)
    told = {"path": str(path), "name": name, "sha256": digest, "version": _project()["version"]}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
