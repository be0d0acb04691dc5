# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the key of an account is kept, and from where it can be used. For internal use by this collection only."""

from __future__ import annotations

from . import verdicts as say
from .account_facts import READERS
from .rules import CRITICAL, FETCHED, INFO, WARNING, Rule, Topic, is_one_of, when

TOPICS: tuple[Topic, ...] = (
    Topic(
        "password_readers",
        "who may read its password",
        (READERS,),
        (
            Rule(
                "password_readable",
                WARNING,
                "Its password can be read by {who}.",
                "Allow hosts, or a group that holds nothing but hosts, with 'principals_allowed_to_retrieve'.",
                lambda facts, _limits: filter(None, map(say.reader, facts["password_readers"])),
            ),
            Rule(
                "password_unused",
                INFO,
                "No host may fetch its password, so nothing can run as it.",
                "Set 'principals_allowed_to_retrieve', or remove the account.",
                lambda facts, _limits: when(not facts["password_readers"]),
                absence=True,
            ),
        ),
        lambda facts, _limits: (
            "Its password can be read by "
            + say.quoted(who["name"] for who in facts["password_readers"])
            + " only, in which no people were found."
        ),
        is_one_of(*FETCHED),
    ),
    Topic(
        "key",
        "how old its key is",
        ("pwdLastSet", "userAccountControl"),
        (
            Rule(
                "key_too_old",
                WARNING,
                "Its key is {days} days old, and {limit} are allowed.",
                "Set a new password, or use a group managed service account, whose password changes by itself.",
                lambda facts, limits: when(
                    facts["type"] not in FETCHED and (facts["key_age_days"] or 0) > limits.key_age_days,
                    days=facts["key_age_days"],
                    limit=limits.key_age_days,
                ),
            ),
            Rule(
                "key_not_renewed",
                INFO,
                "Its key is {days} days old, though it changes every {limit} days when a host asks for it.",
                "Check whether any host still uses the account.",
                lambda facts, _limits: when(
                    facts["type"] in FETCHED
                    and (facts["key_age_days"] or 0) > 2 * (facts["managed_password_interval"] or 30),
                    days=facts["key_age_days"],
                    limit=facts["managed_password_interval"] or 30,
                ),
            ),
            Rule(
                "password_never_set",
                WARNING,
                "It has no password that is valid: it has to be changed at the next logon, which no service does.",
                "Set a password.",
                lambda facts, _limits: when(facts["type"] == "user" and facts["key_age_days"] is None),
                absence=True,
            ),
            Rule(
                "password_never_expires",
                WARNING,
                "Its password never expires.",
                "Use a group managed service account, or let ad_service_account set a new password by its age.",
                lambda facts, _limits: when(facts["type"] == "user" and "password_never_expires" in facts["flags"]),
            ),
            Rule(
                "password_not_required",
                WARNING,
                "It may have an empty password.",
                "Let an administrator clear PASSWD_NOTREQD in 'userAccountControl'.",
                lambda facts, _limits: when("password_not_required" in facts["flags"]),
            ),
            Rule(
                "reversible_encryption",
                WARNING,
                "Its password is stored in a form from which it can be read.",
                "Let an administrator clear 'Store password using reversible encryption' and set a new password.",
                lambda facts, _limits: when("reversible_encryption" in facts["flags"]),
            ),
            Rule(
                "no_preauthentication",
                CRITICAL,
                "Whoever reaches a domain controller gets something to guess its password from, without an account.",
                "Let an administrator clear 'Do not require Kerberos preauthentication'.",
                lambda facts, _limits: when("no_preauthentication" in facts["flags"]),
            ),
            Rule(
                "password_can_be_guessed",
                INFO,
                "It is a user account with SPNs: every account of the domain gets a ticket to guess its password from.",
                "Use a group managed service account; until then a long random password.",
                lambda facts, _limits: when(facts["type"] == "user" and facts["spns"] and facts["enabled"]),
            ),
        ),
        lambda facts, _limits: (
            "It has had no key yet."
            if facts["key_age_days"] is None
            else f"Its key is {say.counted(facts['key_age_days'], 'day') or 'less than a day'} old."
        ),
    ),
    Topic(
        "key_credentials",
        "which keys log on as it",
        ("msDS-KeyCredentialLink",),
        (
            Rule(
                "key_credentials",
                WARNING,
                "Whoever holds {keys} can log on as it without its password.",
                "Let an administrator clear 'msDS-KeyCredentialLink', unless it is a person with Windows Hello.",
                lambda facts, _limits: when(
                    facts["type"] != "computer" and facts["key_credentials"],
                    keys=f"one of {say.counted(facts['key_credentials'], 'registered key')}",
                ),
            ),
        ),
    ),
    Topic(
        "encryption",
        "which encryption its tickets have",
        ("msDS-SupportedEncryptionTypes",),
        (
            Rule(
                "des_possible",
                CRITICAL,
                "Its tickets may be encrypted with DES, which is broken.",
                "Set kerberos_encryption_types to AES.",
                lambda facts, _limits: when(
                    {"des_crc", "des_md5"} & {*facts["encryption_types"]} or "des_only" in facts["flags"]
                ),
            ),
            Rule(
                "rc4_possible",
                WARNING,
                "Its tickets may be encrypted with RC4.",
                "Set kerberos_encryption_types to AES.",
                lambda facts, _limits: when("rc4" in facts["encryption_types"]),
            ),
            Rule(
                "rc4_by_default",
                WARNING,
                "It names no encryption types, so the domain's default holds, and RC4 may be part of it.",
                "Set kerberos_encryption_types to AES.",
                lambda facts, _limits: when(not facts["encryption_types"]),
                absence=True,
            ),
        ),
        lambda _facts, _limits: "Its tickets are encrypted with AES.",
    ),
    Topic(
        "authentication_policy",
        "whether an authentication policy holds for it",
        ("msDS-AssignedAuthNPolicy", "msDS-AssignedAuthNPolicySilo"),
        (
            Rule(
                "no_authentication_policy",
                INFO,
                "No authentication policy says from where it may log on.",
                "Pin it to its hosts with ad_authentication_policy.",
                lambda facts, _limits: when(
                    not facts["authentication_policy"] and not facts["authentication_policy_silo"]
                ),
                absence=True,
            ),
        ),
        lambda facts, _limits: (
            "An authentication policy holds for it: "
            + say.quoted(filter(None, (facts["authentication_policy_silo"], facts["authentication_policy"])))
            + "."
        ),
    ),
    Topic(
        "logon_workstations",
        "from where it may log on",
        ("userWorkstations",),
        (
            Rule(
                "no_logon_workstations",
                INFO,
                "It may log on to every host.",
                "Set 'logon_workstations'.",
                lambda facts, _limits: when(not facts["logon_workstations"]),
                absence=True,
            ),
        ),
        lambda facts, _limits: f"It may log on to {say.listed(facts['logon_workstations'])} only.",
        is_one_of("user"),
    ),
)
