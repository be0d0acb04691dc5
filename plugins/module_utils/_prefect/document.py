# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired state as a document: kinds by their plural, each a list of objects with the options of its module.

For internal use by this collection only.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from .._engine.errors import InvalidInput
from .._engine.estate import Entry
from .._engine.masking import secret_texts
from .catalogue import BY_PLURAL, KINDS

if t.TYPE_CHECKING:
    from .kind import Kind
    from .stores import Stores

Hide = t.Callable[[set[str]], object]


def hide_secrets(document: t.Any, hide: Hide) -> None:
    """Tell every text that stands where a secret belongs, whatever else is wrong with the document."""
    for plural, items in document.items() if isinstance(document, dict) else ():
        kind = BY_PLURAL.get(plural)
        secret = {field.name for field in kind.spec.fields if field.hidden} if kind else set()
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                hide(secret_texts([value for name, value in item.items() if name in secret]))


def entries_of(document: dict[str, t.Any], stores: Stores) -> list[Entry]:
    """The objects of a document, in the order in which their kinds need each other.

    Raises InvalidInput for what is no such document.
    """
    unknown = sorted(set(document) - {kind.plural for kind in KINDS if kind.bulk})
    if unknown:
        known = ", ".join(sorted(kind.plural for kind in KINDS if kind.bulk))
        raise _invalid(stores.server, f"resources does not know {', '.join(unknown)}", f"Use these keys: {known}")
    entries: dict[tuple[str, str], Entry] = {}
    for kind in KINDS:
        items = document.get(kind.plural)
        if items is None:
            continue
        if not isinstance(items, list):
            raise _invalid(stores.server, f"resources.{kind.plural} is no list", "Give a list of objects")
        if items and kind.cloud_only:
            stores.client.connection.base(kind.place_in_cloud, kind.words)
        validator = _validator(kind)
        for number, item in enumerate(items):
            entry = _entry(kind, validator, item, f"resources.{kind.plural}[{number}]", stores)
            if entry.place in entries:
                why = f"resources.{kind.plural}[{number}] is the {kind.name} '{entry.name}' for the second time"
                raise _invalid(stores.server, why, "Put both into one")
            entries[entry.place] = entry
    return list(entries.values())


def _validator(kind: Kind) -> ArgumentSpecValidator:
    spec = kind.spec
    return ArgumentSpecValidator(
        spec.argument_spec(),
        mutually_exclusive=spec.mutually_exclusive,
        required_together=spec.required_together,
        required_one_of=spec.required_one_of,
        required_if=spec.required_if,
        required_by=spec.required_by,
    )


def _entry(kind: Kind, validator: ArgumentSpecValidator, item: t.Any, where: str, stores: Stores) -> Entry:
    if not isinstance(item, dict):
        raise _invalid(stores.server, f"{where} is no dictionary", f"Give the options of a {kind.name}")
    checked = validator.validate(item)
    if checked.error_messages:
        named = kind.spec.name_of(item)
        shown = f"{where} ('{named}')" if named else where
        problems = "; ".join(_said(error) for error in checked.errors.errors)
        raise _invalid(stores.server, f"{shown}: {problems}", "Correct it; the keys are the options of the module")
    params = kind.spec.given(checked.validated_parameters)
    return Entry(kind.name, stores.store(kind.name).label(kind.spec.identity(params)), kind.spec, params)


def _said(error: Exception) -> str:
    """What the validation of options complains about; of an unknown option it gives only the name."""
    text = " ".join(str(error).split())
    return f"there is no option {text}" if isinstance(error, UnsupportedError) else text


def _invalid(server: str, why: str, todo: str) -> InvalidInput:
    return InvalidInput("read the desired state", server=server, why=why, todo=todo)
