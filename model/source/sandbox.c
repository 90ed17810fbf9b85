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
 * there, and then the sandbox ends in good order. What writes is asked to end, so that it closes its file properly, and
 * ended after a while when it does not. At its end the shell kills all that is left inside, the one that sleeps too:
 * bwrap waits for every process of the sandbox, and would wait for that one. */
#define RUN_WHILE_WANTED(end)                                                                                          \
  "exec 3<&0; \"$@\" 3<&- < /dev/null & program=$!; "                                                                  \
  "{ read -r end <&3; " end "; } & "                                                                                   \
  "wait $program; status=$?; kill -KILL -1; exit $status"
#define KILL_PROGRAM "kill -KILL $program"
#define END_PROGRAM "kill -TERM $program; sleep 20; kill -KILL $program"

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

/* @is_writable: file 0. What lies below it never is. */
static const char *choose_binding (EmbarkImageChain *chain, guint index, gboolean is_writable)
{
  if (index == 0 && is_writable)
    return "--bind";
  return is_block_device (embark_image_chain_get_file (chain, index)) ? "--dev-bind" : "--ro-bind";
}

static GPtrArray *new_sandbox (EmbarkImageChain *chain, const char *folder, gboolean is_writable, GError **error)
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
      add (argv, choose_binding (chain, i, is_writable), file->path, inside, NULL);
    }
  add (argv, "--bind", folder, EMBARK_SANDBOX_FOLDER, "--remount-ro", "/", "--chdir", "/", "--", NULL);
  return argv;
}

/* Without the program at the end. */
static GPtrArray *new_wanted (EmbarkImageChain *chain, const char *folder, gboolean is_writable, GError **error)
{
  g_autofree char *setpriv = find_tool ("setpriv", "util-linux", error);
  GPtrArray *argv = setpriv != NULL ? new_sandbox (chain, folder, is_writable, error) : NULL;

  if (argv == NULL)
    return NULL;
  insert_first (argv, setpriv, "--pdeathsig", "clear", "--", NULL);
  add (argv, "/bin/sh", "-c", is_writable ? RUN_WHILE_WANTED (END_PROGRAM) : RUN_WHILE_WANTED (KILL_PROGRAM), "sh",
       NULL);
  return argv;
}

GPtrArray *embark_sandbox_new_command (EmbarkImageChain *chain, const char *folder, const char *const *words,
                                       GError **error)
{
  GPtrArray *argv = new_wanted (chain, folder, FALSE, error);

  for (guint i = 0; argv != NULL && words[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (words[i]));
  if (argv != NULL)
    g_ptr_array_add (argv, NULL);
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

GPtrArray *embark_sandbox_new_nbd (EmbarkImageChain *chain, const char *folder, gboolean is_writable, GError **error)
{
  g_autofree char *nbd = find_tool ("qemu-nbd", "qemu-utils", error);
  g_autofree char *options = embark_sandbox_describe_chain (chain);

  GPtrArray *argv = nbd != NULL ? new_wanted (chain, folder, is_writable, error) : NULL;

  if (argv == NULL)
    return NULL;
  add (argv, nbd, is_writable ? "--discard=unmap" : "--read-only", "--persistent", "--shared=" CLIENTS_MAX,
       "--socket=" EMBARK_SANDBOX_FOLDER "/" EMBARK_SANDBOX_SOCKET,
       "--pid-file=" EMBARK_SANDBOX_FOLDER "/" EMBARK_SANDBOX_READY, "--image-opts", options, NULL);
  g_ptr_array_add (argv, NULL);
  return argv;
}
