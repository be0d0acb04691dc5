# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command shell of WinRM (WinRS), as the ``winrm`` connection plugin uses it."""

from __future__ import annotations

import base64
import threading
import uuid

from .execution import Execution, Output, run_in_background
from .upload import Input
from .wsman import NS, SHELL, Fault, Request, operation_timeout

CHUNK = 96 * 1024


class Command:
    def __init__(self, line: str, script: str | None, piped: bool, spool) -> None:
        self.id = str(uuid.uuid4()).upper()
        self.line, self.script, self.piped = line, script, piped
        self.input = Input(script, spool)
        self.started = False
        self.done = threading.Event()
        self.output: Output | None = None
        self.sent: dict[str, int] = {"stdout": 0, "stderr": 0}


class WinRSShell:
    """One shell with its commands. Input is fed by Send, output is fetched by Receive until Done."""

    def __init__(self, execution: Execution, user: str, transport: str) -> None:
        self.id = str(uuid.uuid4()).upper()
        self.user = user
        self._transport = transport
        self._execution = execution
        self._commands: dict[str, Command] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        for command in self._commands.values():
            if command.input.upload is not None and not command.started:
                command.input.upload.discard()

    def _command(self, identifier: str | None) -> Command:
        command = self._commands.get((identifier or "").upper())
        if command is None:
            raise Fault("s:Sender", "w:InvalidSelectors", 2150858843, "The command was not found in the shell.")
        return command

    def command(self, request: Request) -> str:
        words = [request.body.findtext(".//rsp:Command", "", NS)]
        words += [item.text or "" for item in request.body.findall(".//rsp:Arguments", NS)]
        line = " ".join(words)
        piped = request.options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() != "TRUE"
        command = Command(line, self._execution.script_of(line), piped, self._execution.spool)
        self._commands[command.id] = command
        return f"<rsp:CommandResponse><rsp:CommandId>{command.id}</rsp:CommandId></rsp:CommandResponse>"

    def send(self, request: Request) -> str:
        stream = request.body.find(".//rsp:Stream", NS)
        if stream is None:
            raise Fault("s:Sender", "w:SchemaValidationError", 2150858817, "Send has no stream.")
        command = self._command(stream.get("CommandId"))
        command.input.feed(base64.b64decode(stream.text or ""))
        if (stream.get("End") or "").lower() == "true":
            self._start(command)
        return "<rsp:SendResponse/>"

    def _start(self, command: Command) -> None:
        with self._lock:
            if command.started:
                return
            command.started = True

        def finished(output: Output) -> None:
            command.output = output
            command.done.set()

        run_in_background(
            self._execution,
            command.input,
            command.script,
            command.line,
            f"winrm+{self._transport}",
            self.user,
            finished,
        )

    def receive(self, request: Request) -> str:
        wanted = request.body.find(".//rsp:DesiredStream", NS)
        command = self._command(wanted.get("CommandId") if wanted is not None else None)
        if not command.piped:
            self._start(command)
        if not command.done.wait(max(0.5, request.timeout - 1)) or command.output is None:
            raise operation_timeout()
        return self._answer(command, command.output)

    def _answer(self, command: Command, output: Output) -> str:
        parts, complete = [], True
        for name, data in (("stdout", output.stdout), ("stderr", output.stderr)):
            begin = command.sent[name]
            chunk = data[begin : begin + CHUNK]
            command.sent[name] += len(chunk)
            if chunk:
                text = base64.b64encode(chunk).decode()
                parts.append(f'<rsp:Stream Name="{name}" CommandId="{command.id}">{text}</rsp:Stream>')
            complete = complete and command.sent[name] >= len(data)
        state = "Running"
        code = ""
        if complete:
            state = "Done"
            code = f"<rsp:ExitCode>{output.code}</rsp:ExitCode>"
            parts += [
                f'<rsp:Stream Name="{name}" CommandId="{command.id}" End="true"></rsp:Stream>'
                for name in ("stdout", "stderr")
            ]
        parts.append(
            f'<rsp:CommandState CommandId="{command.id}" State="{SHELL}CommandState/{state}">{code}</rsp:CommandState>'
        )
        return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"

    def signal(self, _request: Request) -> str:
        return "<rsp:SignalResponse/>"
