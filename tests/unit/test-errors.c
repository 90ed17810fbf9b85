/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gio/gio.h>

#include "model/base/errors.h"

static void test_pass (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (
      embark_error_pass (&error, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped"), "could not list"));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "could not list: stopped");
}

static void test_pass_without_phrase (void)
{
  g_autoptr (GError) error = NULL;

  embark_error_pass (&error, g_error_new (EMBARK_ERROR, EMBARK_ERROR_CLOCK, "late"), NULL);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_CLOCK);
  g_assert_cmpstr (error->message, ==, "late");
}

/* Nobody wants to know: the error must go nowhere, and not leak. */
static void test_pass_nowhere (void)
{
  g_assert_false (embark_error_pass (NULL, g_error_new (EMBARK_ERROR, EMBARK_ERROR_CLOCK, "late"), "phrase"));
}

static void test_errno (void)
{
  static const struct
  {
    int number;
    EmbarkError code;
  } cases[] = {
    { ENOENT, EMBARK_ERROR_NOT_FOUND },   { ENOTDIR, EMBARK_ERROR_NOT_FOUND }, { EACCES, EMBARK_ERROR_NOT_READABLE },
    { EPERM, EMBARK_ERROR_NOT_READABLE }, { ENOSPC, EMBARK_ERROR_DISK_FULL },  { EDQUOT, EMBARK_ERROR_DISK_FULL },
    { EFBIG, EMBARK_ERROR_DISK_FULL },    { EIO, EMBARK_ERROR_FAILED },        { ELOOP, EMBARK_ERROR_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      embark_error_set_errno (&error, cases[i].number, "Could not read the disk", "/tmp/a disk.img");
      g_assert_error (error, EMBARK_ERROR, (int) cases[i].code);
      g_assert_nonnull (g_strstr_len (error->message, -1, "Could not read the disk"));
      g_assert_nonnull (g_strstr_len (error->message, -1, "/tmp/a disk.img"));
      g_assert_nonnull (g_strstr_len (error->message, -1, g_strerror (cases[i].number)));
    }
}

static void test_errno_odd_path (void)
{
  g_autoptr (GError) error = NULL, without_path = NULL;

  embark_error_set_errno (&error, ENOENT, "Could not read", "/tmp/\xff%s%n.img");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (g_strstr_len (error->message, -1, "%s%n.img"));

  embark_error_set_errno (&without_path, ENOENT, "Could not read", NULL);
  g_assert_error (without_path, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/errors/pass", test_pass);
  g_test_add_func ("/errors/pass-without-phrase", test_pass_without_phrase);
  g_test_add_func ("/errors/pass-nowhere", test_pass_nowhere);
  g_test_add_func ("/errors/errno", test_errno);
  g_test_add_func ("/errors/errno-odd-path", test_errno_odd_path);
  return g_test_run ();
}
