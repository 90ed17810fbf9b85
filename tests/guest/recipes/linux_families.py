# SPDX-License-Identifier: GPL-3.0-or-later
"""How each family of Linux looks from outside: one entry a system. Read by
linux.py; what an entry does not say is as in DEFAULTS."""

DEFAULTS = {"machine": "x86_64", "file_system": "ext4", "table": "dos", "cloud_init": "multi-user", "boot": "grub2",
            "network": "ifcfg", "arguments": "ro net.ifnames=0 console=ttyS0", "interface": "eth0"}


def os_release(id, version, pretty, like=""):
    return {"/etc/os-release": f'NAME="{pretty.split()[0]}"\nID="{id}"\nID_LIKE="{like}"\nVERSION_ID="{version}"\n'
            f'PRETTY_NAME="{pretty}"\n'}


def red_hat(id, version, pretty, **more):
    files = dict(os_release(id, version, pretty, "rhel fedora"))
    files["/etc/redhat-release"] = pretty + "\n"
    return {"files": files, "module": ".ko.xz", "microcode": True, "compression": "gzip", **more}


def ubuntu(version, codename, kernel, **more):
    files = os_release("ubuntu", version, f"Ubuntu {version} LTS", "debian")
    files["/etc/lsb-release"] = (f"DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE={version}\nDISTRIB_CODENAME={codename}\n"
                                 f'DISTRIB_DESCRIPTION="Ubuntu {version} LTS"\n')
    files["/etc/debian_version"] = "testing/sid\n"
    return {"files": files, "kernel": kernel, "initrd": "initrd.img-{version}", "compression": "gzip", "boot": "grub",
            "inside": "lib/modules", "network": "ifupdown", "cloud_init": "cloud-init", "packages": "deb",
            # Canonical builds these into its kernels.
            "builtin": ("virtio", "virtio_ring", "virtio_pci"), "python": "/usr/lib/python3/dist-packages", **more}


def debian(version, kernel, **more):
    files = os_release("debian", version, f"Debian GNU/Linux {version}")
    files["/etc/debian_version"] = f"{version}.0\n"
    return {"files": files, "kernel": kernel, "initrd": "initrd.img-{version}", "boot": "grub", "compression": "gzip",
            "network": "ifupdown", "cloud_init": "cloud-init", "packages": "deb",
            "python": "/usr/lib/python3/dist-packages", **more}


def suse(id, version, pretty, kernel, **more):
    return {"files": os_release(id, version, pretty, "suse"), "kernel": kernel, "initrd": "initrd-{version}",
            "compression": "xz", "network": "suse", "cloud_init": "cloud-init", "module": ".ko.xz",
            "python": "/usr/lib/python3.6/site-packages", **more}


SYSTEMS = {
    "centos6": {
        "files": {"/etc/redhat-release": "CentOS release 6.10 (Final)\n", "/etc/centos-release": "CentOS release 6.10 (Final)\n",
                  "/etc/inittab": "id:3:initdefault:\n"},
        "kernel": "2.6.32-754.35.1.el6.x86_64", "compression": "gzip", "inside": "lib/modules", "boot": "legacy",
        "cloud_init": "sysvinit", "cloud_init_version": "0.7.5", "python": "/usr/lib/python2.6/site-packages",
        "arguments": "ro rd_NO_LUKS rd_NO_LVM rd_NO_MD KEYBOARDTYPE=pc KEYTABLE=us rhgb quiet"},
    "centos7": red_hat("centos", "7", "CentOS Linux release 7.9.2009 (Core)", kernel="3.10.0-1160.119.1.el7.x86_64",
                       compression="xz", file_system="xfs", word="linux16", cloud_init_version="19.4",
                       python="/usr/lib/python2.7/site-packages"),
    "centos8": red_hat("centos", "8", "CentOS Linux release 8.5.2111", kernel="4.18.0-348.7.1.el8_5.x86_64",
                       boot="bls-variable"),
    "rhel9": red_hat("rhel", "9.4", "Red Hat Enterprise Linux 9.4 (Plow)", kernel="5.14.0-427.13.1.el9_4.x86_64",
                     boot="bls", network="keyfile", packages="rpm", vendor="Red Hat, Inc.",
                     python="/usr/lib/python3.9/site-packages"),
    "rocky9": red_hat("rocky", "9.3", "Rocky Linux 9.3 (Blue Onyx)", kernel="5.14.0-362.8.1.el9_3.x86_64", boot="bls",
                      compression="zstd", network="keyfile", packages="rpm",
                      vendor="Rocky Enterprise Software Foundation", python="/usr/lib/python3.9/site-packages"),
    "fedora38": red_hat("fedora", "38", "Fedora Linux 38 (Server Edition)", kernel="6.2.9-300.fc38.x86_64", boot="bls",
                        compression="zstd", network="keyfile", packages="rpm", vendor="Fedora Project",
                        rpmdb="/usr/lib/sysimage/rpm", python="/usr/lib/python3.11/site-packages"),
    "tencentos3": red_hat("tencentos", "3.1", "TencentOS Server 3.1 (Final)", kernel="5.4.119-19.0009.28.tl3.x86_64"),
    "ubuntu1404": ubuntu("14.04", "trusty", "3.13.0-170-generic", cloud_init="upstart", cloud_init_version="0.7.5",
                         arguments="ro console=ttyS0"),
    "ubuntu1604": ubuntu("16.04", "xenial", "4.4.0-210-generic"),
    "ubuntu1804": ubuntu("18.04", "bionic", "4.15.0-213-generic", network="netplan", microcode=True),
    "ubuntu2004": ubuntu("20.04", "focal", "5.4.0-182-generic", network="netplan", compression="lz4", microcode=True),
    # As its installer leaves it: bound to the old card's name, and cloud-init told to look for nothing.
    "ubuntu2204-installer": ubuntu("22.04", "jammy", "5.15.0-107-generic", network="netplan", interface="ens3",
                                   compression="zstd", microcode=True, datasources="None", arguments="ro quiet splash",
                                   more={"/etc/cloud/cloud.cfg.d/subiquity-disable-cloudinit-networking.cfg":
                                         "network: {config: disabled}\n"}),
    "sles12": suse("sles", "12.5", "SUSE Linux Enterprise Server 12 SP5", "4.12.14-122.219-default", module=".ko",
                   python="/usr/lib/python3.4/site-packages"),
    "sles15": suse("sles", "15.5", "SUSE Linux Enterprise Server 15 SP5", "5.14.21-150500.55.62-default",
                   compression="zstd", module=".ko.zst"),
    "coreos": {
        "files": os_release("coreos", "2512.3.0", "Container Linux by CoreOS 2512.3.0 (Oklo)"), "table": "gpt",
        "kernel": "4.19.124-coreos", "compression": "xz", "network": "networkd", "boot": "grub",
        "builtin": ("virtio", "virtio_ring", "virtio_pci", "virtio_blk", "virtio_net"), "inside": "lib/modules"},
    "unknown-linux": {
        "files": os_release("homegrown", "1", "Homegrown Linux 1"), "kernel": "6.6.30-homegrown", "compression": "raw",
        "initrd": "initrd.img-{version}", "network": "networkd", "boot": "grub", "packages": "deb"},
    "debian9-extlinux": debian("9", "4.9.0-19-amd64", boot="extlinux", compression="bzip2"),
    "debian10-lzo": debian("10", "4.19.0-26-amd64", compression="lzo"),
    "debian11-lzma": debian("11", "5.10.0-29-amd64", compression="lzma"),
    "debian12-arm64": debian("12", "6.1.0-21-arm64", machine="aarch64"),
    "debian12-ppc64le": debian("12", "6.1.0-21-powerpc64le", machine="ppc64le"),
    "debian12-whole-disk": debian("12", "6.1.0-21-amd64", table=None),
    "two-systems": debian("12", "6.1.0-21-amd64"),
    "opensuse15-snapshots": suse("opensuse-leap", "15.5", "openSUSE Leap 15.5", "5.14.21-150500.53-default",
                                 compression="zstd", module=".ko.zst", file_system="subvolumes",
                                 arguments="net.ifnames=0 console=ttyS0"),
}
