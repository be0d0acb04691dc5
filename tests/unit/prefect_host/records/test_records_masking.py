# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret leaves a process with its records, and ordinary text stays as it is."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect_host.records.masking import MASK, Masker

mask = Masker(environment={})
# Like a password manager's, but for quotes, backslashes and what ends a value in the form at hand.
SECRETS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/!#$%^*", min_size=6, max_size=60)
NAMES = st.sampled_from(
    [
        "password",
        "PASSWORD",
        "db_password",
        "dbPassword",
        "api_key",
        "apiKey",
        "X-Api-Key",
        "client_secret",
        "AWS_SECRET_ACCESS_KEY",
        "token",
        "access_token",
        "credential",
        "PGPASSWORD",
        "passphrase",
        "private_key",
        "storage.account.key",
    ]
)
FORMS = st.sampled_from(
    [
        "{0}={1}",
        "{0} = {1}",
        "{0}: {1}",
        "{0}='{1}'",
        '{0}="{1}"',
        '{{"{0}": "{1}", "user": "me"}}',
        "{{'{0}': '{1}'}}",
        "{{'{0}': b'{1}'}}",
        '{{\\"{0}\\": \\"{1}\\"}}',
        "--{0}={1}",
        "Login({0}='{1}', user='me')",
        "https://host/path?user=me&{0}={1}&x=1",
        "{0} => {1}",
        "Server=x;{0}={1};Database=y",
        "first line\n{0}={1}\nlast line",
        '"{0}" : "{1}"',
    ]
)


def _hunted(secret):
    return secret if not secret.isdigit() else f"{secret}x"


@given(NAMES, FORMS, SECRETS, st.sampled_from(["", "before ", "before, "]), st.sampled_from(["", " after"]))
def test_what_stands_behind_the_name_of_a_secret_is_hidden(name, form, secret, before, after):
    secret = _hunted(secret).lstrip("*{[")
    if secret.lower() in ("", "none", "null", "true", "false") or len(secret) < 6:
        return
    shown = mask(before + form.format(name, secret) + after)
    assert secret not in shown
    assert shown.startswith(before)
    assert shown.endswith(after)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.def", f"Authorization: {MASK}"),
        ("{'Authorization': 'Basic dXNlcjpwYXNz', 'x': 1}", f"{{'Authorization': '{MASK}', 'x': 1}}"),
        ("sent Bearer abcdefgh1 twice", f"sent Bearer {MASK} twice"),
        ("Cookie: session=1; id=2\nnext", f"Cookie: {MASK}\nnext"),
        ("postgresql://me:p@ss@host/db", f"postgresql://me:{MASK}@host/db"),
        ("url=https://me:pw@host/x key=3", f"url=https://me:{MASK}@host/x key=3"),
        ("git clone https://ghp_abcdefghijklmnop1234@host/x", f"git clone https://{MASK}@host/x"),
        ("key pnu_abcDEF123456 is old", f"key {MASK} is old"),
        ("pnb_abcDEF123456", MASK),
        ("id AKIAABCDEFGHIJKLMNOP", f"id {MASK}"),
        ("got eyJhbGciOi12.eyJzdWIiOi12.abc-_1 back", f"got {MASK} back"),
        ("run --password Hunter2 now", f"run --password {MASK} now"),
        ("UID=sa;PWD=x1;DB=c", f"UID=sa;PWD={MASK};DB=c"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- x",
            f"-----BEGIN RSA PRIVATE KEY-----{MASK} x",
        ),
        ("-----BEGIN PRIVATE KEY-----\nMII without end", f"-----BEGIN PRIVATE KEY-----{MASK}"),
        ("api key: abc123", f"api key: {MASK}"),
        ("ValueError: password='a b' (in Login)", f"ValueError: password='{MASK}' (in Login)"),
        ("secret='never closed", f"secret={MASK}"),
        (
            "GET https://x.blob.core.windows.net/c?sv=1&sig=aB%2Fc%3D&se=2",
            f"GET https://x.blob.core.windows.net/c?sv=1&sig={MASK}&se=2",
        ),
        ("https://x/c?sig=aBcDef", f"https://x/c?sig={MASK}"),
        (r'{"url": "https://x/c?sv=1\u0026sig=aBcDef"}', rf'{{"url": "https://x/c?sv=1\u0026sig={MASK}"}}'),
        ("with ghp_abcdefghijklmnop1234 in it", f"with {MASK} in it"),
        ("with github_pat_11ABCDEFG0abcdefghij in it", f"with {MASK} in it"),
        ("with glpat-abcdefghij0123456789 in it", f"with {MASK} in it"),
        ("with xoxb-123456789012-abcdef in it", f"with {MASK} in it"),
        ("with sk-proj-abcDEF123456ghiJKL in it", f"with {MASK} in it"),
        ("curl -u me:Hunter2 https://x", f"curl -u me:{MASK} https://x"),
        ("curl.exe -s --user 'me:Hunter 2' https://x", f"curl.exe -s --user 'me:{MASK}' https://x"),
        ("Command '['curl', '-u', 'me:Hunter2', 'x']' failed", f"Command '['curl', '-u', 'me:{MASK}', 'x']' failed"),
        ("postgresql://me:p@ss/w0rd@host/db", f"postgresql://me:{MASK}@host/db"),
        ("http://a:p/1@h,http://b:q@i x@y", f"http://a:{MASK}@h,http://b:{MASK}@i x@y"),
        ("Server=x;Password=ab c;Database=y", f"Server=x;Password={MASK};Database=y"),
        ("User ID=sa; Password = ab c; Database=y", f"User ID=sa; Password = {MASK}; Database=y"),
        ("Password=12 34;Server=x", f"Password={MASK};Server=x"),
        ("UID=sa;PWD=a b c;", f"UID=sa;PWD={MASK};"),
    ],
)
def test_known_forms_of_secrets_are_hidden(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Finished in state Completed()",
        "Basic authentication is on, the bearer authentication failed",
        "--token is missing",
        "PWD=/home/me",
        "max_tokens=4096 token_count=5 key=7 monkey=3 author: me",
        "password=, api_key=None token: null",
        "https://host:8080/path?x=1 mail me@host",
        "credentials = {'user': 'me'}",
        "password: ********",
        "SecretStr('**********') password=SecretStr('**********')",
        "Beginning flow run 'passing-tokens' for flow 'basic'",
        "keys: a, b, c",
        "https://host:8080/path?mail=me@host",
        "redis://host:6379?owner=me@host",
        "sig = inspect.signature(flow)",
        "docker run -u app:staff image",
        "git push -u origin main:main",
        "risk-assessment-of-the-whole-year-2026 and task-run-number-1234567890",
        "sk-learn-has-no-number-in-its-name",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert mask(text) == text


@given(st.text())
def test_any_text_can_be_masked_and_twice_is_once(text):
    once = mask(text)
    assert mask(once).replace(MASK, "") == once.replace(MASK, "")


ENVIRONMENT = {
    "DB_PASSWORD": 'hunter2"hunter2 &',
    "SHORT_TOKEN": "1234",
    "HOME_FOLDER": "C:\\ordinary folder",
    "PREFECT_CLIENT_CUSTOM_HEADERS": json.dumps({"X-Flowops-Local": "l0cal-s3cr3t-of-this-start"}),
}


@pytest.mark.parametrize(
    "text",
    [
        'it was hunter2"hunter2 & and',
        json.dumps({"a": 'hunter2"hunter2 &'}),
        "https://x/?a=hunter2%22hunter2%20%26",
        "header l0cal-s3cr3t-of-this-start",
    ],
)
def test_values_of_secret_variables_are_hidden_wherever_they_stand(text):
    shown = Masker(environment=ENVIRONMENT)(text)
    assert MASK in shown
    assert "hunter2" not in shown
    assert "l0cal" not in shown


def test_short_values_and_harmless_variables_are_left_alone():
    text = "1234 files in C:\\ordinary folder"
    assert Masker(environment=ENVIRONMENT)(text) == text


def test_a_variable_that_is_set_later_is_hidden_too(clock):
    environment = {}
    late = Masker(environment=environment, clock=clock)
    assert late("x value-of-later") == "x value-of-later"
    environment["APP_SECRET"] = "value-of-later"
    clock.now += 2
    assert late("x value-of-later") == f"x {MASK}"


def test_values_that_are_given_are_hidden():
    assert Masker(["the-key-itself"], environment={})("a the-key-itself b") == f"a {MASK} b"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "key",
        "a=b;",
        "password=",
        "://",
        "-a ",
        "key:'",
        "bearer ",
        "a-key.",
        "\\",
        'token="',
        'key=\\"',
        "{",
        "://a:",
        "://a:b@",
        "://a:://",
        "-u a:",
        "curl -u a:",
        "sk-",
        "&sig=",
        "password=a b;",
        "x ",
    ],
)
def test_no_text_takes_long(unit):
    text = (unit * 64_000)[:64_000]
    begin = time.process_time()
    mask(text)
    assert time.process_time() - begin < 2
