/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each kind of file with the places where distributions keep it. Files of the
 * same kind that are links to each other are met twice, the second time
 * without anything left to do.
 */
#include "model/guest/fix-boot-entries.h"

#include <string.h>

#include "model/guest/linux-files.h"

#define FILES_MAX 256

typedef char *(*EditFunc) (const char *text, const EmbarkCmdlineEdit *edit, GError **error);

static char *edit_grub2 (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_grub2 (text, edit);
}

static char *edit_legacy (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_legacy (text, edit);
}

static char *edit_extlinux (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_extlinux (text, edit);
}

static char *edit_bls (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_bls (text, edit);
}

static char *edit_defaults (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_defaults (text, edit, TRUE);
}

/* A part of /etc/default/grub, of which it is enough that it does not say otherwise. */
static char *edit_default_part (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  (void) error;
  return embark_boot_edit_defaults (text, edit, FALSE);
}

/* /etc/kernel/cmdline: nothing but the arguments. */
static char *edit_cmdline (const char *text, const EmbarkCmdlineEdit *edit, GError **error)
{
  g_autofree char *entry = g_strconcat ("options ", text, NULL);
  g_autofree char *changed = embark_boot_edit_bls (entry, edit);

  (void) error;
  return g_strdup (changed + strlen ("options "));
}

static const struct
{
  const char *pattern;
  EditFunc edit;
} kinds[] = {
  { "/boot/{grub2/grub.cfg,grub/grub.cfg,efi/EFI/*/grub.cfg,efi/boot/grub/grub.cfg}", edit_grub2 },
  { "/boot/{grub2/custom.cfg,grub/custom.cfg}", edit_grub2 },
  { "/boot/{grub2/grubenv,grub/grubenv,efi/EFI/*/grubenv}", embark_boot_edit_grubenv },
  { "/{boot/loader/entries/*.conf,boot/efi/loader/entries/*.conf,efi/loader/entries/*.conf}", edit_bls },
  { "/{boot/grub/grub.conf,boot/grub/menu.lst,boot/efi/EFI/redhat/grub.conf,etc/grub.conf}", edit_legacy },
  { "/{boot/extlinux/*.conf,boot/extlinux.conf,boot/syslinux/*.cfg,boot/syslinux/*.conf,boot/syslinux.cfg,"
    "extlinux.conf,boot/efi/EFI/syslinux/syslinux.cfg}",
    edit_extlinux },
  { "/etc/default/grub", edit_defaults },
  { "/etc/default/grub.d/*.cfg", edit_default_part },
  { "/etc/kernel/cmdline", edit_cmdline },
};

/* The names of what is on @device, from the list of the facts at @path. */
static void add_contents (EmbarkFacts *facts, const char *path, const char *device, GStrvBuilder *roots)
{
  static const struct
  {
    const char *member;
    const char *forms[3];
  } names[] = {
    { "uuid", { "UUID=%s", "\"UUID=%s\"", "/dev/disk/by-uuid/%s" } },
    { "label", { "LABEL=%s", "/dev/disk/by-label/%s", NULL } },
    { "partUuid", { "PARTUUID=%s", "/dev/disk/by-partuuid/%s", NULL } },
  };
  JsonArray *list = embark_facts_get_list (facts, path);

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);

      if (strcmp (json_object_get_string_member_with_default (object, "device", ""), device) != 0)
        continue;
      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        {
          const char *value = json_object_get_string_member_with_default (object, names[k].member, NULL);

          for (guint f = 0; value && f < G_N_ELEMENTS (names[k].forms) && names[k].forms[f]; f++)
            {
              g_auto (GStrv) halves = g_strsplit (names[k].forms[f], "%s", 2);
              g_autofree char *name = g_strjoinv (value, halves);
              g_strv_builder_add (roots, name);
            }
        }
    }
}

GStrv embark_fix_list_roots (EmbarkFixSession *session)
{
  static const char *const told[] = { "linux.rootDevice", "linux.fstabRoot" };
  EmbarkFacts *facts = embark_fix_get_facts (session);
  g_autoptr (GStrvBuilder) roots = g_strv_builder_new ();
  const char *found = embark_fix_get_root (session);
  g_autofree char *device = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      const char *name = embark_facts_get_string (facts, told[i]);
      if (name && *name)
        g_strv_builder_add (roots, name);
    }
  /* "btrfsvol:/dev/sda1/@/.snapshots/1/snapshot" */
  if (g_str_has_prefix (found, "btrfsvol:/dev/"))
    {
      const char *start = found + strlen ("btrfsvol:");
      device = g_strndup (start, strlen ("/dev/") + strcspn (start + strlen ("/dev/"), "/"));
    }
  else
    device = g_strdup (found);
  add_contents (facts, "disk.partitions", device, roots);
  add_contents (facts, "disk.filesystems", device, roots);
  if (!g_str_has_prefix (device, "/dev/sd"))
    g_strv_builder_add (roots, device);
  return g_strv_builder_end (roots);
}

static gboolean edit_file (EmbarkFixSession *session, const char *path, EditFunc func, const EmbarkCmdlineEdit *edit,
                           GError **error)
{
  g_autofree char *text = embark_fix_read (session, path);
  g_autofree char *changed = NULL;

  if (!text)
    return TRUE;
  changed = func (text, edit, error);
  if (!changed)
    return FALSE;
  return strcmp (text, changed) == 0 || embark_fix_write (session, path, changed, -1, 0644, error);
}

gboolean embark_fix_boot_entries (EmbarkFixSession *session, const EmbarkCmdlineEdit *edit, GError **error)
{
  g_auto (GStrv) roots = embark_fix_list_roots (session);
  EmbarkCmdlineEdit own = *edit;

  own.roots = (const char *const *) roots;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (GStrv) found = embark_linux_glob (embark_fix_get_guest (session), kinds[i].pattern);

      for (guint k = 0; found[k] && k < FILES_MAX; k++)
        if (!edit_file (session, found[k], kinds[i].edit, &own, error))
          return FALSE;
    }
  return TRUE;
}
