/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file a key, named by its hash. What is read may have been written by
 * anything that runs as the user, and is parsed within the bounds of facts.
 */
#include "model/facts-cache.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/base/json-text.h"

#define FOLDER "facts"
#define SUFFIX ".json"
/* Grows when facts change their meaning. */
#define SCHEMA 1
#define FILE_BYTES_MAX (4 * 1024 * 1024)
/* Names read of a folder that somebody else filled. */
#define NAMES_MAX 10000

typedef struct
{
  char *path;
  gint64 mtime_ns;
  gint64 size;
} CachedFile;

/* When a program was built says more than its version while it is being written. */
static void append_program (GString *key, const char *path)
{
  struct stat st;

  if (stat (path, &st) == 0)
    g_string_append_printf (key, " %" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09" G_GINT64_FORMAT, (gint64) st.st_size,
                            (gint64) st.st_mtim.tv_sec, (gint64) st.st_mtim.tv_nsec);
  else
    g_string_append (key, " none");
}

char *embark_facts_cache_make_key (const char *identity, const char *format, const char *helper)
{
  g_autofree char *languages = g_strjoinv (":", (char **) g_get_language_names_with_category ("LC_MESSAGES"));
  g_autoptr (GString) key = g_string_new (NULL);

  g_return_val_if_fail (identity != NULL, NULL);

  g_string_printf (key, "schema %d program " EMBARK_VERSION, SCHEMA);
  append_program (key, "/proc/self/exe");
  if (helper != NULL)
    append_program (key, helper);
  g_string_append_printf (key, " language %s format %s files %s", languages, format != NULL ? format : "-", identity);
  return g_string_free (g_steal_pointer (&key), FALSE);
}

static char *get_path (const char *cache_dir, const char *key)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name = g_strconcat (hash, SUFFIX, NULL);

  return g_build_filename (cache_dir, FOLDER, name, NULL);
}

/* Only a plain file of this user, and not more of it than facts can be. NULL otherwise. */
static char *read_file (const char *path, gsize *ret_length)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = NULL;
  struct stat st;
  gsize length = 0;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_uid == geteuid () && st.st_size > 0
      && st.st_size <= FILE_BYTES_MAX)
    text = g_malloc ((gsize) st.st_size + 1);
  while (text != NULL && length < (gsize) st.st_size)
    {
      gssize n = read (fd, text + length, (gsize) st.st_size - length);
      if (n <= 0)
        break;
      length += (gsize) n;
    }
  close (fd);
  if (text != NULL)
    text[length] = '\0';
  *ret_length = length;
  return g_steal_pointer (&text);
}

static EmbarkFacts *take_facts (JsonObject *root, GError **error)
{
  JsonNode *node = json_object_get_member (root, "facts");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  g_autofree char *text = json_to_string (node, FALSE);
  return embark_facts_new_from_json (text, -1, error);
}

EmbarkFacts *embark_facts_cache_load (const char *cache_dir, const char *key, gint64 *ret_looked_at, gboolean *ret_slow)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) root = NULL;
  g_autoptr (EmbarkFacts) facts = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  g_return_val_if_fail (cache_dir != NULL && key != NULL, NULL);

  path = get_path (cache_dir, key);
  text = read_file (path, &length);
  if (text == NULL)
    return NULL;
  root = embark_json_parse_object (text, (gssize) length, &error);
  if (root != NULL && g_strcmp0 (json_object_get_string_member_with_default (root, "key", NULL), key) == 0)
    facts = take_facts (root, &error);
  gint64 looked_at = root != NULL ? json_object_get_int_member_with_default (root, "lookedAt", 0) : 0;
  if (facts == NULL || looked_at <= 0)
    {
      g_debug ("facts in %s are not used: %s", path, error != NULL ? error->message : "not what they should be");
      return NULL;
    }
  *ret_looked_at = MIN (looked_at, g_get_real_time () / G_USEC_PER_SEC);
  *ret_slow = json_object_get_boolean_member_with_default (root, "slow", FALSE);
  return g_steal_pointer (&facts);
}

static void cached_file_free (gpointer data)
{
  CachedFile *file = data;

  g_free (file->path);
  g_free (file);
}

static gint compare_newest_first (gconstpointer a, gconstpointer b)
{
  const CachedFile *one = *(const CachedFile *const *) a, *other = *(const CachedFile *const *) b;

  return one->mtime_ns < other->mtime_ns ? 1 : one->mtime_ns > other->mtime_ns ? -1 : 0;
}

static GPtrArray *list_files (const char *folder)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (cached_file_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && files->len < NAMES_MAX && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat st;

      if (lstat (path, &st) != 0 || !S_ISREG (st.st_mode))
        continue;
      CachedFile *file = g_new0 (CachedFile, 1);
      file->path = g_steal_pointer (&path);
      file->mtime_ns = st.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + st.st_mtim.tv_nsec;
      file->size = st.st_size;
      g_ptr_array_add (files, file);
    }
  return g_steal_pointer (&files);
}

/* What a crash left half written goes the same way. */
static void remove_oldest (const char *folder)
{
  g_autoptr (GPtrArray) files = list_files (folder);
  gint64 bytes = 0;

  g_ptr_array_sort (files, compare_newest_first);
  for (guint i = 0; i < files->len; i++)
    {
      const CachedFile *file = g_ptr_array_index (files, i);

      bytes += file->size;
      if (i >= EMBARK_FACTS_CACHE_FILES_MAX || bytes > EMBARK_FACTS_CACHE_BYTES_MAX)
        g_unlink (file->path);
    }
}

void embark_facts_cache_store (const char *cache_dir, const char *key, EmbarkFacts *facts, gint64 looked_at,
                               gboolean is_slow)
{
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) root = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (cache_dir != NULL && key != NULL && facts != NULL);

  folder = g_build_filename (cache_dir, FOLDER, NULL);
  path = get_path (cache_dir, key);
  json_object_set_string_member (root, "key", key);
  json_object_set_int_member (root, "lookedAt", looked_at);
  json_object_set_boolean_member (root, "slow", is_slow);
  json_object_set_object_member (root, "facts", json_object_ref (embark_facts_get_object (facts)));
  node = json_node_init_object (json_node_alloc (), root);
  text = json_to_string (node, FALSE);
  if (strlen (text) > FILE_BYTES_MAX)
    return;
  if (g_mkdir_with_parents (folder, 0700) != 0
      || !g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_debug ("facts could not be kept in %s: %s", folder, error != NULL ? error->message : g_strerror (errno));
  remove_oldest (folder);
}
