/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /etc/fstab: what it needs must be on this disk, under a name that stays. One
 * owner for each entry: swap areas linux-swap; this disk by a name that changes
 * linux-fstab; another disk whole-disk for the folders a system needs, and
 * linux-other-disks for the rest.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef enum
{
  PLACE_FINE,    /* on this disk by a name that stays, or on no disk */
  PLACE_NAME,    /* on this disk by a name that changes */
  PLACE_OTHER,   /* on another disk */
  PLACE_UNKNOWN, /* not decided by who read the file */
} Place;

typedef struct
{
  const char *text;
  const char *device;
  const char *mount_point;
  gboolean is_swap;
  gboolean is_optional; /* the system starts without it */
  Place place;
} Entry;

gboolean embark_rule_is_unstable_device (const char *device)
{
  /* Of these links only those of LVM, RAID and the like come from the disk itself. */
  if (g_str_has_prefix (device, "/dev/disk/by-id/"))
    return !g_regex_match_simple ("^/dev/disk/by-id/(dm|md|lvm)-", device, 0, 0);
  return g_regex_match_simple ("^/dev/((sd|hd|xvd)[a-z]+|vd[b-z]|vd[a-z]{2,}|nvme[0-9]+n[0-9]+p?|mmcblk[0-9]+p?|"
                               "disk/by-path/)",
                               device, 0, 0);
}

/* The disk of a partition: "/dev/sda" of "/dev/sda2"; NULL when it is not named like that. */
static char *get_disk_name (const char *device)
{
  g_autoptr (GRegex) regex = g_regex_new (
      "^(/dev/(?:sd|hd|xvd|vd)[a-z]+)[0-9]*$|^(/dev/(?:nvme[0-9]+n[0-9]+|mmcblk[0-9]+))(?:p[0-9]+)?$", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *plain = NULL;

  if (!g_regex_match (regex, device, 0, &match))
    return NULL;
  plain = g_match_info_fetch (match, 1);
  return plain != NULL && *plain != '\0' ? g_steal_pointer (&plain) : g_match_info_fetch (match, 2);
}

/* What this disk was called where the system ran: as its root was, or else the first of its kind. */
static gboolean is_this_disk (EmbarkFacts *facts, const char *device)
{
  static const char *const roots[] = { "linux.fstabRoot", "linux.rootDevice" };
  static const char *const first_disks[] = { "/dev/sda",     "/dev/hda",     "/dev/vda", "/dev/xvda",
                                             "/dev/nvme0n1", "/dev/mmcblk0", NULL };
  g_autofree char *disk = get_disk_name (device);

  if (disk == NULL) /* by-path, by-id: they say nothing of which disk it is */
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      const char *root = embark_facts_get_string (facts, roots[i]);
      g_autofree char *root_disk = root != NULL ? get_disk_name (root) : NULL;

      if (root_disk != NULL)
        return strcmp (root_disk, disk) == 0;
    }
  return g_strv_contains (first_disks, disk);
}

static Place find_place (EmbarkFacts *facts, const char *device, const char *match)
{
  if (g_strcmp0 (match, "virtual") == 0)
    return PLACE_FINE;
  if (g_strcmp0 (match, "absent") == 0)
    return PLACE_OTHER;
  if (embark_rule_is_unstable_device (device))
    return is_this_disk (facts, device) ? PLACE_NAME : PLACE_OTHER;
  if (g_strcmp0 (match, "present") == 0 || g_strcmp0 (match, "name") == 0)
    return PLACE_FINE; /* "name" here is /dev/vda, which it is in the cloud too */
  return PLACE_UNKNOWN;
}

static gboolean has_option (const char *options, const char *wanted)
{
  g_auto (GStrv) words = g_strsplit (options, ",", 64);

  return g_strv_contains ((const char *const *) words, wanted);
}

/* FALSE for a line that is no entry. */
static gboolean read_entry (const EmbarkRuleContext *context, JsonObject *object, Entry *entry)
{
  const char *options = embark_rule_get_string (object, "options");
  const char *text = embark_rule_get_string (object, "text");
  const char *mount_point = embark_rule_get_string (object, "mountPoint");

  entry->device = embark_rule_get_string (object, "device");
  if (entry->device == NULL)
    return FALSE;
  entry->text = text != NULL ? text : entry->device;
  entry->mount_point = mount_point != NULL ? mount_point : "none";
  entry->is_swap = g_strcmp0 (embark_rule_get_string (object, "type"), "swap") == 0;
  entry->is_optional = options != NULL && (has_option (options, "nofail") || has_option (options, "noauto"));
  entry->place = find_place (context->facts, entry->device, embark_rule_get_string (object, "match"));
  return TRUE;
}

/* "/etc/fstab, line 4: /dev/sdb1 /data ext4 defaults". */
static char *describe_entry (JsonArray *list, guint index, const Entry *entry)
{
  guint64 line;

  if (!embark_rule_get_uint (embark_rule_get_object_at (list, index), "line", &line))
    return g_strdup_printf ("/etc/fstab: %s", entry->text);
  /* Translators: the number of a line in a file, and the line itself. */
  return g_strdup_printf (_ ("/etc/fstab, line %u: %s"), (guint) line, entry->text);
}

static gboolean is_one_of (const char *word, const char *const *words)
{
  return g_strv_contains (words, word);
}

/* What belongs to a system; the rest are data. */
static const char *const own_folders[] = { "/", "/boot", "/usr", "/var", "/home", NULL };

/* The list, or NULL with the decision that stands for its absence. */
static JsonArray *get_list (const EmbarkRuleContext *context, EmbarkDecision *ret_decision)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.fstab");

  if (list == NULL)
    *ret_decision = embark_decide_unknown (context, "linux.fstab");
  return list;
}

/* The root when only its device was read. */
static EmbarkDecision judge_root_device (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *device = embark_facts_get_string (context->facts, "linux.fstabRoot");

  if (device == NULL && embark_facts_get_unknown (context->facts, "linux.fstab") != NULL)
    return embark_decide_unknown (context, "linux.fstab");
  if (device == NULL)
    return embark_decide_unknown (context, "linux.fstabRoot");
  if (!embark_rule_is_unstable_device (device))
    return embark_decide_pass (g_strdup (device));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("/etc/fstab names the old disk"),
    .summary = _ ("Linux would look for its root file system on a disk that is not there"),
    .evidence = g_strdup (device),
    .advice = _ ("In the machine, replace the device in /etc/fstab by UUID=…, as blkid shows it, and check again."),
  };
}

static EmbarkDecision decide_named (const EmbarkLimit *limit, const Entry *entry, char *evidence)
{
  gboolean is_root = strcmp (entry->mount_point, "/") == 0;

  return (EmbarkDecision){
    .outcome = is_root ? limit->severity : EMBARK_OUTCOME_WARNING,
    .title = entry->place == PLACE_NAME ? _ ("/etc/fstab names the old disk") : _ ("/etc/fstab names another disk"),
    .summary = is_root ? _ ("Linux would look for its root file system on a disk that is not there")
                       : _ ("Linux would wait for a disk that is not there, and may not start"),
    .evidence = evidence,
    .advice = _ ("In the machine, replace the device in /etc/fstab by UUID=…, as blkid shows it, and check again."),
  };
}

EmbarkDecision embark_decide_linux_fstab (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  JsonArray *list = embark_facts_get_list (context->facts, "linux.fstab");
  EmbarkDecision decision = { .outcome = EMBARK_OUTCOME_PASS };
  const char *root = NULL;

  if (list == NULL)
    return judge_root_device (context, limit);
  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      Entry entry = { 0 };
      gboolean is_root;

      if (!read_entry (context, embark_rule_get_object_at (list, i), &entry) || entry.is_swap)
        continue;
      is_root = strcmp (entry.mount_point, "/") == 0;
      if (is_root)
        root = entry.device;
      if (is_root && (entry.place == PLACE_NAME || entry.place == PLACE_OTHER))
        {
          g_free (decision.evidence);
          return decide_named (limit, &entry, describe_entry (list, i, &entry));
        }
      if (entry.place == PLACE_NAME && !entry.is_optional && decision.outcome == EMBARK_OUTCOME_PASS)
        decision = decide_named (limit, &entry, describe_entry (list, i, &entry));
    }
  if (decision.outcome == EMBARK_OUTCOME_PASS)
    decision.evidence = g_strdup (root != NULL ? root : _ ("/etc/fstab has no entry for /, which is fine"));
  return decision;
}

/* Without /usr there are no programs, and without the kernel nothing starts; but a kernel that is on this disk all the
 * same does not need the other /boot. */
static gboolean is_vital (const EmbarkRuleContext *context, const Entry *entry)
{
  if (strcmp (entry->mount_point, "/usr") == 0)
    return TRUE;
  return strcmp (entry->mount_point, "/boot") == 0
         && embark_rule_count (embark_facts_get_list (context->facts, "linux.kernels")) == 0;
}

static EmbarkDecision decide_lost_folder (const EmbarkRuleContext *context, const EmbarkLimit *limit,
                                          const Entry *entry, char *evidence)
{
  gboolean vital = is_vital (context, entry);

  return (EmbarkDecision){
    .outcome = vital ? limit->severity : EMBARK_OUTCOME_WARNING,
    .title = _ ("A part of the system is on another disk"),
    .summary = vital ? _ ("Only this disk becomes the image, and the system does not start without the other")
                     : _ ("Only this disk becomes the image, without what is in that folder"),
    .evidence = evidence,
    .advice = _ ("Move the folder to this disk, remove its entry from /etc/fstab, and check again."),
    .is_later = !vital,
  };
}

EmbarkDecision embark_decide_whole_disk (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  EmbarkDecision decision = { .outcome = EMBARK_OUTCOME_PASS };
  JsonArray *list = get_list (context, &decision);

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      Entry entry = { 0 };

      if (!read_entry (context, embark_rule_get_object_at (list, i), &entry) || entry.is_swap
          || entry.place != PLACE_OTHER || strcmp (entry.mount_point, "/") == 0
          || !is_one_of (entry.mount_point, own_folders))
        continue;
      if (is_vital (context, &entry))
        {
          g_free (decision.evidence);
          return decide_lost_folder (context, limit, &entry, describe_entry (list, i, &entry));
        }
      if (decision.outcome == EMBARK_OUTCOME_PASS)
        decision = decide_lost_folder (context, limit, &entry, describe_entry (list, i, &entry));
    }
  if (decision.outcome == EMBARK_OUTCOME_PASS)
    decision.evidence = g_strdup (_ ("All folders of the system are on this disk"));
  return decision;
}

EmbarkDecision embark_decide_linux_other_disks (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  EmbarkDecision decision = { .outcome = EMBARK_OUTCOME_PASS };
  JsonArray *list = get_list (context, &decision);
  g_autofree char *optional = NULL;

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      Entry entry = { 0 };

      if (!read_entry (context, embark_rule_get_object_at (list, i), &entry) || entry.is_swap
          || entry.place != PLACE_OTHER || is_one_of (entry.mount_point, own_folders))
        continue;
      if (!entry.is_optional)
        return (EmbarkDecision){
          .outcome = limit->severity,
          .title = _ ("Another disk is mounted at start"),
          .summary = _ ("Linux would wait for a disk that is not there, and may not start"),
          .evidence = describe_entry (list, i, &entry),
          .advice = _ ("In the machine, remove the entry from /etc/fstab or add the option nofail to it. Import the "
                       "other disk as a data disk of its own."),
          .is_later = TRUE,
        };
      if (optional == NULL)
        optional = describe_entry (list, i, &entry);
    }
  if (decision.outcome != EMBARK_OUTCOME_PASS)
    return decision;
  return embark_decide_pass (optional != NULL ? g_steal_pointer (&optional)
                                              : g_strdup (_ ("No other disk is mounted at start")));
}

EmbarkDecision embark_decide_linux_swap (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  EmbarkDecision decision = { .outcome = EMBARK_OUTCOME_PASS };
  JsonArray *list = get_list (context, &decision);

  for (guint i = 0; i < embark_rule_count (list); i++)
    {
      Entry entry = { 0 };

      if (!read_entry (context, embark_rule_get_object_at (list, i), &entry) || !entry.is_swap || entry.is_optional
          || (entry.place != PLACE_OTHER && entry.place != PLACE_NAME))
        continue;
      return (EmbarkDecision){
        .outcome = limit->severity,
        .title = _ ("The swap area is not there"),
        .summary = _ ("Every start would wait a minute and a half for it"),
        .evidence = describe_entry (list, i, &entry),
        .advice = _ ("In the machine, remove the entry from /etc/fstab, or name the swap area by UUID if it is on this "
                     "disk, and check again."),
        .is_later = TRUE,
      };
    }
  if (decision.outcome == EMBARK_OUTCOME_PASS)
    decision.evidence = g_strdup (_ ("No swap area on another disk"));
  return decision;
}
