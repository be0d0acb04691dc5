# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask Prefect for a WebSocket as a worker does, and print the number of its answer: 101 means yes.

Runs on the host, from standard input: ``python -I - API_URL [CA_FILE]``. Nothing is written.
"""

import base64
import os
import socket
import ssl
import sys
import urllib.parse

TIMEOUT_SECONDS = 15


def status(api_url, ca_file):
    """The number in the answer's first line."""
    url = urllib.parse.urlsplit(api_url)
    secure = url.scheme == "https"
    port = url.port or (443 if secure else 80)
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {url.path.rstrip('/')}/events/in HTTP/1.1",
        f"Host: {url.netloc.rpartition('@')[2]}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: prefect",
        f"Sec-WebSocket-Key: {key}",
    ]
    with socket.create_connection((url.hostname, port), timeout=TIMEOUT_SECONDS) as plain:
        stream = plain
        if secure:
            trust = ssl.create_default_context(cafile=ca_file or None)
            stream = trust.wrap_socket(plain, server_hostname=url.hostname)
        stream.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        words = stream.makefile("rb").readline(200).split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/"):
        raise OSError("the answer is no HTTP")
    return int(words[1])


def main():
    try:
        answer = str(status(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
    except (OSError, ValueError) as error:
        answer = str(error).splitlines()[0] if str(error) else type(error).__name__
    sys.stdout.write(answer)


if __name__ == "__main__":
    main()
