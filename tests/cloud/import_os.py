# SPDX-License-Identifier: GPL-3.0-or-later
"""What DescribeImportImageOs answers: the published sample's shape, with the
systems that the newer texts of the import page name."""

BOTH = ("x86_64", "i386")
WITH_ARM = ("x86_64", "i386", "arm_64")

# Name: (versions, architectures). The version strings are opaque: Windows has 9, Other Linux 8.
LINUX = {
    "CentOS": (("5", "6", "7", "8"), WITH_ARM),
    "CentOS Stream": (("8", "9"), WITH_ARM),
    "Ubuntu": (("10", "12", "14", "16", "18", "20", "22", "24"), WITH_ARM),
    "Debian": (("6", "7", "8", "9", "10", "11", "12"), WITH_ARM),
    "OpenSUSE": (("11", "12", "15"), BOTH),
    "SUSE": (("10", "11", "12", "13", "15"), BOTH),
    "CoreOS": (("7",), BOTH),
    "FreeBSD": (("10", "11", "12", "13"), BOTH),
    "AlmaLinux": (("8", "9"), WITH_ARM),
    "Rocky Linux": (("8", "9"), WITH_ARM),
    "Fedora": (("36", "37", "38", "39", "40"), WITH_ARM),
    "Kylin": (("V10",), WITH_ARM),
    "UnionTech": (("V20",), WITH_ARM),
    "TencentOS": (("2", "3", "4"), WITH_ARM),
    "Other Linux": (("8",), WITH_ARM),
}
WINDOWS = {f"Windows Server {year}": (("9",), BOTH) for year in ("2008", "2012", "2016", "2019", "2022")}
# In the version set, yet not in the list, as in the published sample.
UNLISTED = {"Redhat": (("5", "6", "7"), BOTH)}
SUPPORTED = {**LINUX, **WINDOWS}


def describe():
    everything = {**WINDOWS, **LINUX, **UNLISTED}
    return {"ImportImageOsListSupported": {"Windows": list(WINDOWS), "Linux": list(LINUX)},
            "ImportImageOsVersionSet": [
                {"OsName": name, "OsVersions": list(versions), "Architecture": list(architectures)}
                for name, (versions, architectures) in everything.items()]}
