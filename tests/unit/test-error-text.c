/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every error has a heading of its own, the message stays the body, and names
 * of files keep their spelling.
 */
#include <gio/gio.h>

#include "gui/error-text.h"
#include "model/base/errors.h"

static void test_every_code_has_its_heading (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (int code = EMBARK_ERROR_NOT_FOUND; code <= EMBARK_ERROR_DISK_FULL; code++)
    {
      g_autoptr (GError) error = g_error_new_literal (EMBARK_ERROR, code, "“web” failed.");
      g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);

      g_test_message ("code %d: %s", code, text->heading);
      g_assert_cmpstr (text->heading, !=, "Something Went Wrong");
      g_assert_cmpstr (text->body, ==, "“web” failed.");
      g_assert_true (g_hash_table_add (seen, g_strdup (text->heading)));
    }
}

static void test_unknown_errors_are_told (void)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "could not do it");
  g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);

  g_assert_cmpstr (text->heading, ==, "Something Went Wrong");
  g_assert_cmpstr (text->body, ==, "Could not do it.");
  g_assert_null (text->advice);
}

static void test_sentences (void)
{
  static const struct
  {
    const char *message;
    const char *body;
  } cases[] = {
    { "could not read it", "Could not read it." },
    { "web.qcow2 is gone", "web.qcow2 is gone." },
    { "“web” is gone.", "“web” is gone." },
    { "Really?", "Really?" },
    { "", "" },
    { "bad \377 byte", "Bad \357\277\275 byte." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (EMBARK_ERROR, EMBARK_ERROR_FAILED, cases[i].message);
      g_autoptr (EmbarkErrorText) text = embark_error_text_new (error);

      g_assert_cmpstr (text->body, ==, cases[i].body);
    }
}

static void test_join (void)
{
  g_autoptr (GError) blocked = g_error_new_literal (EMBARK_ERROR, EMBARK_ERROR_BLOCKED, "It is blocked.");
  g_autoptr (GError) taken = g_error_new_literal (EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN, "It is taken.");
  g_autoptr (EmbarkErrorText) with_advice = embark_error_text_new (blocked);
  g_autoptr (EmbarkErrorText) without = embark_error_text_new (taken);
  g_autofree char *long_text = embark_error_text_join (with_advice);
  g_autofree char *short_text = embark_error_text_join (without);

  g_assert_true (g_str_has_prefix (long_text, "It is blocked.\n"));
  g_assert_cmpstr (short_text, ==, "It is taken.");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error-text/headings", test_every_code_has_its_heading);
  g_test_add_func ("/error-text/unknown", test_unknown_errors_are_told);
  g_test_add_func ("/error-text/sentences", test_sentences);
  g_test_add_func ("/error-text/join", test_join);
  return g_test_run ();
}
