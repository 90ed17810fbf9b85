/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operating systems an import can name, and which of them fits a guest.
 * What the cloud calls a version is opaque: often a number, sometimes not one
 * of the system at all ("9" for every Windows, "8" for Other Linux).
 */
#include <stdlib.h>
#include <string.h>

#include "model/cloud/cvm-call.h"

#define VERSION "2017-03-12"
#define OS_MAX 200
#define OTHER_LINUX "Other Linux"

/* Distributions as libguestfs calls them, and the names the cloud has for them, the best first. */
static const struct
{
  const char *distribution;
  const char *names[3];
} known[] = {
  { "debian", { "Debian" } },
  { "ubuntu", { "Ubuntu" } },
  { "centos", { "CentOS", "CentOS Stream" } },
  { "rhel", { "Redhat", "Red Hat" } },
  { "almalinux", { "AlmaLinux" } },
  { "rocky", { "Rocky Linux", "Rocky" } },
  { "fedora", { "Fedora" } },
  { "opensuse", { "OpenSUSE" } },
  { "sles", { "SUSE" } },
  { "suse-based", { "SUSE", "OpenSUSE" } },
  { "coreos", { "CoreOS" } },
  { "freebsd", { "FreeBSD" } },
  { "kylin", { "Kylin" } },
  { "neokylin", { "Kylin" } },
  { "uniontech", { "UnionTech" } },
  { "tencentos", { "TencentOS" } },
};

/* Server editions by the version of their kernel, for products that do not say a year. */
static const struct
{
  guint major, minor;
  const char *year;
} windows_years[] = { { 6, 0, "2008" }, { 6, 1, "2008" }, { 6, 2, "2012" }, { 6, 3, "2012" }, { 10, 0, "2016" } };

void embark_import_os_free (EmbarkImportOs *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_strfreev (self->versions);
  g_strfreev (self->architectures);
  g_free (self);
}

static gboolean holds_string (JsonArray *array, const char *wanted)
{
  g_auto (GStrv) strings = embark_cvm_dup_strings (array);

  return g_strv_contains ((const char *const *) strings, wanted);
}

static EmbarkImportOs *read_os (JsonObject *entry, const char *name, gboolean is_windows)
{
  EmbarkImportOs *os = g_new0 (EmbarkImportOs, 1);

  os->name = g_strdup (name);
  os->versions = embark_cvm_dup_strings (embark_cvm_get_array (entry, "OsVersions"));
  os->architectures = embark_cvm_dup_strings (embark_cvm_get_array (entry, "Architecture"));
  os->is_windows = is_windows;
  return os;
}

GPtrArray *embark_import_list_os (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonNode) body = json_node_init_object (json_node_alloc (), none);
  const EmbarkCvmCall call = {
    .service = "cvm",
    .version = VERSION,
    .action = "DescribeImportImageOs",
    .subject = cvm->region,
    .body = body,
    .is_idempotent = TRUE,
  };
  g_autoptr (JsonNode) answer = embark_cvm_call (cvm, &call, NULL, cancellable, error);
  JsonObject *root, *supported;
  JsonArray *set;
  GPtrArray *list;

  if (answer == NULL)
    return NULL;
  root = json_node_get_object (answer);
  supported = embark_cvm_get_object (root, "ImportImageOsListSupported");
  set = embark_cvm_get_array (root, "ImportImageOsVersionSet");
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_import_os_free);
  for (guint i = 0; set != NULL && i < MIN (json_array_get_length (set), OS_MAX); i++)
    {
      JsonObject *entry = embark_cvm_get_element (set, i);
      const char *name = embark_cvm_get_string (entry, "OsName");
      gboolean is_windows = name != NULL && holds_string (embark_cvm_get_array (supported, "Windows"), name);

      /* The version set also has systems that are no longer taken. */
      if (is_windows || (name != NULL && holds_string (embark_cvm_get_array (supported, "Linux"), name)))
        g_ptr_array_add (list, read_os (entry, name, is_windows));
    }
  return list;
}

static const EmbarkImportOs *find_os (GPtrArray *list, gboolean is_windows, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    {
      const EmbarkImportOs *os = g_ptr_array_index (list, i);

      if (os->is_windows == is_windows && g_ascii_strcasecmp (os->name, name) == 0)
        return os;
    }
  return NULL;
}

/* 2: that release, 1: the same major version, 0: another one. "16" is every 16.x. */
static guint rate_version (const char *version, guint major, guint minor)
{
  char *end;
  guint64 number = g_ascii_strtoull (version, &end, 10);

  if (end == version || number != major)
    return 0;
  if (*end == '\0')
    return 2;
  return *end == '.' && g_ascii_strtoull (end + 1, NULL, 10) == minor ? 2 : 1;
}

static const char *find_version (const EmbarkImportOs *os, guint major, guint minor)
{
  const char *best = NULL;
  guint best_rate = 0;

  for (gsize i = 0; os != NULL && os->versions[i] != NULL; i++)
    {
      guint rate = rate_version (os->versions[i], major, minor);

      if (rate > best_rate)
        {
          best = os->versions[i];
          best_rate = rate;
        }
    }
  return best;
}

static const char *find_year (const char *product, guint major, guint minor)
{
  static const char *const years[] = { "2008", "2012", "2016", "2019", "2022", "2025" };

  for (gsize i = 0; product != NULL && i < G_N_ELEMENTS (years); i++)
    if (strstr (product, years[i]) != NULL)
      return years[i];
  for (gsize i = 0; i < G_N_ELEMENTS (windows_years); i++)
    if (windows_years[i].major == major && windows_years[i].minor == minor)
      return windows_years[i].year;
  return NULL;
}

static const EmbarkImportOs *find_windows (GPtrArray *list, const char *product, guint major, guint minor)
{
  const char *year = find_year (product, major, minor);
  gboolean is_r2 = product != NULL && strstr (product, "R2") != NULL;
  const EmbarkImportOs *best = NULL;

  for (guint i = 0; year != NULL && i < list->len; i++)
    {
      const EmbarkImportOs *os = g_ptr_array_index (list, i);

      if (!os->is_windows || os->versions[0] == NULL || strstr (os->name, year) == NULL)
        continue;
      if (best == NULL || (strstr (os->name, "R2") != NULL) == is_r2)
        best = os;
    }
  return best;
}

static const EmbarkImportOs *find_linux (GPtrArray *list, const char *distribution, guint major, guint minor,
                                         const char **ret_version)
{
  for (gsize i = 0; distribution != NULL && i < G_N_ELEMENTS (known); i++)
    {
      if (g_ascii_strcasecmp (known[i].distribution, distribution) != 0)
        continue;
      for (gsize n = 0; n < G_N_ELEMENTS (known[i].names) && known[i].names[n] != NULL; n++)
        {
          const EmbarkImportOs *os = find_os (list, FALSE, known[i].names[n]);
          const char *version = find_version (os, major, minor);

          if (version == NULL)
            continue;
          *ret_version = version;
          return os;
        }
    }
  return NULL;
}

gboolean embark_import_choose_os (GPtrArray *list, gboolean is_windows, const char *distribution, const char *product,
                                  guint major, guint minor, const char **ret_os_type, const char **ret_os_version)
{
  const EmbarkImportOs *os;
  const char *version = NULL;

  g_return_val_if_fail (list != NULL, FALSE);

  os =
      is_windows ? find_windows (list, product, major, minor) : find_linux (list, distribution, major, minor, &version);
  if (os == NULL && !is_windows)
    os = find_os (list, FALSE, OTHER_LINUX);
  if (os == NULL || os->versions[0] == NULL)
    return FALSE;
  *ret_os_type = os->name;
  *ret_os_version = version != NULL ? version : os->versions[0];
  return TRUE;
}
