/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exports of real images: the same bytes come out, nothing else can be seen
 * from inside, and nothing is left when they end in whatever way.
 */
#include "model/source/export.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/source/sandbox.h"
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

static EmbarkExport *start (EmbarkImageChain *chain, ImageFolder *runtime)
{
  g_autoptr (GError) error = NULL;
  EmbarkExport *export = embark_export_start (chain, runtime->path, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (export);
  return export;
}

/* Processes whose command line holds @word, each as a descriptor that can be polled for its end. */
static GArray *find_processes (const char *word)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *words = NULL;
      gsize size = 0;
      if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &words, &size, NULL)
          || memmem (words, size, word, strlen (word)) == NULL || atoi (name) == getpid ())
        continue;
      int fd = (int) syscall (SYS_pidfd_open, atoi (name), 0);
      if (fd >= 0)
        g_array_append_val (found, fd);
    }
  return found;
}

static void wait_for_all (GArray *pidfds)
{
  for (guint i = 0; i < pidfds->len; i++)
    {
      struct pollfd end = { .fd = g_array_index (pidfds, int, i), .events = POLLIN };
      g_assert_cmpint (poll (&end, 1, 60000), ==, 1);
      close (end.fd);
    }
}

/* qemu-img reads both and says whether the disks are the same. */
static void compare (ImageFolder *folder, EmbarkExport *export, const char *format, const char *name)
{
  g_autofree char *nbd =
      g_strdup_printf ("driver=nbd,server.type=unix,server.path=%s", embark_export_get_socket (export));
  g_autofree char *path = image_folder_get_path (folder, name);
  g_autofree char *file = g_strdup_printf ("driver=%s,file.driver=file,file.filename=%s", format, path);

  image_folder_run (folder, "qemu-img", "compare", "--image-opts", nbd, file, NULL);
}

static void test_formats (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  static const struct
  {
    const char *format, *options;
  } cases[] = {
    { "qcow2", "compat=1.1" },
    { "qcow2", "compression_type=zstd" },
    { "vmdk", "subformat=monolithicSparse" },
    { "vmdk", "subformat=streamOptimized" },
    { "vpc", "subformat=dynamic,force_size=on" },
    { "vpc", "subformat=fixed,force_size=on" },
    { "raw", "size=20M" },
  };

  image_folder_make_raw (folder, "base", 20 * MIB);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s %s", cases[i].format, cases[i].options);
      image_folder_run (folder, "qemu-img", "convert", "-f", "raw", "-O", cases[i].format, "-o", cases[i].options,
                        "base", "image", NULL);
      g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
      g_autoptr (EmbarkExport) export = start (chain, runtime);
      compare (folder, export, "raw", "base");
    }
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);
}

static void test_chain (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_make_raw (folder, "base", 8 * MIB);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "-b", "base", "-F", "raw", "mid", NULL);
  image_folder_run (folder, "qemu-io", "-f", "qcow2", "-c", "write -P 3 1M 1M", "mid", NULL);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "-b", "mid", "-F", "qcow2", "top", "9M", NULL);
  image_folder_run (folder, "qemu-io", "-f", "qcow2", "-c", "write -P 4 8M 1M", "top", NULL);
  image_folder_run (folder, "qemu-img", "convert", "-f", "qcow2", "-O", "raw", "top", "flat", NULL);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "top", NULL);
  g_autoptr (EmbarkExport) export = start (chain, runtime);
  compare (folder, export, "raw", "flat");
}

/* A disk that libvirt calls raw is raw, even when its guest wrote a header that names a file of this computer. */
static void test_raw_with_header (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_run (folder, "qemu-img", "create", "-q", "-u", "-f", "qcow2", "-b", "/etc/passwd", "-F", "raw", "image",
                    "4M", NULL);
  image_folder_run (folder, "truncate", "-s", "4M", "image", NULL);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", "raw");
  g_autoptr (EmbarkExport) export = start (chain, runtime);
  compare (folder, export, "raw", "image");
}

static void test_names (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autofree char *longest = g_strnfill (200, 'n');
  const char *const names[] = { "-rf", "a,b,,c=d", "a\nb", "bad\xff\xfe", "json:{}", "nbd:x", longest };

  image_folder_make_raw (folder, "base", 2 * MIB);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = image_folder_get_path (folder, names[i]);
      image_folder_run (folder, "cp", "base", path, NULL);
      g_autoptr (EmbarkImageChain) chain = open_image (folder, names[i], NULL);
      g_autoptr (EmbarkExport) export = start (chain, runtime);
      compare (folder, export, "raw", "base");
    }
}

/* What it prints until it ends; its input stays open, since it would end with that. */
static char *run_inside (EmbarkImageChain *chain, ImageFolder *runtime, const char *script)
{
  const char *words[] = { "/usr/bin/bash", "-c", script, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) argv = embark_sandbox_new_command (chain, runtime->path, words, &error);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();

  g_assert_no_error (error);
  process = g_subprocess_newv (
      (const char *const *) argv->pdata,
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  g_assert_no_error (error);
  g_output_stream_splice (out, g_subprocess_get_stdout_pipe (process), G_OUTPUT_STREAM_SPLICE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (out, "", 1, NULL, NULL, NULL);
  g_output_stream_close (out, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (out));
}

static void test_sandbox (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_setenv ("EMBARK_TEST_CANARY", "visible", TRUE);
  g_autofree char *root = run_inside (
      chain, runtime, "echo /etc/*; echo /disk/*; env | grep CANARY; ls -d /home /root /tmp /var /proc /sys /run/*");
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *connect = g_strdup_printf ("{ (: < /dev/tcp/127.0.0.1/%u) && echo reached; echo end; }", port);
  g_autofree char *network = run_inside (chain, runtime, connect);
  g_autofree char *writing = run_inside (chain, runtime,
                                         "for f in /disk/0 /usr/x /x /etc/x; do (echo x >> $f) && echo bad; done; "
                                         "head -c 2 /disk/0 | wc -c");
  g_assert_cmpstr (root, ==, "/etc/ld.so.cache\n/disk/0\n/run/nbd\n");
  /* The same words reach it from outside. */
  g_autofree char *outside = g_strconcat (connect, " | grep reached", NULL);
  image_folder_run (folder, "bash", "-c", outside, NULL);
  g_assert_cmpstr (network, ==, "end\n");
  g_assert_cmpstr (writing, ==, "2\n");
}

/* A writer that says when it has the disk, and ends when its input does. */
static GSubprocess *start_writer (ImageFolder *folder, const char *format, const char *name)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  char byte;

  g_subprocess_launcher_set_cwd (launcher, folder->path);
  GSubprocess *writer = g_subprocess_launcher_spawn (launcher, &error, "qemu-io", "-f", format, name, NULL);
  g_assert_no_error (error);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (writer), "length\n", 7, NULL, NULL, &error);
  g_output_stream_flush (g_subprocess_get_stdin_pipe (writer), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (writer), &byte, 1, NULL, &error), ==, 1);
  return writer;
}

static void test_in_use (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  const char *const formats[] = { "raw", "qcow2" };

  image_folder_make_raw (folder, "raw", 4 * MIB);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "qcow2", "4M", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmbarkImageChain) chain = open_image (folder, formats[i], NULL);
      g_autoptr (GSubprocess) writer = start_writer (folder, formats[i], formats[i]);
      g_assert_null (embark_export_start (chain, runtime->path, NULL, &error));
      g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_IN_USE);
      g_assert_nonnull (strstr (error->message, formats[i]));
      g_assert_true (g_output_stream_close (g_subprocess_get_stdin_pipe (writer), NULL, NULL));
      g_assert_true (g_subprocess_wait (writer, NULL, NULL));
      g_autoptr (EmbarkImageChain) again = open_image (folder, formats[i], NULL);
      g_autoptr (EmbarkExport) export = start (again, runtime);
    }
}

/* While Embark reads a disk no machine can start to write to it. */
static void test_keeps_writers_away (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  const char *const formats[] = { "raw", "qcow2" };

  image_folder_make_raw (folder, "raw", 4 * MIB);
  image_folder_run (folder, "qemu-img", "create", "-q", "-f", "qcow2", "qcow2", "4M", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (EmbarkImageChain) chain = open_image (folder, formats[i], NULL);
      g_autoptr (EmbarkExport) export = start (chain, runtime);
      image_folder_run (folder, "sh", "-c", "! qemu-io -f \"$0\" -c 'write 0 512' \"$0\"", formats[i], NULL);
      g_clear_pointer (&export, embark_export_free);
      image_folder_run (folder, "qemu-io", "-f", formats[i], "-c", "write 0 512", formats[i], NULL);
    }
}

static void test_nothing_left (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  EmbarkExport *export = start (chain, runtime);
  g_autoptr (GArray) before = find_processes (runtime->path);
  g_assert_cmpuint (before->len, >, 0);
  embark_export_free (export);
  wait_for_all (before);
  g_assert_cmpuint (image_folder_count (runtime), ==, 0);
}

static gpointer start_in_thread_cb (gpointer data)
{
  gpointer *arguments = data;

  return start (arguments[0], arguments[1]);
}

/* The thread of a job ends long before the export does. */
static void test_outlives_thread (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  gpointer arguments[] = { chain, runtime };
  g_autoptr (EmbarkExport) export = g_thread_join (g_thread_new ("start", start_in_thread_cb, arguments));
  compare (folder, export, "raw", "image");
}

static void test_killed (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autofree char *image = image_folder_get_path (folder, "image");
  g_autoptr (GError) error = NULL;
  const char *const argv[] = { "/proc/self/exe", "--hold", image, runtime->path, NULL };

  image_folder_make_raw (folder, "image", 2 * MIB);
  g_autoptr (GSubprocess) holder = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  char byte;
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (holder), &byte, 1, NULL, &error), ==, 1);
  g_assert_cmpuint (image_folder_count (runtime), ==, 1);
  g_autoptr (GArray) before = find_processes (runtime->path);
  g_assert_cmpuint (before->len, >, 1);
  g_subprocess_force_exit (holder);
  g_assert_true (g_subprocess_wait (holder, NULL, NULL));
  wait_for_all (before);

  /* The folder it left is swept away by the next. */
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_autoptr (EmbarkExport) export = start (chain, runtime);
  g_assert_cmpuint (image_folder_count (runtime), ==, 1);
  g_autoptr (EmbarkExport) second = start (chain, runtime);
  g_assert_cmpuint (image_folder_count (runtime), ==, 2);
  compare (folder, export, "raw", "image");
}

static int hold (const char *image, const char *runtime)
{
  g_autoptr (EmbarkImageChain) chain = embark_image_chain_open (image, NULL, NULL, NULL, NULL);
  g_autoptr (EmbarkExport) export = chain == NULL ? NULL : embark_export_start (chain, runtime, NULL, NULL);

  if (export == NULL || write (STDOUT_FILENO, "x", 1) != 1)
    return 1;
  for (;;)
    pause ();
}

/* Root reads the disks of the hypervisor's own user, which only a capability opens. */
static void test_foreign_owner (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();
  g_autofree char *path = image_folder_get_path (folder, "image");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  image_folder_make_raw (folder, "image", 2 * MIB);
  g_assert_cmpint (chown (path, 65534, 65534), ==, 0);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_autoptr (EmbarkExport) export = start (chain, runtime);
  compare (folder, export, "raw", "image");
}

/* Holes stay holes through the socket: what is not there need not be read. */
static void test_holes (void)
{
  g_autoptr (ImageFolder) folder = image_folder_new ();
  g_autoptr (ImageFolder) runtime = image_folder_new ();

  image_folder_make_raw (folder, "image", 64 * MIB);
  g_autoptr (EmbarkImageChain) chain = open_image (folder, "image", NULL);
  g_autoptr (EmbarkExport) export = start (chain, runtime);
  g_autofree char *map =
      g_strdup_printf ("qemu-img map --output=json --image-opts driver=nbd,server.type=unix,server.path=%s "
                       "| grep -q '\"zero\": true, \"data\": false'",
                       embark_export_get_socket (export));
  image_folder_run (folder, "sh", "-c", map, NULL);
}

int main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "--hold") == 0)
    return hold (argv[2], argv[3]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/formats", test_formats);
  g_test_add_func ("/export/chain", test_chain);
  g_test_add_func ("/export/raw-with-header", test_raw_with_header);
  g_test_add_func ("/export/names", test_names);
  g_test_add_func ("/export/sandbox", test_sandbox);
  g_test_add_func ("/export/in-use", test_in_use);
  g_test_add_func ("/export/keeps-writers-away", test_keeps_writers_away);
  g_test_add_func ("/export/nothing-left", test_nothing_left);
  g_test_add_func ("/export/outlives-thread", test_outlives_thread);
  g_test_add_func ("/export/killed", test_killed);
  g_test_add_func ("/export/holes", test_holes);
  g_test_add_func ("/export/foreign-owner", test_foreign_owner);
  return g_test_run ();
}
