/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "model/base/process.h"

static const char *self_path;

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define SHELL(script) ARGV ("sh", "-c", script)

/* Waits for the end of a process that need not be ours; the bound is for a test that fails. */
static void check_ends (GPid pid)
{
  int fd = pidfd_open (pid, 0);

  if (fd < 0)
    {
      g_assert_cmpint (errno, ==, ESRCH);
      return;
    }
  GPollFD poll_fd = { fd, G_IO_IN, 0 };
  g_assert_cmpint (g_poll (&poll_fd, 1, 60000), ==, 1);
  close (fd);
}

static char *run (const char *const *argv, const EmbarkProcessLimits *limits)
{
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  g_assert_true (embark_process_run (argv, limits, &out, NULL, &error));
  g_assert_no_error (error);
  return out;
}

static void check_run_fails (const char *const *argv, const EmbarkProcessLimits *limits, GQuark domain, int code,
                             const char *in_message)
{
  g_autoptr (GError) error = NULL;
  char *out = (char *) "untouched";

  g_assert_false (embark_process_run (argv, limits, &out, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (out, ==, "untouched");
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (strstr (error->message, in_message) == NULL)
    g_error ("“%s” is not in “%s”", in_message, error->message);
}

static char *read_line (EmbarkProcess *process)
{
  g_autoptr (GError) error = NULL;
  char *line = embark_process_read_line (process, 4096, 60, NULL, &error);

  g_assert_no_error (error);
  return line;
}

static GPid read_pid (EmbarkProcess *process)
{
  g_autofree char *line = read_line (process);

  g_assert_nonnull (line);
  return (GPid) g_ascii_strtoll (line, NULL, 10);
}

static EmbarkProcess *spawn (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  EmbarkProcess *process = embark_process_spawn (argv, &error);

  g_assert_no_error (error);
  return process;
}

static void test_run (void)
{
  g_autofree char *out = run (ARGV ("printf", "%s|", "a b", "$(id); `id`", "-n", "é\n"), NULL);
  g_assert_cmpstr (out, ==, "a b|$(id); `id`|-n|é\n|");
  g_autofree char *nothing = run (ARGV ("true"), NULL);
  g_assert_cmpstr (nothing, ==, "");
  g_autofree char *input = run (ARGV ("cat"), NULL); /* its input is empty, not ours */
  g_assert_cmpstr (input, ==, "");
}

static void test_failures (void)
{
  GQuark ours = EMBARK_ERROR;

  check_run_fails (ARGV ("false"), NULL, ours, EMBARK_ERROR_FAILED, "“false” failed with status 1");
  check_run_fails (SHELL ("exit 5"), NULL, ours, EMBARK_ERROR_FAILED, "status 5");
  check_run_fails (SHELL ("echo first >&2; echo 'last \033[31mwords' >&2; echo >&2; exit 4"), NULL, ours,
                   EMBARK_ERROR_FAILED, "failed: last  [31mwords");
  check_run_fails (SHELL ("printf 'begin %05000d' 1 >&2; exit 4"), NULL, ours, EMBARK_ERROR_FAILED,
                   "failed: begin 0000");
  check_run_fails (SHELL ("printf 'not \\377 text' >&2; exit 4"), NULL, ours, EMBARK_ERROR_FAILED, "failed: not ");
  check_run_fails (SHELL ("kill -SEGV $$"), NULL, ours, EMBARK_ERROR_FAILED, "died");
  check_run_fails (SHELL ("head -c 3000000 /dev/zero | tr '\\0' x >&2; printf '\\nthe end' >&2; exit 1"), NULL, ours,
                   EMBARK_ERROR_FAILED, "failed: the end");
}

static void test_missing (void)
{
  g_autofree char *dir = g_dir_make_tmp ("embark-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "tool", NULL);

  check_run_fails (ARGV ("embark-no-such-program"), NULL, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING,
                   "“embark-no-such-program”");
  check_run_fails (ARGV ("/nonexistent/\xff"), NULL, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING, "/nonexistent/");
  g_assert_true (g_file_set_contents_full (path, "#!/bin/sh\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  check_run_fails (ARGV (path), NULL, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING, path);
  g_unlink (path);
  g_rmdir (dir);

  g_autoptr (GError) error = NULL;
  g_assert_null (embark_process_spawn (ARGV ("embark-no-such-program"), &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING);
}

static void test_limits (void)
{
  EmbarkProcessLimits wall = { .timeout_s = 1 }, cpu = { .cpu_s = 1 }, memory = { .address_space = 128 << 20 };
  EmbarkProcessLimits output = { .output_max = 1000 };

  check_run_fails (ARGV ("sleep", "600"), &wall, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "“sleep”");
  check_run_fails (SHELL ("exec >&-; sleep 600"), &wall, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "“sh”");
  check_run_fails (SHELL ("while echo x; do sleep 0.01; done"), &wall, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "“sh”");
  check_run_fails (SHELL ("while :; do :; done"), &cpu, EMBARK_ERROR, EMBARK_ERROR_FAILED, "computing time");
  check_run_fails (ARGV ("dd", "if=/dev/zero", "of=/dev/null", "bs=512M", "count=1"), &memory, EMBARK_ERROR,
                   EMBARK_ERROR_FAILED, "dd: ");
  check_run_fails (ARGV ("yes"), &output, EMBARK_ERROR, EMBARK_ERROR_FAILED, "more than expected");
  check_run_fails (SHELL ("head -c 1001 /dev/zero"), &output, EMBARK_ERROR, EMBARK_ERROR_FAILED, "more than expected");

  g_autofree char *just_fits = run (SHELL ("head -c 1000 /dev/zero | tr '\\0' x"), &output);
  g_assert_cmpuint (strlen (just_fits), ==, 1000);
  g_autofree char *by_default = run (SHELL ("head -c 1048576 /dev/zero | tr '\\0' x"), NULL);
  g_assert_cmpuint (strlen (by_default), ==, 1048576);
}

static gpointer cancel_in_thread (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return NULL;
}

static void test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL, at_once = NULL, reading = NULL;

  GThread *thread = g_thread_new ("cancel", cancel_in_thread, cancellable);
  g_assert_false (embark_process_run (ARGV ("sleep", "600"), NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  g_assert_false (embark_process_run (ARGV ("true"), NULL, NULL, cancellable, &at_once));
  g_assert_error (at_once, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_autoptr (EmbarkProcess) process = spawn (ARGV ("cat"));
  g_assert_null (embark_process_read_line (process, 100, 0, cancellable, &reading));
  g_assert_error (reading, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A name, a value: what the child may and may not see. */
static void test_environment (void)
{
  g_setenv ("TENCENTCLOUD_SECRET_KEY", "canary", TRUE);
  g_setenv ("XDG_SECRET_THING", "canary", TRUE);
  g_setenv ("LIBGUESTFS_TOKEN", "canary", TRUE);
  g_setenv ("XDG_Password_FILE", "canary", TRUE);
  g_setenv ("LD_PRELOAD_NOT", "canary", TRUE);
  g_setenv ("LIBGUESTFS_BACKEND", "direct", TRUE);
  g_setenv ("XDG_CACHE_HOME", "/tmp/cache", TRUE);
  g_setenv ("LANGUAGE", "zh_CN", TRUE);
  g_autofree char *path = g_strconcat (".:bin::", g_getenv ("PATH"), NULL);
  g_autofree char *old_path = g_strdup (g_getenv ("PATH"));
  g_setenv ("PATH", path, TRUE);

  g_autofree char *out = run (ARGV ("env"), NULL);
  g_setenv ("PATH", old_path, TRUE);
  g_assert_null (strstr (out, "canary"));
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);
  g_assert_true (g_strv_contains ((const char *const *) lines, "LC_ALL=C"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "LIBGUESTFS_BACKEND=direct"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "XDG_CACHE_HOME=/tmp/cache"));
  g_assert_true (g_strv_contains ((const char *const *) lines, "LANGUAGE=zh_CN"));
  g_assert_cmpstr (g_environ_getenv (lines, "LANG"), ==, NULL);

  g_auto (GStrv) dirs = g_strsplit (g_environ_getenv (lines, "PATH"), ":", -1);
  g_assert_true (g_strv_contains ((const char *const *) dirs, "/usr/sbin"));
  for (guint i = 0; dirs[i] != NULL; i++)
    g_assert_cmpint (dirs[i][0], ==, '/');
}

/* Descriptors of the program do not leak into its children, whoever opened them. */
static void test_descriptors (void)
{
  int fd = open ("/dev/null", O_RDONLY); /* without close-on-exec */
  int high = fcntl (fd, F_DUPFD, 200);

  g_autofree char *out = run (SHELL ("cd /proc/self/fd && echo *"), NULL);
  close (fd);
  close (high);
  g_auto (GStrv) names = g_strsplit (g_strchomp (out), " ", -1);
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_cmpint (g_ascii_strtoll (names[i], NULL, 10), <, 10);
}

static void test_talk (void)
{
  g_autoptr (EmbarkProcess) process = spawn (ARGV ("cat"));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (getsid (embark_process_get_pid (process)), ==, embark_process_get_pid (process));
  g_assert_true (embark_process_is_running (process));
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("line %u", i);
      g_assert_true (embark_process_write_line (process, text, &error));
      g_autofree char *line = read_line (process);
      g_assert_cmpstr (line, ==, text);
    }
  g_assert_cmpstr (embark_process_get_complaint (process), ==, "");

  embark_process_close_stdin (process);
  embark_process_close_stdin (process);
  g_assert_cmpint (embark_process_get_stdin (process), ==, -1);
  g_assert_null (read_line (process));
  g_assert_null (read_line (process));
  embark_process_stop (process);
  embark_process_stop (process);
  g_assert_false (embark_process_is_running (process));
  g_assert_cmpint (embark_process_get_stdout (process), ==, -1);
  g_assert_false (embark_process_write_line (process, "x", &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
}

static void test_lines (void)
{
  g_autoptr (EmbarkProcess) process = spawn (SHELL ("printf 'one\\n\\nthree\\nlast'"));
  const char *const expected[] = { "one", "", "three", "last", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *line = read_line (process);
      g_assert_cmpstr (line, ==, expected[i]);
    }
}

static void test_bad_lines (void)
{
  g_autoptr (EmbarkProcess) endless = spawn (SHELL ("exec tr '\\0' x </dev/zero"));
  g_autoptr (EmbarkProcess) binary = spawn (SHELL ("printf 'a\\0b\\n'"));
  g_autoptr (EmbarkProcess) fits = spawn (SHELL ("printf '12345\\n123456\\n'"));
  g_autoptr (EmbarkProcess) silent = spawn (ARGV ("cat"));
  g_autoptr (GError) too_long = NULL, not_text = NULL, one_more = NULL, late = NULL;

  g_assert_null (embark_process_read_line (endless, 100000, 60, NULL, &too_long));
  g_assert_error (too_long, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_null (embark_process_read_line (binary, 100, 60, NULL, &not_text));
  g_assert_error (not_text, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_autofree char *line = embark_process_read_line (fits, 5, 60, NULL, NULL);
  g_assert_cmpstr (line, ==, "12345");
  g_assert_null (embark_process_read_line (fits, 5, 60, NULL, &one_more));
  g_assert_error (one_more, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_null (embark_process_read_line (silent, 100, 1, NULL, &late));
  g_assert_error (late, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* Last words, also when they come with the death; and writing to the dead does not kill us. */
static void test_sudden_death (void)
{
  g_autoptr (EmbarkProcess) process = spawn (SHELL ("read x; echo 'cannot open the disk' >&2; exit 3"));
  g_autoptr (GError) error = NULL;
  g_autofree char *big = g_strnfill (1000000, 'x');

  g_assert_true (embark_process_write_line (process, "go", NULL));
  g_assert_null (read_line (process));
  g_assert_cmpstr (embark_process_get_complaint (process), ==, "cannot open the disk");
  g_assert_false (embark_process_is_running (process));
  g_assert_false (embark_process_write_line (process, big, &error));
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "cannot open the disk"));
}

/* Neither deaf ones nor children of children survive. */
static void test_stop_group (void)
{
  g_autoptr (EmbarkProcess) deaf = spawn (SHELL ("trap '' TERM; sleep 600 & echo $!; while :; do wait; done"));
  g_autoptr (EmbarkProcess) polite = spawn (SHELL ("sleep 600 & echo $!; wait"));
  GPid deaf_child = read_pid (deaf), polite_child = read_pid (polite), pid = embark_process_get_pid (deaf);

  embark_process_stop (polite);
  check_ends (polite_child);
  embark_process_stop (deaf);
  check_ends (deaf_child);
  g_assert_cmpint (kill (pid, 0), ==, -1); /* reaped */
}

/* A grandchild that holds the pipes open does not hold us up. */
static void test_leftover_grandchildren (void)
{
  g_autofree char *in_group = run (SHELL ("sleep 600 & echo $!"), NULL);
  check_ends ((GPid) g_ascii_strtoll (in_group, NULL, 10));

  g_autofree char *escaped = run (SHELL ("setsid sleep 600 & echo $!; sleep 0"), NULL);
  GPid pid = (GPid) g_ascii_strtoll (escaped, NULL, 10);
  kill (pid, SIGKILL);
  check_ends (pid);
}

static gpointer spawn_in_thread (gpointer user_data)
{
  return spawn (ARGV ("cat"));
}

/* The parent-death signal follows the thread that forked; jobs are threads that end. */
static void test_outlives_thread (void)
{
  GThread *thread = g_thread_new ("job", spawn_in_thread, NULL);
  g_autoptr (EmbarkProcess) process = g_thread_join (thread);

  for (guint i = 0; i < 20; i++)
    {
      g_assert_true (embark_process_write_line (process, "still there", NULL));
      g_autofree char *line = read_line (process);
      g_assert_cmpstr (line, ==, "still there");
    }
}

G_NORETURN static void be_parent (void)
{
  EmbarkProcess *child = g_thread_join (g_thread_new ("job", spawn_in_thread, NULL));

  g_print ("%d\n", (int) embark_process_get_pid (child));
  for (;;)
    pause ();
}

static void test_parent_death (void)
{
  g_autoptr (EmbarkProcess) parent = spawn (ARGV (self_path, "--parent"));
  GPid child = read_pid (parent);

  g_assert_cmpint (kill (child, 0), ==, 0);
  kill (embark_process_get_pid (parent), SIGKILL);
  check_ends (child);
}

static gpointer run_many (gpointer user_data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("%p %u", user_data, i);
      g_autofree char *out = run (ARGV ("echo", text), NULL);
      g_assert_cmpstr (g_strchomp (out), ==, text);
    }
  return NULL;
}

/* Together with GLib's own way to wait for children, and no zombie is left. */
static void test_threads (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("run", run_many, GUINT_TO_POINTER (i));
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) other = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sh", "-c", "exit 0", NULL);
      g_assert_no_error (error);
      g_assert_true (g_subprocess_wait_check (other, NULL, &error));
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

int main (int argc, char *argv[])
{
  g_autofree char *path = g_file_read_link ("/proc/self/exe", NULL);

  self_path = path;
  if (argc > 1 && strcmp (argv[1], "--parent") == 0)
    be_parent ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/run", test_run);
  g_test_add_func ("/process/failures", test_failures);
  g_test_add_func ("/process/missing", test_missing);
  g_test_add_func ("/process/limits", test_limits);
  g_test_add_func ("/process/cancel", test_cancel);
  g_test_add_func ("/process/environment", test_environment);
  g_test_add_func ("/process/descriptors", test_descriptors);
  g_test_add_func ("/process/talk", test_talk);
  g_test_add_func ("/process/lines", test_lines);
  g_test_add_func ("/process/bad-lines", test_bad_lines);
  g_test_add_func ("/process/sudden-death", test_sudden_death);
  g_test_add_func ("/process/stop-group", test_stop_group);
  g_test_add_func ("/process/leftover-grandchildren", test_leftover_grandchildren);
  g_test_add_func ("/process/outlives-thread", test_outlives_thread);
  g_test_add_func ("/process/parent-death", test_parent_death);
  g_test_add_func ("/process/threads", test_threads);
  return g_test_run ();
}
