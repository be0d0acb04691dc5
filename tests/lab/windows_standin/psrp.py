# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell remoting (PSRP) on psrpcore's server side, as the ``psrp`` connection plugin uses it."""

from __future__ import annotations

import base64
import threading
import uuid

import psrpcore
from psrpcore.types import HostMethodIdentifier, PSString

from .execution import Execution, Output, run_in_background
from .upload import Input
from .wsman import NS, SHELL, Fault, Request, operation_timeout

CREATION = ".//{http://schemas.microsoft.com/powershell}creationXml"
FRAGMENT = 256 * 1024


class Pipeline:
    def __init__(self, server: psrpcore.ServerPipeline) -> None:
        self.server = server
        self.script = ""
        self.input: Input | None = None
        self.started = False
        self.done = False


class PSRPShell:
    """One runspace pool. psrpcore has no locks of its own, so one guards it; commands run outside of it."""

    def __init__(self, execution: Execution, user: str, transport: str, request: Request) -> None:
        self.user = user
        self._execution, self._transport = execution, transport
        shell, creation = request.body.find("rsp:Shell", NS), request.body.find(CREATION)
        if creation is None:
            raise Fault("s:Sender", "w:SchemaValidationError", 2150858817, "The shell has no creationXml.")
        given = shell.get("ShellId") if shell is not None else None
        self.id = given or str(uuid.uuid4()).upper()
        self._pool = psrpcore.ServerRunspacePool()
        self._pipelines: dict[str, Pipeline] = {}
        self._outgoing: dict[str | None, list[bytes]] = {}
        self._changed = threading.Condition()
        self._closed = False
        with self._changed:
            self._feed(base64.b64decode(creation.text or ""))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for pipeline in self._pipelines.values():
            if pipeline.input is not None and pipeline.input.upload is not None and not pipeline.started:
                pipeline.input.upload.discard()

    def _feed(self, data: bytes, pipeline_id: uuid.UUID | None = None) -> None:
        self._pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, pipeline_id))
        while (event := self._pool.next_event()) is not None:
            self._event(event)
        self._pump()

    def _event(self, event) -> None:
        kind = type(event).__name__
        if kind not in ("CreatePipelineEvent", "PipelineInputEvent", "EndOfPipelineInputEvent"):
            return
        pipeline = self._pipelines[str(event.pipeline_id).upper()]
        if kind == "CreatePipelineEvent":
            pipeline.script = "\n".join(command.command_text for command in event.pipeline.commands)
            pipeline.input = Input(pipeline.script, self._execution.spool)
            if event._ps_object.NoInput:
                self._start(pipeline)
        elif kind == "PipelineInputEvent":
            items = event.data if isinstance(event.data, list) else [event.data]
            for item in items:
                pipeline.input.feed(str(item).encode() + b"\n")
        else:
            self._start(pipeline)

    def _start(self, pipeline: Pipeline) -> None:
        if pipeline.started:
            return
        pipeline.started = True
        script = self._execution.script_of(pipeline.script) or pipeline.script

        def finished(output: Output) -> None:
            with self._changed:
                if not self._closed:
                    self._finish(pipeline, output)
                    self._changed.notify_all()

        run_in_background(
            self._execution, pipeline.input, script, pipeline.script, f"psrp+{self._transport}", self.user, finished
        )

    def _finish(self, pipeline: Pipeline, output: Output) -> None:
        # psrpcore says "running" at the start; Windows says nothing before the first output, and clients rely on it
        pipeline.server.start()
        for line in output.stdout.decode(errors="replace").splitlines():
            pipeline.server.write_output(PSString(line))
        if output.stderr:
            pipeline.server.host_call(HostMethodIdentifier.WriteErrorLine, [output.stderr.decode(errors="replace")])
        if output.code:
            pipeline.server.host_call(HostMethodIdentifier.SetShouldExit, [output.code])
        pipeline.server.complete()
        pipeline.server.close()
        pipeline.done = True
        self._pump()

    def _pump(self) -> None:
        while (part := self._pool.data_to_send(FRAGMENT)) is not None:
            key = str(part.pipeline_id).upper() if part.pipeline_id else None
            self._outgoing.setdefault(key, []).append(part.data)

    def command(self, request: Request) -> str:
        line = request.body.find("rsp:CommandLine", NS)
        identifier = ((line.get("CommandId") if line is not None else None) or str(uuid.uuid4())).upper()
        fragments = "".join(item.text or "" for item in request.body.findall(".//rsp:Arguments", NS))
        with self._changed:
            self._pipelines[identifier] = Pipeline(psrpcore.ServerPipeline(self._pool, uuid.UUID(identifier)))
            self._feed(base64.b64decode(fragments), uuid.UUID(identifier))
        return f"<rsp:CommandResponse><rsp:CommandId>{identifier}</rsp:CommandId></rsp:CommandResponse>"

    def send(self, request: Request) -> str:
        stream = request.body.find(".//rsp:Stream", NS)
        if stream is None:
            raise Fault("s:Sender", "w:SchemaValidationError", 2150858817, "Send has no stream.")
        identifier = stream.get("CommandId")
        with self._changed:
            self._feed(base64.b64decode(stream.text or ""), uuid.UUID(identifier) if identifier else None)
            self._changed.notify_all()
        return "<rsp:SendResponse/>"

    def receive(self, request: Request) -> str:
        wanted = request.body.find(".//rsp:DesiredStream", NS)
        identifier = wanted.get("CommandId") if wanted is not None else None
        key = identifier.upper() if identifier else None
        with self._changed:
            self._changed.wait_for(lambda: self._outgoing.get(key) or self._closed, max(0.5, request.timeout - 1))
            waiting = self._outgoing.get(key)
            if not waiting:
                raise operation_timeout()
            data = waiting.pop(0)
            pipeline = self._pipelines.get(key or "")
            done = pipeline is not None and pipeline.done and not waiting
        attribute = f' CommandId="{identifier}"' if identifier else ""
        parts = [f'<rsp:Stream Name="stdout"{attribute}>{base64.b64encode(data).decode()}</rsp:Stream>']
        if done:
            parts.append(f'<rsp:CommandState{attribute} State="{SHELL}CommandState/Done"></rsp:CommandState>')
        return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"

    def signal(self, _request: Request) -> str:
        return "<rsp:SignalResponse/>"
