# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows says when it doesn't open a secret: for ever, or only now."""

from __future__ import annotations

import importlib
import sys
import types

import pytest
from prefect_host.credential.key_store import NotOurs


class _Error(Exception):
    def __init__(self, winerror):
        super().__init__(winerror)
        self.winerror, self.strerror = winerror, "no"


@pytest.fixture
def unprotect():
    """Opens a secret while Windows answers with an error."""
    answer = []

    def refuse(*_arguments):
        raise _Error(answer[-1])

    with pytest.MonkeyPatch.context() as patch:
        for name, content in {"pywintypes": {"error": _Error}, "win32crypt": {"CryptUnprotectData": refuse}}.items():
            module = types.ModuleType(name)
            vars(module).update(content)
            patch.setitem(sys.modules, name, module)
        dpapi = importlib.import_module("prefect_host.credential.dpapi")
        yield lambda code: (answer.append(code), dpapi.Dpapi("default").unprotect(b"x"))
        del sys.modules["prefect_host.credential.dpapi"]


@pytest.mark.parametrize("code", [13, -2146893813, -2146893819])
def test_a_secret_of_another_account_or_one_that_is_broken_is_not_ours(unprotect, code):
    with pytest.raises(NotOurs, match="can't open it"):
        unprotect(code)


@pytest.mark.parametrize("code", [2, 8, 1355, 1722])
def test_windows_without_its_domain_or_the_profile_says_nothing_about_a_secret(unprotect, code):
    with pytest.raises(OSError, match="can't open it") as caught:
        unprotect(code)
    assert not isinstance(caught.value, NotOurs)
