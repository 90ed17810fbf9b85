#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the files of a Windows that was never installed.

Just what an inspection reads: two registry hives, filled by hivexregedit, and
programs that are a PE header for x86-64 and nothing else. Nothing in them is
Microsoft's. usage: windows-files.py 2008r2|2012r2|2012r2-virtio FOLDER
"""
import struct
import subprocess
import sys
from pathlib import Path

EDITIONS = {
    '2008r2': ('Windows Server 2008 R2 Standard', '6.1', '7601'),
    '2012r2': ('Windows Server 2012 R2 Standard', '6.3', '9600'),
    '2012r2-virtio': ('Windows Server 2012 R2 Standard', '6.3', '9600'),
}
SCSI_CLASS = '{4d36e97b-e325-11ce-bfc1-08002be10318}'
NET_CLASS = '{4d36e972-e325-11ce-bfc1-08002be10318}'


def empty_hive():
    """A registry hive with a root key: one 4 KiB bin with an nk and an sk cell."""
    security = bytes.fromhex('010004801400000024000000000000003400000001020000000000052000000020020000'
                             '010200000000000520000000200200000200080000000000')
    sk_size = (24 + len(security) + 7) // 8 * 8
    name = b'ROOT'
    nk_size = (80 + len(name) + 7) // 8 * 8
    nk_at, sk_at = 32, 32 + nk_size
    none = 0xffffffff
    nk = struct.pack('<i2sHQIIIIIIIIIIIIIIIHH', -nk_size, b'nk', 0x2c, 0, 0, 0, 0, 0, none, none, 0, none, sk_at, none,
                     0, 0, 0, 0, 0, len(name), 0) + name
    sk = struct.pack('<i2sHIIII', -sk_size, b'sk', 0, sk_at, sk_at, 1, len(security)) + security
    cells = nk.ljust(nk_size, b'\0') + sk.ljust(sk_size, b'\0')
    rest = 4096 - 32 - len(cells)
    page = struct.pack('<4sIIQQI', b'hbin', 0, 4096, 0, 0, 0) + cells + struct.pack('<i', rest)
    header = bytearray(4096)
    struct.pack_into('<4sIIQIIIIIII', header, 0, b'regf', 1, 1, 0, 1, 3, 0, 1, nk_at, 4096, 1)
    checksum = 0
    for (word,) in struct.iter_unpack('<I', header[:0x1fc]):
        checksum ^= word
    struct.pack_into('<I', header, 0x1fc, checksum)
    return bytes(header) + page.ljust(4096, b'\0')


def program():
    """A PE32+ header for x86-64 without sections."""
    dos = b'MZ'.ljust(60, b'\0') + struct.pack('<I', 128)
    coff = struct.pack('<4sHHIIIHH', b'PE\0\0', 0x8664, 0, 0, 0, 0, 240, 0x22)
    optional = struct.pack('<HBBIIIIIQII', 0x20b, 14, 0, 0, 0, 0, 0x1000, 0x1000, 0x140000000, 4096, 512)
    optional += struct.pack('<HHHHHHIIIIHH', 6, 1, 0, 0, 6, 1, 0, 0x2000, 512, 0, 3, 0)
    return (dos.ljust(128, b'\0') + coff + optional.ljust(240, b'\0')).ljust(1024, b'\0')


def text(value):
    return '"%s"' % value.replace('\\', '\\\\')


def path(value):
    """REG_EXPAND_SZ, which hivexregedit takes as bytes."""
    return 'hex(2):' + ','.join('%02x' % b for b in (value + '\0').encode('utf-16-le'))


def number(value):
    return 'dword:%08x' % value


def write_hive(target, prefix, keys):
    """@keys: {path: {name: value}}; missing parents are made first, as hivexregedit wants them."""
    seen = set()
    lines = []
    for key, values in keys.items():
        parts = key.split('\\')
        for i in range(1, len(parts) + 1):
            parent = '\\'.join(parts[:i])
            if parent not in seen or i == len(parts):
                seen.add(parent)
                lines.append('\n[%s\\%s]' % (prefix, parent))
        lines += ['"%s"=%s' % item for item in values.items()]
    target.write_bytes(empty_hive())
    subprocess.run(['hivexregedit', '--merge', str(target), '--prefix', prefix],
                   input='\n'.join(lines) + '\n', text=True, check=True)


def software(edition):
    product, version, build = EDITIONS[edition]
    return {
        r'Microsoft\Windows\CurrentVersion': {'ProgramFilesDir': text(r'C:\Program Files')},
        r'Microsoft\Windows NT\CurrentVersion': {
            'ProductName': text(product), 'CurrentVersion': text(version), 'CurrentBuild': text(build),
            'CurrentBuildNumber': text(build), 'EditionID': text('ServerStandard'),
            'InstallationType': text('Server'), 'SystemRoot': text(r'C:\Windows')},
    }


def service(driver, start, group):
    return {'Type': number(1), 'Start': number(start), 'ErrorControl': number(1), 'Group': text(group),
            'ImagePath': path('system32\\drivers\\%s.sys' % driver)}


def system(edition):
    keys = {
        'Select': {'Current': number(1), 'Default': number(1), 'Failed': number(0), 'LastKnownGood': number(1)},
        'Setup': {'SystemSetupInProgress': number(0)},
        r'ControlSet001\Control\ComputerName\ComputerName': {'ComputerName': text('EMBARK')},
        r'ControlSet001\Services\Tcpip\Parameters': {'Hostname': text('EMBARK')},
        r'ControlSet001\Services\disk': {'Type': number(1), 'Start': number(0)},
    }
    if edition == '2008r2':
        keys[r'ControlSet001\Control\CriticalDeviceDatabase\PCI#CC_0101'] = {
            'Service': text('intelide'), 'ClassGUID': text('{4d36e96a-e325-11ce-bfc1-08002be10318}')}
        return keys
    keys[r'DriverDatabase\DeviceIds\PCI\CC_0101'] = {'mshdc.inf': 'hex:03,ff,00,00'}
    if edition == '2012r2':
        return keys
    for driver, devices, group, start, class_id in (
            ('viostor', ('1001', '1042'), 'SCSI miniport', 0, SCSI_CLASS),
            ('netkvm', ('1000', '1041'), 'NDIS', 3, NET_CLASS)):
        inf = {'viostor': 'oem1.inf', 'netkvm': 'oem2.inf'}[driver]
        package = '%s.inf_amd64_0123456789abcdef' % driver
        keys['ControlSet001\\Services\\' + driver] = service(driver, start, group)
        keys['DriverDatabase\\DriverInfFiles\\' + inf] = {'Active': text(package)}
        keys['DriverDatabase\\DriverPackages\\' + package] = {
            'InfName': text(driver + '.inf'), 'ClassGuid': text(class_id)}
        for device in devices:
            keys['DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_' + device] = {inf: 'hex:01,ff,00,00'}
    keys[r'ControlSet001\Services\cloudbase-init'] = {
        'Type': number(0x10), 'Start': number(2), 'ErrorControl': number(1),
        'ImagePath': path(r'C:\Program Files\Cloudbase Solutions\Cloudbase-Init\bin\OpenStackService.exe')}
    return keys


def main():
    edition, folder = sys.argv[1], Path(sys.argv[2])
    system32 = folder / 'Windows' / 'System32'
    (system32 / 'config').mkdir(parents=True)
    (system32 / 'drivers').mkdir()
    (folder / 'Program Files').mkdir()
    (folder / 'Users').mkdir()
    write_hive(system32 / 'config' / 'SOFTWARE', r'HKEY_LOCAL_MACHINE\SOFTWARE', software(edition))
    write_hive(system32 / 'config' / 'SYSTEM', r'HKEY_LOCAL_MACHINE\SYSTEM', system(edition))
    (system32 / 'cmd.exe').write_bytes(program())
    (system32 / 'drivers' / 'disk.sys').write_bytes(program())
    if edition == '2012r2-virtio':
        for driver in 'viostor', 'netkvm':
            (system32 / 'drivers' / (driver + '.sys')).write_bytes(program())


main()
