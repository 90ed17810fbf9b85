/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What error codes mean, who predicts them, and how they are found by what
 * people type.
 */
#include "model/check/codes.h"

#include <string.h>

#include "model/check/help.h"

static gboolean has (GPtrArray *list, const char *word)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (g_ptr_array_index (list, i), word) == 0)
      return TRUE;
  return FALSE;
}

static void test_each_code_is_explained (void)
{
  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    {
      g_test_message ("%s", code->code);
      g_assert_cmpuint (strlen (code->meaning), >, 20);
      g_assert_nonnull (code->causes[0]);
      g_assert_null (code->causes[EMBARK_CODE_MAX_CAUSES - 1]);
      g_assert_cmpuint (strlen (code->advice), >, 20);
      g_assert_true (embark_codes_find (code->code) == code);
    }
}

/* An import fails with nothing but these; every one is predicted, save that of the address, which no disk has. */
static void test_import_codes_are_predicted (void)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  guint n_import_codes = 0;

  for (const EmbarkCode *code = embark_codes_list (); code->code != NULL; code++)
    {
      g_autoptr (GPtrArray) ids = embark_codes_list_findings (limits, code->code);

      g_test_message ("%s: %u findings", code->code, ids->len);
      n_import_codes += code->is_import;
      if (code->is_import && strcmp (code->code, "InvalidUrl") != 0)
        g_assert_cmpuint (ids->len, >, 0);
    }
  g_assert_cmpuint (n_import_codes, ==, 7);
}

static void test_limits_name_known_codes (void)
{
  EmbarkLimits *limits = embark_limits_get_default ();
  g_autoptr (GPtrArray) virtio = embark_codes_list_findings (limits, "VirtioNotInstall");
  g_autoptr (GPtrArray) of_finding = embark_codes_list_of_finding (limits, "linux-virtio");

  for (guint i = 0; i < EMBARK_N_EDITIONS; i++)
    {
      GPtrArray *list = embark_limits_list (limits, i);

      for (guint j = 0; j < list->len; j++)
        {
          const EmbarkLimit *limit = g_ptr_array_index (list, j);

          if (limit->code != NULL && embark_codes_find (limit->code) == NULL)
            g_error ("%s predicts %s, which is not explained", limit->id, limit->code);
        }
    }
  g_assert_true (has (virtio, "linux-virtio"));
  g_assert_true (has (virtio, "windows-virtio"));
  g_assert_false (has (virtio, "linux-cloud-init"));
  g_assert_cmpuint (of_finding->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (of_finding, 0), ==, "VirtioNotInstall");
}

static void test_finding (void)
{
  g_autofree char *dots = g_strnfill (100000, '.');

  g_assert_cmpstr (embark_codes_find ("virtionotinstall")->code, ==, "VirtioNotInstall");
  g_assert_cmpstr (embark_codes_find ("INVALIDIMAGENAME.DUPLICATE")->code, ==, "InvalidImageName.Duplicate");
  g_assert_cmpstr (embark_codes_find ("UnauthorizedOperation.CamNoAuth")->code, ==, "UnauthorizedOperation");
  g_assert_cmpstr (embark_codes_find ("OperationDenied.InnerUserProhibitAction")->code, ==, "OperationDenied");
  g_assert_null (embark_codes_find ("Nothing.OfTheKind"));
  g_assert_null (embark_codes_find (""));
  g_assert_null (embark_codes_find ("."));
  g_assert_null (embark_codes_find (dots));
  g_assert_cmpstr (embark_codes_find_id (embark_limits_get_default (), "Linux-VIRTIO"), ==, "linux-virtio");
  g_assert_null (embark_codes_find_id (embark_limits_get_default (), "linux"));
}

static void test_finding_in_text (void)
{
  g_assert_cmpstr (embark_codes_find_in ("The cloud refused (UnauthorizedOperation.X: no; request 1-2).")->code, ==,
                   "UnauthorizedOperation");
  g_assert_cmpstr (embark_codes_find_in ("It ended with InternalError.")->code, ==, "InternalError");
  g_assert_null (embark_codes_find_in ("An internalerror of mine"));
  g_assert_null (embark_codes_find_in ("Überall nichts, …"));
  g_assert_null (embark_codes_find_in (""));
}

static void test_suggestions (void)
{
  static const struct
  {
    const char *word, *first;
  } cases[] = {
    { "VirtioNotInstalled", "VirtioNotInstall" },
    { "invalidur1", "InvalidUrl" },
    { "CloudInitNotInstall", "CloudInitNotInstalled" },
    { "linux-vritio", "linux-virtio" },
    { "fstab", "linux-fstab" },
    { "linux-ethO", "linux-eth0" },
    { "machine-id", "linux-machine-id" },
    { "PartitonNotPresent", "PartitionNotPresent" },
  };
  g_autofree char *long_word = g_strnfill (100000, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) found = embark_codes_suggest (embark_limits_get_default (), cases[i].word);

      g_assert_cmpuint (found->len, >, 0);
      g_assert_cmpuint (found->len, <=, 3);
      g_assert_cmpstr (g_ptr_array_index (found, 0), ==, cases[i].first);
    }
  g_assert_cmpuint (embark_codes_suggest (embark_limits_get_default (), "zzzzzzzz")->len, ==, 0);
  g_assert_cmpuint (embark_codes_suggest (embark_limits_get_default (), long_word)->len, ==, 0);
  g_assert_cmpuint (embark_codes_suggest (embark_limits_get_default (), "")->len, ==, 0);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codes/explained", test_each_code_is_explained);
  g_test_add_func ("/codes/predicted", test_import_codes_are_predicted);
  g_test_add_func ("/codes/limits", test_limits_name_known_codes);
  g_test_add_func ("/codes/find", test_finding);
  g_test_add_func ("/codes/find-in-text", test_finding_in_text);
  g_test_add_func ("/codes/suggest", test_suggestions);
  return g_test_run ();
}
