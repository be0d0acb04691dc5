# Copyright: (c) 2026, flowops.prefect contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the action group C(ad) have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """C(DOCUMENTATION) is the connection; C(OBJECT) what every managed object has."""

    DOCUMENTATION = r"""
options:
  server:
    description:
      - Names or addresses of domain controllers, in the order in which they are tried. Each is a bare name or address;
        a URL or a port behind the name is refused. One text is a list of one.
      - All reads and writes of a task go to one server, so that what is read back is what was written. The next one is
        tried when a server does not answer or is busy, and only as long as nothing was written. A refused logon is not
        tried elsewhere, because each try counts towards a lockout.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_SERVER) is used, which may hold several names with
        commas between them. Without that, DNS is asked for the domain controllers of O(domain).
    type: list
    elements: str
  domain:
    description:
      - DNS name of the domain whose domain controllers are looked up, when O(server) is not set. Not used otherwise.
      - The default is what stands behind the C(@) in O(username). With O(auth_protocol=kerberos) and no such name it is
        the realm of the ticket, or the default realm of the Kerberos configuration.
      - The lookup needs the Python package C(dnspython). It asks for the SRV records C(_ldap._tcp.dc._msdcs.DOMAIN) and
        tries at most six domain controllers, in the order of their priority and weight. A server that is not in the
        domain is left out, because DNS answers can be forged; name such a one in O(server).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_DOMAIN) is used.
    type: str
    version_added: 0.3.0
  site:
    description:
      - Site whose domain controllers are tried first, when O(server) is not set; those of other sites come after them.
      - A site for which DNS has no domain controller is an error.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_SITE) is used.
    type: str
    version_added: 0.3.0
  dns_servers:
    description:
      - Addresses of DNS servers that know the domain, such as its domain controllers. They are asked for SRV records,
        and for the address of every server that is given or found by name. Needs the Python package C(dnspython).
      - The default is the resolver of the controller.
      - Kerberos does not use them; it finds its servers as C(krb5.conf) says.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_DNS_SERVERS) is used.
    type: list
    elements: str
    version_added: 0.3.0
  port:
    description:
      - Port of the domain controller, from 1 to 65535.
      - The default is V(636) for O(tls_mode=ldaps) and V(389) for O(tls_mode=start_tls).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_PORT) is used.
    type: int
  tls_mode:
    description:
      - How the connection is encrypted. There is no unencrypted mode.
      - V(ldaps) opens a TLS connection, V(start_tls) turns a plain connection into one before anything else is said.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_TLS_MODE) is used.
    type: str
    choices:
      - ldaps
      - start_tls
    default: ldaps
  tls_server_name:
    description:
      - Name that the server's certificate has to carry, and host name of its Kerberos service.
      - Needed when O(server) is an address, or an alias that is not in the certificate. Possible with one server only.
      - The default is the name of the server, as it is given or as DNS found it.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_TLS_SERVER_NAME) is used.
    type: str
  auth_protocol:
    description:
      - How to log on.
      - V(simple) sends O(username) and O(password) inside the encrypted connection.
      - V(kerberos) uses a ticket, with channel bindings. With O(password) or O(keytab) a ticket is requested for
        O(username) and kept in memory; without them the credential cache of the environment is used. Needs the Python
        packages C(gssapi) and C(cryptography).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_AUTH_PROTOCOL) is used.
    type: str
    choices:
      - simple
      - kerberos
    default: simple
  username:
    description:
      - Account that is used, best as a user principal name such as V(svc-ansible@example.com).
      - Required for O(auth_protocol=simple), and with O(password) or O(keytab).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_USERNAME) is used.
    type: str
  password:
    description:
      - Password of O(username). Required for O(auth_protocol=simple).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_PASSWORD) is used.
    type: str
  keytab:
    description:
      - File on the controller with the keys of O(username), for O(auth_protocol=kerberos). Not together with
        O(password). The ticket is kept in memory and is gone with the task.
      - An empty file counts as not set.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_KEYTAB) is used.
    type: path
    version_added: 0.3.0
  ca_cert:
    description:
      - File in PEM form, or folder of such files prepared by C(openssl rehash), with the authorities that are trusted.
      - The default is what the controller's Python trusts. The certificate is always checked.
      - An empty file counts as not set.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_CA_CERT) is used.
    type: path
  connection_timeout:
    description:
      - Seconds to wait for a connection, and for each answer; at least 1.
      - It does not hold for the Kerberos library and the system's resolver, which have time-outs of their own.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_CONNECTION_TIMEOUT) is used.
    type: int
    default: 10
requirements:
  - ldap3 >= 2.9.1
  - gssapi and cryptography, for O(auth_protocol=kerberos)
  - dnspython, for domain controllers that are looked up (no O(server)) and for O(dns_servers)
notes:
  - The module runs on the controller and talks LDAP to the domain controller. In a play against Windows hosts use
    C(delegate_to) C(localhost).
  - An empty text counts as not set in each option that falls back to the environment, and in the environment.
  - Time-outs, referrals and results that a server cuts short are errors; they never count as "nothing found".
  - What has to be unique in the forest is looked up in the own domain and, if the forest has more than one, in a global
    catalog (port 3269, with O(tls_mode=start_tls) 3268). A global catalog that cannot be reached is an error.
"""

    OBJECT = r"""
options:
  identity:
    description:
      - The existing object, as a distinguished name, GUID, SID, user principal name or C(sAMAccountName).
      - Needed to rename or move an object. Then O(name) and O(path) say how it shall be called and where it shall be.
      - A rename or move by distinguished name is found again on the next run, by the new name and place.
      - Without it the object is found by O(name) and O(path).
    type: str
  name:
    description:
      - Name of the object, which is the first part of its distinguished name. It is compared without case.
      - Needed to create an object. Either this or O(identity) is required.
    type: str
  path:
    description:
      - Distinguished name of the container.
      - In check mode a container that does not exist yet is taken for one that an earlier task of the same run would
        create, and is listed in RV(ignore:predicted).
    type: str
  state:
    description:
      - V(present) creates the object or changes what differs; what is not given stays as it is.
      - V(absent) removes the object. An object that holds others is never removed.
    type: str
    choices:
      - present
      - absent
    default: present
"""

    OWNED = r"""
options:
  description:
    description: Text that says what the object is for. An empty text removes it.
    type: str
  managed_by:
    description:
      - Owner of the object, in any form that O(identity) takes. An empty text removes the owner.
    type: str
"""

    POLICIES = r"""
options:
  authentication_policy:
    description:
      - Name of the authentication policy that the account gets, see M(flowops.prefect.ad_authentication_policy). An
        empty text takes it away.
    type: str
  authentication_policy_silo:
    description:
      - Name of the authentication policy silo that the account gets. It counts only if the account is one of the
        members of the silo as well, see M(flowops.prefect.ad_authentication_policy_silo). An empty text takes it away.
    type: str
"""

    ENCRYPTION_TYPES = r"""
options:
  kerberos_encryption_types:
    description:
      - Encryption types that the account's tickets may use. RC4 is not among the choices, on purpose.
      - An empty list is refused, because the domain's own default would then apply.
    type: list
    elements: str
    choices:
      - aes128
      - aes256
    default:
      - aes128
      - aes256
"""

    SERVICE_PRINCIPAL_NAMES = r"""
options:
  service_principal_names:
    description:
      - Service principal names (SPNs), compared without case. Each can belong to one account of the forest only; that
        is looked up in the whole forest before anything is written.
      - When the host name or the account name changes, the directory itself rewrites the names that hold the old one.
        What this option says counts all the same.
    type: dict
    suboptions:
      add:
        description: Names that the account shall have; others stay.
        type: list
        elements: str
      remove:
        description: >-
          Names that the account shall not have. Wins over O(service_principal_names.add) and
          O(service_principal_names.set).
        type: list
        elements: str
      set:
        description: Exactly these names. An empty list removes all.
        type: list
        elements: str
"""

    USER_ACCOUNT = r"""
options:
  account_password:
    description:
      - Password of the account itself, not of the connection; set when the account is created. A directory never gives
        a password away, so nobody can say whether a given one differs; see O(update_password).
      - It is sent over TLS only, never shown, and no part of the diff.
    type: str
  update_password:
    description:
      - When the password of an account that is there already is set again.
      - V(on_create), the default, never does that. V(when_older) does it when the password is older than
        O(password_max_age), so that the next run changes nothing.
    type: str
    choices:
      - on_create
      - when_older
  password_max_age:
    description: Days after which V(update_password=when_older) sets the password again; at least 1.
    type: int
  password_never_expires:
    description:
      - Whether the password is exempt from the domain's policy about its age. V(false) for a new account if this is not
        set.
    type: bool
"""
