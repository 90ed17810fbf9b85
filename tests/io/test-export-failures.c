/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exports that do not come about: each says why and leaves nothing behind.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/source/export.h"
#include "tests/support/image-folder.h"

#define MIB (1024 * 1024)

static EmbarkImageChain *open_image (ImageFolder *folder, const char *name, const char *format)
{
  g_autofree char *path = image_folder_get_path (folder, name);
  g_autoptr (GError) error = NULL;
  EmbarkImageChain *chain = embark_image_chain_open (path, format, NULL, NULL, &error);

  g_assert_no_error (error);
  return chain;
}

/* The header says one thing when it is judged and another when qemu-nbd reads it. */
static void test_changed_afterwards (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autoptr (GError) error = NULL;

  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "image", "4M", NULL);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  image_folder_run (folder, "qemu-img", "rebase", "-u", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", "image", NULL);
  g_assert_null (embark_export_start (chain, runtime->path, NULL, &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);

  g_autoptr (EmbarkImageChain) other = NULL;
  g_clear_error (&error);
  image_folder_make_raw (folder, "raw", 2 * MIB);
  other = open_image (folder, "raw", NULL);
  image_folder_run (folder, "sh", "-c", "cp raw new && mv new raw", NULL);
  g_assert_null (embark_export_start (other, runtime->path, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_SOURCE_CHANGED);
}

static void test_refusals (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *deep = g_strnfill (120, 'd');
  g_autofree char *long_dir = image_folder_get_path (runtime, deep);

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (embark_export_start (chain, runtime->path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_null (embark_export_start (chain, "/nowhere", NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir (long_dir, 0700), ==, 0);
  g_assert_null (embark_export_start (chain, long_dir, NULL, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_cmpint (g_rmdir (long_dir), ==, 0);
  g_clear_error (&error);

  g_setenv ("PATH", "/nowhere", TRUE);
  g_assert_null (embark_export_start (chain, runtime->path, NULL, &error));
  g_setenv ("PATH", path, TRUE);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING);
  g_assert_nonnull (strstr (error->message, "qemu-utils"));
}

/* A program named bwrap, ahead of the real one, that does what @script says. */
static void use_fake_bwrap (ImageFolder *folder, const char *script)
{
  g_autofree char *path = g_strdup_printf ("%s:%s", folder->path, g_getenv ("PATH"));
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);

  image_folder_write (folder, "bwrap", text, strlen (text));
  image_folder_run (folder, "chmod", "+x", "bwrap", NULL);
  g_setenv ("PATH", path, TRUE);
}

static void test_no_namespaces (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autoptr (GError) error = NULL;

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  use_fake_bwrap (folder, "echo 'bwrap: No permissions to create new namespace' >&2; exit 1");
  g_assert_null (embark_export_start (chain, runtime->path, NULL, &error));
  g_setenv ("PATH", path, TRUE);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "No permissions"));
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);
}

typedef struct
{
  char *fifo;
  GCancellable *cancellable;
} CancelWhenStarted;

static gpointer cancel_when_started_cb (gpointer data)
{
  CancelWhenStarted *self = data;
  g_autofree char *text = NULL;

  g_file_get_contents (self->fifo, &text, NULL, NULL);
  g_cancellable_cancel (self->cancellable);
  return NULL;
}

static void test_cancelled_while_starting (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *fifo = image_folder_get_path (folder, "fifo");
  g_autofree char *script = g_strdup_printf ("echo started > %s; exec sleep infinity", fifo);
  CancelWhenStarted cancel = { fifo, cancellable };
  g_autoptr (GError) error = NULL;

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  use_fake_bwrap (folder, script);
  GThread *thread = g_thread_new ("cancel", cancel_when_started_cb, &cancel);
  g_assert_null (embark_export_start (chain, runtime->path, cancellable, &error));
  g_thread_join (thread);
  g_setenv ("PATH", path, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);
}

/* What the probe does not look at and QEMU does: a table of snapshots at an odd place. */
static void test_refused_by_qemu (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autofree char *path = image_folder_get_path (folder, "image");
  const guint8 snapshots[12] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (GError) error = NULL;

  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "image", "4M", NULL);
  int fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (pwrite (fd, snapshots, sizeof snapshots, 60), ==, sizeof snapshots);
  close (fd);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_assert_null (embark_export_start (chain, runtime->path, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_DAMAGED_IMAGE);
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export-failures/changed-afterwards", test_changed_afterwards);
  g_test_add_func ("/export-failures/refusals", test_refusals);
  g_test_add_func ("/export-failures/no-namespaces", test_no_namespaces);
  g_test_add_func ("/export-failures/cancelled-while-starting", test_cancelled_while_starting);
  g_test_add_func ("/export-failures/refused-by-qemu", test_refused_by_qemu);
  return g_test_run ();
}
