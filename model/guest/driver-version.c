/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One const table of names: those of virtio-win since 0.1.96, of its releases
 * before, and of the folders that a build of kvm-guest-drivers-windows makes.
 */
#include "model/guest/driver-version.h"

#include <string.h>

#include <glib/gi18n.h>

#define NAME_MAX_CHARS 32

/* What a name of drivers is for. */
typedef enum
{
  KIND_CLIENT = 1,
  KIND_SERVER = 2,
  KIND_BOTH = KIND_CLIENT | KIND_SERVER,
} Kind;

typedef struct
{
  const char *name; /* lower case, without blanks, dots and dashes */
  guint major, minor, build;
  Kind kind;
} Folder;

/* "win" at the start stands for "Win", "Windows", "Windows Server", without which the rest may mean anything. */
static const Folder folders[] = {
  { "xp", 5, 1, 0, KIND_CLIENT },
  { "wxp", 5, 1, 0, KIND_CLIENT },
  { "2k3", 5, 2, 0, KIND_SERVER },
  { "wnet", 5, 2, 0, KIND_BOTH },
  { "win2003", 5, 2, 0, KIND_SERVER },
  { "2k8", 6, 0, 0, KIND_SERVER },
  { "wlh", 6, 0, 0, KIND_BOTH },
  { "vista", 6, 0, 0, KIND_CLIENT },
  { "win2008", 6, 0, 0, KIND_SERVER },
  { "w7", 6, 1, 0, KIND_CLIENT },
  { "2k8r2", 6, 1, 0, KIND_SERVER },
  { "win7", 6, 1, 0, KIND_BOTH },
  { "win2008r2", 6, 1, 0, KIND_SERVER },
  { "w8", 6, 2, 0, KIND_CLIENT },
  { "2k12", 6, 2, 0, KIND_SERVER },
  { "win8", 6, 2, 0, KIND_BOTH },
  { "win2012", 6, 2, 0, KIND_SERVER },
  { "w81", 6, 3, 0, KIND_CLIENT },
  { "2k12r2", 6, 3, 0, KIND_SERVER },
  { "win81", 6, 3, 0, KIND_BOTH },
  { "win2012r2", 6, 3, 0, KIND_SERVER },
  { "w10", 10, 0, 10240, KIND_CLIENT },
  { "win10", 10, 0, 10240, KIND_BOTH },
  { "2k16", 10, 0, 14393, KIND_SERVER },
  { "win2016", 10, 0, 14393, KIND_SERVER },
  { "2k19", 10, 0, 17763, KIND_SERVER },
  { "win2019", 10, 0, 17763, KIND_SERVER },
  { "2k22", 10, 0, 20348, KIND_SERVER },
  { "win2022", 10, 0, 20348, KIND_SERVER },
  { "w11", 10, 0, 22000, KIND_CLIENT },
  { "win11", 10, 0, 22000, KIND_BOTH },
  { "2k25", 10, 0, 26100, KIND_SERVER },
  { "win2025", 10, 0, 26100, KIND_SERVER },
};

/* What Windows calls itself, the newest first. */
static const struct
{
  guint major, minor, build;
  const char *client, *server; /* (nullable): the one before is meant */
} names[] = {
  { 10, 0, 26100, NULL, "Windows Server 2025" },
  { 10, 0, 22000, "Windows 11", NULL },
  { 10, 0, 20348, NULL, "Windows Server 2022" },
  { 10, 0, 17763, NULL, "Windows Server 2019" },
  { 10, 0, 0, "Windows 10", "Windows Server 2016" },
  { 6, 3, 0, "Windows 8.1", "Windows Server 2012 R2" },
  { 6, 2, 0, "Windows 8", "Windows Server 2012" },
  { 6, 1, 0, "Windows 7", "Windows Server 2008 R2" },
  { 6, 0, 0, "Windows Vista", "Windows Server 2008" },
  { 5, 2, 0, "Windows XP", "Windows Server 2003" },
  { 5, 1, 0, "Windows XP", NULL },
};

static const char *find_name (const EmbarkWindowsVersion *windows)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *name = windows->is_server ? names[i].server : names[i].client;
      if (name && names[i].major == windows->major && names[i].minor == windows->minor
          && names[i].build <= windows->build)
        return name;
    }
  return NULL;
}

char *embark_windows_version_describe (const EmbarkWindowsVersion *windows)
{
  const char *name = find_name (windows);
  g_autofree char *number = g_strdup_printf ("Windows %u.%u", windows->major, windows->minor);

  if (windows->is_64_bit)
    /* Translators: a Windows by its name, "Windows Server 2012 R2". */
    return g_strdup_printf (_ ("%s, 64-bit"), name ? name : number);
  /* Translators: a Windows by its name, "Windows Server 2008 R2". */
  return g_strdup_printf (_ ("%s, 32-bit"), name ? name : number);
}

static const char *skip_prefix (const char *text, const char *prefix)
{
  return g_str_has_prefix (text, prefix) ? text + strlen (prefix) : text;
}

static const Folder *find_folder (const char *name)
{
  char plain[NAME_MAX_CHARS];
  const char *rest;
  gsize n = 0;

  for (const char *p = name; *p; p++)
    {
      if (n == sizeof plain - 1)
        return NULL;
      if (!strchr (" ._-", *p))
        plain[n++] = g_ascii_tolower (*p);
    }
  plain[n] = '\0';
  rest = skip_prefix (skip_prefix (skip_prefix (plain, "windows"), "win"), "server");
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      const char *wanted = skip_prefix (folders[i].name, "win");
      if (strcmp (wanted, rest) == 0 && (wanted == folders[i].name || rest != plain))
        return &folders[i];
    }
  return NULL;
}

gboolean embark_driver_folder_is_version (const char *name)
{
  return find_folder (name) != NULL;
}

static guint64 make_key (guint major, guint minor, guint build)
{
  return (guint64) (major & 0xFF) << 40 | (guint64) (minor & 0xFF) << 32 | build;
}

guint64 embark_driver_folder_rank (const char *name, const EmbarkWindowsVersion *windows)
{
  static const guint64 same_kind = G_GUINT64_CONSTANT (1) << 48;
  const Folder *folder = find_folder (name);
  guint64 key, mine;

  if (folder == NULL || (folder->major < 6 && windows->major >= 6))
    return 0;
  key = make_key (folder->major, folder->minor, folder->build);
  mine = make_key (windows->major, windows->minor, windows->major >= 10 ? windows->build : 0);
  /* Of a Windows 10 without a number the oldest is meant. */
  if (windows->major == 10 && windows->minor == 0 && windows->build == 0)
    mine = make_key (10, 0, windows->is_server ? 14393 : 10240);
  if (key > mine)
    return 0;
  if (folder->kind & (windows->is_server ? KIND_SERVER : KIND_CLIENT))
    return same_kind | key;
  return folder->major == windows->major && folder->minor == windows->minor ? key : 0;
}

EmbarkDriverCpu embark_driver_folder_get_cpu (const char *name)
{
  static const struct
  {
    const char *name;
    EmbarkDriverCpu cpu;
  } cpus[] = {
    { "x86", EMBARK_DRIVER_CPU_X86 },       { "i386", EMBARK_DRIVER_CPU_X86 },    { "x32", EMBARK_DRIVER_CPU_X86 },
    { "i686", EMBARK_DRIVER_CPU_X86 },      { "amd64", EMBARK_DRIVER_CPU_AMD64 }, { "x64", EMBARK_DRIVER_CPU_AMD64 },
    { "x86_64", EMBARK_DRIVER_CPU_AMD64 },  { "arm64", EMBARK_DRIVER_CPU_OTHER }, { "arm", EMBARK_DRIVER_CPU_OTHER },
    { "aarch64", EMBARK_DRIVER_CPU_OTHER }, { "ia64", EMBARK_DRIVER_CPU_OTHER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cpus); i++)
    if (g_ascii_strcasecmp (cpus[i].name, name) == 0)
      return cpus[i].cpu;
  return EMBARK_DRIVER_CPU_UNKNOWN;
}
