/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ID.entry is the entry, ID.lock is locked while its migration is at work, and
 * ".lock" is shared by writers, so that leftovers are removed only while nobody
 * writes. All names are opened below the folder's own descriptor. Any thread.
 */
#include "model/store/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/errors.h"

#define ENTRY_SUFFIX ".entry"
#define LOCK_SUFFIX ".lock"
#define TEMPORARY_SUFFIX ".tmp"
#define FOLDER_LOCK ".lock"
#define ENTRY_MAX (1024 * 1024)
#define ENTRIES_MAX 10000
#define ID_MAX 64

struct _EmbarkJournal
{
  char *dir;
  int dir_fd;
  GMutex lock;
  GHashTable *held; /* id → file descriptor; under the lock */
};

static gboolean is_valid_id (const char *id)
{
  gsize length = strlen (id);

  if (length == 0 || length > ID_MAX || !g_ascii_isalnum (id[0]))
    return FALSE;
  return strspn (id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == length;
}

static gboolean check_id (const char *id, GError **error)
{
  if (is_valid_id (id))
    return TRUE;

  g_autofree char *shown = g_utf8_make_valid (id, -1);
  /* Translators: %s is what should be the id of a migration */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_BAD_NAME, _ ("“%s” is not the id of a migration."), shown);
  return FALSE;
}

/* Locks the whole file for its open file description; F_UNLCK unlocks. Never waits. */
static gboolean set_lock (int fd, short type)
{
  struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}

static gboolean wait_for_shared_lock (int fd)
{
  struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
  int result;

  do
    result = fcntl (fd, F_OFD_SETLKW, &lock);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

/* -1 when locked elsewhere or on error. A lock file is removed by who holds it, so the one we got may be a dead one. */
static int take_lock_file (EmbarkJournal *self, const char *name, int extra_flags)
{
  for (;;)
    {
      int fd = openat (self->dir_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | extra_flags, 0600);
      struct stat ours, there;
      if (fd < 0)
        return -1;
      if (!set_lock (fd, F_WRLCK) || fstat (fd, &ours) != 0)
        {
          close (fd);
          return -1;
        }
      if (fstatat (self->dir_fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == ours.st_ino
          && there.st_dev == ours.st_dev)
        return fd;
      close (fd);
    }
}

static void drop_lock_file (EmbarkJournal *self, const char *id, int fd)
{
  g_autofree char *name = g_strconcat (id, LOCK_SUFFIX, NULL);

  unlinkat (self->dir_fd, name, 0);
  close (fd);
}

/* Names in the folder that end in @suffix. */
static GPtrArray *list_names (EmbarkJournal *self, const char *suffix)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  int fd = openat (self->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = fd >= 0 ? fdopendir (fd) : NULL;

  if (stream == NULL)
    {
      g_warning ("cannot list the journal: %s", g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return names;
    }

  for (struct dirent *item = readdir (stream); item != NULL; item = readdir (stream))
    if (g_str_has_suffix (item->d_name, suffix) && names->len < ENTRIES_MAX)
      g_ptr_array_add (names, g_strdup (item->d_name));
  closedir (stream);
  return names;
}

/* What writers and workers left that were killed; skipped while anybody writes. */
static void remove_leftovers (EmbarkJournal *self)
{
  int fd = openat (self->dir_fd, FOLDER_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  if (!set_lock (fd, F_WRLCK))
    {
      close (fd);
      return;
    }

  g_autoptr (GPtrArray) temporary = list_names (self, TEMPORARY_SUFFIX);
  for (guint i = 0; i < temporary->len; i++)
    unlinkat (self->dir_fd, g_ptr_array_index (temporary, i), 0);

  g_autoptr (GPtrArray) locks = list_names (self, LOCK_SUFFIX);
  for (guint i = 0; i < locks->len; i++)
    {
      const char *name = g_ptr_array_index (locks, i);
      int lock_fd = strcmp (name, FOLDER_LOCK) != 0 ? take_lock_file (self, name, 0) : -1;
      if (lock_fd < 0)
        continue;
      unlinkat (self->dir_fd, name, 0);
      close (lock_fd);
    }
  close (fd);
}

EmbarkJournal *embark_journal_open (const char *dir, GError **error)
{
  g_return_val_if_fail (dir != NULL, NULL);

  struct stat info;
  int fd = -1;
  if (g_mkdir_with_parents (dir, 0700) == 0)
    fd = open (dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      embark_error_set_errno (error, errno, _ ("Could not open the folder of the migrations"), dir);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  if (info.st_uid != geteuid () || fchmod (fd, 0700) != 0)
    {
      g_autofree char *name = g_filename_display_name (dir);
      /* Translators: %s is a folder */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_NOT_READABLE,
                   _ ("The folder of the migrations “%s” belongs to another user. Give it back to yours."), name);
      close (fd);
      return NULL;
    }

  EmbarkJournal *self = g_new0 (EmbarkJournal, 1);
  self->dir = g_strdup (dir);
  self->dir_fd = fd;
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  remove_leftovers (self);
  return self;
}

void embark_journal_free (EmbarkJournal *self)
{
  if (self == NULL)
    return;

  GHashTableIter iter;
  gpointer id, fd;
  g_hash_table_iter_init (&iter, self->held);
  while (g_hash_table_iter_next (&iter, &id, &fd))
    drop_lock_file (self, id, GPOINTER_TO_INT (fd));
  g_hash_table_unref (self->held);
  g_mutex_clear (&self->lock);
  close (self->dir_fd);
  g_free (self->dir);
  g_free (self);
}

char *embark_journal_new_id (EmbarkJournal *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  for (;;)
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
      g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
      g_autofree char *id = g_strdup_printf ("%s-%04x", stamp, g_random_int () & 0xffff);
      g_autofree char *name = g_strconcat (id, ENTRY_SUFFIX, NULL);

      if (faccessat (self->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return g_steal_pointer (&id);
    }
}

static int compare_newest_first (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) b, *(const char *const *) a);
}

GStrv embark_journal_list (EmbarkJournal *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autoptr (GPtrArray) names = list_names (self, ENTRY_SUFFIX);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  g_ptr_array_sort (names, compare_newest_first);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *id = g_strndup (name, strlen (name) - strlen (ENTRY_SUFFIX));
      g_autoptr (GError) error = NULL;
      g_autoptr (GKeyFile) entry = embark_journal_read (self, id, &error);

      if (entry != NULL)
        g_strv_builder_add (ids, id);
      else
        g_warning ("skipping a migration: %s", error->message);
    }
  return g_strv_builder_end (ids);
}

static void set_entry_errno (EmbarkJournal *self, const char *name, const char *what, GError **error)
{
  int saved_errno = errno;
  g_autofree char *path = g_build_filename (self->dir, name, NULL);

  embark_error_set_errno (error, saved_errno, what, path);
}

/* The whole file, at most one byte more than allowed; NULL with errno. */
static char *read_text (int fd, gsize *ret_length)
{
  g_autofree char *text = g_malloc (ENTRY_MAX + 1);
  gsize length = 0;

  while (length <= ENTRY_MAX)
    {
      gssize n = read (fd, text + length, ENTRY_MAX + 1 - length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return NULL;
      if (n == 0)
        break;
      length += n;
    }
  *ret_length = length;
  return g_steal_pointer (&text);
}

GKeyFile *embark_journal_read (EmbarkJournal *self, const char *id, GError **error)
{
  g_return_val_if_fail (self != NULL && id != NULL, NULL);

  if (!check_id (id, error))
    return NULL;

  g_autofree char *name = g_strconcat (id, ENTRY_SUFFIX, NULL);
  int fd = openat (self->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  gsize length = 0;
  g_autofree char *text = fd >= 0 ? read_text (fd, &length) : NULL;
  if (text == NULL)
    set_entry_errno (self, name, _ ("Could not read the record of a migration"), error);
  if (fd >= 0)
    close (fd);
  if (text == NULL)
    return NULL;

  g_autoptr (GKeyFile) entry = g_key_file_new ();
  g_autoptr (GError) damage = NULL;
  if (length > ENTRY_MAX)
    g_set_error_literal (&damage, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("it is larger than 1 MiB"));
  else
    g_key_file_load_from_data (entry, text, length, G_KEY_FILE_NONE, &damage);

  /* A file system that died with us can leave an empty file under the right name. */
  g_auto (GStrv) groups = g_key_file_get_groups (entry, NULL);
  if (damage == NULL && g_strv_length (groups) == 0)
    g_set_error_literal (&damage, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("it is empty"));

  if (damage == NULL)
    return g_steal_pointer (&entry);
  /* Translators: the first %s is the id of a migration, the second one clause that says how */
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED, _ ("The record of the migration “%s” is damaged: %s"), id,
               damage->message);
  return NULL;
}

static gboolean write_text (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      text += n;
      length -= n;
    }
  return fsync (fd) == 0;
}

/* Writes a synced temporary file and puts it in place of @name. FALSE with errno. */
static gboolean replace_file (EmbarkJournal *self, const char *name, const char *text, gsize length)
{
  g_autofree char *temporary = g_strdup_printf (".%s.%08x%s", name, g_random_int (), TEMPORARY_SUFFIX);
  int fd = openat (self->dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    return FALSE;

  gboolean ok = write_text (fd, text, length);
  int saved_errno = errno;
  if (close (fd) != 0 && ok)
    {
      saved_errno = errno;
      ok = FALSE;
    }
  if (ok && renameat (self->dir_fd, temporary, self->dir_fd, name) != 0)
    {
      saved_errno = errno;
      ok = FALSE;
    }
  if (ok)
    return fsync (self->dir_fd) == 0;

  unlinkat (self->dir_fd, temporary, 0);
  errno = saved_errno;
  return FALSE;
}

gboolean embark_journal_write (EmbarkJournal *self, const char *id, GKeyFile *entry, GError **error)
{
  g_return_val_if_fail (self != NULL && id != NULL && entry != NULL, FALSE);

  if (!check_id (id, error))
    return FALSE;

  gsize length;
  g_autofree char *text = g_key_file_to_data (entry, &length, NULL);
  if (length == 0 || length > ENTRY_MAX)
    {
      /* Translators: %s is the id of a migration */
      g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
                   _ ("The record of the migration “%s” is empty or larger than 1 MiB."), id);
      return FALSE;
    }

  g_autofree char *name = g_strconcat (id, ENTRY_SUFFIX, NULL);
  int fd = openat (self->dir_fd, FOLDER_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  gboolean ok = fd >= 0 && wait_for_shared_lock (fd) && replace_file (self, name, text, length);
  if (!ok)
    set_entry_errno (self, name, _ ("Could not write the record of a migration"), error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean embark_journal_remove (EmbarkJournal *self, const char *id, GError **error)
{
  g_return_val_if_fail (self != NULL && id != NULL, FALSE);

  if (!check_id (id, error))
    return FALSE;

  g_autofree char *name = g_strconcat (id, ENTRY_SUFFIX, NULL);
  if (unlinkat (self->dir_fd, name, 0) == 0 && fsync (self->dir_fd) == 0)
    return TRUE;
  set_entry_errno (self, name, _ ("Could not remove the record of a migration"), error);
  return FALSE;
}

gboolean embark_journal_lock (EmbarkJournal *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, FALSE);

  if (!is_valid_id (id))
    return FALSE;

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  if (g_hash_table_contains (self->held, id))
    return TRUE;

  g_autofree char *name = g_strconcat (id, LOCK_SUFFIX, NULL);
  int fd = take_lock_file (self, name, O_CREAT);
  if (fd < 0)
    return FALSE;
  g_hash_table_insert (self->held, g_strdup (id), GINT_TO_POINTER (fd));
  return TRUE;
}

void embark_journal_unlock (EmbarkJournal *self, const char *id)
{
  g_return_if_fail (self != NULL && id != NULL);

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gpointer fd;
  if (!g_hash_table_lookup_extended (self->held, id, NULL, &fd))
    return;

  drop_lock_file (self, id, GPOINTER_TO_INT (fd));
  g_hash_table_remove (self->held, id);
}

gboolean embark_journal_is_locked_elsewhere (EmbarkJournal *self, const char *id)
{
  g_return_val_if_fail (self != NULL && id != NULL, FALSE);

  if (!is_valid_id (id))
    return FALSE;

  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  if (g_hash_table_contains (self->held, id))
    return FALSE;

  g_autofree char *name = g_strconcat (id, LOCK_SUFFIX, NULL);
  int fd = openat (self->dir_fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return FALSE;

  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  gboolean locked = fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close (fd);
  return locked;
}
