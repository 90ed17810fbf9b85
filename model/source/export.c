/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts qemu-nbd in its sandbox, waits until it listens, and makes sure that
 * nothing of it is left afterwards. Blocking; any thread.
 */
#include "model/source/export.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process.h"
#include "model/base/private-folder.h"
#include "model/source/export-lock.h"
#include "model/source/sandbox.h"

#define FOLDER_PREFIX "export-"
#define START_TIMEOUT_US (30 * G_USEC_PER_SEC)
#define END_TIMEOUT_MS 2000
/* What was written goes to the disk first. */
#define FLUSH_TIMEOUT_MS 30000

struct _EmbarkExport
{
  EmbarkPrivateFolder *folder;
  EmbarkProcess *process;
  GArray *locks;
  char *socket;
  gboolean is_writable;
};

static char *get_display_name (EmbarkImageChain *chain)
{
  return g_filename_display_name (embark_image_chain_get_file (chain, 0)->path);
}

static gboolean is_answering (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return FALSE;
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  gboolean is_connected = connect (fd, (struct sockaddr *) &address, sizeof address) == 0;
  close (fd);
  return is_connected;
}

/* QEMU repeats all options before it comes to the point. */
static const char *find_reason (const char *complaint)
{
  const char *end_of_options = g_strrstr (complaint, "': ");

  return end_of_options != NULL ? end_of_options + 3 : complaint;
}

static gboolean translate_end (EmbarkExport *self, EmbarkImageChain *chain, GError **error)
{
  /* At the end of its output the child has said all it had to say. */
  g_autofree char *nothing = embark_process_read_line (self->process, 4096, 2, NULL, NULL);
  const char *complaint = embark_process_get_complaint (self->process);
  g_autofree char *name = get_display_name (chain);

  if (strstr (complaint, "Is another process using the image") != NULL || strstr (complaint, "\" lock") != NULL)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_IN_USE,
                 /* Translators: %s is a file name. */
                 _ ("“%s” is in use by a running machine. Shut the machine down and try again."), name);
  else if (g_str_has_prefix (complaint, "bwrap: "))
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                 /* Translators: a file name, and what the program bwrap said. */
                 _ ("“%s” could not be opened because the sandbox did not start (%s). Embark does not read disks "
                    "without it: allow user namespaces on this computer."),
                 name, complaint);
  else
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_DAMAGED_IMAGE,
                 /* Translators: a file name, and what the program qemu-nbd said. */
                 _ ("“%s” could not be opened (%s). Check it with “qemu-img check”."), name, find_reason (complaint));
  return FALSE;
}

/* Every file that appears in the folder wakes this up, and so do the end of the child and a cancel. */
static gboolean wait_for_socket (EmbarkExport *self, EmbarkImageChain *chain, int watch, GCancellable *cancellable,
                                 GError **error)
{
  g_autofree char *ready = g_build_filename (self->folder->path, EMBARK_SANDBOX_READY, NULL);
  gint64 deadline = g_get_monotonic_time () + START_TIMEOUT_US;
  GPollFD fds[3] = { { .fd = watch, .events = G_IO_IN },
                     { .fd = embark_process_get_stdout (self->process), .events = G_IO_IN | G_IO_HUP } };
  guint n = g_cancellable_make_pollfd (cancellable, &fds[2]) ? 3 : 2;
  gboolean is_ready = FALSE, has_ended = FALSE;
  char events[4096];

  while (!is_ready && !has_ended && !g_cancellable_is_cancelled (cancellable) && g_get_monotonic_time () < deadline)
    {
      gint64 left_ms = (deadline - g_get_monotonic_time ()) / 1000 + 1;
      if (g_poll (fds, n, (int) MAX (left_ms, 0)) < 0)
        continue;
      if (fds[0].revents != 0 && read (watch, events, sizeof events) < 0 && errno != EAGAIN)
        break;
      has_ended = fds[1].revents != 0;
      is_ready = g_file_test (ready, G_FILE_TEST_EXISTS) && is_answering (self->socket);
    }
  if (n == 3)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (is_ready)
    return TRUE;
  if (has_ended)
    return translate_end (self, chain, error);

  g_autofree char *name = get_display_name (chain);
  /* Translators: %s is a file name. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("“%s” could not be opened in time. Try again."), name);
  return FALSE;
}

static gboolean start_process (EmbarkExport *self, EmbarkImageChain *chain, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) argv = embark_sandbox_new_nbd (chain, self->folder->path, self->is_writable, error);

  if (argv == NULL)
    return FALSE;
  int watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (watch < 0 || inotify_add_watch (watch, self->folder->path, IN_CREATE | IN_MODIFY | IN_MOVED_TO) < 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not watch"), self->folder->path);
      if (watch >= 0)
        close (watch);
      return FALSE;
    }
  self->process = embark_process_spawn ((const char *const *) argv->pdata, error);
  gboolean is_started = self->process != NULL && wait_for_socket (self, chain, watch, cancellable, error);
  close (watch);
  return is_started;
}

static EmbarkExport *start_export (EmbarkImageChain *chain, const char *runtime_dir, gboolean is_writable,
                                   GCancellable *cancellable, GError **error)
{
  g_autoptr (EmbarkExport) self = g_new0 (EmbarkExport, 1);
  struct sockaddr_un address;

  self->is_writable = is_writable;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  /* The lock of what is written is qemu-nbd's own. */
  self->locks = embark_export_lock (chain, is_writable ? 1 : 0, error);
  if (self->locks == NULL)
    return NULL;
  self->folder = embark_private_folder_new (runtime_dir, FOLDER_PREFIX, error);
  if (self->folder == NULL)
    return NULL;
  self->socket = g_build_filename (self->folder->path, EMBARK_SANDBOX_SOCKET, NULL);
  if (strlen (self->socket) >= sizeof address.sun_path)
    {
      g_autofree char *name = g_filename_display_name (runtime_dir);
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   /* Translators: %s is a folder name. */
                   _ ("The folder “%s” has too long a name for a socket. Set XDG_RUNTIME_DIR to a shorter one."), name);
      return NULL;
    }
  if (!start_process (self, chain, cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}

EmbarkExport *embark_export_start (EmbarkImageChain *chain, const char *runtime_dir, GCancellable *cancellable,
                                   GError **error)
{
  g_autoptr (EmbarkExport) self = NULL;

  g_return_val_if_fail (chain != NULL && runtime_dir != NULL, NULL);
  self = start_export (chain, runtime_dir, FALSE, cancellable, error);
  /* What was judged must be what was opened: nothing may have changed in between. */
  if (self == NULL || !embark_image_chain_verify (chain, error))
    return NULL;
  return g_steal_pointer (&self);
}

EmbarkExport *embark_export_start_writable (EmbarkImageChain *chain, const char *runtime_dir, GCancellable *cancellable,
                                            GError **error)
{
  g_return_val_if_fail (chain != NULL && embark_image_chain_get_length (chain) > 1 && runtime_dir != NULL, NULL);
  return start_export (chain, runtime_dir, TRUE, cancellable, error);
}

const char *embark_export_get_socket (EmbarkExport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->socket;
}

/* The sandbox ends with its input, and its output closes when the last process in it is gone, not only bwrap itself. */
static void end_process (EmbarkExport *self)
{
  struct pollfd end = { .fd = embark_process_get_stdout (self->process) };

  embark_process_close_stdin (self->process);
  if (end.fd >= 0)
    poll (&end, 1, self->is_writable ? FLUSH_TIMEOUT_MS : END_TIMEOUT_MS);
  g_clear_pointer (&self->process, embark_process_free);
}

void embark_export_free (EmbarkExport *self)
{
  if (self == NULL)
    return;
  if (self->process != NULL)
    end_process (self);
  g_clear_pointer (&self->folder, embark_private_folder_free);
  g_clear_pointer (&self->locks, g_array_unref);
  g_free (self->socket);
  g_free (self);
}
