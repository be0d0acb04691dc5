# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in a record: what looks like one, and the values that this process knows to be secret."""

from __future__ import annotations

import functools
import json
import os
import re
import time
import typing as t
import urllib.parse

from prefect_host.secret_names import looks_secret

MASK = "********"
# A shorter value is found in ordinary words.
SHORTEST_VALUE = 8
LOOK_AGAIN_SECONDS = 1.0
# A text without any of these, in lower case, can't match the pattern below. Far cheaper than the pattern.
_HINTS = (
    "pass", "pwd", "secret", "token", "key", "cred", "auth", "headers", "cookie", "bearer", "basic", "://", "pn",
    "akia", "asia", "eyj", "sig=", "gh", "glpat-", "xox", "sk-", "curl",
)  # fmt: skip
# What a secret begins with. Its end is the match's own, or that of the value which follows (option, name).
_PATTERN = re.compile(
    r"""
    (?P<key>-----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY-----)
  | (?P<header>(?<![\w.-])(?:(?:proxy-)?authorization|(?:set-)?cookie)\\{0,4}["']?\s?[:=]\s?\\{0,4}["']?)
  | (?P<scheme>(?<![\w.-])(?:bearer|basic)\s+)(?-i:(?=[\w.~+/=-]*(?:[0-9=]|[a-z][A-Z])))[\w.~+/=-]{8,}
  | (?P<url>://[^\s/:@"'<>]{0,256}:)(?!\d{1,5}(?:[/?\#\s]|\Z))(?=[^\s"'<>]{1,512}@)
  | (?P<user>://)[^\s/:@"'<>]{20,256}(?=@)
  | (?P<token>(?<![a-z0-9]))(?:pn[a-z]_[a-z0-9]{8,}|(?-i:A[KS]IA[A-Z0-9]{16})|gh[opsur]_[a-z0-9]{16,}
        |github_pat_\w{16,}|glpat-[\w-]{16,}|xox[a-z]-[\w-]{10,}|sk-(?=[\w-]{0,200}\d)[\w-]{16,}
        |(?-i:eyJ)[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?)
  | (?P<login>(?<![\w-])(?:-u|--(?:proxy-)?user)["']?[,=]?\s{0,3}["']?[^\s:"',]{1,128}:)(?!//)
  | (?<![\w-])--?(?P<option>[a-z][\w-]{0,60})[ ]+
  | (?<![\w.])(?P<name>(?:(?:api|access|account|client|private|secret|shared|signing|storage)[ ])?[a-z_][\w.-]{0,100})
        \\{0,4}["']?\s{0,3}(?:=>|:=|=|:(?!//))[ \t]{0,3}(?:\n\s{0,8}(?=["']))?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_REST_OF_KEY = re.compile(r".*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL)
_REST_OF_USER = re.compile(r"""[^\s"'<>]{1,512}""")
_REST_OF_LOGIN = re.compile(r"""[^\s"']{1,512}""")
_REST_OF_QUOTED_LOGIN = re.compile(r"""[^\n"']{1,512}""")
# A connection string's value goes on up to the semicolon.
_REST_OF_CONNECTION = re.compile(r"""[^;\n"'=&]{1,128}(?=;(?:\s?[a-z][\w ]{0,60}=|["']|\Z))""", re.IGNORECASE)
_SIGNATURE = re.compile(r"(?:u0026)?sig", re.IGNORECASE)
_REST_OF_HEADER = re.compile(r"""[^\r\n"'\\]+""")
# Quoted (also in JSON within JSON), in braces (ODBC), or up to white space; what usually stands between two values ends
# one too, unless it goes on as no new value could.
_VALUE = re.compile(
    r"""
    (?:(?:bearer|basic|token)\s+)?
    (?:
        [bruf]{0,2}"(?:[^"\\]|\\.)*" | [bruf]{0,2}"[^\n]*
      | [bruf]{0,2}'(?:[^'\\]|\\.)*' | [bruf]{0,2}'[^\n]*
      | (?P<quote>\\{1,4}["']).*?(?:(?P=quote)|\Z)
      | \{[^{}\n:"']+\}
      | (?![{\[](?:["'{\[\]}\s]|\Z)|\\)
        (?:[^\s"',;&)\]}]|[,)\]}](?=[^\s"',)\]}])|;(?!\s|\Z|[a-z][\w ]*=)|&(?![\w.-]+=)|["'](?=\w))+
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
# No secret: a count, nothing, what is masked already, what a URL begins with.
_HARMLESS = re.compile(r"\d{1,5}|none|null|true|false|\W*\*{3,}.*|secret(str|bytes)?\(.*", re.IGNORECASE | re.DOTALL)


class Masker:
    """C(masker(text)) is the text without secrets. C(values): further secrets to hide, as they are.

    Variables of the environment whose names say that they hold a secret are read again now and then: many programs
    load theirs from a file after they have started.
    """

    def __init__(
        self,
        values: t.Iterable[str] = (),
        environment: t.Mapping[str, str] | None = None,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._given, self._clock = tuple(values), clock
        self._environment = os.environ if environment is None else environment
        self._look_again = float("-inf")
        self._values: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        for value in self._current_values():
            if value in text:
                text = text.replace(value, MASK)
        lowered = text.lower()
        if not any(hint in lowered for hint in _HINTS):
            return text
        return _without_patterns(text)

    def _current_values(self) -> tuple[str, ...]:
        now = self._clock()
        if now >= self._look_again:
            self._look_again = now + LOOK_AGAIN_SECONDS
            found = [value for name, value in list(self._environment.items()) if value and _is_secret(name)]
            self._values = _spellings((*self._given, *found))
        return self._values


@functools.lru_cache(maxsize=4)
def _spellings(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each value as it is, as JSON and as URL write it; of a JSON object its strings too. The longest first."""
    found: set[str] = set()
    for value in values:
        for one in (value, *_strings_within(value)):
            found |= {one, json.dumps(one)[1:-1], repr(one)[1:-1], urllib.parse.quote(one, safe="")}
    return tuple(sorted((one for one in found if len(one) >= SHORTEST_VALUE), key=lambda one: (-len(one), one)))


def _strings_within(value: str) -> list[str]:
    if not value.startswith("{"):
        return []
    try:
        document = json.loads(value)
    except ValueError:
        return []
    return [one for one in document.values() if isinstance(one, str)] if isinstance(document, dict) else []


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return looks_secret(name)


def _without_patterns(text: str) -> str:
    done, position = 0, 0
    kept: list[str] = []
    while (match := _PATTERN.search(text, position)) is not None:
        begin, end = _secret_in(match, text)
        if begin < end:
            kept += [text[done:begin], MASK]
            done = end
        position = max(end, match.end() if begin == end else 0, position + 1)
    return "".join([*kept, text[done:]])


def _secret_in(match: re.Match[str], text: str) -> tuple[int, int]:
    """Begin and end of the secret of this match; the same number twice: there is none."""
    kind = match.lastgroup or ""
    if kind in ("option", "name"):
        return _value_after(match, text, kind)
    begin = match.end(kind)
    if kind == "key":
        return begin, _REST_OF_KEY.match(text, begin).end()
    if kind == "url":
        return begin, _end_of_user(text, begin)
    if kind == "login":
        return begin, _end_of_login(match, text)
    if kind == "header":
        rest = _REST_OF_HEADER.match(text, begin)
        return begin, rest.end() if rest else begin
    return begin, match.end()


def _end_of_user(text: str, begin: int) -> int:
    """Where the password of a URL ends: it may hold any of C(/:@), and another URL may follow."""
    rest = _REST_OF_USER.match(text, begin)
    return begin if rest is None else begin + max(rest.group().partition("://")[0].rfind("@"), 0)


def _end_of_login(match: re.Match[str], text: str) -> int:
    """-u USER:PASSWORD is curl's; of other programs C(-u) says something else."""
    before = text[max(match.start() - 512, 0) : match.start()].rpartition("\n")[2]
    if "curl" not in before.lower():
        return match.end()
    is_quoted = match.group("login").rstrip(":").count("'") % 2 or match.group("login").count('"') % 2
    rest = (_REST_OF_QUOTED_LOGIN if is_quoted else _REST_OF_LOGIN).match(text, match.end())
    return match.end() if rest is None else rest.end()


def _value_after(match: re.Match[str], text: str, kind: str) -> tuple[int, int]:
    begin, name = match.end(), match.group(kind)
    nothing = (begin, begin)
    # PWD alone is the current folder; in a connection string it isn't.
    in_connection = name.lower() in ("pwd", "pass") and text[: match.start()].rstrip()[-1:] == ";"
    # The signature of a URL's query is all that its holder needs.
    before = text[max(match.start() - 1, 0) : match.start()]
    in_query = before in ("?", "&", ";", "\\") and _SIGNATURE.fullmatch(name) is not None
    if not (in_connection or in_query or _is_secret(name)):
        return nothing
    value = _VALUE.match(text, begin)
    if value is None:
        return nothing
    end = value.end()
    if match.group().rstrip()[-1:] == "=" and value.group()[-1] not in "\"'}":
        rest = _REST_OF_CONNECTION.match(text, end)
        end = rest.end() if rest else end
    if _HARMLESS.fullmatch(text[begin:end]):
        return nothing
    # "--token is missing" is prose.
    if kind == "option" and value.group().isalpha() and value.group().islower():
        return nothing
    quotes = re.match(r"""[bruf]{0,2}(\\{0,4}["'])""", value.group(), re.IGNORECASE)
    if quotes and value.group().endswith(quotes[1]) and value.end() - begin > len(quotes[0]):
        return begin + len(quotes[0]), value.end() - len(quotes[1])
    return begin, end
