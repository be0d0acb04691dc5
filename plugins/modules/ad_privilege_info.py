#!/usr/bin/python
# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ad_privilege_info
short_description: Tell who owns accounts in Active Directory, what they may do, and who can become them
version_added: 0.3.0
description:
  - Answers for one or many accounts who owns them and what for, in which groups they are, nested ones counted, what
    they may delegate, who may read their password, who may change them, when they were used last, and how well their
    key is kept. Each answer is a finding with a plain verdict and what to do about it.
  - Reads only, over LDAP with TLS. A thousand accounts are read together in some tens of LDAP operations.
  - What the account that is used may not see is a finding as well, never "nothing". Whether a missing attribute is
    empty or hidden is found out from the permissions of the account.
options:
  identities:
    description:
      - Accounts, each as a distinguished name, GUID, SID, user principal name or C(sAMAccountName).
      - An account that does not exist is an error. In check mode it is taken for one that an earlier task of the same
        run would create, and is listed in RV(predicted).
      - Either this or O(search_base) is required.
    type: list
    elements: str
  search_base:
    description:
      - Container of the accounts, at any depth, in any form that O(identities) takes.
    type: str
  type:
    description:
      - Which accounts below O(search_base).
      - V(service_account) means managed service accounts of every kind, and user accounts that have an SPN or a
        ticket as M(flowops.prefect.ad_service_account) writes it.
      - V(user) means people and user accounts used by services.
    type: str
    choices:
      - service_account
      - gmsa
      - smsa
      - user
      - computer
      - any
    default: service_account
  trusted_principals:
    description:
      - Accounts and groups that are meant to manage the accounts, such as the one that Ansible uses, in any form that
        O(identities) takes. That they may change an account is then no finding.
      - Administrators of the domain and of the forest need not be listed.
    type: list
    elements: str
  local_administrators:
    description:
      - What hosts told about their local group Administrators, as a list of members for each host. A member is written
        as Windows shows it, such as V(EXAMPLE\\svc-loads), or as a SID.
      - Members of other domains and accounts of the host itself are passed over. A name without a domain is taken for
        one of the domain.
    type: dict
  stale_days:
    description: Days after which an account that has not logged on counts as not used.
    type: int
    default: 90
  key_age_days:
    description:
      - Days that a password may be old. Does not hold for group managed service accounts, whose password changes by
        itself.
    type: int
    default: 180
  token_groups:
    description:
      - Compare the groups with those that the domain controller would put into the account's token. That shows groups
        of other domains and those that come by SID history, and costs one operation for each account.
      - The default is V(true) for exactly one account in O(identities), and V(false) otherwise.
    type: bool
  used_by:
    description: Also tell what in the directory still uses the accounts, for those who want to remove one.
    type: bool
    default: false
  since:
    description:
      - A moment such as V(2026-11-26T08:00:00+00:00); UTC if it names no zone. With O(used_by), a logon after it
        counts as use.
    type: str
author:
  - flowops.prefect contributors (@flowops-prefect)
attributes:
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: none
extends_documentation_fragment:
  - flowops.prefect.ad
  - flowops.prefect.attributes.ad
  - flowops.prefect.attributes.info
notes:
  - Domain controllers tell each other of logons with a delay of up to two weeks. RV(accounts[].last_logon) is the
    later of what they told and what the one that is asked knows itself.
  - Of other domains of the forest, universal groups are seen; global and domain local groups of other domains are not
    part of an account's token here. Delegation in other domains is seen as far as the global catalog holds it.
  - A refusal in an account's permissions takes a right away from the principal that it names, but not from members of a
    group that it names. So rather too many who may change an account are told than too few.
seealso:
  - module: flowops.prefect.ad_service_account
  - module: flowops.prefect.ad_delegation
  - module: flowops.prefect.ad_group_members
"""

EXAMPLES = r"""
- name: Who owns that agent, and why does it need Domain Admin?
  flowops.prefect.ad_privilege_info:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identities: [gmsa-prefect$]
    trusted_principals: [svc-ansible]
  register: agent

- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ agent.accounts[0].findings | rejectattr('severity', 'in', ['ok', 'info']) | map(attribute='verdict') }}"

- name: Every service account below a unit, with what the hosts told about their administrators
  flowops.prefect.ad_privilege_info:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    search_base: OU=FlowOps,DC=example,DC=com
    trusted_principals: [svc-ansible]
    local_administrators:
      win1: ["EXAMPLE\\Domain Admins", "EXAMPLE\\svc-loads"]
  register: accounts
  failed_when: accounts.summary.critical > 0

- name: Does anything still use the account?
  flowops.prefect.ad_privilege_info:
    server: dc1.example.com
    username: svc-ansible@example.com
    password: "{{ directory_password }}"
    identities: [svc-loads]
    used_by: true
    since: "2026-11-01"
"""

RETURN = r"""
accounts:
  description: The accounts, ordered by distinguished name.
  returned: success
  type: list
  elements: dict
  contains:
    distinguished_name:
      description: Distinguished name.
      returned: always
      type: str
      sample: CN=gmsa-prefect,OU=FlowOps,DC=example,DC=com
    sid:
      description: Security identifier.
      returned: always
      type: str
      sample: S-1-5-21-3623811015-3361044348-30300820-1109
    object_guid:
      description: GUID.
      returned: always
      type: str
      sample: 5f1d5c1c-7a7b-4a0e-9a5f-6d2a8f0f5c11
    sam_account_name:
      description: Account name.
      returned: always
      type: str
      sample: gmsa-prefect$
    type:
      description: V(gmsa), V(smsa), V(dmsa) (delegated managed service account), V(user) or V(computer).
      returned: always
      type: str
      sample: gmsa
    enabled:
      description: Whether it can log on; null if that cannot be read.
      returned: always
      type: bool
      sample: true
    flags:
      description: >-
        Those of V(password_not_required), V(reversible_encryption), V(password_never_expires), V(des_only) and
        V(no_preauthentication) that are set.
      returned: always
      type: list
      elements: str
      sample: []
    owner:
      description:
        - Who answers for it, from C(managedBy) or, for a user account, C(manager); null if nobody does.
        - C(exists) and C(readable) tell whether it was found, and whether it
          could be read.
      returned: always
      type: dict
      sample:
        distinguished_name: CN=Alice,OU=Staff,DC=example,DC=com
        name: Alice
        mail: alice@example.com
        exists: true
        readable: true
        enabled: true
    purpose:
      description: What it is for, from C(description).
      returned: always
      type: str
      sample: Runs the nightly loads
    ticket:
      description: What follows C(Ticket:) in C(info).
      returned: always
      type: str
      sample: CHG-4711
    decommissioned:
      description: What follows C(Decommissioned:) in C(info), the day on which it was given up.
      returned: always
      type: str
      sample: "2026-11-26"
    created:
      description: When it was made, in UTC.
      returned: always
      type: str
      sample: "2026-11-26T08:00:00+00:00"
    last_logon:
      description: When it logged on last, in UTC; null for never.
      returned: always
      type: str
      sample: "2026-11-26T08:00:00+00:00"
    password_last_set:
      description: When its password was set last, in UTC; null for never.
      returned: always
      type: str
      sample: "2026-11-26T08:00:00+00:00"
    key_age_days:
      description: Whole days since then.
      returned: always
      type: int
      sample: 12
    managed_password_interval:
      description: Days after which the password of a group managed service account changes; null for other accounts.
      returned: always
      type: int
      sample: 30
    encryption_types:
      description: >-
        Encryption types that its tickets may have. Empty means the domain's default, of which RC4 may be a part.
      returned: always
      type: list
      elements: str
      sample: [aes128, aes256]
    groups:
      description:
        - Every group that it is in, nearer ones first, each by the shortest way. C(through) are the groups on the way.
        - C(complete) is false for a group that cannot be read, or whose own groups cannot be.
      returned: always
      type: list
      elements: dict
      sample:
        - distinguished_name: CN=GG-Loads,OU=FlowOps,DC=example,DC=com
          sid: S-1-5-21-3623811015-3361044348-30300820-1120
          name: GG-Loads
          through: []
          by_primary_group: false
          complete: true
    privileged_groups:
      description: Those of the groups that let it do more than other accounts, with what that is and how bad.
      returned: always
      type: list
      elements: dict
      sample:
        - distinguished_name: CN=Domain Admins,CN=Users,DC=example,DC=com
          sid: S-1-5-21-3623811015-3361044348-30300820-512
          name: Domain Admins
          through: [GG-Loads]
          by_primary_group: false
          complete: true
          can: administers the domain and every host in it
          severity: critical
    admin_count:
      description: >-
        Whether the directory marked it as a member of a privileged group. The mark stays when it leaves the group.
      returned: always
      type: bool
      sample: false
    protected_user:
      description: Whether it is in the group C(Protected Users).
      returned: always
      type: bool
      sample: false
    token:
      description: >-
        V(compared) if the groups were compared with the account's token, V(unreadable) if that was tried in vain,
        V(not asked) otherwise.
      returned: always
      type: str
      sample: compared
    delegation:
      description:
        - C(unconstrained), whether it may act as everybody who logs on to it; C(constrained), the services before
          which it may act as its callers; C(protocol_transition), whether it may do so without their tickets.
        - C(resource_based), who may act as others before it; C(not_delegated), whether nobody may act as it.
      returned: always
      type: dict
      sample:
        unconstrained: false
        constrained: [HTTP/api.example.com]
        protocol_transition: false
        resource_based: []
        not_delegated: true
    password_readers:
      description:
        - Who may fetch the password of a group managed service account.
        - C(people) are the people in a group of this domain, at any depth; null for other readers.
      returned: always
      type: list
      elements: dict
      sample:
        - sid: S-1-5-21-3623811015-3361044348-30300820-1130
          name: GG-Loads-Hosts
          distinguished_name: CN=GG-Loads-Hosts,OU=FlowOps,DC=example,DC=com
          kind: group
          enabled:
          broad: false
          conditional: false
          people: []
    can_change_it:
      description:
        - Who may change it in a way that leads to its rights, the owner of the object first.
        - C(rights) are V(full_control), V(owner), V(write_dacl), V(write_owner), V(write_all_properties),
          V(all_extended_rights), V(reset_password), and V(write:ATTRIBUTE) for single attributes.
        - C(expected) is true for administrators, for the account itself, and for O(trusted_principals).
      returned: always
      type: list
      elements: dict
      sample:
        - sid: S-1-5-21-3623811015-3361044348-30300820-1103
          name: helpdesk
          distinguished_name: CN=helpdesk,OU=Staff,DC=example,DC=com
          kind: group
          enabled:
          broad: false
          rights: [reset_password]
          inherited: true
          conditional: false
          expected: false
    spns:
      description: Service principal names.
      returned: always
      type: list
      elements: str
      sample: [HTTP/loads.example.com]
    logon_workstations:
      description: Hosts on which a user account may log on; empty for all.
      returned: always
      type: list
      elements: str
      sample: [WIN1]
    authentication_policy:
      description: Name of the authentication policy.
      returned: always
      type: str
      sample: Loads
    authentication_policy_silo:
      description: Name of the authentication policy silo.
      returned: always
      type: str
      sample: Loads
    sid_history:
      description: Whose rights it has as well, in the form of RV(accounts[].can_change_it).
      returned: always
      type: list
      elements: dict
      sample: []
    key_credentials:
      description: How many keys are registered with which one can log on as it.
      returned: always
      type: int
      sample: 0
    local_administrator_on:
      description: >-
        Hosts of O(local_administrators) on which it is an administrator, and the group through which; null for it
        itself.
      returned: always
      type: list
      elements: dict
      sample:
        - host: win1
          through: Domain Admins
    unreadable:
      description: Attributes that it may have and that are not shown to the account that is used.
      returned: always
      type: list
      elements: str
      sample: []
    findings:
      description:
        - One or more for each topic. V(ok) says that nothing is wrong with it, V(info) what is good to know.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description:
            - What was found; the same as the topic if nothing was.
            - C(owner) has V(no_owner), V(owner_gone), V(owner_disabled), V(owner_unreadable).
            - C(purpose) has V(no_purpose).
            - C(ticket) has V(no_ticket).
            - C(logon) has V(disabled_member), V(never_logged_on), V(not_used_yet), V(stale).
            - C(privileged_groups) has V(privileged_account), V(privileged_group), V(group_incomplete),
              V(groups_not_compared), V(admin_count_left_over).
            - C(protected_users) has V(protected_service), V(protected_user).
            - C(sid_history) has V(sid_history).
            - C(delegation) has V(unconstrained_delegation), V(protocol_transition), V(delegation_to_directory),
              V(constrained_delegation).
            - C(not_delegated) has V(may_be_delegated).
            - C(resource_based) has V(resource_based_delegation).
            - C(can_change_it) has V(changeable_by).
            - C(local_administrators) has V(local_administrator).
            - C(password_readers) has V(password_readable), V(password_unused).
            - C(key) has V(key_too_old), V(key_not_renewed), V(password_never_set), V(password_never_expires),
              V(password_not_required), V(reversible_encryption), V(no_preauthentication), V(password_can_be_guessed).
            - C(key_credentials) has V(key_credentials).
            - C(encryption) has V(des_possible), V(rc4_possible), V(rc4_by_default).
            - C(authentication_policy) has V(no_authentication_policy).
            - C(logon_workstations) has V(no_logon_workstations).
            - Every topic has V(cannot_judge) for what the account that is used may not see enough of.
          returned: always
          type: str
          sample: privileged_group
        topic:
          description: Which question it answers.
          returned: always
          type: str
          sample: privileged_groups
        severity:
          description: V(ok), V(info), V(warning) or V(critical).
          returned: always
          type: str
          sample: critical
        verdict:
          description: What it means, in a sentence.
          returned: always
          type: str
          sample: >-
            It is a member of the privileged group 'Domain Admins' through 'GG-Loads': it administers the domain and
            every host in it.
        todo:
          description: What to do about it; empty for V(ok).
          returned: always
          type: str
          sample: Take it out of 'GG-Loads', or say why it needs this.
    severity:
      description: The worst of its findings.
      returned: always
      type: str
      sample: critical
    verdict:
      description: The account in one or two sentences.
      returned: always
      type: str
      sample: 1 critical finding and 2 warnings. It is a member of the privileged group 'Domain Admins'.
    used_by:
      description: What still uses it, as far as the directory knows.
      returned: with O(used_by=true)
      type: dict
      contains:
        in_use:
          description: >-
            Whether something needs it: a logon after O(since), a host on which it is installed, an account that
            delegates to its SPNs, an object that it manages, or a silo that lists it.
          returned: always
          type: bool
          sample: true
        verdicts:
          description: A sentence for each use, and for each thing that it could still do.
          returned: always
          type: list
          elements: str
          sample: ["It is installed on 'WIN1'."]
        logged_on_since:
          description: Whether it logged on after O(since); null if that is not known.
          returned: always
          type: bool
          sample: true
        hosts:
          description: Computers on which it is installed.
          returned: always
          type: list
          elements: str
          sample: [WIN1]
        delegated_to_by:
          description: Accounts that may act as their callers before its services, and the services.
          returned: always
          type: list
          elements: dict
          sample:
            - distinguished_name: CN=web,OU=FlowOps,DC=example,DC=com
              name: web$
              services: [HTTP/loads.example.com]
        manages:
          description: Objects that it owns, or that have it as their manager.
          returned: always
          type: list
          elements: str
          sample: []
        authentication_policy_silos:
          description: Silos that list it as a member.
          returned: always
          type: list
          elements: str
          sample: []
        password_readers:
          description: Who may fetch its password.
          returned: always
          type: list
          elements: str
          sample: [GG-Loads-Hosts]
        groups:
          description: Groups that it was put into itself.
          returned: always
          type: list
          elements: str
          sample: [GG-Loads]
        acts_before:
          description: >-
            Objects before which it may act as others, and the group through which it may; null for it itself.
          returned: always
          type: list
          elements: dict
          sample: []
        reads_password_of:
          description: Accounts whose password it may fetch, likewise.
          returned: always
          type: list
          elements: dict
          sample: []
summary:
  description: How many accounts were judged, and how many have which worst finding.
  returned: success
  type: dict
  sample: {"accounts": 3, "critical": 1, "warning": 1, "info": 1, "ok": 0}
operations:
  description: How many LDAP operations it took.
  returned: success
  type: int
  sample: 14
predicted:
  description: Accounts or containers that do not exist yet, taken for objects that this run would create.
  returned: in check mode, if there are any
  type: list
  elements: str
  sample: ["account gmsa-prefect$"]
"""

from ansible_collections.flowops.prefect.plugins.module_utils._ad.privilege_info import run


def main() -> None:
    """Entry point."""
    run()


if __name__ == "__main__":
    main()
