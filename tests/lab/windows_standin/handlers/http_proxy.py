# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_http_proxy: simulated, and read only. The model's document ``winhttp_proxy`` has ``proxy`` and ``bypass``."""

from __future__ import annotations

from ..errors import NotModelled


def run(call) -> dict:
    args = call.args
    if not call.check or args["source"] is not None:
        raise NotModelled("win_http_proxy that changes something")
    before = {"proxy": None, "bypass": None, **call.host.store.read("winhttp_proxy", {})}
    bypass = ";".join(args["bypass"]) if args["bypass"] else None
    after = {"proxy": args["proxy"] or None, "bypass": bypass}
    return {"changed": before != after, "diff": {"before": before, "after": after}}
