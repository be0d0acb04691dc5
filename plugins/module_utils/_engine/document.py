# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired state as a document: a dictionary of lists, one list for each kind, one dictionary of options for each
object. For internal use by this collection only."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError

from .errors import EngineError, InvalidInput
from .estate import Entry
from .masking import secret_texts

if t.TYPE_CHECKING:
    from .spec import ResourceSpec

Hide = t.Callable[[set[str]], object]


@dataclasses.dataclass(frozen=True)
class Section:
    """One list of a document.

    plural  key of the list
    kind    kind of its entries
    spec    options of an object
    entry   checked options -> entry
    expect  called once if the list holds anything; raises what speaks against all of it
    """

    plural: str
    kind: str
    spec: ResourceSpec
    entry: t.Callable[[dict[str, t.Any]], Entry]
    expect: t.Callable[[], object] = lambda: None


class Faulty(InvalidInput):
    """Some entries of a document are none; nothing was planned."""

    def __init__(self, found: list[tuple[str, str, EngineError]]) -> None:
        """found holds kind, place in the document, and what is wrong, of each."""
        self._found = found
        first = found[0][2]
        todo = f"{first.todo}; {len(found) - 1} more are in errors" if len(found) > 1 else first.todo
        super().__init__(first.what, obj=first.obj, server=first.server, why=first.why, todo=todo)

    def as_result(self) -> dict[str, str]:
        """The kind is that of its first error."""
        return {**super().as_result(), "kind": type(self._found[0][2]).__name__}

    def facts(self) -> dict[str, t.Any]:
        """Every error with its place."""
        errors = [{"kind": kind, "name": name, "msg": error.one_line()} for kind, name, error in self._found]
        return {"changed": False, "errors": errors}


def hide_secrets(document: t.Any, specs: t.Mapping[str, ResourceSpec], hide: Hide) -> None:
    """Tell every text that stands where a secret belongs, whatever else is wrong with the document."""
    for plural, items in document.items() if isinstance(document, dict) else ():
        spec = specs.get(plural)
        secret = (
            {name for field in spec.fields if field.hidden for name in (field.name, *field.aliases)} if spec else ()
        )
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                hide(secret_texts([value for name, value in item.items() if name in secret]))


def entries_of(document: dict[str, t.Any], sections: t.Sequence[Section], option: str, server: str) -> list[Entry]:
    """The objects of a document, in the order of the sections.

    option  name of the module's option that holds the document
    Raises InvalidInput for what is no such document, and for its entries that are none, all of them at once.
    """
    unknown = sorted(set(document) - {section.plural for section in sections})
    if unknown:
        known = ", ".join(sorted(section.plural for section in sections))
        raise _invalid(server, f"{option} does not know {', '.join(unknown)}", f"Use these keys: {known}")
    entries: dict[tuple[str, str], Entry] = {}
    faulty: list[tuple[str, str, EngineError]] = []
    for section in sections:
        items = document.get(section.plural)
        if items is None:
            continue
        if not isinstance(items, list):
            raise _invalid(server, f"{option}.{section.plural} is no list", "Give a list of objects")
        if items:
            section.expect()
        validator = _validator(section.spec)
        for number, item in enumerate(items):
            where = f"{option}.{section.plural}[{number}]"
            try:
                entry = section.entry(_checked(section, validator, item, where, server))
                if entry.place in entries:
                    why = f"{where} is the {section.kind} '{entry.name}' for the second time"
                    raise _invalid(server, why, "Put both into one")
            except EngineError as error:
                faulty.append((section.kind, where, error))
            else:
                entries[entry.place] = entry
    if faulty:
        raise Faulty(faulty)
    return list(entries.values())


def _validator(spec: ResourceSpec) -> ArgumentSpecValidator:
    return ArgumentSpecValidator(
        spec.argument_spec(),
        mutually_exclusive=spec.mutually_exclusive,
        required_together=spec.required_together,
        required_one_of=spec.required_one_of,
        required_if=spec.required_if,
        required_by=spec.required_by,
    )


def _checked(
    section: Section, validator: ArgumentSpecValidator, item: t.Any, where: str, server: str
) -> dict[str, t.Any]:
    if not isinstance(item, dict):
        raise _invalid(server, f"{where} is no dictionary", f"Give the options of a {section.kind}")
    checked = validator.validate(item)
    if checked.error_messages:
        named = section.spec.name_of(item)
        shown = f"{where} ('{named}')" if named else where
        problems = "; ".join(_said(error) for error in checked.errors.errors)
        raise _invalid(server, f"{shown}: {problems}", "Correct it; the keys are the options of the module")
    return section.spec.given(checked.validated_parameters)


def _said(error: Exception) -> str:
    """What the validation of options complains about; of an unknown option it gives only the name."""
    text = " ".join(str(error).split())
    return f"there is no option {text}" if isinstance(error, UnsupportedError) else text


def _invalid(server: str, why: str, todo: str) -> InvalidInput:
    return InvalidInput("read the desired state", server=server, why=why, todo=todo)
