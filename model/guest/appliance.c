/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides between KVM and TCG before the launch, since libguestfs neither
 * has a deadline nor falls back when /dev/kvm is there but does not work.
 */
#include "model/guest/appliance.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/guest/helper-events.h"
#include "model/guest/kernel-modules.h"
#include "model/guest/kvm-probe.h"

#define CPUS_MAX 4
/* Emulated processors that wait for each other burn the time of the real ones: two need four to be worth it. */
#define CPUS_FOR_EMULATED 2
#define MEMORY_OF_FIXES 2048 /* MB */
#define SOCKET_DIR_MAX 70
#define BOOT_DIR "/boot"

static guint n_calls = 0;

static void guest_event_cb (guestfs_h *g, void *opaque, uint64_t event, int handle, int flags, const char *text,
                            size_t length, const uint64_t *array, size_t array_length)
{
  g_autofree char *line = g_strndup (text, length);

  g_strchomp (line);
  if (*line)
    embark_helper_send_log (line);
}

static void call_event_cb (guestfs_h *g, void *opaque, uint64_t event, int handle, int flags, const char *text,
                           size_t length, const uint64_t *array, size_t array_length)
{
  n_calls++;
}

guint embark_appliance_get_calls (void)
{
  return n_calls;
}

static gboolean fail_launch (GError **error, const char *message)
{
  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE, message);
  return FALSE;
}

/* The newest kernel of the host that this user can read; the appliance runs one of them. */
static char *find_kernel (GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (BOOT_DIR, 0, NULL);
  g_autofree char *best = NULL;
  g_autofree char *unreadable = NULL;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (BOOT_DIR, name, NULL);
      if (!g_str_has_prefix (name, "vmlinuz-") && !g_str_has_prefix (name, "vmlinux-"))
        continue;
      if (g_access (path, R_OK) != 0)
        {
          g_free (unreadable);
          unreadable = g_steal_pointer (&path);
        }
      else if (!best || embark_kernel_compare_versions (path, best) > 0)
        {
          g_free (best);
          best = g_steal_pointer (&path);
        }
    }
  if (best)
    return g_steal_pointer (&best);
  if (unreadable)
    /* Translators: %s is the path of a kernel; the command stays as it is. */
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE,
                 _ ("Disks cannot be looked into because the kernel “%s” is not readable for this user. "
                    "Run “sudo chmod 0644 /boot/vmlinuz-*” in a terminal and try again."),
                 unreadable);
  else
    fail_launch (error, _ ("Disks cannot be looked into because no kernel is installed in /boot. "
                           "Install the package “linux-image-amd64” (Debian) or “linux-image-generic” (Ubuntu)."));
  return NULL;
}

static gboolean add_drive (guestfs_h *g, const EmbarkApplianceOptions *options)
{
  g_autofree char *server = g_strconcat ("unix:", options->socket, NULL);
  char *servers[] = { server, NULL };

  return guestfs_add_drive_opts (g, "", GUESTFS_ADD_DRIVE_OPTS_PROTOCOL, "nbd", GUESTFS_ADD_DRIVE_OPTS_SERVER, servers,
                                 GUESTFS_ADD_DRIVE_OPTS_FORMAT, "raw", GUESTFS_ADD_DRIVE_OPTS_READONLY,
                                 !options->is_writable, -1)
         == 0;
}

/* Programs of a guest want memory, and work in parallel. */
static gboolean set_size (guestfs_h *g, const EmbarkApplianceOptions *options, gboolean use_tcg)
{
  int n_cpus = (int) g_get_num_processors ();
  int n_used = use_tcg && !options->is_writable ? n_cpus / CPUS_FOR_EMULATED : n_cpus;

  return guestfs_set_smp (g, CLAMP (n_used, 1, CPUS_MAX)) == 0
         && (!options->is_writable || guestfs_set_memsize (g, MEMORY_OF_FIXES) == 0);
}

static guestfs_h *open_handle (const EmbarkApplianceOptions *options, gboolean use_tcg, GError **error)
{
  const char *cache_dir = g_getenv ("LIBGUESTFS_CACHEDIR");
  const char *path = g_getenv ("LIBGUESTFS_PATH");
  g_autofree char *runtime = g_strconcat ("XDG_RUNTIME_DIR=", options->tmp_dir, NULL);
  /* Its sockets go there by this variable only; a path that is too long for a socket leaves them in /tmp. */
  char *environment[] = { strlen (options->tmp_dir) < SOCKET_DIR_MAX ? runtime : NULL, NULL };
  guestfs_h *g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);
  gboolean ok;

  if (!g)
    {
      fail_launch (error, g_strerror (errno));
      return NULL;
    }
  guestfs_set_error_handler (g, NULL, NULL);
  guestfs_set_event_callback (g, guest_event_cb, GUESTFS_EVENT_LIBRARY | GUESTFS_EVENT_WARNING, 0, NULL);
  guestfs_set_event_callback (g, call_event_cb, GUESTFS_EVENT_ENTER, 0, NULL);
  /* Where nothing was written there is nothing to sync at the end: that only costs time. */
  ok = guestfs_set_backend (g, "direct") == 0 && guestfs_set_autosync (g, options->is_writable) == 0
       && guestfs_set_cachedir (g, cache_dir ? cache_dir : options->cache_dir) == 0
       && guestfs_parse_environment_list (g, environment) == 0 && guestfs_set_tmpdir (g, options->tmp_dir) == 0
       && (!path || guestfs_set_path (g, path) == 0) && set_size (g, options, use_tcg)
       && guestfs_set_network (g, options->is_networked) == 0
       && (!use_tcg || guestfs_set_backend_setting (g, "force_tcg", "1") == 0) && add_drive (g, options);
  if (ok)
    return g;
  fail_launch (error, guestfs_last_error (g) ? guestfs_last_error (g) : g_strerror (guestfs_last_errno (g)));
  guestfs_close (g);
  return NULL;
}

static guestfs_h *try_launch (const EmbarkApplianceOptions *options, gboolean use_tcg, GError **error)
{
  guestfs_h *g = open_handle (options, use_tcg, error);

  if (!g)
    return NULL;
  embark_helper_send_accelerator (use_tcg);
  if (guestfs_launch (g) == 0)
    return g;
  /* Translators: %s is the reason as libguestfs says it. */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE,
               _ ("The small machine that looks into disks (libguestfs) did not start: %s. "
                  "The command “libguestfs-test-tool” tells more."),
               guestfs_last_error (g) ? guestfs_last_error (g) : "?");
  guestfs_close (g);
  return NULL;
}

guestfs_h *embark_appliance_launch (const EmbarkApplianceOptions *options, gboolean *ret_is_slow, GError **error)
{
  g_autofree char *kernel = g_getenv ("LIBGUESTFS_PATH") ? g_strdup ("") : find_kernel (error);
  g_autofree char *qemu = NULL;
  guestfs_h *g = NULL;
  gboolean use_tcg;

  if (!kernel)
    return NULL;
  g = guestfs_create_flags (GUESTFS_CREATE_NO_ENVIRONMENT);
  if (g)
    {
      char *found = guestfs_get_hv (g);
      qemu = g_strdup (found);
      free (found);
      guestfs_close (g);
    }
  /* A prepared appliance brings a kernel that cannot be tried alone: then only /dev/kvm itself is asked. */
  use_tcg = options->force_tcg || g_access ("/dev/kvm", R_OK | W_OK) != 0
            || (*kernel && qemu && !embark_kvm_probe (qemu, kernel, options->cache_dir));
  g = try_launch (options, use_tcg, use_tcg ? error : NULL);
  if (!g && !use_tcg)
    {
      use_tcg = TRUE;
      g = try_launch (options, use_tcg, error);
      if (g && qemu)
        embark_kvm_probe_note_failure (qemu, kernel, options->cache_dir);
    }
  if (g)
    *ret_is_slow = use_tcg;
  return g;
}

gboolean embark_appliance_finish (guestfs_h *g, GError **error)
{
  gboolean ok = guestfs_shutdown (g) == 0;

  if (!ok)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE,
                 /* Translators: %s is the reason in English. */
                 _ ("What was changed could not be written to the disk: %s"),
                 guestfs_last_error (g) ? guestfs_last_error (g) : "?");
  guestfs_close (g);
  return ok;
}
