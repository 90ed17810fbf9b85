/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of size. The cloud measures the QCOW2, so the QCOW2 that will be
 * sent is what counts: its size once it was made, before that an estimate from
 * compressed samples, and always the most it can be.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>

/* What is known of the QCOW2 before it is made. */
typedef struct
{
  guint64 upper;        /* never larger than this */
  gboolean is_estimate; /* low to high is likely, by samples; otherwise both are bounds only */
  guint64 low, high;
} Bounds;

/* What helps against too large a file. */
static char *advise_smaller (const EmbarkRuleContext *context)
{
  g_autofree char *text = NULL;
  guint64 bytes;

  if (!embark_facts_get_uint (context->facts, "disk.reclaimable", &bytes) || bytes == 0)
    return g_strdup (_ ("Delete what is not needed in the machine, release the free space with fstrim or “Optimize "
                        "Drives”, and check again. The cloud’s offline migration takes larger disks."));
  text = embark_rule_format_size (bytes);
  /* Translators: %s is a size. */
  return g_strdup_printf (_ ("%s of the disk are stored but free in its file systems: release them in the machine with "
                             "fstrim or “Optimize Drives”, delete what is not needed, and check again. The cloud’s "
                             "offline migration takes larger disks."),
                          text);
}

static EmbarkDecision judge_finished_size (const EmbarkRuleContext *context, const EmbarkLimit *limit, guint64 size)
{
  g_autofree char *size_text = embark_rule_format_size (size);
  g_autofree char *limit_text = embark_rule_format_size (limit->bytes);
  EmbarkDecision decision = {
    .outcome = EMBARK_OUTCOME_PASS,
    /* Translators: two sizes: "61.2 GiB as the finished QCOW2; the limit is 50.0 GiB". */
    .evidence = g_strdup_printf (_ ("%s as the finished QCOW2; the limit is %s"), size_text, limit_text),
  };

  if (size <= limit->bytes)
    return decision;
  decision.outcome = limit->severity;
  decision.title = _ ("The disk is too large");
  decision.summary = _ ("As a QCOW2 file it is larger than the cloud takes");
  decision.own_advice = advise_smaller (context);
  return decision;
}

static Bounds read_bounds (EmbarkFacts *facts, guint64 upper)
{
  Bounds bounds = { .upper = upper, .low = 0, .high = upper };
  guint64 low, high;

  if (!embark_facts_get_uint (facts, "stream.estimate.low", &low)
      || !embark_facts_get_uint (facts, "stream.estimate.high", &high) || low > high)
    return bounds;
  bounds.is_estimate = TRUE;
  bounds.low = MIN (low, upper);
  bounds.high = MIN (high, upper);
  return bounds;
}

static char *describe_bounds (const EmbarkRuleContext *context, const Bounds *bounds, const EmbarkLimit *limit)
{
  g_autofree char *limit_text = embark_rule_format_size (limit->bytes);
  g_autofree char *upper_text = embark_rule_format_size (bounds->upper);
  g_autofree char *low_text = embark_rule_format_size (bounds->low);
  g_autofree char *high_text = embark_rule_format_size (bounds->high);
  g_autofree char *other_text = NULL;
  guint64 other;

  if (bounds->is_estimate && embark_facts_get_uint (context->facts, "stream.sampled", &other))
    {
      other_text = embark_rule_format_size (other);
      /* Translators: sizes: "31.0 GiB to 34.5 GiB as QCOW2, by compressing 256.0 MiB of it; at most 61.0 GiB; the limit
       * is 50.0 GiB". */
      return g_strdup_printf (_ ("%s to %s as QCOW2, by compressing %s of it; at most %s; the limit is %s"), low_text,
                              high_text, other_text, upper_text, limit_text);
    }
  if (bounds->is_estimate)
    /* Translators: sizes: the range, the most it can be, the limit. */
    return g_strdup_printf (_ ("%s to %s as QCOW2 by an estimate; at most %s; the limit is %s"), low_text, high_text,
                            upper_text, limit_text);
  if (bounds->upper > limit->bytes && embark_facts_get_uint (context->facts, "stream.allocated", &other))
    {
      other_text = embark_rule_format_size (other);
      /* Translators: three sizes: bytes in use, the most the file can have, the limit. */
      return g_strdup_printf (_ ("%s in use, at most %s as QCOW2; the limit is %s"), other_text, upper_text,
                              limit_text);
    }
  /* Translators: two sizes: "At most 11.2 GiB as QCOW2; the limit is 50.0 GiB". */
  return g_strdup_printf (_ ("At most %s as QCOW2; the limit is %s"), upper_text, limit_text);
}

EmbarkDecision embark_decide_actual_size (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  guint64 caution = limit->caution_bytes > 0 ? limit->caution_bytes : limit->bytes;
  EmbarkDecision decision = { .outcome = EMBARK_OUTCOME_PASS };
  guint64 size, upper;
  Bounds bounds;

  if (embark_facts_get_uint (context->facts, "stream.size", &size))
    return judge_finished_size (context, limit, size);
  if (!embark_facts_get_uint (context->facts, "stream.upperBound", &upper))
    return embark_decide_unknown (context, "stream.upperBound");
  bounds = read_bounds (context->facts, upper);
  decision.evidence = describe_bounds (context, &bounds, limit);
  if (bounds.high <= caution)
    return decision;
  decision.outcome = EMBARK_OUTCOME_WARNING;
  decision.own_advice = advise_smaller (context);
  if (bounds.high <= limit->bytes)
    {
      decision.title = _ ("Very close to the size limit");
      decision.summary = _ ("The documents write 50 G and do not say which kind of G");
    }
  else if (bounds.is_estimate && bounds.low > limit->bytes)
    {
      decision.outcome = limit->severity;
      decision.title = _ ("The disk is too large");
      decision.summary = _ ("Even compressed, as a QCOW2 file, it would be larger than the cloud takes");
    }
  else
    {
      decision.title = _ ("The disk may be too large");
      decision.summary = _ ("It depends on how well it compresses, which shows only while it is sent");
    }
  return decision;
}

/* Where the partitions end tells whether the disk can be cut without moving anything. */
static char *advise_shorter (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *table = embark_facts_get_string (context->facts, "disk.partitionTable");
  g_autofree char *end_text = NULL, *limit_text = NULL;
  guint64 end = 0;

  embark_rule_find_cut (context, &end);
  if (end == 0 || end > limit->bytes || g_strcmp0 (table, "mbr") != 0)
    return g_strdup (_ ("Shrink the file systems and partitions, then the disk with qemu-img resize --shrink, or move "
                        "the system to a smaller disk."));
  end_text = embark_rule_format_size (end);
  limit_text = embark_rule_format_size (limit->bytes);
  /* Translators: two sizes. */
  return g_strdup_printf (_ ("The partitions end at %s, so a copy of the disk can be cut to %s with qemu-img resize "
                             "--shrink; nothing has to be moved."),
                          end_text, limit_text);
}

EmbarkDecision embark_decide_virtual_size (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  g_autofree char *size_text = NULL, *limit_text = embark_rule_format_size (limit->bytes);
  guint64 size;
  char *evidence;

  if (!embark_facts_get_uint (context->facts, "image.virtualSize", &size))
    return embark_decide_unknown (context, "image.virtualSize");
  size_text = embark_rule_format_size (size);
  /* Translators: two sizes: "60.0 GiB of 500.0 GiB". */
  evidence = g_strdup_printf (_ ("%s of %s"), size_text, limit_text);
  if (size <= limit->bytes)
    return embark_decide_pass (evidence);
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The disk is too large"),
    .summary = _ ("Its virtual size is larger than the cloud imports"),
    .evidence = evidence,
    .own_advice = advise_shorter (context, limit),
  };
}
