/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox: no network, no home, no /etc, no capabilities, an environment
 * of two words, programs from /usr, and the files of one disk read-only.
 */
#include "model/source/sandbox.h"

#include <glib/gi18n-lib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

#define CLIENTS_MAX "16"

/* bwrap can die with its parent, but while it sets the sandbox up it leaves a half made one behind when it is killed.
 * So nobody kills it: the program inside is ended when its standard input is, a pipe that is open as long as Embark is
 * there, and then the sandbox ends in good order. */
#define RUN_WHILE_WANTED                                                                                               \
  "exec 3<&0; \"$@\" 3<&- < /dev/null & program=$!; "                                                                  \
  "{ read -r end <&3; kill -KILL $program; } & watch=$!; "                                                             \
  "wait $program; status=$?; kill -KILL $watch; exit $status"

static void add (GPtrArray *argv, const char *first, ...)
{
  va_list words;

  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    g_ptr_array_add (argv, g_strdup (word));
  va_end (words);
}

static void insert_first (GPtrArray *argv, const char *first, ...)
{
  va_list words;
  int at = 0;

  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    g_ptr_array_insert (argv, at++, g_strdup (word));
  va_end (words);
}

static char *find_tool (const char *name, const char *package, GError **error)
{
  char *path = g_find_program_in_path (name);

  if (path == NULL)
    g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING,
                 /* Translators: the name of a program and of the package that holds it. */
                 _ ("The program “%s” is needed to read disks and is not installed. Install the package “%s”."), name,
                 package);
  return path;
}

static void add_system (GPtrArray *argv)
{
  static const char *const folders[] = { "bin", "lib", "lib32", "lib64", "sbin" };

  add (argv, "--ro-bind", "/usr", "/usr", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_strconcat ("/", folders[i], NULL);
      g_autofree char *target = g_file_read_link (path, NULL);
      if (target != NULL)
        add (argv, "--symlink", target, path, NULL);
      else
        add (argv, "--ro-bind-try", path, path, NULL);
    }
  add (argv, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--dev", "/dev", NULL);
}

static gboolean is_block_device (const EmbarkImageFile *file)
{
  struct stat st;

  return stat (file->path, &st) == 0 && S_ISBLK (st.st_mode);
}

/* Root without its capabilities may not read the files of the hypervisor's own user. */
static gboolean needs_root (EmbarkImageChain *chain)
{
  struct stat st;

  if (geteuid () != 0)
    return FALSE;
  for (guint i = 0; i < embark_image_chain_get_length (chain); i++)
    if (stat (embark_image_chain_get_file (chain, i)->path, &st) == 0 && st.st_uid != 0 && !(st.st_mode & S_IROTH))
      return TRUE;
  return FALSE;
}

GPtrArray *embark_sandbox_new (EmbarkImageChain *chain, const char *folder, GError **error)
{
  g_autofree char *bwrap = find_tool ("bwrap", "bubblewrap", error);
  GPtrArray *argv;

  if (bwrap == NULL)
    return NULL;

  argv = g_ptr_array_new_with_free_func (g_free);
  /* A user namespace would take away the very capability that is kept; everything else is the same. */
  if (needs_root (chain))
    add (argv, bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
         "--cap-drop", "ALL", "--cap-add", "CAP_DAC_OVERRIDE", NULL);
  else
    add (argv, bwrap, "--unshare-all", "--cap-drop", "ALL", NULL);
  add (argv, "--new-session", "--clearenv", "--setenv", "PATH", "/usr/bin:/usr/sbin", "--setenv", "LC_ALL", "C", NULL);
  add_system (argv);
  for (guint i = 0; i < embark_image_chain_get_length (chain); i++)
    {
      const EmbarkImageFile *file = embark_image_chain_get_file (chain, i);
      g_autofree char *inside = g_strdup_printf ("/disk/%u", i);
      add (argv, is_block_device (file) ? "--dev-bind" : "--ro-bind", file->path, inside, NULL);
    }
  add (argv, "--bind", folder, EMBARK_SANDBOX_FOLDER, "--remount-ro", "/", "--chdir", "/", "--", NULL);
  return argv;
}

char *embark_sandbox_describe_chain (EmbarkImageChain *chain)
{
  g_autoptr (GString) options = g_string_new (NULL);
  g_autoptr (GString) prefix = g_string_new (NULL);

  for (guint i = 0; i < embark_image_chain_get_length (chain); i++)
    {
      const EmbarkImageFile *file = embark_image_chain_get_file (chain, i);
      const char *p = prefix->str;
      g_string_append_printf (options, "%s%sdriver=%s,%snode-name=disk%u", i == 0 ? "" : ",", p,
                              embark_image_format_to_string (file->probe->format), p, i);
      g_string_append_printf (options, ",%sfile.driver=%s,%sfile.node-name=file%u,%sfile.filename=/disk/%u", p,
                              is_block_device (file) ? "host_device" : "file", p, i, p, i);
      /* The footer's size, as the probe reads it, and not one rounded to a geometry. */
      if (file->probe->format == EMBARK_IMAGE_VPC)
        g_string_append_printf (options, ",%sforce_size_calc=current_size", p);
      g_string_append (prefix, "backing.");
    }
  return g_string_free (g_steal_pointer (&options), FALSE);
}

GPtrArray *embark_sandbox_new_nbd (EmbarkImageChain *chain, const char *folder, GError **error)
{
  g_autofree char *nbd = find_tool ("qemu-nbd", "qemu-utils", error);
  g_autofree char *options = embark_sandbox_describe_chain (chain);

  g_autofree char *setpriv = nbd != NULL ? find_tool ("setpriv", "util-linux", error) : NULL;
  if (setpriv == NULL)
    return NULL;

  GPtrArray *argv = embark_sandbox_new (chain, folder, error);
  if (argv == NULL)
    return NULL;
  insert_first (argv, setpriv, "--pdeathsig", "clear", "--", NULL);
  add (argv, "/bin/sh", "-c", RUN_WHILE_WANTED, "sh", NULL);
  add (argv, nbd, "--read-only", "--persistent", "--shared=" CLIENTS_MAX,
       "--socket=" EMBARK_SANDBOX_FOLDER "/" EMBARK_SANDBOX_SOCKET,
       "--pid-file=" EMBARK_SANDBOX_FOLDER "/" EMBARK_SANDBOX_READY, "--image-opts", options, NULL);
  g_ptr_array_add (argv, NULL);
  return argv;
}
