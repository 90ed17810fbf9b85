/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/base/gate.h"

typedef struct
{
  EmbarkGate *gate;
  GCancellable *cancellable;
  GError *error;
  gint is_through;
} Waiter;

static gpointer wait_cb (gpointer data)
{
  Waiter *waiter = data;

  g_atomic_int_set (&waiter->is_through, embark_gate_wait_open (waiter->gate, waiter->cancellable, &waiter->error));
  return NULL;
}

static void test_open (void)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (embark_gate_is_open (gate));
  g_assert_true (embark_gate_wait_open (gate, NULL, &error));
  g_assert_no_error (error);
}

static void test_closed_until_opened (void)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  Waiter waiter = { .gate = gate };
  GThread *thread;

  embark_gate_set_open (gate, FALSE);
  thread = g_thread_new ("waiter", wait_cb, &waiter);
  g_assert_false (embark_gate_is_open (gate));
  embark_gate_set_open (gate, TRUE);
  g_thread_join (thread);
  g_assert_true (waiter.is_through);
  g_assert_no_error (waiter.error);
}

static void test_closed_until_cancelled (void)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Waiter waiter = { .gate = gate, .cancellable = cancellable };
  GThread *thread;

  embark_gate_set_open (gate, FALSE);
  thread = g_thread_new ("waiter", wait_cb, &waiter);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_false (waiter.is_through);
  g_assert_error (waiter.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&waiter.error);
  g_assert_false (embark_gate_is_open (gate));
}

static void ask_gate_cb (GCancellable *closing, gpointer gate)
{
  g_assert_false (embark_gate_is_open (gate));
}

/* What is under way is interrupted by the closing; what begins after the opening is not. */
static void test_closing (void)
{
  g_autoptr (EmbarkGate) gate = embark_gate_new ();
  g_autoptr (GCancellable) before = embark_gate_dup_closing (gate), during = NULL, after = NULL;

  g_signal_connect (before, "cancelled", G_CALLBACK (ask_gate_cb), gate);
  embark_gate_set_open (gate, TRUE);
  g_assert_false (g_cancellable_is_cancelled (before));
  embark_gate_set_open (gate, FALSE);
  embark_gate_set_open (gate, FALSE);
  during = embark_gate_dup_closing (gate);
  embark_gate_set_open (gate, TRUE);
  after = embark_gate_dup_closing (gate);
  g_assert_true (g_cancellable_is_cancelled (before));
  g_assert_true (g_cancellable_is_cancelled (during));
  g_assert_false (g_cancellable_is_cancelled (after));
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/open", test_open);
  g_test_add_func ("/gate/closed-until-opened", test_closed_until_opened);
  g_test_add_func ("/gate/closed-until-cancelled", test_closed_until_cancelled);
  g_test_add_func ("/gate/closing", test_closing);
  return g_test_run ();
}
