/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tests with an appliance share: the guests, a plain qemu-nbd as the
 * export, and a look at which processes are left.
 */
#pragma once

#include <glib.h>

#include "model/guest/guest-client.h"

G_BEGIN_DECLS

/* Folder of the guests, built if need be; the test program fails when they cannot be. */
const char *guest_fixture_get_images (void);
/* Path of the helper of this build, and the folder where all tests share one appliance. */
const char *guest_fixture_get_helper (void);
const char *guest_fixture_get_cache (void);

typedef struct
{
  char *dir;    /* private, also TMPDIR of the helper */
  char *socket; /* in it */
  int nbd_pid;  /* 0: none */
} GuestFixture;

/* @image: served as @format ("qcow2", "raw"); NULL: nobody listens. */
GuestFixture *guest_fixture_open (const char *image, const char *format);
/* Ends the export; asserts that nothing was left in the temporary folder. */
void guest_fixture_close (GuestFixture *self);
EmbarkGuestRequest guest_fixture_make_request (GuestFixture *self);

/* Ids of the helpers that this program started. */
GArray *guest_fixture_find_helpers (void);
/* Waits, at most five seconds, until no helper of this program is left and no process names the fixture's folder:
 * qemu knows the disk by its socket and by an overlay in the helper's temporary folder. */
gboolean guest_fixture_wait_gone (GuestFixture *self);

G_END_DECLS
