/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which kernel a Linux guest starts: finds the boot loader's files wherever
 * distributions keep them, and the files that its entry names.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/kernel-image.h"
#include "model/guest/kernel-modules.h"
#include "model/guest/linux-files.h"

#define BLS_MAX 64
#define INCLUDES_MAX 3

/* Where a boot loader may keep a thing; the first that is there counts. */
static char *find_first (guestfs_h *g, const char *const *paths)
{
  g_auto (GStrv) found = embark_linux_find (g, paths);

  return g_strdup (found[0]);
}

static char *read_first (guestfs_h *g, const char *const *paths)
{
  g_autofree char *path = find_first (g, paths);

  return path ? embark_guest_read_text (g, path) : NULL;
}

/* Where a path of a boot loader may lie in the guest: on the partition of /boot, of the root, of UEFI. */
static char *resolve_path (guestfs_h *g, const char *path)
{
  const char *inner = strstr (path, "/boot/");
  g_autofree char *in_boot = g_strconcat ("/boot", path, NULL);
  g_autofree char *in_esp = g_strconcat ("/boot/efi", path, NULL);
  g_autofree char *in_efi = g_strconcat ("/efi", path, NULL);
  /* On btrfs the name of the subvolume stands in front: "/@/boot/vmlinuz". */
  const char *tries[] = { inner == path ? path : in_boot, inner == path ? in_boot : path, in_esp, in_efi, inner, NULL };

  return find_first (g, tries);
}

/* A stub of grub on the partition of UEFI names the real file. */
static char *follow_grub2 (guestfs_h *g, char **path, char *text)
{
  for (guint i = 0; i < INCLUDES_MAX; i++)
    {
      g_autofree char *include = embark_boot_config_get_grub2_include (text);
      g_autofree char *target = include && *include == '/' ? resolve_path (g, include) : NULL;
      char *next = target ? embark_guest_read_text (g, target) : NULL;

      if (!next)
        break;
      g_free (text);
      text = next;
      g_free (*path);
      *path = g_steal_pointer (&target);
    }
  return text;
}

/* grub's configuration with entries of either kind; *ret_path: the file. */
static char *read_grub2 (EmbarkLinux *self, char **ret_path)
{
  gboolean is_uefi = g_strcmp0 (embark_facts_get_string (self->facts, "boot.firmware"), "uefi") == 0;
  g_auto (GStrv) found = embark_linux_glob (
      self->g, is_uefi ? "/boot/{efi/EFI/*/grub.cfg,grub2/grub.cfg,grub/grub.cfg,efi/boot/grub/grub.cfg}"
                       : "/boot/{grub2/grub.cfg,grub/grub.cfg,efi/EFI/*/grub.cfg,efi/boot/grub/grub.cfg}");

  for (guint i = 0; found[i] && i < 8; i++)
    {
      g_autofree char *path = g_strdup (found[i]);
      g_autofree char *text = embark_guest_read_text (self->g, path);

      if (!text)
        continue;
      text = follow_grub2 (self->g, &path, g_steal_pointer (&text));
      if (!strstr (text, "menuentry ") && !embark_boot_config_uses_bls (text))
        continue;
      *ret_path = g_steal_pointer (&path);
      return g_steal_pointer (&text);
    }
  return NULL;
}

static char *read_grubenv (guestfs_h *g)
{
  g_auto (GStrv) found = embark_linux_glob (g, "/boot/{grub2/grubenv,grub/grubenv,efi/EFI/*/grubenv}");

  for (guint i = 0; found[i] && i < 8; i++)
    {
      char *text = embark_guest_read_text (g, found[i]);
      if (text)
        return text;
    }
  return NULL;
}

static EmbarkBootEntry *read_bls (guestfs_h *g, const char *config, const char *grubenv, char **ret_path)
{
  static const char *const loaders[] = { "/boot/efi/loader/loader.conf", "/efi/loader/loader.conf",
                                         "/boot/loader/loader.conf", NULL };
  g_auto (GStrv) found =
      embark_linux_glob (g, "/{boot/loader/entries/*.conf,boot/efi/loader/entries/*.conf,efi/loader/entries/*.conf}");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *loader = NULL;
  EmbarkBlsInput input = { .grubenv = grubenv, .grub_config = config };

  if (!found[0])
    return NULL;
  for (guint i = 0; found[i] && names->len < BLS_MAX; i++)
    {
      char *text = embark_guest_read_text (g, found[i]);
      if (!text)
        continue;
      g_ptr_array_add (names, g_path_get_basename (found[i]));
      g_ptr_array_add (texts, text);
    }
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (texts, NULL);
  loader = config ? NULL : read_first (g, loaders);
  input.names = (const char *const *) names->pdata;
  input.texts = (const char *const *) texts->pdata;
  input.loader_config = loader;
  *ret_path = g_path_get_dirname (found[0]);
  return embark_boot_config_read_bls (&input);
}

static EmbarkBootEntry *read_legacy (guestfs_h *g, char **ret_path)
{
  static const char *const paths[] = { "/boot/grub/grub.conf", "/boot/grub/menu.lst", "/boot/efi/EFI/redhat/grub.conf",
                                       "/etc/grub.conf", NULL };
  g_autofree char *path = find_first (g, paths);
  g_autofree char *config = path ? embark_guest_read_text (g, path) : NULL;
  g_autofree char *saved = NULL;

  if (!config)
    return NULL;
  saved = strstr (config, "saved") ? embark_guest_read_text (g, "/boot/grub/default") : NULL;
  *ret_path = g_steal_pointer (&path);
  return embark_boot_config_read_legacy (config, saved);
}

/* A path next to the configuration, as extlinux takes it. */
static void make_absolute (char **path, const char *config_path)
{
  g_autofree char *folder = g_path_get_dirname (config_path);
  char *full;

  if (!*path || **path == '/')
    return;
  full = g_canonicalize_filename (*path, folder);
  g_free (*path);
  *path = full;
}

static EmbarkBootEntry *read_extlinux (guestfs_h *g, char **ret_path)
{
  static const char *const paths[] = { "/boot/extlinux/extlinux.conf",
                                       "/boot/extlinux.conf",
                                       "/boot/syslinux/syslinux.cfg",
                                       "/boot/syslinux/extlinux.conf",
                                       "/boot/syslinux.cfg",
                                       "/extlinux.conf",
                                       "/boot/efi/EFI/syslinux/syslinux.cfg",
                                       NULL };
  g_autofree char *path = find_first (g, paths);
  g_autofree char *config = path ? embark_guest_read_text (g, path) : NULL;
  EmbarkBootEntry *entry = config ? embark_boot_config_read_extlinux (config) : NULL;
  g_autofree char *include = config && !entry ? embark_boot_config_get_extlinux_include (config) : NULL;

  if (include)
    {
      make_absolute (&include, path);
      g_free (config);
      config = embark_guest_read_text (g, include);
      entry = config ? embark_boot_config_read_extlinux (config) : NULL;
    }
  if (!entry)
    return NULL;
  make_absolute (&entry->kernel, path);
  make_absolute (&entry->initrd, path);
  *ret_path = g_steal_pointer (&path);
  return entry;
}

/* The entry that starts by default; *ret_from: the file that says so, *ret_loader: the word for its kind. */
static EmbarkBootEntry *read_entry (EmbarkLinux *self, char **ret_from, const char **ret_loader)
{
  g_autofree char *path = NULL;
  g_autofree char *config = read_grub2 (self, &path);
  g_autofree char *grubenv = read_grubenv (self->g);
  EmbarkBootEntry *entry = NULL;

  if (config && !embark_boot_config_uses_bls (config))
    {
      entry = embark_boot_config_read_grub2 (config, grubenv);
      *ret_loader = "grub2";
    }
  if (!entry && (entry = read_bls (self->g, config, grubenv, &path)))
    *ret_loader = "bls";
  if (!entry && config && (entry = embark_boot_config_read_grub2 (config, grubenv)))
    *ret_loader = "grub2";
  if (!entry && (entry = read_extlinux (self->g, &path)))
    *ret_loader = "extlinux";
  if (!entry && (entry = read_legacy (self->g, &path)))
    *ret_loader = "grub-legacy";
  if (entry)
    *ret_from = g_steal_pointer (&path);
  return entry;
}

/* From the file's name, from where a link leads, from the kernel itself. */
static char *find_version (guestfs_h *g, const char *path)
{
  char *version = embark_boot_kernel_version (path);
  g_autoptr (GBytes) head = NULL;
  g_autoptr (EmbarkKernelImage) image = NULL;
  char *target;

  if (version)
    return version;
  target = guestfs_realpath (g, path);
  if (!target)
    target = guestfs_readlink (g, path);
  version = target ? embark_boot_kernel_version (target) : NULL;
  free (target);
  if (version)
    return version;
  head = embark_linux_read_head (g, path, EMBARK_KERNEL_HEAD_SIZE);
  image = head ? embark_kernel_image_read (g_bytes_get_data (head, NULL), g_bytes_get_size (head)) : NULL;
  return image ? g_steal_pointer (&image->version) : NULL;
}

/* The links that distributions keep for the newest kernel, then the newest one that is meant to start. */
static char *find_other (EmbarkLinux *self, char **ret_from)
{
  static const char *const links[] = { "/vmlinuz", "/boot/vmlinuz", "/boot/vmlinux", NULL };
  g_auto (GStrv) found = embark_linux_find (self->g, links);
  g_auto (GStrv) names = NULL;
  g_autofree char *best = NULL;

  for (guint i = 0; found[i]; i++)
    {
      char *version = find_version (self->g, found[i]);
      if (!version)
        continue;
      *ret_from = g_strdup (found[i]);
      self->kernel_path = g_strdup (found[i]);
      return version;
    }
  names = embark_guest_list_dir (self->g, "/boot");
  for (guint i = 0; names[i]; i++)
    {
      g_autofree char *version = embark_boot_kernel_version (names[i]);
      if (!version || embark_kernel_is_special (version)
          || (best && embark_kernel_compare_versions (version, best) <= 0))
        continue;
      g_free (best);
      best = g_steal_pointer (&version);
    }
  *ret_from = g_strdup ("/boot");
  return g_steal_pointer (&best);
}

static char *find_entry_version (EmbarkLinux *self)
{
  char *version;

  self->kernel_path = resolve_path (self->g, self->entry->kernel);
  if (self->entry->initrd)
    self->initrd_path = resolve_path (self->g, self->entry->initrd);
  version = find_version (self->g, self->kernel_path ? self->kernel_path : self->entry->kernel);
  return version ? version : g_strdup (self->entry->version);
}

void embark_inspect_boot (EmbarkLinux *self)
{
  const char *loader = NULL;
  g_autofree char *from = NULL;
  g_autofree char *version = NULL;
  g_autofree char *root = NULL;

  self->entry = read_entry (self, &from, &loader);
  if (self->entry)
    {
      const char *cmdline = self->entry->cmdline ? self->entry->cmdline : "";

      embark_facts_set_string (self->facts, "linux.bootLoader", loader);
      embark_facts_set_string (self->facts, "linux.cmdline", cmdline);
      root = embark_cmdline_get (cmdline, "root");
      embark_facts_set_string (self->facts, "linux.rootDevice", root);
      version = find_entry_version (self);
    }
  else
    {
      embark_facts_set_unknown (self->facts, "linux.bootLoader", _ ("no boot entry of a known boot loader was found"));
      embark_facts_set_unknown (self->facts, "linux.cmdline", _ ("no boot entry of a known boot loader was found"));
    }
  if (!version)
    {
      g_free (from);
      from = NULL;
      version = find_other (self, &from);
    }
  if (!version)
    {
      embark_facts_set_unknown (self->facts, "linux.bootKernel", _ ("no kernel was found in /boot"));
      return;
    }
  embark_facts_set_string (self->facts, "linux.bootKernel", version);
  embark_facts_set_string (self->facts, "linux.bootKernelFrom", from);
}
