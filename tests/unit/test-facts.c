/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/base/errors.h"
#include "model/base/facts.h"

static void test_values (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  guint64 number = 7;
  gboolean flag = TRUE;

  embark_facts_set_string (facts, "os.type", "linux");
  embark_facts_set_uint (facts, "image.virtualSize", G_GUINT64_CONSTANT (50) << 40);
  embark_facts_set_boolean (facts, "linux.cloudInit.installed", FALSE);

  g_assert_cmpstr (embark_facts_get_string (facts, "os.type"), ==, "linux");
  g_assert_true (embark_facts_get_uint (facts, "image.virtualSize", &number));
  g_assert_cmpuint (number, ==, G_GUINT64_CONSTANT (50) << 40);
  g_assert_true (embark_facts_get_boolean (facts, "linux.cloudInit.installed", &flag));
  g_assert_false (flag);
  g_assert_false (embark_facts_is (facts, "linux.cloudInit.installed"));
  g_assert_true (embark_facts_has (facts, "linux.cloudInit"));

  embark_facts_set_string (facts, "os.type", NULL);
  g_assert_false (embark_facts_has (facts, "os.type"));
  embark_facts_set_string (facts, "never.there", NULL);
  g_assert_false (embark_facts_has (facts, "never"));
}

/* Absent and mistyped look the same and leave the output alone. */
static void test_absent (void)
{
  g_autoptr (EmbarkFacts) facts =
      embark_facts_new_from_json ("{\"a\": {\"b\": -1, \"c\": 1.5, \"d\": null}}", -1, NULL);
  guint64 number = 7;
  gboolean flag = TRUE;

  g_assert_nonnull (facts);
  g_assert_false (embark_facts_get_uint (facts, "a.b", &number));
  g_assert_false (embark_facts_get_uint (facts, "a.c", &number));
  g_assert_false (embark_facts_get_uint (facts, "a.b.c", &number));
  g_assert_false (embark_facts_get_uint (facts, "x.y", &number));
  g_assert_cmpuint (number, ==, 7);
  g_assert_false (embark_facts_get_boolean (facts, "a.b", &flag));
  g_assert_true (flag);
  g_assert_null (embark_facts_get_string (facts, "a.b"));
  g_assert_null (embark_facts_get_string (facts, "a"));
  g_assert_null (embark_facts_get_list (facts, "a"));
  g_assert_false (embark_facts_has (facts, "a.d"));
  g_assert_false (embark_facts_has (facts, ""));
  g_assert_false (embark_facts_has (facts, "a."));
}

static void test_huge_number (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();
  guint64 number = 0;

  embark_facts_set_uint (facts, "image.virtualSize", G_MAXUINT64);
  g_assert_true (embark_facts_get_uint (facts, "image.virtualSize", &number));
  g_assert_cmpuint (number, ==, G_MAXINT64);
}

static void test_lists (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();

  for (int i = 0; i < 3; i++)
    json_object_set_int_member (embark_facts_append (facts, "disk.partitions"), "number", i + 1);
  embark_facts_append_string (facts, "linux.cloudInit.datasources", "NoCloud");
  embark_facts_append_string (facts, "linux.cloudInit.datasources", "bad \xff name");

  JsonArray *partitions = embark_facts_get_list (facts, "disk.partitions");
  g_assert_cmpuint (json_array_get_length (partitions), ==, 3);
  g_assert_cmpint (json_object_get_int_member (json_array_get_object_element (partitions, 2), "number"), ==, 3);
  JsonArray *sources = embark_facts_get_list (facts, "linux.cloudInit.datasources");
  g_assert_cmpuint (json_array_get_length (sources), ==, 2);
  g_assert_true (g_utf8_validate (json_array_get_string_element (sources, 1), -1, NULL));
}

static void test_unknown (void)
{
  g_autoptr (EmbarkFacts) facts = embark_facts_new ();

  g_assert_null (embark_facts_get_unknown (facts, "os.type"));
  embark_facts_set_unknown (facts, "linux", "the disk is encrypted");
  embark_facts_set_unknown (facts, "linux.kernels", "/boot is empty");
  g_assert_cmpstr (embark_facts_get_unknown (facts, "linux.kernels"), ==, "/boot is empty");
  g_assert_cmpstr (embark_facts_get_unknown (facts, "linux.cloudInit.installed"), ==, "the disk is encrypted");
  g_assert_null (embark_facts_get_unknown (facts, "linuxish.kernels"));

  g_autofree char *json = embark_facts_to_json (facts, FALSE);
  g_autoptr (EmbarkFacts) again = embark_facts_new_from_json (json, -1, NULL);
  g_assert_cmpstr (embark_facts_get_unknown (again, "linux.kernels.0"), ==, "/boot is empty");
}

static void test_merge (void)
{
  g_autoptr (EmbarkFacts) a = embark_facts_new (), b = embark_facts_new ();

  embark_facts_set_string (a, "os.type", "linux");
  embark_facts_set_string (a, "os.variant", "server");
  embark_facts_append_string (a, "list.x", "one");
  embark_facts_append_string (a, "list.x", "two");
  embark_facts_set_unknown (a, "windows", "not Windows");
  embark_facts_set_string (b, "os.type", "windows");
  embark_facts_append_string (b, "list.x", "three");
  embark_facts_set_string (b, "image.format", "raw");
  embark_facts_set_unknown (b, "linux", "not Linux");
  embark_facts_merge (a, b);

  g_assert_cmpstr (embark_facts_get_string (a, "os.type"), ==, "windows");
  g_assert_cmpstr (embark_facts_get_string (a, "os.variant"), ==, "server");
  g_assert_cmpstr (embark_facts_get_string (a, "image.format"), ==, "raw");
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (a, "list.x")), ==, 1);
  g_assert_cmpstr (embark_facts_get_unknown (a, "linux"), ==, "not Linux");
  g_assert_cmpstr (embark_facts_get_unknown (a, "windows"), ==, "not Windows");

  /* What was merged is a copy. */
  embark_facts_set_string (a, "image.format", "qcow2");
  embark_facts_append_string (a, "list.x", "four");
  g_assert_cmpstr (embark_facts_get_string (b, "image.format"), ==, "raw");
  g_assert_cmpuint (json_array_get_length (embark_facts_get_list (b, "list.x")), ==, 1);
}

static void test_json_round_trip (void)
{
  const char *text = "{ \"os\": {\"product\": \"D\\u00e9bian \\\"12\\\" \\/ {[\", \"major\": 12},\n\t\"list\": [1, "
                     "true, null, -2.5e3]}";
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) facts = embark_facts_new_from_json (text, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (embark_facts_get_string (facts, "os.product"), ==, "Débian \"12\" / {[");
  g_autofree char *json = embark_facts_to_json (facts, TRUE);
  g_autoptr (EmbarkFacts) again = embark_facts_new_from_json (json, (gssize) strlen (json), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (embark_facts_get_string (again, "os.product"), ==, "Débian \"12\" / {[");
}

static char *repeat (const char *head, const char *piece, guint n, const char *tail)
{
  GString *text = g_string_new (head);

  for (guint i = 0; i < n; i++)
    g_string_append (text, piece);
  g_string_append (text, tail);
  return g_string_free (text, FALSE);
}

static void check_json (const char *text, gssize length, gboolean allowed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmbarkFacts) facts = embark_facts_new_from_json (text, length, &error);

  if (allowed)
    {
      g_assert_no_error (error);
      g_assert_nonnull (facts);
      return;
    }
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_null (facts);
}

/* Each bound just kept and just broken. */
static void test_bounds (void)
{
  for (guint over = 0; over <= 1; over++)
    {
      g_autofree char *opened = repeat ("{\"a\":", "[", 15 + over, "");
      g_autofree char *deep = repeat (opened, "]", 15 + over, "}");
      check_json (deep, -1, !over);

      g_autofree char *list = repeat ("{\"a\":[0", ",1", 4095 + over, "]}");
      check_json (list, -1, !over);

      g_autofree char *string = repeat ("{\"a\":\"", "x", 64 * 1024 + over, "\"}");
      check_json (string, -1, !over);

      g_autofree char *name = repeat ("{\"", "x", 64 * 1024 + over, "\":1}");
      check_json (name, -1, !over);

      g_autofree char *big = repeat ("{}", " ", 4 * 1024 * 1024 - 2 + over, "");
      check_json (big, -1, !over);

      g_autofree char *members = g_strdup ("{\"m\":0");
      GString *many = g_string_new (members);
      for (guint i = 0; i < 4095 + over; i++)
        g_string_append_printf (many, ",\"m%u\":1", i);
      g_string_append_c (many, '}');
      check_json (many->str, -1, !over);
      g_string_free (many, TRUE);
    }
}

static void test_bad_json (void)
{
  static const char *const bad[] = {
    "",
    " ",
    "[]",
    "1",
    "\"x\"",
    "null",
    "{",
    "}",
    "{]",
    "{}}",
    "{} {}",
    "{}x",
    "var a = {}",
    "{\"a\":}",
    "{\"a\" 1}",
    "{\"a\":1,}",
    "{\"a\":\"x",
    "{\"a\":\"x\\\"}",
    "{/* \" */\"a\":[]}",
    "{// \n}",
    "{'a':1}",
    "{\"a\":'b'}",
    "{#\n}",
    "{\"a\":\"\xff\"}",
    "{\"a\":undefined}",
    "{a:1}",
    "{\"a\":[1}",
    "{\"a\":{]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    check_json (bad[i], -1, FALSE);
  check_json ("{\0}", 3, FALSE);
  check_json ("{}garbage", 2, TRUE);

  /* Would overflow the stack of a parser that recurses. */
  g_autofree char *deep = repeat ("{\"a\":", "[", 1000000, "");
  check_json (deep, -1, FALSE);
  g_autofree char *hidden = repeat ("{/*\"*/\"a\":", "[", 1000000, "");
  check_json (hidden, -1, FALSE);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/facts/values", test_values);
  g_test_add_func ("/facts/absent", test_absent);
  g_test_add_func ("/facts/huge-number", test_huge_number);
  g_test_add_func ("/facts/lists", test_lists);
  g_test_add_func ("/facts/unknown", test_unknown);
  g_test_add_func ("/facts/merge", test_merge);
  g_test_add_func ("/facts/json-round-trip", test_json_round_trip);
  g_test_add_func ("/facts/bounds", test_bounds);
  g_test_add_func ("/facts/bad-json", test_bad_json);
  return g_test_run ();
}
