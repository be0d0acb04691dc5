# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PowerShell module's own argument spec, read from its source with tree-sitter. No PowerShell is needed or run.

``read_spec(source)`` gives a ``Spec``: style ``basic`` for modules on Ansible.Basic, ``legacy`` for those that call
``Get-AnsibleParam`` (option names and what little they say), ``none`` where nothing can be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import tree_sitter
import tree_sitter_powershell

from . import web_request_spec

_PARSER_LANGUAGE = tree_sitter.Language(tree_sitter_powershell.language())
CONSTANTS = {"$true": True, "$false": False, "$null": None}


class Opaque(str):
    """An expression that is only known when PowerShell runs it."""


class _Array(list):
    """Made by @(...): stays one item in a comma list."""


@dataclass(frozen=True)
class Spec:
    """``spec`` is the hash table handed to Ansible.Basic (``legacy``: the same shape, as far as the source tells)."""

    style: str
    spec: dict = field(default_factory=dict)

    @property
    def options(self) -> dict[str, dict]:
        return {name: option for name, option in (self.spec.get("options") or {}).items() if isinstance(option, dict)}

    @property
    def supports_check_mode(self) -> bool:
        return self.spec.get("supports_check_mode") is True


def _text(node) -> str:
    return node.text.decode()


def _unquote(text: str) -> str:
    if text[:1] == "'":
        return text[1:-1].replace("''", "'")
    if text[:1] == '"':
        return text[1:-1].replace('`"', '"').replace('""', '"')
    return text


def _children(node) -> list:
    return [child for child in node.named_children if child.type != "comment"]


def _hash(node, env: dict) -> dict:
    result = {}
    for body in _children(node):
        for entry in [body] if body.type == "hash_entry" else body.named_children:
            if entry.type == "hash_entry":
                parts = _children(entry)
                result[_unquote(_text(parts[0]))] = evaluate(parts[-1], env)
    return result


def _array(node, env: dict) -> _Array:
    items: list = []
    for block in _children(node):
        for statement in _children(block) if block.type == "statement_list" else [block]:
            value = evaluate(statement, env)
            items.extend(value if isinstance(value, list) and not isinstance(value, _Array) else [value])
    return _Array(items)


def evaluate(node, env: dict) -> Any:
    """The value of a literal expression; :class:`Opaque` for anything that must be computed."""
    kind, children = node.type, _children(node)
    if kind == "hash_literal_expression":
        return _hash(node, env)
    if kind in (
        "string_literal",
        "verbatim_string_characters",
        "expandable_string_literal",
        "verbatim_here_string_characters",
    ):
        return _unquote(_text(node))
    if kind in ("integer_literal", "decimal_integer_literal", "hexadecimal_integer_literal"):
        return int(re.sub(r"(?i)(kb|mb|gb|l)$", "", _text(node)), 0)
    if kind == "real_literal":
        return float(_text(node))
    if kind == "variable":
        word = _text(node).lower()
        return CONSTANTS[word] if word in CONSTANTS else env.get(word, Opaque(_text(node)))
    if kind == "array_expression":
        return _array(node, env)
    if kind == "array_literal_expression" and len(children) > 1:
        return [evaluate(child, env) for child in children]
    if kind in ("unary_expression", "expression_with_unary_operator") and _text(node).lstrip().startswith(","):
        value = evaluate(children[-1], env)
        return value if isinstance(value, list) and not isinstance(value, _Array) else [value]
    if len(children) == 1:
        return evaluate(children[0], env)
    return Opaque(_text(node))


def _assignments(node, env: dict) -> None:
    if node.type == "assignment_expression":
        target = _text(node.children[0]).lower()
        try:
            env[target] = evaluate(node.named_children[-1], env)
        except (ValueError, IndexError):
            env[target] = Opaque(_text(node.named_children[-1]))
        return
    for child in node.children:
        _assignments(child, env)


def _find_hash_at(node, position: int):
    if node.type == "hash_literal_expression" and node.start_byte == position:
        return node
    for child in node.children:
        found = _find_hash_at(child, position)
        if found is not None:
            return found
    return None


def _legacy(source: str) -> Spec:
    options: dict[str, dict] = {}
    for call in re.findall(r"(?i)Get-AnsibleParam\b([^\n]*)", source):
        match = re.search(r"(?i)-name\s+[\"']?([\w.]+)", call) or re.match(r"\s+\$\w+\s+[\"'](\w+)[\"']", call)
        if not match or match.group(1).startswith("_ansible_"):
            continue
        option: dict[str, Any] = {}
        kind = re.search(r"(?i)-type\s+[\"']?(\w+)", call)
        if kind:
            option["type"] = kind.group(1)
        if re.search(r"(?i)-failifempty\s+\$true", call):
            option["required"] = True
        choices = re.search(r"(?i)-validateset\s+@?\(?((?:\s*[\"'][^\"']*[\"']\s*,?)+)", call)
        if choices:
            option["choices"] = re.findall(r"[\"']([^\"']*)[\"']", choices.group(1))
        default = re.search(r"(?i)-default\s+(?:\"([^\"$]*)\"|'([^']*)'|\$(true|false)\b|(\d+)\b)", call)
        if default:
            double, single, truth, number = default.groups()
            option["default"] = truth.lower() == "true" if truth else int(number) if number else double or single or ""
        aliases = re.search(r"(?i)-aliases\s+@?\(?((?:\s*[\"'][^\"']*[\"']\s*,?)+)", call)
        if aliases:
            option["aliases"] = re.findall(r"[\"']([^\"']*)[\"']", aliases.group(1))
        options.setdefault(match.group(1), {}).update(option)
    checks = re.search(r"(?i)-supports_check_mode\s+\$true", source) is not None
    return Spec("legacy", {"options": options, "supports_check_mode": checks}) if options else Spec("none")


@lru_cache(maxsize=128)
def read_spec(source: str) -> Spec:
    """Cached by the text: the same module arrives with every task."""
    raw = source.encode()
    match = re.search(
        rb"\[(?:Ansible\.Basic\.)?AnsibleModule\]::Create\(\s*\$args\s*,\s*(\$\w+|@\{)", raw, re.IGNORECASE
    )
    if not match:
        return _legacy(source)
    tree = tree_sitter.Parser(_PARSER_LANGUAGE).parse(raw)
    env: dict[str, Any] = {}
    _assignments(tree.root_node, env)
    argument = match.group(1).decode()
    if argument == "@{":
        node = _find_hash_at(tree.root_node, match.start(1))
        value = evaluate(node, env) if node is not None else None
    else:
        value = env.get(argument.lower())
    value = value if isinstance(value, dict) else {}
    shared = re.search(rb"::Create\([^)]*Get-AnsibleWindowsWebRequestSpec", raw, re.IGNORECASE)
    return Spec("basic", web_request_spec.merged(value) if shared else value)
