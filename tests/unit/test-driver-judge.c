/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "model/base/errors.h"
#include "model/guest/driver-signature.h"

typedef enum
{
  UNSIGNED,
  BROKEN,
  OWN,  /* self-signed */
  SHA1, /* good */
  SHA2, /* good */
} Kind;

static EmbarkDriverSignature make_signature (Kind kind)
{
  return (EmbarkDriverSignature){
    .is_signed = kind != UNSIGNED,
    .is_intact = kind != UNSIGNED && kind != BROKEN,
    .is_self_signed = kind == OWN,
    .is_sha2 = kind == SHA2 || kind == OWN || kind == BROKEN,
    .signer = (char *) (kind == UNSIGNED ? NULL : "virtio-win"),
    .arch = "x86_64",
  };
}

/* @words: all of the message, between “|”; NULL: Windows takes it. */
static void check (Kind kind, guint major, guint minor, gboolean is_64_bit, gboolean has_sha2, const char *words)
{
  EmbarkDriverSignature signature = make_signature (kind);
  g_autoptr (GError) error = NULL;
  gboolean is_good =
      embark_driver_signature_judge (&signature, "viostor.sys", major, minor, is_64_bit, has_sha2, &error);
  g_auto (GStrv) parts = words != NULL ? g_strsplit (words, "|", -1) : NULL;

  if (words == NULL)
    {
      g_assert_no_error (error);
      g_assert_true (is_good);
      return;
    }
  g_assert_false (is_good);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED);
  g_assert_nonnull (strstr (error->message, "“viostor.sys”"));
  for (guint i = 0; parts[i] != NULL; i++)
    if (strstr (error->message, parts[i]) == NULL)
      g_error ("“%s” is not in: %s", parts[i], error->message);
}

static void test_good (void)
{
  static const guint versions[][2] = { { 5, 2 }, { 6, 0 }, { 6, 1 }, { 6, 2 }, { 6, 3 }, { 10, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      check (SHA1, versions[i][0], versions[i][1], TRUE, FALSE, NULL);
      check (SHA1, versions[i][0], versions[i][1], FALSE, FALSE, NULL);
      check (SHA2, versions[i][0], versions[i][1], TRUE, TRUE, NULL);
      check (SHA2, versions[i][0], versions[i][1], FALSE, FALSE, NULL);
    }
}

static void test_sha2 (void)
{
  check (SHA2, 6, 1, TRUE, FALSE, "SHA-2|KB4474419|KB3033929|2k8R2|0.1.190");
  check (SHA2, 6, 0, TRUE, FALSE, "SHA-2|KB4474419");
  check (SHA2, 6, 2, TRUE, FALSE, NULL);
  check (SHA2, 6, 3, TRUE, FALSE, NULL);
  check (SHA2, 10, 0, TRUE, FALSE, NULL);
  check (SHA2, 10, 1, TRUE, FALSE, NULL);
  check (SHA2, 5, 2, TRUE, FALSE, NULL);
}

static void test_unsigned (void)
{
  check (UNSIGNED, 6, 0, TRUE, TRUE, "not signed|2k8R2");
  check (UNSIGNED, 6, 1, TRUE, TRUE, "not signed|2k8R2");
  check (UNSIGNED, 6, 2, TRUE, TRUE, "not signed|0.1.215|Red Hat Enterprise Linux");
  check (UNSIGNED, 6, 3, TRUE, TRUE, "not signed|0.1.215|driver package of the cloud");
  check (UNSIGNED, 10, 0, TRUE, TRUE, "not signed|0.1.204|0.1.217");
  check (UNSIGNED, 6, 3, FALSE, TRUE, NULL);
  check (UNSIGNED, 10, 0, FALSE, TRUE, NULL);
  check (UNSIGNED, 5, 2, TRUE, TRUE, NULL);
}

static void test_self_signed (void)
{
  check (OWN, 6, 1, TRUE, TRUE, "maker (virtio-win)|2k8R2");
  /* The reason that cannot be mended by an update comes first. */
  check (OWN, 6, 1, TRUE, FALSE, "maker (virtio-win)|2k8R2");
  check (OWN, 6, 2, TRUE, TRUE, "maker (virtio-win)|self-signed drivers for Windows 8|0.1.215");
  check (OWN, 6, 3, TRUE, TRUE, "maker (virtio-win)|Server 2012 (R2)|0.1.215");
  check (OWN, 10, 0, TRUE, TRUE, "maker (virtio-win)|0.1.204");
  check (OWN, 6, 3, FALSE, TRUE, NULL);
  check (OWN, 5, 2, TRUE, TRUE, NULL);
}

static void test_broken (void)
{
  check (BROKEN, 6, 1, TRUE, TRUE, "changed after it was signed|2k8R2");
  check (BROKEN, 6, 1, FALSE, TRUE, "changed after it was signed|2k8R2");
  check (BROKEN, 6, 3, TRUE, TRUE, "changed after it was signed|0.1.215");
  check (BROKEN, 10, 0, FALSE, TRUE, "changed after it was signed|0.1.204");
  check (BROKEN, 5, 2, FALSE, TRUE, "changed after it was signed");
}

/* Who has no name, and a name that would move the cursor. */
static void test_names (void)
{
  EmbarkDriverSignature signature = make_signature (OWN);
  g_autoptr (GError) error = NULL;

  signature.signer = NULL;
  g_assert_false (embark_driver_signature_judge (&signature, "a\033[2J\n.sys", 6, 3, TRUE, TRUE, &error));
  g_assert_nonnull (strstr (error->message, "“a [2J .sys”"));
  g_assert_nonnull (strstr (error->message, "(?)"));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-judge/good", test_good);
  g_test_add_func ("/driver-judge/sha2", test_sha2);
  g_test_add_func ("/driver-judge/unsigned", test_unsigned);
  g_test_add_func ("/driver-judge/self-signed", test_self_signed);
  g_test_add_func ("/driver-judge/broken", test_broken);
  g_test_add_func ("/driver-judge/names", test_names);
  return g_test_run ();
}
