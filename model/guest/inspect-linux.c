/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Linux: which kernel starts, and what fstab and the boot entry call the
 * root; the kernels, cloud-init and the network have files of their own.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/boot-config.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect.h"
#include "model/guest/kernel-modules.h"

#define BLS_DIR "/boot/loader/entries"
#define BLS_MAX 64

static char *read_first (guestfs_h *g, const char *const *paths, const char **ret_path)
{
  for (guint i = 0; paths[i]; i++)
    {
      char *text = embark_guest_read_text (g, paths[i]);
      if (!text)
        continue;
      if (ret_path)
        *ret_path = paths[i];
      return text;
    }
  return NULL;
}

static EmbarkBootEntry *read_bls (guestfs_h *g, const char *grubenv)
{
  g_auto (GStrv) names = embark_guest_list_dir (g, BLS_DIR);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  EmbarkBootEntry *entry;

  for (guint i = 0; names[i] && kept->len < BLS_MAX; i++)
    {
      g_autofree char *path = g_build_filename (BLS_DIR, names[i], NULL);
      char *text = g_str_has_suffix (names[i], ".conf") ? embark_guest_read_text (g, path) : NULL;
      if (!text)
        continue;
      g_ptr_array_add (kept, names[i]);
      g_ptr_array_add (texts, text);
    }
  g_ptr_array_add (kept, NULL);
  g_ptr_array_add (texts, NULL);
  entry = embark_boot_config_read_bls ((const char *const *) kept->pdata, (const char *const *) texts->pdata, grubenv);
  return entry;
}

/* The entry that starts by default; *ret_from: the file that says so. */
static EmbarkBootEntry *read_boot_entry (guestfs_h *g, const char **ret_from)
{
  static const char *const grub2[] = { "/boot/grub2/grub.cfg",
                                       "/boot/grub/grub.cfg",
                                       "/boot/efi/EFI/debian/grub.cfg",
                                       "/boot/efi/EFI/centos/grub.cfg",
                                       "/boot/efi/EFI/redhat/grub.cfg",
                                       "/boot/efi/EFI/rocky/grub.cfg",
                                       "/boot/efi/EFI/almalinux/grub.cfg",
                                       "/boot/efi/EFI/fedora/grub.cfg",
                                       NULL };
  static const char *const envs[] = { "/boot/grub2/grubenv", "/boot/grub/grubenv", NULL };
  static const char *const legacy[] = { "/boot/grub/grub.conf", "/boot/grub/menu.lst", "/etc/grub.conf", NULL };
  g_autofree char *config = read_first (g, grub2, ret_from);
  g_autofree char *grubenv = read_first (g, envs, NULL);
  g_autofree char *old = NULL;
  EmbarkBootEntry *entry = NULL;

  if (config && !embark_boot_config_uses_bls (config))
    entry = embark_boot_config_read_grub2 (config, grubenv);
  if (!entry && (entry = read_bls (g, grubenv)))
    *ret_from = BLS_DIR;
  if (!entry && (old = read_first (g, legacy, ret_from)))
    entry = embark_boot_config_read_legacy (old);
  return entry;
}

/* The version of the entry's kernel, also when the entry names a link ("/vmlinuz"). */
static char *get_version (guestfs_h *g, const char *path)
{
  g_autofree char *in_boot = g_str_has_prefix (path, "/boot/") ? g_strdup (path) : g_strconcat ("/boot", path, NULL);
  const char *tries[] = { in_boot, path };
  char *version = embark_boot_kernel_version (path);

  for (guint i = 0; i < G_N_ELEMENTS (tries) && !version; i++)
    {
      char *target = guestfs_is_symlink (g, tries[i]) == 1 ? guestfs_readlink (g, tries[i]) : NULL;
      if (target)
        version = embark_boot_kernel_version (target);
      free (target);
    }
  return version;
}

static char *find_newest (guestfs_h *g)
{
  g_auto (GStrv) names = embark_guest_list_dir (g, "/boot");
  g_autofree char *best = NULL;

  for (guint i = 0; names[i]; i++)
    {
      g_autofree char *version = embark_boot_kernel_version (names[i]);
      if (!version || strstr (version, "rescue") || strstr (version, "kdump") || g_str_has_suffix (version, "-debug"))
        continue;
      if (best && embark_kernel_compare_versions (version, best) <= 0)
        continue;
      g_free (best);
      best = g_steal_pointer (&version);
    }
  return g_steal_pointer (&best);
}

static void add_boot (guestfs_h *g, EmbarkFacts *facts)
{
  const char *from = NULL;
  g_autoptr (EmbarkBootEntry) entry = read_boot_entry (g, &from);
  g_autofree char *version = entry ? get_version (g, entry->kernel) : NULL;
  g_autofree char *root = NULL;

  if (entry)
    {
      embark_facts_set_string (facts, "linux.cmdline", entry->cmdline);
      root = embark_cmdline_get (entry->cmdline, "root");
      embark_facts_set_string (facts, "linux.rootDevice", root);
    }
  else
    embark_facts_set_unknown (facts, "linux.cmdline", _ ("no boot entry of a known boot loader was found"));
  if (!version)
    {
      version = find_newest (g);
      from = "/boot";
    }
  if (!version)
    {
      embark_facts_set_unknown (facts, "linux.bootKernel", _ ("no kernel was found in /boot"));
      return;
    }
  embark_facts_set_string (facts, "linux.bootKernel", version);
  embark_facts_set_string (facts, "linux.bootKernelFrom", from);
}

static void add_fstab (guestfs_h *g, EmbarkFacts *facts)
{
  g_autofree char *fstab = embark_guest_read_text (g, "/etc/fstab");
  g_autofree char *root = fstab ? embark_fstab_get_root (fstab) : NULL;

  if (root)
    embark_facts_set_string (facts, "linux.fstabRoot", root);
  else
    embark_facts_set_unknown (facts, "linux.fstabRoot", _ ("/etc/fstab has no entry for /"));
}

/* libguestfs knows only "12.15" of a Debian; os-release has the name. */
static void add_product (guestfs_h *g, EmbarkFacts *facts)
{
  static const char *const paths[] = { "/etc/os-release", "/usr/lib/os-release", NULL };
  g_autofree char *text = read_first (g, paths, NULL);
  g_auto (GStrv) lines = text ? g_strsplit (text, "\n", 1000) : NULL;

  for (guint i = 0; lines && lines[i]; i++)
    {
      g_autofree char *value = NULL;
      if (!g_str_has_prefix (lines[i], "PRETTY_NAME="))
        continue;
      value = g_shell_unquote (lines[i] + strlen ("PRETTY_NAME="), NULL);
      if (value && *value)
        embark_facts_set_string (facts, "os.product", value);
      return;
    }
}

void embark_inspect_linux (guestfs_h *g, const char *root, EmbarkFacts *facts)
{
  add_product (g, facts);
  add_boot (g, facts);
  add_fstab (g, facts);
  embark_inspect_kernels (g, facts);
  embark_inspect_cloud_init (g, facts);
  embark_inspect_network (g, facts);
}
