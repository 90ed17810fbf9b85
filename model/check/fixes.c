/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which fixes a disk needs: those for what its report objects to, as far as
 * the facts do not say beforehand that one would refuse.
 */
#include "model/check/fixes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/check/rules.h"

#define WORD_AUTO "auto"

const EmbarkFix *embark_fixes_find (const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (strcmp (fix->id, id) == 0)
      return fix;
  return NULL;
}

const EmbarkFix *embark_fixes_find_word (const char *word)
{
  g_return_val_if_fail (word != NULL, NULL);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (g_ascii_strcasecmp (fix->id, word) == 0)
      return fix;
  return NULL;
}

GPtrArray *embark_fixes_list_for (const char *finding_id)
{
  GPtrArray *list = g_ptr_array_new ();

  g_return_val_if_fail (finding_id != NULL, list);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (g_strv_contains (fix->findings, finding_id))
      g_ptr_array_add (list, (gpointer) fix);
  return list;
}

static gboolean fits_system (const EmbarkFix *fix, EmbarkReport *report)
{
  return g_strcmp0 (embark_facts_get_string (embark_report_get_facts (report), "os.type"), fix->system) == 0;
}

static gboolean is_breach (const EmbarkFinding *finding)
{
  return finding != NULL && (finding->outcome == EMBARK_OUTCOME_BLOCKER || finding->outcome == EMBARK_OUTCOME_WARNING);
}

/* No initramfs helps a kernel that has no virtio at all, and without a known kernel nothing is to be made. */
static gboolean has_virtio_kernel (EmbarkFacts *facts)
{
  static const char *const members[] = { "virtioBlk", "virtioPci", "virtioNet" };
  JsonObject *kernel = embark_rule_find_default_kernel (facts);

  if (kernel == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (g_strcmp0 (embark_rule_get_string (kernel, members[i]), "absent") == 0)
      return FALSE;
  return TRUE;
}

static gboolean can_help (const EmbarkFix *fix, EmbarkReport *report)
{
  EmbarkFacts *facts = embark_report_get_facts (report);

  if (!fits_system (fix, report))
    return FALSE;
  return strcmp (fix->id, "linux-virtio") != 0 || has_virtio_kernel (facts);
}

const EmbarkFix *embark_fixes_find_for (EmbarkReport *report, const char *finding_id)
{
  g_return_val_if_fail (report != NULL && finding_id != NULL, NULL);
  if (!is_breach (embark_report_find (report, finding_id)))
    return NULL;
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (g_strv_contains (fix->findings, finding_id) && can_help (fix, report))
      return fix;
  return NULL;
}

static gboolean is_helped (const EmbarkFix *fix, EmbarkReport *report)
{
  for (guint i = 0; fix->findings[i] != NULL; i++)
    if (embark_fixes_find_for (report, fix->findings[i]) == fix)
      return TRUE;
  return FALSE;
}

static gboolean is_wanted (const EmbarkFix *fix, EmbarkReport *report)
{
  return !fix->is_by_choice && is_helped (fix, report);
}

/* Files that were changed from outside have no label. */
static gboolean needs_relabel (EmbarkReport *report)
{
  EmbarkFacts *facts = embark_report_get_facts (report);
  const char *mode = embark_facts_get_string (facts, "linux.selinux");

  return g_strcmp0 (embark_facts_get_string (facts, "os.type"), "linux") == 0 && mode != NULL
         && strcmp (mode, "disabled") != 0 && !embark_facts_is (facts, "linux.selinuxRelabel");
}

GPtrArray *embark_fixes_choose (EmbarkReport *report)
{
  GPtrArray *chosen = g_ptr_array_new ();

  g_return_val_if_fail (report != NULL, chosen);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      gboolean is_relabel = strcmp (fix->id, "linux-selinux") == 0;

      if (is_wanted (fix, report) || (is_relabel && chosen->len > 0 && needs_relabel (report)))
        g_ptr_array_add (chosen, (gpointer) fix);
    }
  return chosen;
}

/* New keys of SSH are made by cloud-init: one that is there, or that another fix installs. */
static gboolean has_cloud_init (EmbarkReport *report)
{
  return embark_facts_is (embark_report_get_facts (report), "linux.cloudInit.installed")
         || embark_fixes_find_for (report, "linux-cloud-init") != NULL;
}

/* FALSE for what would refuse on that disk. */
static gboolean can_be_chosen (const EmbarkFix *fix, EmbarkReport *report)
{
  if (strcmp (fix->id, "linux-ssh-keys") == 0)
    return has_cloud_init (report);
  /* The agent does the work of cloud-init, and never both. */
  if (strcmp (fix->id, "linux-agent") == 0)
    return !embark_facts_is (embark_report_get_facts (report), "linux.cloudInit.installed");
  return TRUE;
}

GPtrArray *embark_fixes_list_choices (EmbarkReport *report)
{
  GPtrArray *choices = g_ptr_array_new ();

  g_return_val_if_fail (report != NULL, choices);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      if (!fix->is_by_choice || !fits_system (fix, report) || (fix->findings[0] != NULL && !is_helped (fix, report)))
        continue;
      if (can_be_chosen (fix, report))
        g_ptr_array_add (choices, (gpointer) fix);
    }
  return choices;
}

gboolean embark_fixes_are_enough (EmbarkReport *report)
{
  GPtrArray *findings;
  guint n_blockers = 0;

  g_return_val_if_fail (report != NULL, FALSE);
  findings = embark_report_get_findings (report);
  for (guint i = 0; i < findings->len; i++)
    {
      const EmbarkFinding *finding = g_ptr_array_index (findings, i);
      const EmbarkFix *fix;

      if (finding->outcome != EMBARK_OUTCOME_BLOCKER)
        continue;
      fix = embark_fixes_find_for (report, finding->id);
      if (fix == NULL || fix->is_by_choice)
        return FALSE;
      n_blockers++;
    }
  return n_blockers > 0;
}

guint embark_fixes_get_needed (EmbarkReport *report, const EmbarkFix *fix)
{
  g_return_val_if_fail (report != NULL && fix != NULL, EMBARK_FIX_NEEDS_NOTHING);
  if (strcmp (fix->id, "linux-cloud-init") == 0
      && embark_facts_is (embark_report_get_facts (report), "linux.cloudInit.installed"))
    return EMBARK_FIX_NEEDS_NOTHING;
  if (strcmp (fix->id, "windows-cloudbase") == 0
      && embark_facts_is (embark_report_get_facts (report), "windows.cloudbaseInit"))
    return EMBARK_FIX_NEEDS_NOTHING;
  return fix->needed;
}

gboolean embark_fixes_have_needs (EmbarkReport *report, const EmbarkFix *fix, const EmbarkFixOptions *options)
{
  guint needed = embark_fixes_get_needed (report, fix);

  return ((needed & EMBARK_FIX_NEEDS_VIRTIO_WIN) == 0 || options->virtio_win != NULL)
         && ((needed & EMBARK_FIX_NEEDS_PACKAGES) == 0 || options->packages != NULL || options->is_networked)
         && ((needed & EMBARK_FIX_NEEDS_CLOUDBASE) == 0 || options->cloudbase != NULL);
}

static char *list_ids (EmbarkReport *report)
{
  GString *text = g_string_new (NULL);

  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    if (fits_system (fix, report))
      embark_rule_append_item (text, fix->id);
  return g_string_free (text, FALSE);
}

static gboolean check_word (EmbarkReport *report, const char *word, GError **error)
{
  const EmbarkFix *fix = embark_fixes_find (word);
  g_autofree char *ids = NULL;
  g_autofree char *clean = NULL;

  if (strcmp (word, WORD_AUTO) == 0 || (fix != NULL && fits_system (fix, report)))
    return TRUE;
  ids = list_ids (report);
  clean = g_utf8_make_valid (word, -1);
  if (*ids == '\0')
    g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                         _ ("There are no fixes for this disk: neither Linux nor Windows was found on it."));
  else if (fix != NULL)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                 /* Translators: the name of a fix, then a list of names; “auto” stays as it is. */
                 _ ("“%s” is for another system than the one on this disk. The fixes for it are: auto, %s."), clean,
                 ids);
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME,
                 /* Translators: a word that is wrong, then a list of names; “auto” stays as it is. */
                 _ ("“%s” is no fix. The fixes for this disk are: auto, %s."), clean, ids);
  return FALSE;
}

static gboolean is_chosen (GPtrArray *chosen, const EmbarkFix *fix)
{
  return g_ptr_array_find (chosen, fix, NULL);
}

char **embark_fixes_resolve (EmbarkReport *report, const char *const *words, GError **error)
{
  g_autoptr (GPtrArray) chosen = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean has_any = FALSE;

  g_return_val_if_fail (report != NULL && words != NULL, NULL);
  for (guint i = 0; words[i] != NULL; i++)
    if (!check_word (report, words[i], error))
      return NULL;
  chosen = g_strv_contains (words, WORD_AUTO) ? embark_fixes_choose (report) : g_ptr_array_new ();
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      gboolean is_relabel = strcmp (fix->id, "linux-selinux") == 0;

      if (!g_strv_contains (words, fix->id) && !is_chosen (chosen, fix)
          && !(is_relabel && has_any && needs_relabel (report)))
        continue;
      g_strv_builder_add (builder, fix->id);
      has_any = TRUE;
    }
  return g_strv_builder_end (builder);
}
