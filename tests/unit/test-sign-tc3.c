/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every TC3 signature of fixtures/tc3-signatures.json, with the texts on the
 * way to it where the fixture has them.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "model/cloud/sign-tc3.h"

static const char *get (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static void assert_same (const char *text, JsonObject *object, const char *name)
{
  if (get (object, name) != NULL)
    g_assert_cmpstr (text, ==, get (object, name));
}

static void test_request (gconstpointer data)
{
  JsonObject *object = (JsonObject *) data;
  const EmbarkSignTc3 sign = {
    .service = get (object, "service"),
    .host = get (object, "host"),
    .content_type = get (object, "type"),
    .action = get (object, "action"),
    .body = get (object, "body"),
    .body_length = strlen (get (object, "body")),
    .timestamp = json_object_get_int_member (object, "timestamp"),
  };
  g_autofree char *canonical = embark_sign_tc3_canonical_request (&sign);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *scope = embark_sign_tc3_scope (&sign);
  g_autofree char *text = embark_sign_tc3_string_to_sign (&sign);
  g_autofree char *authorization = embark_sign_tc3_authorization (&sign, get (object, "id"), get (object, "key"));
  const char *signature = strstr (authorization, "Signature=");

  assert_same (canonical, object, "canonical");
  g_assert_cmpstr (sum, ==, get (object, "canonicalSum"));
  g_assert_cmpstr (scope, ==, get (object, "scope"));
  assert_same (text, object, "text");
  g_assert_nonnull (signature);
  g_assert_cmpstr (signature + strlen ("Signature="), ==, get (object, "signature"));
  assert_same (authorization, object, "authorization");
}

/* The date of the scope is the one in UTC, wherever this computer is. */
static void test_date_is_utc (void)
{
  const EmbarkSignTc3 before = { .service = "cvm", .timestamp = 1699999999 - 1699999999 % 86400 - 1 };
  const EmbarkSignTc3 after = { .service = "cvm", .timestamp = 1699999999 - 1699999999 % 86400 };
  g_autofree char *first = embark_sign_tc3_scope (&before);
  g_autofree char *second = embark_sign_tc3_scope (&after);

  g_assert_cmpstr (first, ==, "2023-11-13/cvm/tc3_request");
  g_assert_cmpstr (second, ==, "2023-11-14/cvm/tc3_request");
}

static void test_fixture_is_whole (gconstpointer data)
{
  g_assert_cmpuint (json_array_get_length ((JsonArray *) data), ==, 15);
}

int main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  JsonArray *requests;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "unit", "fixtures", "tc3-signatures.json", NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  requests = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "requests");

  for (guint i = 0; i < json_array_get_length (requests); i++)
    {
      JsonObject *object = json_array_get_object_element (requests, i);
      g_autofree char *name = g_strconcat ("/sign-tc3/", get (object, "name"), NULL);

      g_test_add_data_func (name, object, test_request);
    }
  g_test_add_func ("/sign-tc3/date-is-utc", test_date_is_utc);
  g_test_add_data_func ("/sign-tc3/fixture-is-whole", requests, test_fixture_is_whole);
  return g_test_run ();
}
