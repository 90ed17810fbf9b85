/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "model/base/errors.h"
#include "model/base/job.h"

typedef struct
{
  gboolean result_given, ignores_cancel;
  GError *error; /* handed out by the worker */
  const EmbarkProgress *reports;
  guint n_reports;

  GMutex lock;
  GCond cond;
  gboolean reported, may_return; /* under the lock */
} Work;

static GThread *main_thread;
static guint n_data_freed, n_results_freed;

static Work *new_work (void)
{
  Work *work = g_new0 (Work, 1);

  g_mutex_init (&work->lock);
  g_cond_init (&work->cond);
  work->may_return = TRUE;
  return work;
}

static void free_work (gpointer data)
{
  Work *work = data;

  g_assert_true (g_thread_self () == main_thread);
  n_data_freed++;
  g_clear_error (&work->error);
  g_mutex_clear (&work->lock);
  g_cond_clear (&work->cond);
  g_free (work);
}

static void free_result (gpointer data)
{
  n_results_freed++;
  g_free (data);
}

static void wait_for_cancel (GCancellable *cancellable)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  while (!g_cancellable_is_cancelled (cancellable))
    g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

static gpointer do_work (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;

  for (guint i = 0; i < work->n_reports; i++)
    embark_job_report_cb (&work->reports[i], job);

  g_mutex_lock (&work->lock);
  work->reported = TRUE;
  g_cond_broadcast (&work->cond);
  while (!work->may_return)
    g_cond_wait (&work->cond, &work->lock);
  g_mutex_unlock (&work->lock);

  if (work->error != NULL)
    g_propagate_error (error, g_steal_pointer (&work->error));
  return work->result_given ? g_strdup ("result") : NULL;
}

static gpointer do_until_cancelled (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;

  wait_for_cancel (cancellable);
  if (work->result_given)
    return g_strdup ("result");
  g_cancellable_set_error_if_cancelled (cancellable, error);
  return NULL;
}

static void wait_until_reported (Work *work)
{
  g_mutex_lock (&work->lock);
  while (!work->reported)
    g_cond_wait (&work->cond, &work->lock);
  g_mutex_unlock (&work->lock);
}

static void let_return (Work *work)
{
  g_mutex_lock (&work->lock);
  work->may_return = TRUE;
  g_cond_broadcast (&work->cond);
  g_mutex_unlock (&work->lock);
}

/* What was notified, as text: "s1" a state, "p0.5" a progress, "gread" a stage, "f" finished. */
static void notified_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  EmbarkJob *job = EMBARK_JOB (object);
  GString *seen = user_data;

  g_assert_true (g_thread_self () == main_thread);
  if (strcmp (pspec->name, "state") == 0)
    g_string_append_printf (seen, "s%d ", embark_job_get_state (job));
  else if (strcmp (pspec->name, "progress") == 0)
    g_string_append_printf (seen, "p%g ", embark_job_get_progress (job));
  else
    g_string_append_printf (seen, "g%s ", embark_job_get_report (job)->stage);
}

static void finished_cb (EmbarkJob *job, gpointer user_data)
{
  g_assert_true (embark_job_is_finished (job));
  g_string_append (user_data, "f ");
}

static GString *watch_job (EmbarkJob *job)
{
  GString *seen = g_string_new (NULL);

  g_signal_connect (job, "notify", G_CALLBACK (notified_cb), seen);
  g_signal_connect (job, "finished", G_CALLBACK (finished_cb), seen);
  return seen;
}

static char *unwatch_job (EmbarkJob *job, GString *seen)
{
  g_signal_handlers_disconnect_by_data (job, seen);
  return g_string_free (seen, FALSE);
}

static void reset_counters (void)
{
  n_data_freed = n_results_freed = 0;
}

/* Over long before the first announcement is due a second time: the last report must still be seen, before the end. */
static void test_short_job (void)
{
  static const EmbarkProgress reports[] = {
    { .fraction = 0.25, .stage = "read", .bytes_read = 1 },
    { .fraction = 0.75, .stage = "send", .bytes_read = 3, .in_flight = 2 },
  };
  g_autoptr (EmbarkJob) job = embark_job_new ("Short");
  GString *seen = watch_job (job);
  Work *work = new_work ();

  reset_counters ();
  work->reports = reports;
  work->n_reports = G_N_ELEMENTS (reports);
  work->result_given = TRUE;
  embark_job_start (job, do_work, work, free_work, free_result);
  embark_job_wait (job);

  g_autofree char *order = unwatch_job (job, seen);
  g_assert_true (g_str_has_prefix (order, "s1 "));
  g_assert_true (g_str_has_suffix (order, " gsend p0.75 s3 f ") || g_str_has_suffix (order, " p0.75 gsend s3 f "));
  g_assert_cmpint (embark_job_get_state (job), ==, EMBARK_JOB_DONE);
  g_assert_cmpstr (embark_job_get_result (job), ==, "result");
  g_assert_null (embark_job_get_error (job));
  g_assert_cmpuint (embark_job_get_report (job)->bytes_read, ==, 3);
  g_assert_cmpuint (embark_job_get_report (job)->in_flight, ==, 2);
  g_assert_cmpstr (embark_job_get_title (job), ==, "Short");
  g_assert_cmpuint (n_data_freed, ==, 1);
  g_clear_object (&job);
  g_assert_cmpuint (n_results_freed, ==, 1);
}

/* However often the worker reports, one source is pending. */
static void test_many_reports (void)
{
  g_autofree EmbarkProgress *reports = g_new0 (EmbarkProgress, 10000);
  g_autoptr (EmbarkJob) job = embark_job_new ("Many");
  Work *work = new_work ();

  for (guint i = 0; i < 10000; i++)
    reports[i].fraction = (i + 1) / 10000.0;
  work->reports = reports;
  work->n_reports = 10000;
  work->result_given = TRUE;
  work->may_return = FALSE;

  embark_job_start (job, do_work, work, free_work, g_free);
  wait_until_reported (work);
  GString *seen = watch_job (job);
  while (seen->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (seen->str, ==, "p1 ");
  let_return (work);
  embark_job_wait (job);

  g_autofree char *order = unwatch_job (job, seen);
  g_assert_cmpstr (order, ==, "p1 s3 f ");
}

static void test_never_backwards (void)
{
  static const EmbarkProgress reports[] = {
    { .fraction = 0.5 },
    { .fraction = 0.2 },
    { .fraction = -1 },
    { .fraction = NAN },
    { .fraction = 0.4, .stage = "later" },
  };
  g_autoptr (EmbarkJob) job = embark_job_new ("Back"), above = embark_job_new ("Above");
  static const EmbarkProgress too_much = { .fraction = 17 };
  Work *work = new_work (), *more = new_work ();

  work->reports = reports;
  work->n_reports = G_N_ELEMENTS (reports);
  work->result_given = TRUE;
  embark_job_start (job, do_work, work, free_work, g_free);
  embark_job_wait (job);
  g_assert_cmpfloat (embark_job_get_progress (job), ==, 0.5);
  g_assert_cmpfloat (embark_job_get_report (job)->fraction, ==, 0.5);
  g_assert_cmpstr (embark_job_get_report (job)->stage, ==, "later");

  more->reports = &too_much;
  more->n_reports = 1;
  more->result_given = TRUE;
  embark_job_start (above, do_work, more, free_work, g_free);
  embark_job_wait (above);
  g_assert_cmpfloat (embark_job_get_progress (above), ==, 1);
}

static void test_unknown_fraction (void)
{
  EmbarkProgress report = { .fraction = -1, .bytes_read = 5 };
  g_autoptr (EmbarkJob) job = embark_job_new ("Unknown");
  Work *work = new_work ();

  memset (report.stage, 'x', sizeof report.stage); /* not terminated */
  work->reports = &report;
  work->n_reports = 1;
  work->result_given = TRUE;
  embark_job_start (job, do_work, work, free_work, g_free);
  embark_job_wait (job);
  g_assert_cmpfloat (embark_job_get_progress (job), ==, 0);
  g_assert_cmpfloat (embark_job_get_report (job)->fraction, <, 0);
  g_assert_cmpuint (strlen (embark_job_get_report (job)->stage), ==, sizeof report.stage - 1);
}

static void test_cancel (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("Cancel");
  GString *seen = watch_job (job);

  reset_counters ();
  embark_job_start (job, do_until_cancelled, new_work (), free_work, free_result);
  embark_job_cancel (job);
  embark_job_cancel (job);
  g_assert_cmpint (embark_job_get_state (job), ==, EMBARK_JOB_CANCELLING);
  embark_job_wait (job);
  embark_job_cancel (job);

  g_autofree char *order = unwatch_job (job, seen);
  g_assert_cmpstr (order, ==, "s1 s2 s5 f ");
  g_assert_error (embark_job_get_error (job), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (embark_job_get_result (job));
  g_assert_cmpuint (n_data_freed, ==, 1);
}

/* The effect has happened: cancelling came too late. */
static void test_cancel_too_late (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("Late");
  Work *work = new_work ();

  reset_counters ();
  work->result_given = TRUE;
  embark_job_start (job, do_until_cancelled, work, free_work, free_result);
  embark_job_cancel (job);
  embark_job_wait (job);
  g_assert_cmpint (embark_job_get_state (job), ==, EMBARK_JOB_DONE);

  g_autofree char *result = embark_job_steal_result (job);
  g_assert_cmpstr (result, ==, "result");
  g_assert_null (embark_job_get_result (job));
  g_clear_object (&job);
  g_assert_cmpuint (n_results_freed, ==, 0);
}

static void test_cancel_pending (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("Pending");
  GString *seen = watch_job (job);

  reset_counters ();
  embark_job_cancel (job);
  embark_job_cancel (job);
  embark_job_start (job, do_work, new_work (), free_work, NULL);
  g_assert_cmpuint (n_data_freed, ==, 1);

  g_autofree char *order = unwatch_job (job, seen);
  g_assert_cmpstr (order, ==, "s5 f ");
  g_assert_error (embark_job_get_error (job), G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void test_failure (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("Failure");
  Work *work = new_work ();

  work->error = g_error_new (EMBARK_ERROR, EMBARK_ERROR_NETWORK, "no route");
  embark_job_start (job, do_work, work, free_work, NULL);
  embark_job_wait (job);
  g_assert_cmpint (embark_job_get_state (job), ==, EMBARK_JOB_FAILED);
  g_assert_error (embark_job_get_error (job), EMBARK_ERROR, EMBARK_ERROR_NETWORK);
}

static void test_wrong_workers (void)
{
  g_autoptr (EmbarkJob) silent = embark_job_new ("Silent"), both = embark_job_new ("Both");
  Work *work = new_work ();

  g_test_expect_message ("embark-base", G_LOG_LEVEL_CRITICAL, "*neither a result nor an error*");
  embark_job_start (silent, do_work, new_work (), free_work, NULL);
  embark_job_wait (silent);
  g_test_assert_expected_messages ();
  g_assert_cmpint (embark_job_get_state (silent), ==, EMBARK_JOB_FAILED);
  g_assert_error (embark_job_get_error (silent), EMBARK_ERROR, EMBARK_ERROR_FAILED);
  g_assert_nonnull (strstr (embark_job_get_error (silent)->message, "Silent"));

  g_test_expect_message ("embark-base", G_LOG_LEVEL_WARNING, "*result together with an error*");
  work->result_given = TRUE;
  work->error = g_error_new (EMBARK_ERROR, EMBARK_ERROR_NETWORK, "no route");
  embark_job_start (both, do_work, work, free_work, g_free);
  embark_job_wait (both);
  g_test_assert_expected_messages ();
  g_assert_cmpint (embark_job_get_state (both), ==, EMBARK_JOB_DONE);
  g_assert_null (embark_job_get_error (both));
}

static void gone_cb (gpointer user_data, GObject *where_the_object_was)
{
  *(gboolean *) user_data = TRUE;
}

/* A job that nobody holds goes on to its end, and only then goes away. */
static void test_keeps_itself (void)
{
  EmbarkJob *job = embark_job_new ("Alone");
  Work *work = new_work ();
  GString *seen = watch_job (job);
  gboolean gone = FALSE;

  reset_counters ();
  work->result_given = TRUE;
  g_object_weak_ref (G_OBJECT (job), gone_cb, &gone);
  embark_job_start (job, do_work, work, free_work, free_result);
  g_object_unref (job);
  while (!gone)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (seen->str, ==, "s1 s3 f ");
  g_assert_cmpuint (n_data_freed, ==, 1);
  g_assert_cmpuint (n_results_freed, ==, 1);
  g_string_free (seen, TRUE);
}

/* What a stray thread reports after the end is not taken. */
static void test_report_after_end (void)
{
  static const EmbarkProgress late = { .fraction = 0.9 };
  g_autoptr (EmbarkJob) job = embark_job_new ("After");
  Work *work = new_work ();

  work->result_given = TRUE;
  embark_job_start (job, do_work, work, free_work, g_free);
  embark_job_wait (job);
  GString *seen = watch_job (job);
  embark_job_report (job, &late);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_autofree char *order = unwatch_job (job, seen);
  g_assert_cmpstr (order, ==, "");
  g_assert_cmpfloat (embark_job_get_progress (job), ==, 0);
}

static gpointer publish_twice (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  static const EmbarkProgress report = { .fraction = 0.5 };

  embark_job_publish (job, g_strdup ("old"), free_result);
  embark_job_publish (job, g_strdup ("new"), free_result);
  embark_job_report (job, &report);
  return do_work (job, data, cancellable, error);
}

static void published_cb (EmbarkJob *job, gpointer user_data)
{
  g_autofree char *news = embark_job_steal_news (job);

  g_assert_true (g_thread_self () == main_thread);
  g_assert_null (embark_job_steal_news (job));
  g_string_append_printf (user_data, "n%s ", news);
}

/* While the worker is still at it. */
static void test_published (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("News");
  Work *work = new_work ();

  reset_counters ();
  work->result_given = TRUE;
  work->may_return = FALSE;
  embark_job_start (job, publish_twice, work, free_work, g_free);
  wait_until_reported (work);
  GString *seen = watch_job (job);
  g_signal_connect (job, "published", G_CALLBACK (published_cb), seen);
  while (strstr (seen->str, "nnew") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (embark_job_get_state (job), ==, EMBARK_JOB_RUNNING);
  g_assert_cmpuint (n_results_freed, ==, 1);
  let_return (work);
  embark_job_wait (job);

  g_autofree char *order = unwatch_job (job, seen);
  g_assert_cmpstr (order, ==, "p0.5 nnew s3 f ");
}

/* Over at once: the news come first all the same, and are freed when nobody wants them. */
static void test_published_at_the_end (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("News"), unwanted = embark_job_new ("Unwanted");
  Work *work = new_work (), *more = new_work ();
  GString *seen = watch_job (job);

  reset_counters ();
  g_signal_connect (job, "published", G_CALLBACK (published_cb), seen);
  work->result_given = TRUE;
  embark_job_start (job, publish_twice, work, free_work, g_free);
  embark_job_wait (job);
  g_autofree char *order = unwatch_job (job, seen);
  /* The report may come before the news or after them: the main thread is free while the worker is at it. */
  const char *newest = strstr (order, "nnew ");
  g_assert_nonnull (newest);
  g_assert_true (g_str_has_suffix (newest, "s3 f "));

  reset_counters ();
  more->result_given = TRUE;
  embark_job_start (unwanted, publish_twice, more, free_work, g_free);
  embark_job_wait (unwanted);
  g_assert_cmpuint (n_results_freed, ==, 2);
  embark_job_publish (unwanted, g_strdup ("late"), free_result);
  g_clear_object (&unwanted);
  g_assert_cmpuint (n_results_freed, ==, 3);
}

static void test_properties (void)
{
  g_autoptr (EmbarkJob) job = embark_job_new ("Title");
  g_autofree char *title = NULL, *stage = NULL;
  int state = -1;
  double progress = -1;

  g_object_get (job, "title", &title, "stage", &stage, "state", &state, "progress", &progress, NULL);
  g_assert_cmpstr (title, ==, "Title");
  g_assert_cmpstr (stage, ==, "");
  g_assert_cmpint (state, ==, EMBARK_JOB_PENDING);
  g_assert_cmpfloat (progress, ==, 0);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  main_thread = g_thread_self ();
  g_test_add_func ("/job/short", test_short_job);
  g_test_add_func ("/job/many-reports", test_many_reports);
  g_test_add_func ("/job/never-backwards", test_never_backwards);
  g_test_add_func ("/job/unknown-fraction", test_unknown_fraction);
  g_test_add_func ("/job/cancel", test_cancel);
  g_test_add_func ("/job/cancel-too-late", test_cancel_too_late);
  g_test_add_func ("/job/cancel-pending", test_cancel_pending);
  g_test_add_func ("/job/failure", test_failure);
  g_test_add_func ("/job/wrong-workers", test_wrong_workers);
  g_test_add_func ("/job/keeps-itself", test_keeps_itself);
  g_test_add_func ("/job/report-after-end", test_report_after_end);
  g_test_add_func ("/job/published", test_published);
  g_test_add_func ("/job/published-at-the-end", test_published_at_the_end);
  g_test_add_func ("/job/properties", test_properties);
  return g_test_run ();
}
