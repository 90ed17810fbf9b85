/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "embark-test"
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/base/log.h"

#define CANARY "Cc7Ox9rYt2KpQ5wE8zLm"

static void check_hidden (const char *text)
{
  g_autofree char *safe = embark_log_redact (text);

  if (strstr (safe, CANARY) != NULL)
    g_error ("the secret of this text is still there: %s", safe);
  g_assert_nonnull (strstr (safe, "[hidden]"));
}

/* Every place where a secret of this program has a name. */
static void test_named_secrets (void)
{
  static const char *const texts[] = {
    "{\"SecretKey\":\"" CANARY "\"}",
    "{ \"SecretKey\" : \"" CANARY "\", \"x\": 1}",
    "{\\\"SecretKey\\\":\\\"" CANARY "\\\"}",
    "{'secretKey': '" CANARY "'}",
    "TENCENTCLOUD_SECRET_KEY=" CANARY,
    "secret-key: " CANARY " and more",
    "<TmpSecretKey>" CANARY "</TmpSecretKey>",
    "{\"Credentials\":{\"Token\":\"" CANARY "\"}}",
    "Authorization: q-sign-algorithm=sha1&q-ak=" CANARY "&q-sign-time=1;2&q-signature=" CANARY,
    "authorization: TC3-HMAC-SHA256 Credential=x/2026-11-22/cvm/tc3_request, SignedHeaders=host, Signature=" CANARY,
    "sent TC3-HMAC-SHA256 Credential=" CANARY "/2026-11-22/cvm/tc3_request",
    "X-TC-Token: " CANARY,
    "x-cos-security-token: " CANARY "\r\nHost: example",
    "GET https://b-1.cos.ap-guangzhou.myqcloud.com/k?x-cos-security-token=" CANARY "&a=b",
    "https://b-1.cos.ap-guangzhou.myqcloud.com/k?q-sign-algorithm=sha1&q-ak=x&q-signature=" CANARY " was refused",
    "https://b-1.cos.ap-guangzhou.myqcloud.com/k?q-sign-algorithm=sha1&q-signature=x&later=" CANARY,
    "ImageUrl=https%3A%2F%2Fb%2Fk%3Fq-sign-algorithm%3Dsha1%26q-ak%3Dx%26q-signature%3D" CANARY "%26a%3Db",
    "q-signature=" CANARY,
    "password=" CANARY,
    "SecretId AKID" CANARY " is not known",
    "Q-SIGNATURE=" CANARY,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    check_hidden (texts[i]);
}

static void check_same (const char *text)
{
  g_autofree char *safe = embark_log_redact (text);

  g_assert_cmpstr (safe, ==, text);
}

static void test_harmless (void)
{
  check_same ("");
  check_same ("upload of “disk.qcow2” to bucket b-1250000000: part 3 of 17, 12.5 MiB/s");
  check_same ("SignatureDoesNotMatch: the signature that was sent is another one");
  check_same ("the token has run out");
  check_same ("https://b-1.cos.ap-guangzhou.myqcloud.com/k?uploads");
  check_same ("AKID is how an id begins");
  check_same ("Übergröße 镜像 🖴");
}

/* The rest of the line stays readable. */
static void test_keeps_the_rest (void)
{
  g_autofree char *safe =
      embark_log_redact ("{\"SecretId\":\"one\",\"Region\":\"ap-guangzhou\"} \"Token\": \"two\" end");
  g_autofree char *query = embark_log_redact ("q-signature=abc&part=3");

  g_assert_cmpstr (safe, ==, "{\"SecretId\":\"[hidden]\",\"Region\":\"ap-guangzhou\"} \"Token\": \"[hidden]\" end");
  g_assert_cmpstr (query, ==, "q-signature=[hidden]&part=3");
}

static void test_hidden_strings (void)
{
  embark_log_hide ("s3cr/t+with=signs");
  embark_log_hide ("s3cr/t+with=signs and a longer one");
  embark_log_hide ("s3cr/t+with=signs");
  embark_log_hide ("short");

  g_autofree char *plain = embark_log_redact ("a s3cr/t+with=signs b s3cr/t+with=signs");
  g_assert_cmpstr (plain, ==, "a [hidden] b [hidden]");
  g_autofree char *encoded = embark_log_redact ("x?k=s3cr%2Ft%2Bwith%3Dsigns&y");
  g_assert_cmpstr (encoded, ==, "x?k=[hidden]&y");
  g_autofree char *longer = embark_log_redact ("(s3cr/t+with=signs and a longer one)");
  g_assert_cmpstr (longer, ==, "([hidden])");
  g_autofree char *too_short = embark_log_redact ("a short one");
  g_assert_cmpstr (too_short, ==, "a short one");
}

static void test_control_characters (void)
{
  g_autofree char *safe = embark_log_redact ("one\ntwo\r\x1b[31mred\x7f \xc2\x9b \xe2\x80\xae \xff end");

  g_assert_cmpstr (safe, ==, "one\\ntwo\\x0d\\x1b[31mred\\x7f \\x9b \\u202e \\xff end");
}

static void test_length (void)
{
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *safe = embark_log_redact (long_text);
  g_assert_cmpuint (strlen (safe), <=, 4096);
  g_assert_true (g_str_has_suffix (safe, "…"));

  GString *wide = g_string_new ("a");
  for (guint i = 0; i < 3000; i++)
    g_string_append (wide, "é");
  g_autofree char *cut = embark_log_redact (wide->str);
  g_string_free (wide, TRUE);
  g_assert_cmpuint (strlen (cut), <=, 4096);
  g_assert_true (g_utf8_validate (cut, -1, NULL));

  /* A secret that lies across the cut. */
  g_autofree char *before = g_strnfill (4080, 'x');
  g_autofree char *across = g_strconcat (before, " SecretKey=", CANARY, NULL);
  g_autofree char *without = embark_log_redact (across);
  g_assert_null (strstr (without, "Cc7O"));
}

static gpointer write_lines (gpointer user_data)
{
  for (guint i = 0; i < 500; i++)
    g_message ("thread %d line %u", GPOINTER_TO_INT (user_data), i);
  return NULL;
}

static void check_modes (const char *dir, const char *path)
{
  struct stat info;

  g_assert_cmpint (stat (dir, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (info.st_size, <=, 2 * 1024 * 1024);
}

/* The log of a program is opened once, so this is one test. */
static void test_file (void)
{
  g_autofree char *top = g_dir_make_tmp ("embark-test-XXXXXX", NULL);
  g_autofree char *dir = g_build_filename (top, "state", "embark", NULL);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_null (embark_log_get_path ());
  embark_log_open (dir);
  g_autofree char *path = g_strdup (embark_log_get_path ());
  g_autofree char *old = g_strconcat (path, ".old", NULL);
  g_assert_true (g_str_has_prefix (path, dir));

  g_message ("SecretKey=" CANARY);
  g_info ("%s", "not asked for");
  GThread *threads[4];
  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("writer", write_lines, GINT_TO_POINTER (i));
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_cmpuint (strlen (text), ==, length);
  g_assert_null (strstr (text, CANARY));
  g_assert_nonnull (strstr (text, "SecretKey=[hidden]\n"));
  g_assert_null (strstr (text, "not asked for"));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4 * 500 + 2);
  for (guint i = 1; i < 2000; i++)
    g_assert_nonnull (strstr (lines[i], " message embark-test: thread "));
  check_modes (dir, path);

  /* Two full files later one old one is kept, and both are bounded. */
  g_autofree char *filler = g_strnfill (4000, 'x');
  for (guint i = 0; i < 1200; i++)
    g_message ("%u %s", i, filler);
  check_modes (dir, path);
  check_modes (dir, old);
  g_autofree char *newest = NULL;
  g_assert_true (g_file_get_contents (path, &newest, NULL, NULL));
  g_assert_nonnull (strstr (newest, ": 1199 xxx"));

  /* A log that somebody removed is begun anew at the next message. */
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_message ("again");
  g_autofree char *fresh = NULL;
  g_assert_true (g_file_get_contents (path, &fresh, NULL, NULL));
  g_assert_nonnull (strstr (fresh, "again"));

  g_unlink (path);
  g_unlink (old);
  g_rmdir (dir);
  g_autofree char *state = g_build_filename (top, "state", NULL);
  g_rmdir (state);
  g_assert_cmpint (g_rmdir (top), ==, 0);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_unsetenv ("G_MESSAGES_DEBUG");
  g_test_add_func ("/log/named-secrets", test_named_secrets);
  g_test_add_func ("/log/harmless", test_harmless);
  g_test_add_func ("/log/keeps-the-rest", test_keeps_the_rest);
  g_test_add_func ("/log/hidden-strings", test_hidden_strings);
  g_test_add_func ("/log/control-characters", test_control_characters);
  g_test_add_func ("/log/length", test_length);
  g_test_add_func ("/log/file", test_file);
  return g_test_run ();
}
