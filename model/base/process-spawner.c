/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parent-death signal is sent when the *thread* that forked ends, and jobs
 * are threads that end. So every child is forked by one thread that waits for
 * requests until the program is gone; then the kernel kills the children.
 */
#include "model/base/process-spawner.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "model/base/errors.h"

typedef struct
{
  const char *const *argv;
  const EmbarkProcessLimits *limits; /* nullable */
  pid_t parent;

  GPid *ret_pid;
  int *ret_stdin; /* nullable */
  int *ret_stdout;
  int *ret_stderr;
  GError *error;

  GMutex lock;
  GCond done_cond;
  gboolean done;
} Request;

static gboolean is_wanted_variable (const char *name)
{
  static const char *const exact[] = { "HOME",    "LANGUAGE",     "TMPDIR",       "USER",
                                       "LOGNAME", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS" };
  static const char *const secret[] = { "SECRET", "TOKEN", "PASSWORD", "PASSWD", "CREDENTIAL" };

  g_autofree char *upper = g_ascii_strup (name, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (secret); i++)
    if (strstr (upper, secret[i]) != NULL)
      return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (exact); i++)
    if (strcmp (name, exact[i]) == 0)
      return TRUE;
  return g_str_has_prefix (name, "XDG_") || g_str_has_prefix (name, "LIBGUESTFS_");
}

/* The user's absolute directories, then those of the system: a desktop session often lacks the sbin ones. */
static char *make_path (void)
{
  static const char *const system_dirs[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                             "/usr/bin",        "/sbin",          "/bin" };
  const char *path = g_getenv ("PATH");
  g_auto (GStrv) user_dirs = g_strsplit (path != NULL ? path : "", ":", 256);
  g_autoptr (GPtrArray) dirs = g_ptr_array_new ();

  for (guint i = 0; user_dirs[i] != NULL; i++)
    if (user_dirs[i][0] == '/')
      g_ptr_array_add (dirs, user_dirs[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (system_dirs); i++)
    if (!g_strv_contains ((const char *const *) user_dirs, system_dirs[i]))
      g_ptr_array_add (dirs, (gpointer) system_dirs[i]);

  g_ptr_array_add (dirs, NULL);
  return g_strjoinv (":", (char **) dirs->pdata);
}

GStrv embark_process_spawner_make_environment (void)
{
  g_auto (GStrv) ours = g_get_environ ();
  g_autofree char *path = make_path ();
  GStrv result = g_new0 (char *, 1);

  for (guint i = 0; ours[i] != NULL; i++)
    {
      const char *equals = strchr (ours[i], '=');
      if (equals == NULL)
        continue;
      g_autofree char *name = g_strndup (ours[i], equals - ours[i]);
      if (is_wanted_variable (name))
        result = g_environ_setenv (result, name, equals + 1, TRUE);
    }
  result = g_environ_setenv (result, "PATH", path, TRUE);
  return g_environ_setenv (result, "LC_ALL", "C", TRUE);
}

static void set_limit (int resource, rlim_t value, rlim_t hard_value)
{
  struct rlimit limit = { value, hard_value };

  if (setrlimit (resource, &limit) != 0)
    _exit (126);
}

/* In the child, between fork and exec: nothing but system calls. */
static void child_forked_cb (gpointer user_data)
{
  const Request *request = user_data;
  static const int signals[] = { SIGPIPE, SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ };
  sigset_t none;

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);

  /* No terminal to ask on or to push keys into, and one group to kill. */
  if (setsid () < 0)
    _exit (126);
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid () != request->parent)
    _exit (126);

  set_limit (RLIMIT_CORE, 0, 0);
  if (request->limits == NULL)
    return;
  if (request->limits->cpu_s > 0)
    set_limit (RLIMIT_CPU, request->limits->cpu_s, request->limits->cpu_s + 1); /* SIGXCPU, then SIGKILL */
  if (request->limits->address_space > 0)
    set_limit (RLIMIT_AS, request->limits->address_space, request->limits->address_space);
}

static void fork_child (Request *request)
{
  g_auto (GStrv) environment = embark_process_spawner_make_environment ();
  g_autoptr (GError) error = NULL;
  GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH_FROM_ENVP | G_SPAWN_CLOEXEC_PIPES;

  if (g_spawn_async_with_pipes_and_fds (NULL, request->argv, (const char *const *) environment, flags, child_forked_cb,
                                        request, -1, -1, -1, NULL, NULL, 0, request->ret_pid, request->ret_stdin,
                                        request->ret_stdout, request->ret_stderr, &error))
    return;

  g_autofree char *name = g_filename_display_name (request->argv[0]);
  if (g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT)
      || g_error_matches (error, G_SPAWN_ERROR, G_SPAWN_ERROR_ACCES))
    /* Translators: %s is a program, "qemu-nbd" */
    g_set_error (&request->error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING,
                 _ ("The program “%s” is missing or cannot be run. Install the package that contains it."), name);
  else
    /* Translators: the first %s is a program, the second what the system says */
    g_set_error (&request->error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The program “%s” could not be started: %s"),
                 name, error->message);
}

static gpointer serve_requests (gpointer user_data)
{
  GAsyncQueue *requests = user_data;

  for (;;)
    {
      Request *request = g_async_queue_pop (requests);

      fork_child (request);
      g_mutex_lock (&request->lock);
      request->done = TRUE;
      g_cond_signal (&request->done_cond);
      g_mutex_unlock (&request->lock);
    }
  return NULL;
}

/* Made at the first child, kept until the program ends. */
static GAsyncQueue *get_requests (void)
{
  static gsize once;
  static GAsyncQueue *requests;

  if (g_once_init_enter (&once))
    {
      requests = g_async_queue_new ();
      g_thread_unref (g_thread_new ("embark-spawner", serve_requests, requests));
      g_once_init_leave (&once, 1);
    }
  return requests;
}

gboolean embark_process_spawner_fork (const char *const *argv, const EmbarkProcessLimits *limits, GPid *ret_pid,
                                      int *ret_stdin, int *ret_stdout, int *ret_stderr, GError **error)
{
  Request request = { .argv = argv,
                      .limits = limits,
                      .parent = getpid (),
                      .ret_pid = ret_pid,
                      .ret_stdin = ret_stdin,
                      .ret_stdout = ret_stdout,
                      .ret_stderr = ret_stderr };

  g_mutex_init (&request.lock);
  g_cond_init (&request.done_cond);
  g_async_queue_push (get_requests (), &request);

  g_mutex_lock (&request.lock);
  while (!request.done)
    g_cond_wait (&request.done_cond, &request.lock);
  g_mutex_unlock (&request.lock);
  g_mutex_clear (&request.lock);
  g_cond_clear (&request.done_cond);

  if (request.error == NULL)
    return TRUE;
  g_propagate_error (error, request.error);
  return FALSE;
}
