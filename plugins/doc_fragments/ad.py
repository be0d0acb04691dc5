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
      - Name or address of the domain controller, and nothing else. A URL or a port behind the name is refused.
      - All reads and writes of a task go to this one server, so that what is read back is what was written.
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_SERVER) is used. One of the two is needed.
    type: str
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
      - Needed when O(server) is an address, or an alias that is not in the certificate.
      - The default is the value of O(server).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_TLS_SERVER_NAME) is used.
    type: str
  auth_protocol:
    description:
      - How to log on.
      - V(simple) sends O(username) and O(password) inside the encrypted connection.
      - V(kerberos) uses a ticket. With O(password) a ticket is requested for O(username) and kept in memory; without it
        the credential cache or the keytab of the environment is used. Needs the Python packages C(gssapi) and
        C(cryptography).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_AUTH_PROTOCOL) is used.
    type: str
    choices:
      - simple
      - kerberos
    default: simple
  username:
    description:
      - Account that is used, best as a user principal name such as V(svc-ansible@example.com).
      - Required for O(auth_protocol=simple).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_USERNAME) is used.
    type: str
  password:
    description:
      - Password of O(username). Required for O(auth_protocol=simple).
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_PASSWORD) is used.
    type: str
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
      - If not set, the environment variable E(MICROSOFT_AD_LDAP_CONNECTION_TIMEOUT) is used.
    type: int
    default: 10
requirements:
  - ldap3 >= 2.9.1
  - gssapi and cryptography, for O(auth_protocol=kerberos)
notes:
  - The module runs on the controller and talks LDAP to the domain controller. In a play against Windows hosts use
    C(delegate_to) C(localhost).
  - An empty text counts as not set in each option that falls back to the environment, and in the environment.
  - Time-outs, referrals and results that a server cuts short are errors; they never count as "nothing found".
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
  description:
    description: Text that says what the object is for. An empty text removes it.
    type: str
  managed_by:
    description:
      - Owner of the object, in any form that O(identity) takes. An empty text removes the owner.
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
