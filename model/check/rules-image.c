/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The limits of the image file's format. What is sent is always a QCOW2 made on
 * the way, so formats are judged by whether Embark can read them.
 */
#include "model/check/rules.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const char *word;
  const char *name;
} FormatName;

/* What can be read through the export, whether the cloud takes it or not. */
static const FormatName readable_formats[] = {
  { "raw", "RAW" },   { "qcow2", "QCOW2" }, { "vpc", "VHD" }, { "vmdk", "VMDK" },
  { "vhdx", "VHDX" }, { "vdi", "VDI" },     { "qed", "QED" },
};

static const char *find_format_name (const char *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (readable_formats); i++)
    if (g_strcmp0 (readable_formats[i].word, format) == 0)
      return readable_formats[i].name;
  return NULL;
}

EmbarkDecision embark_decide_image_format (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *format = embark_facts_get_string (context->facts, "image.format");
  const char *name = find_format_name (format);

  if (format == NULL)
    return embark_decide_unknown (context, "image.format");
  if (embark_facts_is (context->facts, "image.encrypted"))
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("The image file is encrypted"),
      .summary = _ ("Neither Embark nor the cloud can read it"),
      /* Translators: %s is a format like QCOW2. */
      .evidence = g_strdup_printf (_ ("%s with encryption in its header"), name != NULL ? name : format),
      .advice = _ ("Make a copy without encryption, for example with qemu-img convert, and add that."),
    };
  if (strcmp (format, "iso") == 0)
    return embark_decide_not_applicable (_ ("An installation medium has a limit of its own"));
  if (name == NULL)
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("Not an image format the cloud takes"),
      .summary = _ ("The cloud takes RAW, VHD, QCOW2 and VMDK"),
      /* Translators: %s is qemu's word for a format. */
      .evidence = g_strdup_printf (_ ("The file has the format “%s”"), format),
      .advice = _ ("Unpack it or convert it to QCOW2, for example with qemu-img convert, and add the result."),
    };
  if (strcmp (format, "qcow2") == 0)
    return embark_decide_pass (g_strdup (_ ("QCOW2, sent as a fresh QCOW2")));
  if (embark_limit_allows (limit, format))
    /* Translators: %s is a format like VMDK. */
    return embark_decide_pass (g_strdup_printf (_ ("%s, sent as QCOW2"), name));
  /* Translators: %s is a format like VDI. */
  return embark_decide_pass (g_strdup_printf (_ ("%s, which the cloud does not take; sent as QCOW2"), name));
}

EmbarkDecision embark_decide_vhdx (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *format = embark_facts_get_string (context->facts, "image.format");

  if (format == NULL)
    return embark_decide_unknown (context, "image.format");
  if (strcmp (format, "vhdx") != 0)
    return embark_decide_not_applicable (_ ("The image is not a VHDX file"));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("VHDX becomes QCOW2"),
    .summary = _ ("The cloud would refuse the file itself; Embark sends a QCOW2"),
    .evidence = g_strdup (_ ("The file has the format VHDX")),
  };
}

/* "…-000002.vmdk" is how VMware names what changed since a snapshot. */
static gboolean is_named_like_snapshot (const char *path)
{
  return path != NULL && g_regex_match_simple ("-[0-9]{6}(-delta|-sesparse)?\\.vmdk$", path, G_REGEX_CASELESS, 0);
}

EmbarkDecision embark_decide_vmdk_snapshot (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *format = embark_facts_get_string (context->facts, "image.format");
  const char *path = embark_facts_get_string (context->facts, "image.path");
  guint64 chain;

  if (format == NULL)
    return embark_decide_unknown (context, "image.format");
  if (strcmp (format, "vmdk") != 0)
    return embark_decide_not_applicable (_ ("The image is not a VMDK file"));
  if (!embark_facts_get_uint (context->facts, "image.chainLength", &chain))
    return embark_decide_unknown (context, "image.chainLength");
  if (chain > 1)
    return (EmbarkDecision){
      .outcome = EMBARK_OUTCOME_INFO,
      .title = _ ("The snapshot is merged on the way"),
      .summary = _ ("Its files are sent as one disk"),
      .evidence = g_strdup_printf (
          g_dngettext (GETTEXT_PACKAGE, "The disk has %u file", "The disk is a chain of %u files", (gulong) chain),
          (guint) chain),
    };
  if (is_named_like_snapshot (path))
    return (EmbarkDecision){
      .outcome = limit->severity,
      .title = _ ("Perhaps only a part of a disk"),
      .summary = _ ("The file is named like a snapshot but names no file it builds on"),
      .evidence = g_strdup (path),
      .advice = _ ("Merge the snapshots in VMware, or choose the disk’s first file, and check that one."),
    };
  return embark_decide_pass (g_strdup (_ ("The VMDK needs no other file")));
}

EmbarkDecision embark_decide_iso (const EmbarkRuleContext *context, const EmbarkLimit *limit)
{
  const char *format = embark_facts_get_string (context->facts, "image.format");

  if (format == NULL)
    return embark_decide_unknown (context, "image.format");
  if (strcmp (format, "iso") != 0)
    return embark_decide_pass (g_strdup (_ ("The image is not a CD or DVD")));
  return (EmbarkDecision){
    .outcome = limit->severity,
    .title = _ ("This is an installation medium"),
    .summary = _ ("There is no installed system on it"),
    .evidence = g_strdup (_ ("The file has the format ISO 9660")),
    .advice = _ ("Install the system in a virtual machine and import that machine’s disk."),
  };
}
