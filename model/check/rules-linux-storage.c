/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the root file system of a Linux system is and lies on, whether it was
 * closed, and whether it has room. The documents say little of it, so all of
 * these warn.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* No document gives a figure for “full”: less than one twentieth is, but a gibibyte is enough for any set-up and a
 * hundred mebibytes are not. */
#define ROOT_FREE_MIN (G_GUINT64_CONSTANT (100) << 20)
#define ROOT_FREE_ENOUGH (G_GUINT64_CONSTANT (1) << 30)
#define ROOT_FREE_PART 20
#define BOOT_FREE_MIN (G_GUINT64_CONSTANT (20) << 20)

EmbarkDecision embark_decide_linux_file_system (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *type = embark_rule_find_root_type (context);

  if (type == NULL)
    return embark_decide_unknown (context, "disk.filesystems");
  if (embark_limit_allows (limit, type))
    return embark_decide_pass (g_strdup (type));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("An unusual root file system"),
    .summary = _ ("The cloud may not find the system on it"),
    .evidence = g_strdup (type),
    .advice = _ ("If the import fails with RootPartitionNotFound, move the system to ext4 or XFS."),
  };
}

/* TRUE when the root is not simply one of the partitions. */
static gboolean is_on_partition (const EmbarkRuleContext *context, const char *root)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.partitions");

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      const char *device = embark_rule_get_string (embark_rule_get_object_at (list, i), "device");

      /* "btrfsvol:/dev/sda1/@" is on the partition too. */
      if (device != NULL && strstr (root, device) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean is_raid_device (const char *root)
{
  return strstr (root, "/dev/md") != NULL;
}

EmbarkDecision embark_decide_linux_lvm (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *root = embark_facts_get_string (context->facts, "os.root");
  gboolean has_lvm;

  if (!embark_facts_get_boolean (context->facts, "disk.lvm", &has_lvm))
    return embark_decide_unknown (context, "disk.lvm");
  if (!has_lvm)
    return embark_decide_pass (g_strdup (_ ("No logical volumes")));
  if (root != NULL && (is_on_partition (context, root) || is_raid_device (root)))
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("Logical volumes"),
      .summary = _ ("The root file system is not on one of them"),
      /* Translators: %s is a device. */
      .evidence = g_strdup_printf (_ ("The root file system is on %s"), root),
    };
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Logical volumes"),
    .summary = _ ("The cloud may not find the root file system on them"),
    .evidence = root != NULL ? g_strdup_printf (_ ("The root file system is on %s"), root)
                             : g_strdup (_ ("The disk has logical volumes")),
    .advice = _ ("If the import fails with RootPartitionNotFound, move the system to plain partitions."),
  };
}

EmbarkDecision embark_decide_linux_raid (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *root = embark_facts_get_string (context->facts, "os.root");
  gboolean has_raid;

  if (!embark_facts_get_boolean (context->facts, "disk.raid", &has_raid))
    return embark_decide_unknown (context, "disk.raid");
  if (!has_raid)
    return embark_decide_pass (g_strdup (_ ("No software RAID")));
  if (root != NULL && !is_raid_device (root))
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("Software RAID"),
      .summary = _ ("The root file system is not on it"),
      /* Translators: %s is a device. */
      .evidence = g_strdup_printf (_ ("The root file system is on %s"), root),
    };
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Software RAID"),
    .summary = _ ("The cloud may not find the root file system on it"),
    .evidence = root != NULL ? g_strdup_printf (_ ("The root file system is on %s"), root)
                             : g_strdup (_ ("The disk is part of a RAID")),
    .advice = _ ("Only this disk becomes the image. If the import fails with RootPartitionNotFound, move the system to "
                 "plain partitions."),
  };
}

/* How much must be free on @mount_point. */
static guint64 get_free_min (const char *mount_point, guint64 size)
{
  if (strcmp (mount_point, "/boot") == 0)
    return MIN (BOOT_FREE_MIN, size / ROOT_FREE_PART);
  return MAX (ROOT_FREE_MIN, MIN (ROOT_FREE_ENOUGH, size / ROOT_FREE_PART));
}

EmbarkDecision embark_decide_linux_free_space (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  static const char *const mount_points[] = { "/", "/boot" };
  g_autofree char *root_text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (mount_points); i++)
    {
      JsonObject *entry = embark_rule_find_mounted (context, mount_points[i]);
      g_autofree char *size_text = NULL, *free_text = NULL, *text = NULL;
      guint64 size, bytes;

      if (entry == NULL && i > 0)
        continue; /* no separate /boot */
      if (!embark_rule_get_uint (entry, "size", &size) || !embark_rule_get_uint (entry, "free", &bytes))
        return embark_decide_unknown (context, "disk.filesystems");
      size_text = embark_rule_format_size (size);
      free_text = embark_rule_format_size (bytes);
      /* Translators: a mount point and two sizes: "/ has 1.2 GiB free of 20.0 GiB". */
      text = g_strdup_printf (_ ("%s has %s free of %s"), mount_points[i], free_text, size_text);
      if (bytes < get_free_min (mount_points[i], size))
        return (EmbarkDecision){
          .outcome = limit->severity,
          .title = _ ("The system partition is almost full"),
          .summary = _ ("The cloud may have no room to set up the machine"),
          .evidence = g_steal_pointer (&text),
          .advice = _ ("Delete what is not needed in the machine, shut it down and check again."),
          .is_later = TRUE,
        };
      if (i == 0)
        root_text = g_steal_pointer (&text);
    }
  return embark_decide_pass (g_steal_pointer (&root_text));
}

EmbarkDecision embark_decide_linux_unclean (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "disk.filesystems");
  g_autoptr (GString) unclean = g_string_new (NULL);
  guint n_known = 0;

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      JsonObject *entry = embark_rule_get_object_at (list, i);
      const char *device = embark_rule_get_string (entry, "device");
      gboolean is_clean;

      if (device == NULL || embark_rule_get_string (entry, "mountPoint") == NULL
          || !embark_rule_get_boolean (entry, "clean", &is_clean))
        continue;
      n_known++;
      if (!is_clean)
        embark_rule_append_item (unclean, device);
    }
  if (n_known == 0)
    return embark_decide_unknown (context, "disk.filesystems.clean");
  if (unclean->len == 0)
    return embark_decide_pass (g_strdup (_ ("The file systems were closed properly")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The machine was not shut down"),
    .summary = _ ("What it wrote last may be missing or damaged in the image"),
    /* Translators: %s is a list of devices. */
    .evidence = g_strdup_printf (_ ("Not closed properly: %s"), unclean->str),
    .advice = _ ("Start the machine, shut it down fully and check again."),
  };
}
