/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * qemu-img makes the overlay from a size and a format that are given, so it
 * opens no image; what reads the disk is in the sandbox.
 */
#include "model/source/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process.h"
#include "model/source/export-lock.h"
#include "model/source/sandbox.h"

#define CREATE_TIMEOUT_S 60
/* A large disk on a slow computer. */
#define SAVE_TIMEOUT_S (24 * 60 * 60)
#define WHOLE_NAME "disk.qcow2"
#define DONE "saved"

/* qemu-img reads "name:rest" as a protocol, and its options are cut at commas. */
static char *quote_name (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ",", -1);

  return g_strjoinv (",,", parts);
}

/* FALSE when it is there already; private from the start, whatever the program's umask. */
static gboolean make_private_file (const char *path, GError **error)
{
  int fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not create"), path);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

gboolean embark_overlay_create (EmbarkImageChain *chain, const char *path, GCancellable *cancellable, GError **error)
{
  static const EmbarkProcessLimits limits = { .timeout_s = CREATE_TIMEOUT_S };
  const EmbarkImageFile *top = embark_image_chain_get_file (chain, 0);
  g_autofree char *quoted = quote_name (top->path);
  g_autofree char *options =
      g_strdup_printf ("backing_fmt=%s,backing_file=%s", embark_image_format_to_string (top->probe->format), quoted);
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, embark_image_chain_get_virtual_size (chain));
  const char *argv[] = { "qemu-img", "create", "-q", "-u", "-f", "qcow2", "-o", options, path, size, NULL };

  g_return_val_if_fail (g_path_is_absolute (path), FALSE);
  if (!make_private_file (path, error))
    return FALSE;
  if (embark_process_run (argv, &limits, NULL, cancellable, error))
    return TRUE;
  g_unlink (path);
  return FALSE;
}

/* The last word tells that qemu-img ended well. */
static gboolean convert (EmbarkImageChain *chain, const char *folder, GCancellable *cancellable, GError **error)
{
  g_autofree char *options = embark_sandbox_describe_chain (chain);
  const char *words[] = { "/bin/sh",
                          "-c",
                          "\"$@\" && echo " DONE,
                          "sh",
                          "qemu-img",
                          "convert",
                          "-c",
                          "-W",
                          "-m",
                          "8",
                          "-O",
                          "qcow2",
                          "--image-opts",
                          options,
                          EMBARK_SANDBOX_FOLDER "/" WHOLE_NAME,
                          NULL };
  g_autoptr (GPtrArray) argv = embark_sandbox_new_command (chain, folder, words, error);
  g_autoptr (EmbarkProcess) process = NULL;
  g_autofree char *word = NULL;
  GError *cause = NULL;

  process = argv != NULL ? embark_process_spawn ((const char *const *) argv->pdata, error) : NULL;
  if (process == NULL)
    return FALSE;
  word = embark_process_read_line (process, 4096, SAVE_TIMEOUT_S, cancellable, &cause);
  if (g_strcmp0 (word, DONE) == 0)
    return TRUE;
  embark_process_close_stdin (process);
  if (cause != NULL)
    g_propagate_error (error, cause);
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                 /* Translators: %s is what the program qemu-img said. */
                 _ ("The disk could not be saved: %s"), embark_process_get_complaint (process));
  return FALSE;
}

gboolean embark_overlay_flush (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    embark_error_set_errno (error, errno, _ ("Could not write"), path);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* A link fails when the name is taken meanwhile, which a rename would not. */
static gboolean publish (const char *from, const char *path, GError **error)
{
  if (link (from, path) == 0)
    return TRUE;
  if (errno != EEXIST && !g_file_test (path, G_FILE_TEST_EXISTS) && g_rename (from, path) == 0)
    return TRUE;
  embark_error_set_errno (error, errno, _ ("Could not create"), path);
  return FALSE;
}

gboolean embark_overlay_save (EmbarkImageChain *chain, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *folder = g_build_filename (parent, ".embark-save-XXXXXX", NULL);
  g_autofree char *whole = NULL;
  g_autoptr (GArray) locks = NULL;
  gboolean ok;

  g_return_val_if_fail (g_path_is_absolute (path), FALSE);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_filename_display_name (path);
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NAME_TAKEN,
                   /* Translators: %s is the path of a file. */
                   _ ("“%s” is there already. Choose another name, or delete it first."), name);
      return FALSE;
    }
  locks = embark_export_lock (chain, 0, error);
  if (locks == NULL)
    return FALSE;
  if (g_mkdtemp_full (folder, 0700) == NULL)
    {
      embark_error_set_errno (error, errno, _ ("Could not write into the folder"), parent);
      return FALSE;
    }
  whole = g_build_filename (folder, WHOLE_NAME, NULL);
  ok = convert (chain, folder, cancellable, error) && embark_image_chain_verify (chain, error)
       && embark_overlay_flush (whole, error) && publish (whole, path, error);
  g_unlink (whole);
  g_rmdir (folder);
  return ok;
}
