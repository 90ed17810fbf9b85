/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/base/job-list.h"

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean open; /* under the lock */
} Gate;

static guint n_data_freed;

static void free_data (gpointer data)
{
  n_data_freed++;
}

static gpointer pass_gate (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->lock);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->lock);
  g_mutex_unlock (&gate->lock);
  return job;
}

static gpointer wait_for_cancel (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  return NULL;
}

static void open_gate (Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->lock);
}

static void count_cb (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void test_waits_its_turn (void)
{
  g_autoptr (EmbarkJobList) list = embark_job_list_new (1);
  g_autoptr (EmbarkJob) first = embark_job_new ("1"), second = embark_job_new ("2"), third = embark_job_new ("3");
  Gate gate = { .open = FALSE };
  guint n_notified = 0, n_changed = 0;

  n_data_freed = 0;
  g_signal_connect_swapped (list, "notify::n-jobs", G_CALLBACK (count_cb), &n_notified);
  g_signal_connect_swapped (list, "items-changed", G_CALLBACK (count_cb), &n_changed);
  embark_job_list_start (list, first, pass_gate, &gate, free_data, NULL);
  embark_job_list_start (list, second, pass_gate, &gate, free_data, NULL);
  embark_job_list_start (list, third, pass_gate, &gate, free_data, NULL);
  g_assert_cmpint (embark_job_get_state (first), ==, EMBARK_JOB_RUNNING);
  g_assert_cmpint (embark_job_get_state (second), ==, EMBARK_JOB_PENDING);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 3);
  g_assert_cmpuint (n_notified, ==, 3);

  g_autoptr (EmbarkJob) item = g_list_model_get_item (G_LIST_MODEL (list), 1);
  g_assert_true (item == second);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (list), 3));
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (list)) == EMBARK_TYPE_JOB);

  /* One that waits can go; the others keep their order. */
  embark_job_cancel (second);
  g_assert_cmpint (embark_job_get_state (second), ==, EMBARK_JOB_CANCELLED);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 2);
  g_assert_cmpuint (n_data_freed, ==, 1);
  g_assert_cmpint (embark_job_get_state (third), ==, EMBARK_JOB_PENDING);

  open_gate (&gate);
  embark_job_wait (third);
  g_assert_cmpint (embark_job_get_state (first), ==, EMBARK_JOB_DONE);
  g_assert_cmpint (embark_job_get_state (third), ==, EMBARK_JOB_DONE);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 0);
  g_assert_cmpuint (n_data_freed, ==, 3);
  g_assert_cmpuint (n_changed, ==, 6);
  g_assert_cmpuint (n_notified, ==, 6);
}

static void test_no_bound (void)
{
  g_autoptr (EmbarkJobList) list = embark_job_list_new (0);
  g_autoptr (EmbarkJob) first = embark_job_new ("1"), second = embark_job_new ("2");
  Gate gate = { .open = FALSE };

  embark_job_list_start (list, first, pass_gate, &gate, NULL, NULL);
  embark_job_list_start (list, second, pass_gate, &gate, NULL, NULL);
  g_assert_cmpint (embark_job_get_state (second), ==, EMBARK_JOB_RUNNING);
  open_gate (&gate);
  embark_job_wait (first);
  embark_job_wait (second);
}

/* None of those that wait may start because those that run end. */
static void test_cancel_all (void)
{
  g_autoptr (EmbarkJobList) list = embark_job_list_new (2);
  EmbarkJob *jobs[5];

  n_data_freed = 0;
  for (guint i = 0; i < 5; i++)
    {
      jobs[i] = embark_job_new ("job");
      embark_job_list_start (list, jobs[i], wait_for_cancel, list, free_data, NULL);
    }
  embark_job_list_cancel_all (list);
  g_assert_cmpint (embark_job_get_state (jobs[1]), ==, EMBARK_JOB_CANCELLING);
  g_assert_cmpint (embark_job_get_state (jobs[2]), ==, EMBARK_JOB_CANCELLED);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 2);
  for (guint i = 0; i < 5; i++)
    {
      embark_job_wait (jobs[i]);
      g_assert_cmpint (embark_job_get_state (jobs[i]), ==, EMBARK_JOB_CANCELLED);
      g_object_unref (jobs[i]);
    }
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 0);
  g_assert_cmpuint (n_data_freed, ==, 5);
}

static void start_next_cb (EmbarkJob *job, gpointer user_data)
{
  static Gate open = { .open = TRUE };
  EmbarkJob *next = g_object_get_data (G_OBJECT (job), "next");

  embark_job_list_start (user_data, next, pass_gate, &open, NULL, NULL);
}

/* A handler of "finished" may use the list. */
static void test_starts_in_handler (void)
{
  g_autoptr (EmbarkJobList) list = embark_job_list_new (1);
  g_autoptr (EmbarkJob) first = embark_job_new ("1"), second = embark_job_new ("2"), third = embark_job_new ("3");
  Gate gate = { .open = TRUE };

  g_object_set_data (G_OBJECT (first), "next", third);
  g_signal_connect (first, "finished", G_CALLBACK (start_next_cb), list);
  embark_job_list_start (list, first, pass_gate, &gate, NULL, NULL);
  embark_job_list_start (list, second, pass_gate, &gate, NULL, NULL);
  embark_job_wait (third);
  g_assert_cmpint (embark_job_get_state (second), ==, EMBARK_JOB_DONE);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 0);
}

static void test_list_goes_first (void)
{
  EmbarkJobList *list = embark_job_list_new (1);
  g_autoptr (EmbarkJob) running = embark_job_new ("1"), waiting = embark_job_new ("2");
  Gate gate = { .open = FALSE };

  n_data_freed = 0;
  embark_job_list_start (list, running, pass_gate, &gate, free_data, NULL);
  embark_job_list_start (list, waiting, pass_gate, &gate, free_data, NULL);
  g_assert_finalize_object (list);
  g_assert_cmpint (embark_job_get_state (waiting), ==, EMBARK_JOB_CANCELLED);
  g_assert_cmpuint (n_data_freed, ==, 1);
  open_gate (&gate);
  embark_job_wait (running);
  g_assert_cmpint (embark_job_get_state (running), ==, EMBARK_JOB_DONE);
}

static void test_cancelled_before (void)
{
  g_autoptr (EmbarkJobList) list = embark_job_list_new (1);
  g_autoptr (EmbarkJob) job = embark_job_new ("1");

  n_data_freed = 0;
  embark_job_cancel (job);
  embark_job_list_start (list, job, pass_gate, list, free_data, NULL);
  g_assert_cmpuint (embark_job_list_get_n_jobs (list), ==, 0);
  g_assert_cmpuint (n_data_freed, ==, 1);
}

int main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/job-list/waits-its-turn", test_waits_its_turn);
  g_test_add_func ("/job-list/no-bound", test_no_bound);
  g_test_add_func ("/job-list/cancel-all", test_cancel_all);
  g_test_add_func ("/job-list/starts-in-handler", test_starts_in_handler);
  g_test_add_func ("/job-list/list-goes-first", test_list_goes_first);
  g_test_add_func ("/job-list/cancelled-before", test_cancelled_before);
  return g_test_run ();
}
