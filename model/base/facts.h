/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * EmbarkFacts: what is known of a disk after looking, plain data, a JSON
 * object addressed by dotted paths. A path that is absent is not known; why it
 * is not known can be noted. Reference counted; not thread-safe while written.
 *
 * Paths (who writes them; u = unsigned integer, b = boolean, s = string, [] = list of objects):
 *  source: image.format s (raw qcow2 vpc vmdk vhdx vdi iso qed archive unknown), image.subformat s,
 *    image.virtualSize u bytes, image.fileSize u bytes on the host of all files, image.chainLength u,
 *    image.snapshots u, image.encrypted b, image.path s (display form), image.files [] {path, format, size, mtime}
 *  stream: stream.allocated u bytes, stream.upperBound u bytes of the QCOW2 at most,
 *    stream.estimate {low u, likely u, high u} bytes of the QCOW2 after compression, from sampling,
 *    stream.sampled u bytes that were compressed for it,
 *    stream.size u bytes of the QCOW2 as it was made (only after a whole stream);
 *    before the guest has looked: disk.partitionTable, disk.protectiveOnly, disk.partitions, boot.firmware
 *  guest: disk.partitionTable s (mbr gpt none, else parted's word),
 *    disk.protectiveOnly b (a GPT with no entries readable), disk.partitions []
 *    {number, device, start, size, mbrType, gptType, bootable, filesystem, label, uuid, partUuid},
 *    disk.lvm b, disk.ldm b (Windows dynamic disk), disk.luks b, disk.bitlocker b, disk.raid b,
 *    disk.filesystems [] {device, type, mountPoint, size, free, label, uuid, clean b (closed properly)},
 *    boot.firmware s (bios uefi both), os.found b, os.count u, os.type s (linux windows freebsd …),
 *    os.distribution s (debian ubuntu centos windows …), os.product s, os.variant s, os.major u, os.minor u,
 *    os.architecture s (x86_64 i386 aarch64; of the programs), os.hostname s, os.root s, os.packageFormat s,
 *    os.guestTools [] {name s (vmware virtualbox xen hyperv qemu parallels), evidence s, enabled b (of Linux: something
 *      starts them)},
 *    look.calls u (of libguestfs),
 *    linux.kernels [] {version, default b, machine s (x86_64 i386 aarch64 …), virtioBlk s, virtioNet s, virtioPci s,
 *      virtioScsi s (builtin module absent), initramfs s, initramfsVirtioBlk b, initramfsVirtioPci b,
 *      initramfsVirtioScsi b, fromPackage b, packageEvidence s, evidence s},
 *    linux.bootLoader s (grub2 grub-legacy bls extlinux), linux.bootKernel s, linux.bootKernelFrom s (the file that
 *    says so), linux.cmdline s, linux.init s (systemd upstart sysvinit openrc),
 *    linux.cloudInit.installed b, .version s, .evidence s, .enabled b, .disabledBy s, .datasources [] of s,
 *      .networkDisabledBy s, .missingServices [] of s (those of the four that would not run),
 *    linux.agent b (Embark's own for systems without cloud-init is there and started),
 *    linux.network.interfaces [] {name, file, method (dhcp static other), mac, ipv6 b},
 *    linux.network.persistentRules b, .persistentRulesEvidence s (file and line), linux.network.ipv6 b,
 *      .ipv6Evidence s, linux.network.naming s (kernel predictable biosdevname), .namingEvidence s,
 *    linux.rootDevice s (root= of the boot entry), linux.fstabRoot s,
 *    linux.fstab [] {line u, text s, device s, mountPoint s, type s, options s, match s (present: on this disk;
 *      absent: named by UUID, label or volume, and not on this disk; name: /dev/sdX and its like; virtual: needs no
 *      disk of this kind)},
 *    linux.selinux s (enforcing permissive disabled), linux.selinuxRelabel b, linux.shadow s (ok missing immutable
 *    unreadable),
 *    windows.systemRoot s, windows.version s ("6.1"), windows.build s, windows.edition s, windows.controlSet s,
 *    windows.drivers.NAME {file b, filePath s, start u, registered b, database s (critical driver), key s, evidence s,
 *      waiting s (its INF, which Embark's service installs at the first start; netkvm only)} for viostor vioscsi
 * netkvm, windows.virtioPackage {name s, publisher s, version s}, windows.hibernated b, windows.fastStartup b,
 *    windows.dirty b, windows.bootLoader s (path of winload), windows.bootStore s (device and path of the BCD),
 *    windows.drives [] {letter s, device s (absent when not on this disk), use s (system pagefile data), evidence s},
 *    windows.cloudbaseInit b, windows.cloudbaseInitStart u, windows.cloudbaseInitConfig s (ok, or what is wrong),
 *    windows.activation s (kms mak retail oem evaluation), windows.activationEvidence s,
 *    windows.remoteDesktop b, windows.remoteDesktopEvidence s,
 *    windows.network.interfaces [] {name s, method s (dhcp static), address s}
 *  model: disk.reclaimable u bytes that are stored but free in the file systems,
 *    destination.region s, destination.bucketRegion s (only in a migration)
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _EmbarkFacts EmbarkFacts;

EmbarkFacts *embark_facts_new (void);
EmbarkFacts *embark_facts_ref (EmbarkFacts *self);
void embark_facts_unref (EmbarkFacts *self);

/* From one JSON object. Bounded: 4 MiB, depth 16, 4096 items a list, 64 KiB a string; else EMBARK_ERROR_FAILED. */
EmbarkFacts *embark_facts_new_from_json (const char *json, gssize length, GError **error);
char *embark_facts_to_json (EmbarkFacts *self, gboolean pretty);
/* Borrowed. */
JsonObject *embark_facts_get_object (EmbarkFacts *self);
/* Adds everything of @other; its values win; lists are replaced. */
void embark_facts_merge (EmbarkFacts *self, EmbarkFacts *other);

gboolean embark_facts_has (EmbarkFacts *self, const char *path);
/* Borrowed; NULL when absent or not a string. */
const char *embark_facts_get_string (EmbarkFacts *self, const char *path);
/* FALSE when absent or of another type; then @ret_value is untouched. */
gboolean embark_facts_get_uint (EmbarkFacts *self, const char *path, guint64 *ret_value);
gboolean embark_facts_get_boolean (EmbarkFacts *self, const char *path, gboolean *ret_value);
/* TRUE only if present and true. */
gboolean embark_facts_is (EmbarkFacts *self, const char *path);
/* Borrowed list or NULL. */
JsonArray *embark_facts_get_list (EmbarkFacts *self, const char *path);

/* Setters make missing objects on the way. Strings are made valid UTF-8; NULL removes. Numbers above 2^63 - 1 are
 * kept as 2^63 - 1: more than JSON's integers here can hold, and than any disk has. */
void embark_facts_set_string (EmbarkFacts *self, const char *path, const char *value);
void embark_facts_set_uint (EmbarkFacts *self, const char *path, guint64 value);
void embark_facts_set_boolean (EmbarkFacts *self, const char *path, gboolean value);
/* Appends and returns (borrowed) a new object at the end of the list at @path. */
JsonObject *embark_facts_append (EmbarkFacts *self, const char *path);
void embark_facts_append_string (EmbarkFacts *self, const char *path, const char *value);

/* Why @path (or all below it) could not be decided: one clause, translated. */
void embark_facts_set_unknown (EmbarkFacts *self, const char *path, const char *reason);
/* The reason for @path or the nearest prefix of it that has one; NULL when none was noted. */
const char *embark_facts_get_unknown (EmbarkFacts *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkFacts, embark_facts_unref)

G_END_DECLS
