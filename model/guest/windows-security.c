/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/guest/windows-security.h"

#include <archive_entry.h>

#define HEADER_SIZE 20
#define ACL_HEADER_SIZE 8
#define ACE_HEADER_SIZE 8
#define REVISION 1
#define ACL_REVISION 2
/* SE_SELF_RELATIVE, SE_DACL_PROTECTED (nothing from the folder above), SE_DACL_PRESENT */
#define CONTROL (0x8000 | 0x1000 | 0x0004)
#define ACCESS_ALLOWED 0
#define INHERIT 0x03          /* OBJECT_INHERIT_ACE, CONTAINER_INHERIT_ACE */
#define ALL_ACCESS 0x1F01FF   /* FILE_ALL_ACCESS */
#define READ_AND_RUN 0x1200A9 /* FILE_GENERIC_READ, FILE_GENERIC_EXECUTE */

typedef struct
{
  const guint8 *bytes;
  guint size;
} Sid;

/* S-1-5-18, S-1-5-32-544, S-1-5-32-545 */
static const guint8 system_sid[] = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0 };
static const guint8 administrators_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0 };
static const guint8 users_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0 };

static const Sid the_system = { system_sid, sizeof system_sid };
static const Sid administrators = { administrators_sid, sizeof administrators_sid };
static const Sid users = { users_sid, sizeof users_sid };

static void append_16 (GByteArray *bytes, guint value)
{
  guint16 word = GUINT16_TO_LE ((guint16) value);

  g_byte_array_append (bytes, (const guint8 *) &word, sizeof word);
}

static void append_32 (GByteArray *bytes, guint32 value)
{
  guint32 word = GUINT32_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *) &word, sizeof word);
}

static void append_ace (GByteArray *bytes, const Sid *sid, guint32 mask, gboolean is_folder)
{
  const guint8 head[] = { ACCESS_ALLOWED, is_folder ? INHERIT : 0 };

  g_byte_array_append (bytes, head, sizeof head);
  append_16 (bytes, ACE_HEADER_SIZE + sid->size);
  append_32 (bytes, mask);
  g_byte_array_append (bytes, sid->bytes, sid->size);
}

GBytes *embark_windows_make_descriptor (gboolean is_folder, gboolean is_public)
{
  GByteArray *bytes = g_byte_array_new ();
  guint n = is_public ? 3 : 2;
  guint size =
      ACL_HEADER_SIZE + n * ACE_HEADER_SIZE + the_system.size + administrators.size + (is_public ? users.size : 0);
  const guint8 head[] = { REVISION, 0 };
  const guint8 acl_head[] = { ACL_REVISION, 0 };

  g_byte_array_append (bytes, head, sizeof head);
  append_16 (bytes, CONTROL);
  append_32 (bytes, HEADER_SIZE + size);                       /* owner */
  append_32 (bytes, HEADER_SIZE + size + administrators.size); /* group */
  append_32 (bytes, 0);                                        /* no system list */
  append_32 (bytes, HEADER_SIZE);                              /* the list */
  g_byte_array_append (bytes, acl_head, sizeof acl_head);
  append_16 (bytes, size);
  append_16 (bytes, n);
  append_16 (bytes, 0);
  append_ace (bytes, &the_system, ALL_ACCESS, is_folder);
  append_ace (bytes, &administrators, ALL_ACCESS, is_folder);
  if (is_public)
    append_ace (bytes, &users, READ_AND_RUN, is_folder);
  g_byte_array_append (bytes, administrators.bytes, administrators.size);
  g_byte_array_append (bytes, administrators.bytes, administrators.size);
  return g_byte_array_free_to_bytes (bytes);
}

void embark_windows_protect_entry (struct archive_entry *entry, gboolean is_folder, gboolean is_public)
{
  g_autoptr (GBytes) descriptor = embark_windows_make_descriptor (is_folder, is_public);
  gsize size = 0;
  const void *data = g_bytes_get_data (descriptor, &size);

  archive_entry_xattr_add_entry (entry, EMBARK_WINDOWS_DESCRIPTOR, data, size);
}
