# SPDX-License-Identifier: GPL-3.0-or-later
"""A throw-away CA and one certificate for all host names of the practice
cloud, made by the openssl program. The CA's key is deleted at once, so
nothing else can ever be signed with it."""

import os
import subprocess

from regions import list_certificate_names

CA_CONFIG = """[req]
distinguished_name = name
prompt = no
x509_extensions = ca
[name]
CN = Embark practice cloud, throw-away CA
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""

LEAF_CONFIG = """[req]
distinguished_name = name
prompt = no
[name]
CN = Embark practice cloud
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = {names}
"""


def run_openssl(folder, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")


def ensure_certificates(folder):
    """Paths of CA, certificate and key in folder; kept from the last start if they are there."""
    paths = [os.path.join(folder, name) for name in ("ca.pem", "leaf.pem", "leaf.key")]
    if all(os.path.exists(path) for path in paths):
        return paths
    names = ", ".join(["IP:127.0.0.1", "DNS:localhost", *("DNS:" + name for name in list_certificate_names())])
    for name, text in (("ca.cnf", CA_CONFIG), ("leaf.cnf", LEAF_CONFIG.format(names=names))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    old_mask = os.umask(0o077)
    try:
        run_openssl(folder, "req", "-x509", *curve, "-config", "ca.cnf", "-days", "30", "-keyout", "ca.key",
                    "-out", "ca.pem")
        run_openssl(folder, "req", "-new", *curve, "-config", "leaf.cnf", "-keyout", "leaf.key", "-out", "leaf.csr")
        run_openssl(folder, "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                    "-set_serial", "0x" + os.urandom(15).hex(), "-days", "30", "-extfile", "leaf.cnf",
                    "-extensions", "leaf", "-out", "leaf.pem")
    finally:
        os.umask(old_mask)
    for name in ("ca.key", "ca.cnf", "leaf.cnf", "leaf.csr"):
        os.unlink(os.path.join(folder, name))
    return paths
