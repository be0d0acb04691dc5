# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a managed object is made of. For internal use by this collection only.

A module declares a C(ResourceSpec) and nothing else; argument spec, comparison, masking, diff and result follow.

An option that is not given, or given as null, leaves its property untouched. What empties a property is a value of its
own (C(clears)). Two fields may share one property on the server, a plain and a secret one; the secret one then decides
what is masked unless the plain one was given.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t


class Compare(enum.Enum):
    """How a wanted value is held against the current one."""

    EXACT = "exact"
    SUBSET = "subset"  # dictionaries: keys that are not given stay as they are, at every depth
    TYPED = "typed"  # like SUBSET, lists element by element as well; what has another C(type) is replaced as a whole
    SET = "set"  # lists without order
    MEMBERSHIP = "membership"  # lists given as add/remove/set


def _without_nulls(value: t.Any) -> t.Any:
    """Suboptions that are given; AnsibleModule adds the others as null."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _same(value: t.Any) -> t.Any:
    return value


def _no_problem(_value: t.Any) -> str:
    return ""


MEMBERSHIP_VERBS = ("add", "remove", "set")
UPDATE_SECRETS = ("on_create", "always", "when_changed")

LookUp = t.Callable[[str, str], t.Any]
Guard: t.TypeAlias = t.Callable[[t.Any, t.Any, "dict[str, t.Any] | None", dict[str, t.Any]], list[str]]

# Behind the name of a kind: the identifier is meant even where others refer to its objects by name.
BY_ID = " id"


@dataclasses.dataclass(frozen=True)
class Names:
    """How names of other objects stand inside a nested value.

    encode  the value with each name replaced by what the API takes; asks C(look_up(kind, name))
    decode  the value with each such identifier replaced by a name; asks C(name_of(kind, identifier)), which gives None
            for what it doesn't know
    kinds   kinds of objects that may be named
    show    a value with the names that the user wrote, by what the API takes instead; needed where that is only a part
            of a text
    """

    encode: t.Callable[[t.Any, LookUp], t.Any]
    decode: t.Callable[[t.Any, LookUp], t.Any]
    kinds: tuple[str, ...] = ()
    show: t.Callable[[t.Any, dict[t.Any, str]], t.Any] | None = None


@dataclasses.dataclass(frozen=True)
class Field:
    """One property.

    name           the option's name
    wire           its name on the server; the option's name when empty
    create_value   sent on creation when the user gives none; never compared afterwards
    clears         the value that empties the property; sent as null, since an option that is not given means "leave it"
    default        value of an option that is not given; unlike create_value it is compared on every run
    identity       part of what finds the object; never sent as a change
    movable        with identity: may change all the same, because the object can be found in another way
    finds_only     with identity: finds what exists, and cannot be given to what is created
    secret         masked in arguments, diff, result and errors
    write_only     the server never returns it; sent on creation, later only if O(update_secrets=always)
    comparable     with write_only: the server does return it when it is asked to, for O(update_secrets=when_changed)
    immutable      fixed at creation
    reference      kind of the object that the value names; the backend resolves it. What is named to be removed from a
                   membership need not exist: the name itself then says what goes
    within         with reference: option whose value, with a slash, stands in front of the name
    names          how names of other objects stand inside a nested value
    control        no property of the object but an instruction; neither compared nor sent
    options        suboptions, as in AnsibleModule
    problem        says in words what no server would accept in a value, or nothing; asked before anything is read
    normalize      brings a value, or each element of a list, to the one form that is compared
    held           what of the current object is compared, where that is more than the property itself
    aliases        further names of the option
    """

    name: str
    type: str = "str"
    wire: str = ""
    aliases: tuple[str, ...] = ()
    elements: str | None = None
    choices: tuple[str, ...] | None = None
    required: bool = False
    required_on_create: bool = False
    create_value: t.Any = None
    clears: t.Any = None
    default: t.Any = None
    identity: bool = False
    movable: bool = False
    finds_only: bool = False
    secret: bool = False
    write_only: bool = False
    comparable: bool = False
    immutable: bool = False
    compare: Compare = Compare.EXACT
    reference: str = ""
    within: str = ""
    names: Names | None = None
    control: bool = False
    options: dict[str, t.Any] | None = None
    problem: t.Callable[[t.Any], str] = _no_problem
    normalize: t.Callable[[t.Any], t.Any] = _same
    held: t.Callable[[dict[str, t.Any]], t.Any] | None = None

    @property
    def key(self) -> str:
        """Name of the property on the server."""
        return self.wire or self.name

    def is_blank(self, value: t.Any) -> bool:
        """Whether the value is an empty text where an object is named and no name is needed: surveys send those. What
        has a problem with it is not blank, but wrong."""
        names = bool(self.identity or self.reference)
        return value == "" and names and self.clears is None and not self.required and not self.problem(value)

    @property
    def is_list(self) -> bool:
        """Whether the value on the server is a list."""
        return self.type == "list" or self.compare is Compare.MEMBERSHIP

    @property
    def hidden(self) -> bool:
        """Whether its values must not be shown."""
        return self.secret or self.write_only

    def argument_spec(self) -> dict[str, t.Any]:
        """The option as AnsibleModule wants it."""
        option: dict[str, t.Any] = {"aliases": list(self.aliases)} if self.aliases else {}
        if self.compare is Compare.MEMBERSHIP:
            verb = {"type": "list", "elements": self.elements or "str"}
            return {**option, "type": "dict", "options": {name: dict(verb) for name in MEMBERSHIP_VERBS}}
        option["type"] = self.type
        for name in ("elements", "required", "options"):
            if getattr(self, name):
                option[name] = getattr(self, name)
        if self.choices:
            option["choices"] = list(self.choices)
        if self.default is not None:
            option["default"] = list(self.default) if self.type == "list" else self.default
        if self.hidden:
            option["no_log"] = True
        elif "password" in self.name:
            # Named like a secret, and is none: said explicitly, or Ansible warns.
            option["no_log"] = False
        return option


def _common(have: t.Any, want: t.Any) -> t.Any:
    """What of a value stands where the other one has something, too."""
    if isinstance(have, dict) and isinstance(want, dict):
        return {key: _common(have[key], value) for key, value in want.items() if key in have}
    return None if want is None else have


@dataclasses.dataclass(frozen=True)
class ResourceSpec:
    """One kind of object.

    kind               in words, for errors: "work pool"
    result             key of the object in the module's result: C(work_pool)
    fields             its properties
    title              field that names an object in errors
    mutually_exclusive, required_one_of, required_together, required_if, required_by  as in AnsibleModule
    guard              called with backend, plan, current object and options before a write and in check mode alike;
                       raises what the server would refuse or nobody would want, in words that help; returns what else
                       would happen, a sentence each
    invariant          the same, but asked on every run that does not remove the object, changed or not: what has to be
                       true of the object afterwards
    states             choices of O(state); with only one there is no such option
    renew              says whether secrets that are there already are written again; called with options, current
                       object and the server's time (None if it does not tell). Without it O(update_secrets) says it
    """

    kind: str
    result: str
    fields: tuple[Field, ...]
    title: str = "name"
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[t.Any, ...], ...] = ()
    required_by: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    guard: Guard | None = None
    invariant: Guard | None = None
    states: tuple[str, ...] = ("present", "absent")
    renew: t.Callable[[dict[str, t.Any], dict[str, t.Any] | None, t.Any], bool] | None = None

    @property
    def properties(self) -> tuple[Field, ...]:
        """The fields that the object is made of."""
        return tuple(field for field in self.fields if not field.control)

    def argument_spec(self) -> dict[str, t.Any]:
        """All options of the object, with O(state)."""
        options = {field.name: field.argument_spec() for field in self.fields}
        if len(self.states) > 1:
            options["state"] = {"type": "str", "choices": list(self.states), "default": self.states[0]}
        if self.renew is None and any(field.write_only for field in self.fields):
            options["update_secrets"] = {
                "type": "str",
                "choices": list(
                    UPDATE_SECRETS if any(field.comparable for field in self.fields) else UPDATE_SECRETS[:2]
                ),
                "default": "on_create",
                "no_log": False,
            }
        return options

    def update_secrets(self, params: dict[str, t.Any], current: dict[str, t.Any] | None, now: t.Any = None) -> str:
        """When secrets are written: one of C(UPDATE_SECRETS). now is the server's time."""
        if self.renew is not None:
            return "always" if self.renew(params, current, now) else "on_create"
        return params.get("update_secrets") or "on_create"

    def given(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options, a blank one as null, which is to say not given."""
        blank = {field.name for field in self.fields if field.is_blank(params.get(field.name))}
        nested = {field.name for field in self.fields if field.options}
        return {
            name: None if name in blank else _without_nulls(value) if name in nested else value
            for name, value in params.items()
        }

    def identity(self, params: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options that find the object."""
        return {field.name: params.get(field.name) for field in self.fields if field.identity}

    def name_of(self, params: dict[str, t.Any]) -> str:
        """What to call the object in an error."""
        for name in (self.title, *(field.name for field in self.fields if field.identity)):
            if params.get(name):
                return str(params[name])
        return ""

    def hidden_keys(self, params: dict[str, t.Any]) -> set[str]:
        """Properties whose values must not be shown, by their name on the server."""
        plain = {field.key for field in self.properties if not field.hidden and params.get(field.name) is not None}
        return {field.key for field in self.fields if field.hidden} - plain

    def secrets_of(self, params: dict[str, t.Any], current: dict[str, t.Any] | None) -> list[t.Any]:
        """Values of secret properties as the server returned them, and of what else the options call a secret."""
        if not current:
            return []
        named = [_common(field.held(current), params.get(field.name)) for field in self.fields if field.held]
        return [current[key] for key in sorted(self.hidden_keys(params)) if current.get(key)] + named
