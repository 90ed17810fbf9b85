/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder is read file by file, without following links, and only the names
 * that its packages can have are taken into the guest.
 */
#include "model/guest/fix-packages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/guest/guest-files.h"

#define FOLDER "/var/tmp/embark-packages"
#define FILES_MAX 500
#define BYTES_MAX (G_GUINT64_CONSTANT (1) << 30)
#define NAME_SIGNS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_~%:"

/* apt finds the order, which dpkg alone does not; versions before 1.1 take no files, and then a second round of dpkg
 * can unpack what had to wait for the first. */
#define DPKG "dpkg --force-confold --force-unsafe-io -i " FOLDER "/*.deb"
/* Nothing is written out file by file: what a crash would spoil is an overlay that is thrown away then. */
#define APT                                                                                                            \
  "apt-get -q -y --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io "
#define FROM_DEBS APT "install " FOLDER "/*.deb || " DPKG " || " DPKG

/* How one kind of system installs. The commands are also what the user may run by hand. */
typedef struct
{
  const char *tool;   /* that it is there tells the kind */
  const char *ending; /* of its packages */
  const char *from_folder;
  const char *from_network; /* %s: packages */
  const char *by_hand;      /* %s: package */
  const char *list;         /* "name version", a line each */
} Installer;

static const Installer installers[] = {
  { "/usr/bin/apt-get", ".deb", FROM_DEBS, "apt-get -q update && " APT "install %s", "apt-get install %s",
    "dpkg-query -W -f '${Package} ${Version}\\n'" },
  { "/usr/bin/zypper", ".rpm", "rpm -Uvh --replacepkgs " FOLDER "/*.rpm",
    "zypper --non-interactive --gpg-auto-import-keys install --no-recommends %s", "zypper install %s",
    "rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}\\n'" },
  { "/usr/bin/dnf", ".rpm", "rpm -Uvh --replacepkgs " FOLDER "/*.rpm",
    "dnf -y --setopt=install_weak_deps=False install %s", "dnf install %s",
    "rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}\\n'" },
  { "/usr/bin/yum", ".rpm", "rpm -Uvh --replacepkgs " FOLDER "/*.rpm", "yum -y install %s", "yum install %s",
    "rpm -qa --qf '%{NAME} %{VERSION}-%{RELEASE}\\n'" },
};

static const Installer *find_installer (EmbarkFixSession *session)
{
  guestfs_h *g = embark_fix_get_guest (session);

  for (gsize i = 0; i < G_N_ELEMENTS (installers); i++)
    if (embark_guest_has_file (g, installers[i].tool))
      return &installers[i];
  return NULL;
}

/* @template holds one "%s". */
static char *fill_in (const char *template, const char *packages)
{
  g_auto (GStrv) halves = g_strsplit (template, "%s", 2);

  return g_strjoinv (packages, halves);
}

static gboolean is_package (const Installer *installer, const char *name)
{
  return name[0] != '.' && name[0] != '-' && g_str_has_suffix (name, installer->ending)
         && strspn (name, NAME_SIGNS) == strlen (name);
}

static gboolean fail_folder (const char *folder, const char *template, GError **error)
{
  g_autofree char *name = g_filename_display_name (folder);
  g_autofree char *message = fill_in (template, name);

  g_set_error_literal (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED, message);
  return FALSE;
}

/* One package of the folder, open; -1 when @name is a link or no file. */
static int open_package (int folder, const char *name, guint64 *ret_size)
{
  struct stat status;
  int fd = openat (folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd >= 0 && fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    {
      *ret_size = (guint64) status.st_size;
      return fd;
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

static gboolean upload_package (EmbarkFixSession *session, int fd, const char *name, GError **error)
{
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *local = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_build_filename (FOLDER, name, NULL);

  if (guestfs_upload (g, local, path) == 0)
    return TRUE;
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: the name of a file, the reason in English. */
               _ ("“%s” could not be copied into the machine: %s"), name,
               guestfs_last_error (g) != NULL ? guestfs_last_error (g) : "?");
  return FALSE;
}

/* Counts the packages of the folder and, unless @session is NULL, copies them. */
static gboolean walk_folder (EmbarkFixSession *session, const Installer *installer, const char *path, guint *ret_n,
                             GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *folder = fd >= 0 ? fdopendir (fd) : NULL;
  guint64 total = 0, size = 0;
  gboolean ok = TRUE;
  guint n = 0;

  if (folder == NULL)
    {
      embark_error_set_errno (error, errno, _ ("Could not open the folder"), path);
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  for (struct dirent *entry = readdir (folder); entry != NULL && ok; entry = readdir (folder))
    {
      int package = is_package (installer, entry->d_name) ? open_package (dirfd (folder), entry->d_name, &size) : -1;
      if (package < 0)
        continue;
      total += size;
      if (++n > FILES_MAX || total > BYTES_MAX)
        /* Translators: %s is the path of a folder. */
        ok =
            fail_folder (path, _ ("“%s” holds too many packages. Put only cloud-init and what it needs there."), error);
      else if (session != NULL)
        ok = upload_package (session, package, entry->d_name, error);
      close (package);
    }
  closedir (folder);
  *ret_n = n;
  return ok;
}

gboolean embark_packages_refuse (EmbarkFixSession *session, const char *package, GError **error)
{
  const EmbarkFixOptions *options = embark_fix_get_options (session);
  const Installer *installer = find_installer (session);
  guint n = 0;

  if (installer == NULL)
    {
      g_set_error (
          error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
          /* Translators: %s is the name of a package. */
          _ ("The system has none of apt, dnf, yum and zypper, so Embark cannot install %s in it. Install it in "
             "the machine, or use the forced import."),
          package);
      return FALSE;
    }
  if (options->packages != NULL)
    {
      if (!walk_folder (NULL, installer, options->packages, &n, error))
        return FALSE;
      /* Translators: %s is the path of a folder. */
      return n > 0 || fail_folder (options->packages, _ ("“%s” holds no packages for this system."), error);
    }
  if (options->is_networked)
    return TRUE;
  g_autofree char *command = fill_in (installer->by_hand, package);
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BLOCKED,
               /* Translators: the name of a package, a command. */
               _ ("%s is not in the machine. Give a folder with its packages, allow the network so that they come from "
                  "the system’s own repositories, run “%s” in the machine, or use the forced import."),
               package, command);
  return FALSE;
}

static gboolean run_installer (EmbarkFixSession *session, const Installer *installer, const char *packages,
                               GError **error)
{
  const EmbarkFixOptions *options = embark_fix_get_options (session);
  guestfs_h *g = embark_fix_get_guest (session);
  g_autofree char *command = NULL;
  guint n = 0;
  gboolean ok;

  if (options->packages == NULL)
    {
      command = fill_in (installer->from_network, packages);
      return embark_fix_run (session, command, NULL, error);
    }
  guestfs_rm_rf (g, FOLDER);
  ok = guestfs_mkdir_p (g, FOLDER) == 0 && guestfs_chmod (g, 0700, FOLDER) == 0;
  if (!ok)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, "%s: %s", FOLDER,
                 guestfs_last_error (g) != NULL ? guestfs_last_error (g) : "?");
  ok = ok && walk_folder (session, installer, options->packages, &n, error)
       && embark_fix_run (session, installer->from_folder, NULL, error);
  guestfs_rm_rf (g, FOLDER);
  return ok;
}

/* Package and version of all that are installed. */
static GHashTable *list_installed (EmbarkFixSession *session, const Installer *installer, GError **error)
{
  g_autofree char *output = NULL;
  GHashTable *installed;
  g_auto (GStrv) lines = NULL;

  if (!embark_fix_run_quietly (session, installer->list, &output, error))
    return NULL;
  installed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_hash_table_add (installed, g_strdup (lines[i]));
  return installed;
}

gboolean embark_packages_install (EmbarkFixSession *session, const char *packages, GError **error)
{
  const Installer *installer = find_installer (session);
  g_autoptr (GHashTable) before = list_installed (session, installer, error);
  g_autoptr (GHashTable) after = NULL;
  GHashTableIter iter;
  gpointer line;

  if (before == NULL || !run_installer (session, installer, packages, error))
    return FALSE;
  after = list_installed (session, installer, error);
  if (after == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, after);
  while (g_hash_table_iter_next (&iter, &line, NULL))
    if (!g_hash_table_contains (before, line))
      embark_fix_note (session, "install", line);
  return TRUE;
}
