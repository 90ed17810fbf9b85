/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the cloud asks of the account, the bucket and the object rather than of
 * the disk.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

EmbarkDecision embark_decide_permission (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("Image import may have to be enabled"),
    .summary = _ ("By the original edition an account needs a permission first"),
    .evidence = g_strdup (_ ("A disk does not tell what an account may do")),
    .advice = _ ("If the cloud answers that the operation is denied, ask its support to enable image import for "
                 "your account."),
  };
}

EmbarkDecision embark_decide_bucket_region (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *region = embark_facts_get_string (context->facts, "destination.region");
  const char *bucket = embark_facts_get_string (context->facts, "destination.bucketRegion");
  gboolean is_strict;

  if (region == NULL && bucket == NULL && embark_facts_get_unknown (context->facts, "destination") == NULL)
    return embark_decide_not_applicable (_ ("No destination is chosen yet"));
  if (region == NULL)
    return embark_decide_unknown (context, "destination.region");
  if (bucket == NULL)
    return embark_decide_unknown (context, "destination.bucketRegion");
  if (strcmp (region, bucket) == 0)
    /* Translators: %s is a region: "ap-guangzhou". */
    return embark_decide_pass (g_strdup_printf (_ ("Bucket and image are both in %s"), region));
  is_strict = limit->refused != NULL && g_strv_contains ((const char *const *) limit->refused, region);
  return (EmbarkDecision){
    .outcome = is_strict ? limit->severity : EMBARK_OUTCOME_WARNING,
    .title = _ ("The bucket is in another region"),
    .summary = is_strict ? _ ("This region imports only from a bucket of its own")
                         : _ ("An import across regions is slower, and some regions refuse it"),
    /* Translators: two regions. */
    .evidence = g_strdup_printf (_ ("The bucket is in %s, the image is to be in %s"), bucket, region),
    .advice = _ ("Choose a bucket in the region where the image is to be."),
  };
}

/* The object is private, and import-step.c signs a fresh link for every import. */
EmbarkDecision embark_decide_object_access (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  if (!embark_facts_has (context->facts, "destination.region"))
    return embark_decide_not_applicable (_ ("No destination is chosen yet"));
  return embark_decide_pass (
      g_strdup (_ ("The object stays private; Embark gives the cloud a fresh signed link that is "
                   "valid for a day")));
}

EmbarkDecision embark_decide_image_quota (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("The number of images is limited"),
    .summary = _ ("An account has a highest number of images in a region"),
    .evidence = g_strdup (_ ("A disk does not tell how many images an account has")),
    .advice = _ ("If the cloud answers ImageQuotaLimitExceeded, delete images that are not needed, or ask for a "
                 "higher quota."),
  };
}
