# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the requests of several families have in common: strict bodies, pages, filters, orders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from prefect_cloud.store import Record

LIMIT = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("value is not a valid email address")
    return value


Text = Annotated[str, Field(max_length=5000)]
Email = Annotated[str, Field(max_length=5000), AfterValidator(_email)]


class Strict(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """Only the fields that the caller sent, as JSON values."""
        return self.model_dump(mode="json", exclude_unset=True)


class Page(BaseModel):
    """The top of every filter body; other names beside it are passed over, as in the real service."""

    limit: Annotated[int, Field(ge=0, le=LIMIT)] = LIMIT
    offset: Annotated[int, Field(ge=0)] = 0

    def of(self, records: Iterable[Record]) -> list[Record]:
        return list(records)[self.offset : self.offset + self.limit]


class AnyOf(Strict):
    any_: list[str] | None = None

    def takes(self, value: str | None) -> bool:
        return self.any_ is None or value in self.any_


class AnyId(Strict):
    any_: list[UUID] | None = None

    def takes(self, value: str | None) -> bool:
        return self.any_ is None or value in [str(one) for one in self.any_]

    def takes_one_of(self, values: Iterable[str]) -> bool:
        return self.any_ is None or any(self.takes(value) for value in values)


class SomeIds(AnyId):
    not_any_: list[UUID] | None = None

    def takes(self, value: str | None) -> bool:
        return super().takes(value) and (self.not_any_ is None or value not in [str(one) for one in self.not_any_])


class Like(Strict):
    like_: str | None = None

    def takes(self, value: str | None) -> bool:
        return self.like_ is None or self.like_.lower() in (value or "").lower()


class AnyOrLike(Like):
    any_: list[str] | None = None

    def takes(self, value: str | None) -> bool:
        return super().takes(value) and (self.any_ is None or value in self.any_)


def matches(pairs: Iterable[tuple[Any, Any]]) -> bool:
    """Whether every filter that is given takes its value."""
    return all(one is None or one.takes(value) for one, value in pairs)


def ordered(
    records: list[Record], order: str | None, default: str, keys: dict[str, Callable[[Record], Any]]
) -> list[Record]:
    """Sorted by an order such as NAME_ASC; ``keys`` maps NAME to what is compared, None and absent come first."""
    name, _low, direction = (order or default).rpartition("_")
    chosen = keys.get(name) or (lambda record: record.get(name.lower()))
    compared = {record["id"]: chosen(record) for record in records}
    return sorted(
        records,
        key=lambda record: (compared[record["id"]] is not None, str(compared[record["id"]] or "").lower()),
        reverse=direction == "DESC",
    )
