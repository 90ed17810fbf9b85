#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent for machines without cloud-init, run against made-up roots and
discs. Programs that would change this computer are doubles on its path; what
the disc says is hostile in half of the cases."""
import os
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
AGENT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "resources", "agent", "embark-agent.sh")
SHELLS = [shell for shell in (["dash"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(shell[0])]
HASH = "$6$c1oud.salt$Zx9/abcDEF.ghi/JKL0123456789mnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./abcdefgh"
CONF = f"""hostname=VM-10-48-web
password={HASH}
eth0_ip_addr=10.104.62.201
eth0_mac_addr=52:54:00:E1:96:EB
eth0_netmask=255.255.192.0
eth0_gateway=10.104.0.1
dns_nameserver="10.138.224.65 10.182.20.26"
"""
# What is on a path is another thing than what the doubles below do.
DOUBLES = {
    "mount": 'echo "mount $*" >>"$LOG"\n[ -d "$DISC_HAS" ] || exit 32\nfor folder; do :; done\n'
             'cp -a "$DISC_HAS/." "$folder"\n',
    "umount": 'echo "umount" >>"$LOG"\nfor folder; do :; done\nrm -rf "$folder"/*\n',
    "chpasswd": 'echo "chpasswd $*" >>"$LOG"\ncat >>"$SECRETS"\n',
    "ip": 'echo "ip $*" >>"$LOG"\n',
    "blkid": "exit 2\n",
    "reboot": 'echo reboot >>"$LOG"\n',
}


class AgentCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="embark-agent.")
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("bin", "disc"):
            os.mkdir(self.path(name))
        for name, text in DOUBLES.items():
            with open(self.path("bin", name), "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\n" + text)
            os.chmod(self.path("bin", name), 0o755)
        self.write("etc/hosts", "127.0.0.1\tlocalhost\n")
        self.write("etc/hostname", "old\n")
        self.write("etc/resolv.conf", "nameserver 192.168.1.1\n")
        self.write("proc/sys/kernel/hostname", "")
        self.write("dev/sr0", "")
        self.write("sys/class/net/lo/address", "00:00:00:00:00:00\n")
        self.write("sys/class/net/eth0/address", "52:54:00:e1:96:eb\n")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text):
        path = self.path("root", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path("root", name), encoding="utf-8") as file:
            return file.read()

    def has(self, name):
        return os.path.exists(self.path("root", name))

    def read_log(self, name="log"):
        if not os.path.exists(self.path(name)):
            return ""
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def put_conf(self, conf):
        os.makedirs(self.path("disc", "qcloud_action"), exist_ok=True)
        with open(self.path("disc", "qcloud_action", "os.conf"), "wb") as file:
            file.write(conf if isinstance(conf, bytes) else conf.encode())

    def run_agent(self, conf=None, *words, shell=SHELLS[0], status=0):
        if conf is not None:
            self.put_conf(conf)
        environment = {"PATH": self.path("bin") + ":/usr/bin:/bin", "EMBARK_AGENT_ROOT": self.path("root"),
                       "LOG": self.path("log"), "SECRETS": self.path("secrets"), "DISC_HAS": self.path("disc")}
        done = subprocess.run([*shell, AGENT, *words], env=environment, cwd=self.folder, check=False,
                              capture_output=True, timeout=60)
        said = done.stderr.decode("utf-8", "replace")
        self.assertEqual(done.returncode, status, said)
        self.assertNotIn(HASH, said)
        self.assertNotIn(HASH, self.read_log())
        self.assertNotIn("reboot", self.read_log())
        return said


class Plain(AgentCase):
    def test_shells(self):
        for number, shell in enumerate(SHELLS):
            with self.subTest(shell):
                if number:
                    self.doCleanups()
                    self.setUp()
                self.write("etc/network/interfaces", "auto lo\niface lo inet loopback\n\nallow-hotplug eth0\n"
                           "iface eth0 inet dhcp\n\thostname x\niface eth0 inet6 auto\n")
                self.run_agent(CONF, shell=shell)
                self.assertEqual(self.read("etc/hostname"), "VM-10-48-web\n")
                self.assertEqual(self.read("proc/sys/kernel/hostname"), "VM-10-48-web")
                self.assertEqual(self.read("etc/hosts"),
                                 "127.0.0.1\tlocalhost\n127.0.1.1\tVM-10-48-web\t# set by embark-agent\n")
                self.assertEqual(self.read_log("secrets"), f"root:{HASH}\n")
                self.assertEqual(self.read("etc/network/interfaces"),
                                 "auto lo\niface lo inet loopback\n\niface eth0 inet6 auto\n# set by embark-agent\n"
                                 "auto eth0\niface eth0 inet static\n\taddress 10.104.62.201\n"
                                 "\tnetmask 255.255.192.0\n\tgateway 10.104.0.1\n"
                                 "\tdns-nameservers 10.138.224.65 10.182.20.26\n")
                self.assertEqual(self.read("etc/resolv.conf"),
                                 "# set by embark-agent\nnameserver 10.138.224.65\nnameserver 10.182.20.26\n")
                self.assertIn("ro,nosuid,nodev,noexec", self.read_log())
                self.assertIn("umount", self.read_log())

    def test_again(self):
        """At each start; what was changed in the machine meanwhile stays, as far as the cloud has nothing new."""
        self.write("etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n")
        self.run_agent(CONF)
        first = self.read("etc/network/interfaces")
        self.run_agent()
        self.assertEqual(self.read("etc/network/interfaces"), first)
        self.assertEqual(self.read_log("secrets"), f"root:{HASH}\n")
        self.assertEqual(self.read("etc/hosts").count("VM-10-48-web"), 1)
        self.run_agent(CONF.replace("salt", "other").replace("-web", "-mail"))
        self.assertEqual(len(self.read_log("secrets").splitlines()), 2)
        self.assertNotIn("web", self.read("etc/hosts"))
        self.assertEqual(os.stat(self.path("root", "var/lib/embark/agent/password")).st_mode & 0o777, 0o600)

    def test_no_disc(self):
        said = self.run_agent()
        self.assertIn("no disc with qcloud_action/os.conf", said)
        self.assertEqual(self.read("etc/hostname"), "old\n")
        self.assertIn("umount", self.read_log())

    def test_label(self):
        os.remove(self.path("root", "dev/sr0"))
        self.write("dev/disk/by-label/config-2", "")
        self.run_agent("hostname=VM-10-48-web\n")
        self.assertEqual(self.read("etc/hostname"), "VM-10-48-web\n")


class Networks(AgentCase):
    def test_card_by_address(self):
        os.rename(self.path("root", "sys/class/net/eth0"), self.path("root", "sys/class/net/ens5"))
        self.write("etc/systemd/system/multi-user.target.wants/systemd-networkd.service", "")
        self.write("etc/systemd/network/20-wired.network", "")
        self.run_agent(CONF)
        self.assertIn("Name=ens5\n", self.read("etc/systemd/network/05-embark-agent.network"))

    def test_networkd(self):
        self.write("etc/systemd/system/multi-user.target.wants/systemd-networkd.service", "")
        self.write("etc/systemd/network/20-wired.network", "[Match]\nName=e*\n")
        self.run_agent(CONF)
        self.assertEqual(self.read("etc/systemd/network/05-embark-agent.network"),
                         "# set by embark-agent\n[Match]\nName=eth0\n\n[Network]\nAddress=10.104.62.201/18\n"
                         "Gateway=10.104.0.1\nDNS=10.138.224.65\nDNS=10.182.20.26\n")

    def test_manager(self):
        self.write("etc/NetworkManager/system-connections/x", "")
        self.run_agent(CONF)
        path = "etc/NetworkManager/system-connections/embark-agent.nmconnection"
        self.assertIn("\naddress1=10.104.62.201/18,10.104.0.1\ndns=10.138.224.65;10.182.20.26;\n", self.read(path))
        self.assertEqual(os.stat(self.path("root", path)).st_mode & 0o777, 0o600)

    def test_ifcfg(self):
        self.write("etc/sysconfig/network-scripts/ifup-eth", "")
        self.write("etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=old\n")
        self.run_agent(CONF)
        self.assertEqual(self.read("etc/sysconfig/network-scripts/ifcfg-eth0"),
                         "# set by embark-agent\nDNS1=10.138.224.65\nDNS2=10.182.20.26\nDEVICE=eth0\nTYPE=Ethernet\n"
                         "ONBOOT=yes\nBOOTPROTO=none\nIPADDR=10.104.62.201\nNETMASK=255.255.192.0\n"
                         "GATEWAY=10.104.0.1\n")
        self.assertEqual(self.read("etc/sysconfig/network"), "NETWORKING=yes\nHOSTNAME=VM-10-48-web\n")

    def test_suse(self):
        self.write("etc/sysconfig/network/config", "")
        self.write("etc/HOSTNAME", "old.example\n")
        self.run_agent(CONF)
        self.assertIn("IPADDR='10.104.62.201/18'\n", self.read("etc/sysconfig/network/ifcfg-eth0"))
        self.assertEqual(self.read("etc/sysconfig/network/ifroute-eth0"), "default 10.104.0.1 - -\n")
        self.assertEqual(self.read("etc/HOSTNAME"), "VM-10-48-web\n")

    def test_live(self):
        """Where the network runs before the agent, the address is set at once; once."""
        self.write("etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n")
        self.run_agent(CONF, "--live")
        self.assertIn("ip address add 10.104.62.201/18 dev eth0\n", self.read_log())
        self.assertIn("ip route replace default via 10.104.0.1 dev eth0\n", self.read_log())
        before = self.read_log().count("ip ")
        self.run_agent(None, "--live")
        self.assertEqual(self.read_log().count("ip "), before)

    def test_nothing_known(self):
        self.assertIn("no known program", self.run_agent(CONF, status=1))
        self.assertEqual(self.read("etc/hostname"), "VM-10-48-web\n")


class Hostile(AgentCase):
    def test_values(self):
        """One that is not as it should be is left alone, and does not keep the others from being used."""
        cases = {
            "hostname": ("$(reboot)", "`reboot`", "a b", "a;reboot", "../etc", "-x", "a..b", "a" * 64, "x\ty", "ä"),
            "password": ("secret", "$(reboot)", "root:x:y12345678", "a" * 256, "pass word 12345", "$6$a$b\\n12345678"),
            "eth0_ip_addr": ("10.0.0.256", "10.0.0", "1.2.3.4.5", "10.0.0.1 x", "$(reboot)", "010.0.0.1", "10.0.0.1/24", "1..2.3"),
            "eth0_netmask": ("255.0.255.0", "255.255.255.1", "24", "0.0.0.0", "$(reboot)"),
            "eth0_gateway": ("10.0.0.1;reboot", "a.b.c.d", "99999.1.1.1"),
            "eth0_mac_addr": ("52:54:00:e1:96", "$(reboot)", "../../../etc/passwd"),
            "dns_nameserver": ("1.2.3.4 $(reboot)", "1.2.3.4 *", "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4"),
        }
        self.write("etc/network/interfaces", "auto eth0\niface eth0 inet dhcp\n")
        for key, values in cases.items():
            for value in values:
                for quote in ("", '"', "'"):
                    with self.subTest(key=key, value=value, quote=quote):
                        said = self.run_agent(f"{key}={quote}{value}{quote}\n", status=1)
                        self.assertIn(key, said)
                        if value != "secret":
                            self.assertNotIn(value, said)
                        self.assertEqual(self.read("etc/hostname"), "old\n")
                        self.assertEqual(self.read_log("secrets"), "")
                        self.assertEqual(self.read("etc/network/interfaces"), "auto eth0\niface eth0 inet dhcp\n")

    def test_shell_code(self):
        self.run_agent("reboot\n$(reboot)\nhostname=a; reboot\nPATH=/tmp\nexport hostname=b\n`reboot`=1\nIFS=x\n"
                       "ROOT=/nowhere\n=\nhostname=good\nSTATE=/nowhere\n", status=1)
        self.assertEqual(self.read("etc/hostname"), "good\n")

    def test_files(self):
        """Line ends of another system, no last line end, bytes of no text, and too much of everything."""
        self.run_agent("hostname=one\r\n\r\n# hostname=two")
        self.assertEqual(self.read("etc/hostname"), "one\n")
        self.run_agent(b"\xff\xfe\x00\x01=\x80\nhostname=three")
        self.assertEqual(self.read("etc/hostname"), "three\n")
        self.run_agent("x" * 2000000 + "\nhostname=four\n")
        self.run_agent(" " * 60000 + "\nhostname=five\n")
        self.assertEqual(self.read("etc/hostname"), "five\n")
        self.run_agent("a=b\n" * 5000 + "hostname=six\n")
        self.assertEqual(self.read("etc/hostname"), "five\n")

    def test_links(self):
        """A link on the disc would lead out of it."""
        os.mkdir(self.path("disc", "qcloud_action"))
        with open(self.path("outside"), "w", encoding="utf-8") as file:
            file.write("hostname=outside\n")
        os.symlink(self.path("outside"), self.path("disc", "qcloud_action", "os.conf"))
        self.run_agent()
        self.assertEqual(self.read("etc/hostname"), "old\n")

    def test_resolver(self):
        os.remove(self.path("root", "etc/resolv.conf"))
        os.symlink("/run/systemd/resolve/stub-resolv.conf", self.path("root", "etc/resolv.conf"))
        self.run_agent("dns_nameserver=1.2.3.4\n")
        self.assertTrue(os.path.islink(self.path("root", "etc/resolv.conf")))


if __name__ == "__main__":
    unittest.main()
