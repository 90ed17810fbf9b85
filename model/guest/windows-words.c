/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of guest tools as their installers write them; channels of licences
 * as slmgr prints them.
 */
#include "model/guest/windows-words.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DOS_PREFIX "\\?\?\\"

static const char *skip_dos_prefix (const char *path)
{
  while (*path == '"' || *path == ' ')
    path++;
  return g_str_has_prefix (path, DOS_PREFIX) ? path + strlen (DOS_PREFIX) : path;
}

static gboolean has_drive (const char *path)
{
  return g_ascii_isalpha (path[0]) && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

char embark_windows_get_drive (const char *path)
{
  path = skip_dos_prefix (path);
  return has_drive (path) ? g_ascii_toupper (path[0]) : 0;
}

char *embark_windows_make_path (const char *image, const char *system_root)
{
  static const char *const roots[] = { "/SystemRoot/", "%SystemRoot%/", "%windir%/" };
  const char *start = skip_dos_prefix (image);
  g_autofree char *path = g_strdup (start);
  const char *rest = path;
  char *end;

  /* What was quoted ends at the next mark; else arguments cannot be told from spaces in a name but by ".exe ". */
  if ((end = strchr (path, '"')))
    *end = '\0';
  for (end = path; *end; end++)
    if (g_ascii_strncasecmp (end, ".exe ", 5) == 0 || g_ascii_strncasecmp (end, ".sys ", 5) == 0)
      {
        end[4] = '\0';
        break;
      }
  g_strdelimit (path, "\\", '/');
  if (g_ascii_isalpha (rest[0]) && rest[1] == ':' && rest[2] == '/')
    return g_strdup (rest + 2);
  for (guint i = 0; i < G_N_ELEMENTS (roots); i++)
    if (g_ascii_strncasecmp (rest, roots[i], strlen (roots[i])) == 0)
      return g_build_filename (system_root, rest + strlen (roots[i]), NULL);
  return g_build_filename (system_root, rest, NULL);
}

static gboolean contains (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (; text && *text; text++)
    if (g_ascii_strncasecmp (text, word, length) == 0)
      return TRUE;
  return FALSE;
}

const char *embark_windows_get_tools (const char *name)
{
  static const struct
  {
    const char *words;
    const char *tools;
  } known[] = {
    { "VMware Tools", "vmware" },       { "VirtualBox Guest Additions", "virtualbox" },
    { "XenServer Tools", "xen" },       { "XenServer VM Tools", "xen" },
    { "XenServer Windows", "xen" },     { "Citrix VM Tools", "xen" },
    { "Citrix Hypervisor", "xen" },     { "XCP-ng Windows", "xen" },
    { "Xen PV Drivers", "xen" },        { "QEMU guest agent", "qemu" },
    { "Parallels Tools", "parallels" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (contains (name, known[i].words))
      return known[i].tools;
  return NULL;
}

gboolean embark_windows_is_virtio_package (const char *name, const char *publisher)
{
  gboolean is_tencent = contains (name, "Tencent") || contains (name, "QCloud") || contains (publisher, "Tencent");

  return contains (name, "virtio") || (is_tencent && contains (name, "driver"));
}

const char *embark_windows_get_activation (const char *edition, const char *kms_server, const char *channel,
                                           const char *product_id, char **ret_evidence)
{
  static const struct
  {
    const char *word;
    const char *kind;
  } channels[] = {
    { "Eval", "evaluation" }, { "GVLK", "kms" },      { "KMSCLIENT", "kms" },
    { "MAK", "mak" },         { "Retail", "retail" }, { "OEM", "oem" },
  };

  /* An edition for evaluation stays one, whatever key it was given. */
  if (edition && g_str_has_suffix (edition, "Eval"))
    {
      *ret_evidence = g_strdup_printf ("EditionID=%s", edition);
      return "evaluation";
    }
  if (kms_server && *kms_server)
    {
      *ret_evidence = g_strdup_printf ("KeyManagementServiceName=%s", kms_server);
      return "kms";
    }
  for (guint i = 0; channel && i < G_N_ELEMENTS (channels); i++)
    if (contains (channel, channels[i].word))
      {
        *ret_evidence = g_strdup_printf ("DigitalProductId4: %s", channel);
        return channels[i].kind;
      }
  if (!contains (product_id, "-OEM-"))
    return NULL;
  *ret_evidence = g_strdup_printf ("ProductId=%s", product_id);
  return "oem";
}

char *embark_windows_check_cloudbase (const char *config)
{
  g_auto (GStrv) lines = g_strsplit (config, "\n", -1);

  for (guint i = 0; lines[i]; i++)
    {
      char *line = g_strstrip (lines[i]);
      char *value = strchr (line, '=');

      if (!g_str_has_prefix (line, "metadata_services") || !value
          || strspn (line + strlen ("metadata_services"), " \t")
                 != (gsize) (value - line) - strlen ("metadata_services"))
        continue;
      if (contains (value, "ConfigDrive"))
        return NULL;
      /* Translators: %s is the setting as the file has it, in English. */
      return g_strdup_printf (_ ("the configuration drive of the cloud is not among its sources: “%s”"), line);
    }
  return NULL;
}

gboolean embark_windows_inf_names (const guint8 *bytes, gsize length, const char *device)
{
  gsize step = length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE ? 2 : 1;
  gsize n = strlen (device);

  for (gsize at = 0; at + n * step <= length; at += step)
    {
      gsize i = 0;
      while (i < n && g_ascii_toupper ((char) bytes[at + i * step]) == device[i])
        i++;
      if (i == n)
        return TRUE;
    }
  return FALSE;
}
