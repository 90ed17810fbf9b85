/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The descriptors of files that Embark puts into Windows, byte by byte as NTFS
 * keeps them.
 */
#include <string.h>

#include "model/guest/windows-security.h"

static guint get_16 (const guint8 *data, guint at)
{
  return data[at] | (guint) data[at + 1] << 8;
}

static guint get_32 (const guint8 *data, guint at)
{
  return get_16 (data, at) | get_16 (data, at + 2) << 16;
}

typedef struct
{
  guint flags, mask, last; /* last: the relative id at the end of the SID */
} Entry;

/* Of the list at @at; the place behind it. */
static guint read_entry (const guint8 *data, guint at, Entry *entry)
{
  guint size = get_16 (data, at + 2);

  g_assert_cmpuint (data[at], ==, 0);
  g_assert_cmpuint (size, ==, 8 + 8 + 4u * data[at + 9]);
  entry->flags = data[at + 1];
  entry->mask = get_32 (data, at + 4);
  entry->last = get_32 (data, at + size - 4);
  return at + size;
}

static void check (gboolean is_folder, gboolean is_public)
{
  g_autoptr (GBytes) bytes = embark_windows_make_descriptor (is_folder, is_public);
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  const guint wanted[] = { 18, 544, 545 };
  guint n = is_public ? 3 : 2;
  guint at = 28;

  g_assert_cmpuint (data[0], ==, 1);
  g_assert_cmpuint (get_16 (data, 2), ==, 0x9004);
  g_assert_cmpuint (get_32 (data, 12), ==, 0);
  g_assert_cmpuint (get_32 (data, 16), ==, 20);
  g_assert_cmpuint (get_16 (data, 24), ==, n);
  for (guint i = 0; i < n; i++)
    {
      Entry entry;
      at = read_entry (data, at, &entry);
      g_assert_cmpuint (entry.last, ==, wanted[i]);
      g_assert_cmphex (entry.mask, ==, wanted[i] == 545 ? 0x1200A9 : 0x1F01FF);
      g_assert_cmphex (entry.flags, ==, is_folder ? 3 : 0);
    }
  g_assert_cmpuint (get_16 (data, 22), ==, at - 20);
  g_assert_cmpuint (get_32 (data, 4), ==, at);
  g_assert_cmpuint (get_32 (data, 8), ==, at + 16);
  g_assert_cmpuint (get_32 (data, at + 12), ==, 544);
  g_assert_cmpuint (size, ==, at + 32);
}

static void test_descriptors (void)
{
  check (FALSE, FALSE);
  check (FALSE, TRUE);
  check (TRUE, FALSE);
  check (TRUE, TRUE);
}

int main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/windows-security/descriptors", test_descriptors);
  return g_test_run ();
}
