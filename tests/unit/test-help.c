/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reader of the help texts, and that every finding and every fix has one
 * in each language.
 */
#include "model/check/help.h"

#include <string.h>

#include "model/check/codes.h"
#include "model/check/fixes.h"

static const EmbarkHelpBlock *get (const EmbarkHelpSection *section, guint index)
{
  g_assert_cmpuint (index, <, section->blocks->len);
  return g_ptr_array_index (section->blocks, index);
}

static void assert_block (const EmbarkHelpSection *section, guint index, EmbarkHelpKind kind, const char *text)
{
  g_assert_cmpint (get (section, index)->kind, ==, kind);
  g_assert_cmpstr (get (section, index)->text, ==, text);
}

static void test_marks (void)
{
  g_autoptr (GPtrArray) sections = embark_help_parse ("# Title\n\nlost\n\n## one\n\nA `b`\nc\n\n1. first\n   goes on\n"
                                                      "2. second\n\n```\n## no heading\n  1. no item\n```\n\n7. third\n"
                                                      "\n## two\n中文\n字 a\n字\n");
  const EmbarkHelpSection *one, *two;

  g_assert_cmpuint (sections->len, ==, 2);
  one = g_ptr_array_index (sections, 0);
  two = g_ptr_array_index (sections, 1);
  g_assert_cmpstr (one->id, ==, "one");
  g_assert_cmpuint (one->blocks->len, ==, 5);
  assert_block (one, 0, EMBARK_HELP_PARAGRAPH, "A `b` c");
  assert_block (one, 1, EMBARK_HELP_ITEM, "first goes on");
  assert_block (one, 2, EMBARK_HELP_ITEM, "second");
  assert_block (one, 3, EMBARK_HELP_CODE, "## no heading\n  1. no item");
  assert_block (one, 4, EMBARK_HELP_ITEM, "third");
  g_assert_cmpuint (get (one, 2)->number, ==, 2);
  g_assert_cmpuint (get (one, 4)->number, ==, 3);
  assert_block (two, 0, EMBARK_HELP_PARAGRAPH, "中文字 a 字");
}

static void test_odd_input (void)
{
  static const char *const odd[] = { "", "\n\n\n", "## ", "```", "## a\n```\nnever closed", "1. \n", "##\n", "`" };
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GPtrArray) bounded = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      g_autoptr (GPtrArray) sections = embark_help_parse (odd[i]);

      g_assert_cmpuint (sections->len, <=, 1);
    }
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "## s%u\n\na\n\n", i);
  for (guint i = 0; i < 1000; i++)
    g_string_append (many, "b\n\n");
  bounded = embark_help_parse (many->str);
  g_assert_cmpuint (bounded->len, ==, 256);
  g_assert_cmpuint (((EmbarkHelpSection *) g_ptr_array_index (bounded, 255))->blocks->len, ==, 1);
}

static void assert_section (const EmbarkHelpSection *section, const char *id, guint n_blocks)
{
  if (section == NULL)
    g_error ("%s has no help", id);
  g_assert_cmpstr (section->id, ==, id);
  g_assert_cmpuint (section->blocks->len, >=, n_blocks);
  for (guint i = 0; i < section->blocks->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (get (section, i)->text, "`", -1);

      /* Back quotes come in pairs. */
      if (get (section, i)->kind != EMBARK_HELP_CODE)
        g_assert_cmpuint (g_strv_length (parts) % 2, ==, 1);
    }
}

static gboolean has_kind (const EmbarkHelpSection *section, EmbarkHelpKind kind)
{
  for (guint i = 0; i < section->blocks->len; i++)
    if (get (section, i)->kind == kind)
      return TRUE;
  return FALSE;
}

/* What it is against, what it changes, what is seen then, and the way by hand or back, with something to type. */
static void assert_all_fixes_have_help (void)
{
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    {
      const EmbarkHelpSection *section = embark_help_find_fix (fix->id);

      assert_section (section, fix->id, 4);
      g_assert_true (has_kind (section, EMBARK_HELP_CODE));
      /* A finding of the same name has a help of its own. */
      g_assert_true (section != embark_help_find (fix->id));
    }
}

static void assert_all_ids_have_help (const char *language)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (embark_limits_get_default ());

  g_assert_cmpstr (embark_help_get_language (), ==, language);
  g_assert_cmpuint (ids->len, >, 30);
  for (guint i = 0; i < ids->len; i++)
    {
      const char *id = g_ptr_array_index (ids, i);

      assert_section (embark_help_find (id), id, 2);
    }
  assert_all_fixes_have_help ();
}

static void test_english (void)
{
  g_setenv ("LANGUAGE", "en_GB:zh_CN", TRUE);
  assert_all_ids_have_help ("en");
  g_assert_true (g_str_has_prefix (get (embark_help_find ("vhdx"), 0)->text, "The file is a VHDX"));
  g_assert_true (g_str_has_prefix (get (embark_help_find_fix ("linux-virtio"), 0)->text, "The disk of the cloud is"));
  g_setenv ("LANGUAGE", "de:fr", TRUE);
  g_assert_cmpstr (embark_help_get_language (), ==, "en");
}

static void test_chinese (void)
{
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  assert_all_ids_have_help ("zh-CN");
  g_assert_true (g_str_has_prefix (get (embark_help_find ("vhdx"), 0)->text, "这个文件是 VHDX"));
  g_assert_true (g_str_has_prefix (get (embark_help_find_fix ("linux-virtio"), 0)->text, "云端的磁盘是 virtio"));
  g_setenv ("LANGUAGE", "en", TRUE);
}

static void test_titles (void)
{
  g_autofree char *stripped = embark_help_strip ("Type `ls -l` now");

  g_assert_cmpstr (embark_help_get_title ("linux-virtio"), ==, "virtio drivers");
  g_assert_cmpstr (embark_help_get_title ("no-such-id"), ==, "no-such-id");
  g_assert_null (embark_help_find ("no-such-id"));
  g_assert_null (embark_help_find_fix ("vhdx"));
  g_assert_cmpstr (stripped, ==, "Type ls -l now");
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/help/marks", test_marks);
  g_test_add_func ("/help/odd", test_odd_input);
  g_test_add_func ("/help/english", test_english);
  g_test_add_func ("/help/chinese", test_chinese);
  g_test_add_func ("/help/titles", test_titles);
  return g_test_run ();
}
