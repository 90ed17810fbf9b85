/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a limit is decided: one function for each id, from facts and the values
 * of the limit in one edition. For report.c and the rules themselves only.
 */
#pragma once

#include "model/base/facts.h"
#include "model/check/limits.h"

G_BEGIN_DECLS

typedef enum
{
  EMBARK_SYSTEM_UNKNOWN, /* nobody looked inside, or could not */
  EMBARK_SYSTEM_NONE,    /* there is none */
  EMBARK_SYSTEM_LINUX,
  EMBARK_SYSTEM_WINDOWS,
  EMBARK_SYSTEM_OTHER,
} EmbarkSystem;

typedef struct
{
  EmbarkFacts *facts;
  EmbarkSystem system;
  gboolean is_forced;
  gboolean is_partial; /* nobody has looked inside yet */
} EmbarkRuleContext;

/* What one edition says to one disk. Texts are translated and never freed, except the owned ones; NULL texts are taken
 * from the rule. */
typedef struct
{
  EmbarkOutcome outcome;
  const char *title;
  const char *summary;
  char *evidence; /* owned */
  const char *why;
  const char *advice;
  char *own_advice;  /* (nullable) owned; instead of @advice */
  gboolean is_later; /* it shows only when the image runs, so the import itself has no error code for it */
} EmbarkDecision;

typedef EmbarkDecision (*EmbarkDecideFunc) (const EmbarkRuleContext *context, const EmbarkLimit *limit);

typedef struct
{
  const char *id;
  EmbarkDecideFunc decide;
  const char *title; /* N_(): what is looked at, for a disk that is fine or not known */
  const char *why;   /* N_() */
} EmbarkRule;

/* All rules, in the order in which they are shown; ends with an id of NULL. */
const EmbarkRule *embark_rules_get (void);

/* The outcome UNKNOWN, with the noted reason why @path is not known. */
EmbarkDecision embark_decide_unknown (const EmbarkRuleContext *context, const char *path);
EmbarkDecision embark_decide_pass (char *evidence);
EmbarkDecision embark_decide_not_applicable (const char *evidence);
gboolean embark_limit_allows (const EmbarkLimit *limit, const char *word);
/* Type of the file system of the root, or NULL. Borrowed. */
const char *embark_rule_find_root_type (const EmbarkRuleContext *context);
/* "ext4 on /dev/sda1, swap on /dev/sda5"; NULL when the list is not known. */
char *embark_rule_describe_file_systems (const EmbarkRuleContext *context);
/* The entry of disk.filesystems that is mounted there, or NULL. Borrowed. */
JsonObject *embark_rule_find_mounted (const EmbarkRuleContext *context, const char *mount_point);
/* What keeps everybody from looking inside: encryption, a dynamic disk, an image that is cut off; NULL when nothing
 * does. A sentence without a full stop. */
const char *embark_rule_find_cover (const EmbarkRuleContext *context);
/* TRUE when partitions reach beyond the end of the disk. @ret_end: (nullable) where the last one ends. */
gboolean embark_rule_find_cut (const EmbarkRuleContext *context, guint64 *ret_end);
/* The kernel that starts by itself, or NULL. Borrowed. */
JsonObject *embark_rule_find_default_kernel (EmbarkFacts *facts);
/* TRUE when cloud-init sets up whatever network card the cloud has. */
gboolean embark_rule_has_network_by_cloud_init (EmbarkFacts *facts);
/* TRUE for a device name that another controller or order of disks changes: /dev/sda1, /dev/disk/by-path/…; not for
 * the first virtio disk, which is /dev/vda in the cloud too. */
gboolean embark_rule_is_unstable_device (const char *device);

/* Members of @object; NULL and FALSE when they are absent or of another type. */
const char *embark_rule_get_string (JsonObject *object, const char *member);
gboolean embark_rule_get_boolean (JsonObject *object, const char *member, gboolean *ret_value);
gboolean embark_rule_get_uint (JsonObject *object, const char *member, guint64 *ret_value);
/* Of a list: 0 for NULL; NULL for an item of another type. */
guint embark_rule_count (JsonArray *list);
JsonObject *embark_rule_get_object_at (JsonArray *list, guint index);
const char *embark_rule_get_string_at (JsonArray *list, guint index);
/* Adds to an enumeration for people. */
void embark_rule_append_item (GString *text, const char *item);
/* "11.2 GiB". */
char *embark_rule_format_size (guint64 bytes);

EmbarkDecision embark_decide_permission (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_bucket_region (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_object_access (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_image_quota (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_image_format (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_vhdx (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_vmdk_snapshot (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_iso (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_actual_size (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_virtual_size (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_partition_table (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_root_file_system (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_one_system (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_encryption (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_guest_tools (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_whole_disk (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_linux_distribution (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_architecture (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_gpt (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_cloud_init (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_kernel (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_root_device (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_shadow (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_hardware (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_selinux (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_linux_network (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_interface_name (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_persistent_net (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_static_address (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_ipv6 (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_linux_file_system (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_lvm (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_raid (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_fstab (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_other_disks (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_swap (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_free_space (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_linux_unclean (const EmbarkRuleContext *context, const EmbarkLimit *limit);

EmbarkDecision embark_decide_windows_version (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_architecture (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_mbr (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_boot_loader (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_ntfs (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_ldm (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_virtio (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_virtio_net (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_hibernated (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_fast_startup (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_unclean (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_other_drives (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_remote_desktop (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_cloudbase_init (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_network (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_static_address (const EmbarkRuleContext *context, const EmbarkLimit *limit);
EmbarkDecision embark_decide_windows_activation (const EmbarkRuleContext *context, const EmbarkLimit *limit);

G_END_DECLS
