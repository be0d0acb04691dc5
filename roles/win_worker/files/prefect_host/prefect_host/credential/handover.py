# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(python -m prefect_host.credential.handover ACTION CONFIG): what needs cryptography, in a process that ends again.

The service runs it under its own account: loaded once, the library would stay in the service's memory. Exit code 0
done, 3 nothing to take over, 1 not possible now: the last line of standard output says why. No key goes through here.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import typing as t

from prefect_host import configuration, environment
from prefect_host.credential.key_store import KeyStore

if t.TYPE_CHECKING:
    from prefect_host.configuration import Configuration

PREPARE, TAKE_OVER = "prepare", "take-over"
DONE, NOT_NOW, NOTHING = 0, 1, 3
# A pair of keys takes some seconds on a slow host. Meanwhile the service looks at nothing else.
LONGEST_SECONDS = 45
_CREATE_NO_WINDOW = 0x08000000


def run(settings: Configuration, action: str, variables: t.Mapping[str, str], logger: logging.Logger) -> bool:
    """Whether it was done. Raises OSError when it can't be done now."""
    # The handover's process has read the same file as the service: only its path is told.
    config = environment.joined(settings.folders.config, "worker.json")
    command = [settings.python, "-m", "prefect_host.credential.handover", action, config]
    try:
        done = subprocess.run(
            command, env=environment.of_the_system(variables), cwd=settings.folders.config, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONGEST_SECONDS, check=False,
            creationflags=_CREATE_NO_WINDOW,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OSError(f"{action} of the API key took longer than {LONGEST_SECONDS} s") from error
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    for line in lines:
        logger.warning("%s: %s", action, line)
    if done.returncode not in (DONE, NOTHING):
        raise OSError(lines[-1] if lines else f"{action} of the API key ended with code {done.returncode}")
    return done.returncode == DONE


def main(arguments: list[str], store: t.Callable[[Configuration], KeyStore]) -> int:
    """C(store) makes the store of an instance."""
    action, path = arguments
    logging.basicConfig(format="%(message)s", level=logging.INFO, stream=sys.stdout)
    try:
        keys = store(configuration.load(path))
        if action == PREPARE:
            keys.prepare()
            return DONE
        return NOTHING if keys.take_over() is None else DONE
    except (OSError, configuration.ConfigurationError) as error:
        sys.stdout.write(f"{error}\n")
        return NOT_NOW


def _of_windows(settings: Configuration) -> KeyStore:
    from prefect_host.credential.dpapi import Dpapi

    protector = Dpapi(settings.instance)
    return KeyStore(settings.folders.home, settings.folders.control, protector, logging.getLogger(__name__))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], _of_windows))
