# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management: one SOAP request in, one SOAP answer or fault out. Shells live here, what they run does not."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from xml.etree import ElementTree
from xml.sax.saxutils import escape

log = logging.getLogger(__name__)
NS = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "p": "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cfg": "http://schemas.microsoft.com/wbem/wsman/1/config",
}
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
CMD = SHELL + "cmd"
POWERSHELL = "http://schemas.microsoft.com/powershell/"
CONFIG = "http://schemas.microsoft.com/wbem/wsman/1/config"
MAX_ENVELOPE_KB = 500
OPERATION_TIMEOUT_S = 20.0
NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())


class Fault(Exception):
    """A SOAP fault; ``number`` is WS-Management's own error code."""

    def __init__(self, code: str, subcode: str, number: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.subcode, self.number, self.reason = code, subcode, number, reason


def operation_timeout() -> Fault:
    return Fault(
        "s:Receiver",
        "w:TimedOut",
        2150858793,
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.",
    )


def no_such_shell() -> Fault:
    reason = "The request for the Windows Remote Shell failed because the shell was not found on the server."
    return Fault("s:Sender", "w:InvalidSelectors", 2150858843, reason)


def access_denied() -> Fault:
    return Fault("s:Sender", "w:AccessDenied", 5, "Access is denied.")


def _seconds(text: str | None) -> float:
    match = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text or "")
    if not match or not any(match.groups()):
        return OPERATION_TIMEOUT_S
    hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


class Request:
    """The parts of a SOAP request that matter."""

    def __init__(self, raw: bytes) -> None:
        root = ElementTree.fromstring(raw)
        header, body = root.find("s:Header", NS), root.find("s:Body", NS)
        if header is None or body is None:
            raise Fault("s:Sender", "w:SchemaValidationError", 2150858817, "The SOAP message has no header or no body.")
        self.body = body
        self.action = header.findtext("a:Action", "", NS)
        self.resource = header.findtext("w:ResourceURI", "", NS)
        self.message_id = header.findtext("a:MessageID", "", NS)
        self.selectors = {item.get("Name"): item.text or "" for item in header.findall(".//w:Selector", NS)}
        self.options = {item.get("Name"): item.text or "" for item in header.findall(".//w:Option", NS)}
        self.timeout = _seconds(header.findtext("w:OperationTimeout", None, NS))


class Service:
    """All shells of one host. ``make_shell`` maps a resource and a request to a shell; requests run in parallel."""

    def __init__(self, machine: str, make_shell) -> None:
        self._machine = machine
        self._make_shell = make_shell
        self._shells: dict = {}
        self._lock = threading.Lock()

    def drop_shells(self) -> None:
        """The machine restarts: nobody's shell survives."""
        with self._lock:
            shells, self._shells = list(self._shells.values()), {}
        for shell in shells:
            shell.close()

    def handle(self, raw: bytes, user: str, transport: str) -> tuple[int, bytes]:
        """(HTTP status, SOAP answer)."""
        message_id = ""
        try:
            request = Request(raw)
            message_id = request.message_id
            action, inner = self._dispatch(request, user, transport)
            return 200, self._envelope(action, message_id, inner)
        except Fault as fault:
            return 500, self._envelope(FAULT, message_id, self._fault(fault))
        except ElementTree.ParseError as error:
            fault = Fault("s:Sender", "w:SchemaValidationError", 2150858817, f"The SOAP message is not XML: {error}")
            return 500, self._envelope(FAULT, message_id, self._fault(fault))

    def refuse(self, fault: Fault) -> tuple[int, bytes]:
        return 500, self._envelope(FAULT, "", self._fault(fault))

    def _envelope(self, action: str, relates_to: str, inner: str) -> bytes:
        return (
            f'<s:Envelope xml:lang="en-US" {NAMESPACES}><s:Header><a:Action>{action}</a:Action>'
            f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID><a:To>{ANONYMOUS}</a:To>"
            f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{inner}</s:Body></s:Envelope>"
        ).encode()

    def _fault(self, fault: Fault) -> str:
        reason = escape(fault.reason)
        return (
            f"<s:Fault><s:Code><s:Value>{fault.code}</s:Value><s:Subcode><s:Value>{fault.subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{reason}</s:Text></s:Reason><s:Detail>'
            f'<f:WSManFault Code="{fault.number}" Machine="{escape(self._machine)}">'
            f"<f:Message>{reason}</f:Message></f:WSManFault>"
            "</s:Detail></s:Fault>"
        )

    def _dispatch(self, request: Request, user: str, transport: str) -> tuple[str, str]:
        if request.action == TRANSFER + "Get" and request.resource.startswith(CONFIG):
            return (
                TRANSFER + "GetResponse",
                f"<cfg:Config><cfg:MaxEnvelopeSizekb>{MAX_ENVELOPE_KB}</cfg:MaxEnvelopeSizekb></cfg:Config>",
            )
        if request.action == TRANSFER + "Create":
            return TRANSFER + "CreateResponse", self._create(request, user, transport)
        shell = self._shells.get(request.selectors.get("ShellId", ""))
        if shell is None or shell.user != user:
            raise no_such_shell()
        if request.action == TRANSFER + "Delete":
            with self._lock:
                self._shells.pop(shell.id, None)
            shell.close()
            return TRANSFER + "DeleteResponse", ""
        operations = {"Command": shell.command, "Send": shell.send, "Receive": shell.receive, "Signal": shell.signal}
        verb = request.action.removeprefix(SHELL)
        if verb not in operations:
            raise Fault(
                "s:Sender", "a:ActionNotSupported", 2150858752, f"The action {request.action} is not supported."
            )
        return f"{SHELL}{verb}Response", operations[verb](request)

    def _create(self, request: Request, user: str, transport: str) -> str:
        shell = self._make_shell(request, user, transport)
        if shell is None:
            reason = f"The resource URI {request.resource} was not found in the WS-Management catalog."
            raise Fault("s:Sender", "a:DestinationUnreachable", 2150858811, reason)
        with self._lock:
            self._shells[shell.id] = shell
        resource = escape(request.resource)
        return (
            f"<x:ResourceCreated><a:Address>http://{self._machine}:5985/wsman</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{resource}</w:ResourceURI><w:SelectorSet><w:Selector "
            f'Name="ShellId">{shell.id}</w:Selector></w:SelectorSet>'
            f"</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell.id}</rsp:ShellId>"
            f"<rsp:ResourceUri>{resource}</rsp:ResourceUri><rsp:Owner>{escape(user)}</rsp:Owner>"
            "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
        )
