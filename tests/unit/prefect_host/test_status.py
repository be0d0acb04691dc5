# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the status is written."""

from __future__ import annotations

import logging

from prefect_host.credential.providers import PRESENT, Found
from prefect_host.status import EVERY_SECONDS, Status


def test_a_file_that_can_not_be_written_is_not_tried_with_each_turn_of_the_loop(document, parse):
    now, tries = [0.0], []

    def refuse(*_arguments):
        tries.append(now[0])
        return False

    status = Status(parse(document), logging.getLogger("test"), lambda: now[0], refuse)
    for second in range(3 * int(EVERY_SECONDS)):
        now[0] = float(second)
        status.tell({"pid": 1, "last_poll": str(second)}, {"pid": 2}, 3, [], Found("none", PRESENT), PRESENT)
    assert tries == [0.0, EVERY_SECONDS, 2 * EVERY_SECONDS]
