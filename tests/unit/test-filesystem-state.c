/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/filesystem-state.h"

#include <string.h>

static void check_ext (guint8 state, guint8 features, EmbarkFilesystemState expected)
{
  guint8 block[EMBARK_SUPERBLOCK_SIZE] = { 0 };

  block[0x38] = 0x53;
  block[0x39] = 0xEF;
  block[0x3A] = state;
  block[0x60] = features;
  g_assert_cmpint (embark_filesystem_state_of_ext (block, sizeof block), ==, expected);
}

static void test_ext (void)
{
  static const guint8 zeros[EMBARK_SUPERBLOCK_SIZE] = { 0 };

  check_ext (1, 0x42, EMBARK_FILESYSTEM_STATE_CLEAN);
  check_ext (1, 0x46, EMBARK_FILESYSTEM_STATE_UNCLEAN); /* the journal is to be replayed */
  check_ext (0, 0x42, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  check_ext (3, 0x42, EMBARK_FILESYSTEM_STATE_UNCLEAN); /* with errors */
  g_assert_cmpint (embark_filesystem_state_of_ext (zeros, sizeof zeros), ==, EMBARK_FILESYSTEM_STATE_UNKNOWN);
  g_assert_cmpint (embark_filesystem_state_of_ext (zeros, 0), ==, EMBARK_FILESYSTEM_STATE_UNKNOWN);
}

static void test_btrfs (void)
{
  guint8 block[EMBARK_SUPERBLOCK_SIZE] = { 0 };

  g_assert_cmpint (embark_filesystem_state_of_btrfs (block, sizeof block), ==, EMBARK_FILESYSTEM_STATE_UNKNOWN);
  memcpy (block + 64, "_BHRfS_M", 8);
  g_assert_cmpint (embark_filesystem_state_of_btrfs (block, sizeof block), ==, EMBARK_FILESYSTEM_STATE_CLEAN);
  block[97] = 1;
  g_assert_cmpint (embark_filesystem_state_of_btrfs (block, sizeof block), ==, EMBARK_FILESYSTEM_STATE_UNCLEAN);
  g_assert_cmpint (embark_filesystem_state_of_btrfs (block, 100), ==, EMBARK_FILESYSTEM_STATE_UNKNOWN);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filesystem-state/ext", test_ext);
  g_test_add_func ("/filesystem-state/btrfs", test_btrfs);
  return g_test_run ();
}
