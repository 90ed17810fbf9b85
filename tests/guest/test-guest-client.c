/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "model/base/errors.h"
#include "tests/guest/guest-fixture.h"

static GuestFixture *open_guest (void)
{
  g_autofree char *image = g_build_filename (guest_fixture_get_images (), "win2008r2.qcow2", NULL);

  return guest_fixture_open (image, "qcow2");
}

typedef struct
{
  GCancellable *cancellable;
  char last_stage[40];
} Watch;

/* In the middle of an inspection, which then goes no further. */
static void cancel_running_cb (const EmbarkProgress *progress, gpointer user_data)
{
  Watch *watch = user_data;

  g_strlcpy (watch->last_stage, progress->stage, sizeof watch->last_stage);
  if (strcmp (progress->stage, "inspect") == 0)
    g_cancellable_cancel (watch->cancellable);
}

static void test_cancel_running (void)
{
  GuestFixture *fixture = open_guest ();
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Watch watch = { .cancellable = cancellable };
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, cancel_running_cb, &watch, cancellable, &error);

  g_assert_null (facts);
  g_assert_cmpstr (watch.last_stage, ==, "inspect");
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
}

typedef struct
{
  int listener;
  GCancellable *cancellable;
} Stuck;

/* An export that lets the appliance connect and never answers: the launch hangs, and then is cancelled. */
static gpointer hang_export (gpointer user_data)
{
  Stuck *stuck = user_data;
  int connection = accept (stuck->listener, NULL, NULL);
  char byte;

  g_assert_cmpint (connection, >=, 0);
  g_cancellable_cancel (stuck->cancellable);
  while (read (connection, &byte, 1) > 0)
    ;
  close (connection);
  return NULL;
}

static int listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  return fd;
}

static void test_cancel_launch (void)
{
  GuestFixture *fixture = guest_fixture_open (NULL, NULL);
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Stuck stuck = { listen_at (fixture->socket), cancellable };
  GThread *thread = g_thread_new ("export", hang_export, &stuck);
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, NULL, NULL, cancellable, &error);

  g_assert_null (facts);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  close (stuck.listener);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
}

static void signal_helper_cb (const EmbarkProgress *progress, gpointer user_data)
{
  const int *number = user_data;
  g_autoptr (GArray) helpers = NULL;

  if (strcmp (progress->stage, "filesystems") != 0)
    return;
  helpers = guest_fixture_find_helpers ();
  g_assert_cmpuint (helpers->len, >=, 1);
  for (guint i = 0; i < helpers->len; i++)
    kill (g_array_index (helpers, int, i), *number);
}

static void check_signalled (int number)
{
  GuestFixture *fixture = open_guest ();
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, signal_helper_cb, &number, NULL, &error);

  g_assert_null (facts);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
}

static void test_helper_killed (void)
{
  check_signalled (SIGKILL);
}

/* What the kernel sends it when the client dies: it ends qemu and cleans up by itself. */
static void test_helper_terminated (void)
{
  check_signalled (SIGTERM);
}

static void test_helper_missing (void)
{
  GuestFixture *fixture = guest_fixture_open (NULL, NULL);
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autofree char *helper = g_build_filename (fixture->dir, "no-such-helper", NULL);
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts;

  request.helper = helper;
  facts = embark_guest_inspect (&request, NULL, NULL, NULL, NULL, &error);
  g_assert_null (facts);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_TOOL_MISSING);
  guest_fixture_close (fixture);
}

static void test_no_export (void)
{
  GuestFixture *fixture = guest_fixture_open (NULL, NULL);
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GError) error = NULL;
  EmbarkFacts *facts = embark_guest_inspect (&request, NULL, NULL, NULL, NULL, &error);

  g_assert_null (facts);
  g_assert_error (error, EMBARK_ERROR, EMBARK_ERROR_APPLIANCE);
  g_assert_true (guest_fixture_wait_gone (fixture));
  guest_fixture_close (fixture);
}

static void test_cancelled_before (void)
{
  GuestFixture *fixture = guest_fixture_open (NULL, NULL);
  EmbarkGuestRequest request = guest_fixture_make_request (fixture);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (embark_guest_inspect (&request, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  guest_fixture_close (fixture);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guest-client/cancelled-before", test_cancelled_before);
  g_test_add_func ("/guest-client/helper-missing", test_helper_missing);
  g_test_add_func ("/guest-client/no-export", test_no_export);
  g_test_add_func ("/guest-client/cancel-launch", test_cancel_launch);
  g_test_add_func ("/guest-client/cancel-running", test_cancel_running);
  g_test_add_func ("/guest-client/helper-killed", test_helper_killed);
  g_test_add_func ("/guest-client/helper-terminated", test_helper_terminated);
  return g_test_run ();
}
