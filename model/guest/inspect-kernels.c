/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each kernel of a Linux guest and the virtio drivers it can use: built in,
 * as a module, and within reach before the root is mounted.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/base/facts.h"
#include "model/guest/boot-config.h"
#include "model/guest/guest-files.h"
#include "model/guest/initramfs.h"
#include "model/guest/inspect.h"
#include "model/guest/kernel-modules.h"

#define KERNELS_MAX 32
#define INITRAMFS_READ_MAX 4 /* reading one takes seconds without KVM */
#define INITRAMFS_SIZE_MAX (512 * 1024 * 1024)

static GPtrArray *list_versions (guestfs_h *g, const char *boot_kernel)
{
  g_auto (GStrv) names = embark_guest_list_dir (g, "/boot");
  GPtrArray *versions = g_ptr_array_new_with_free_func (g_free);

  /* The default one first: if there are many, it is the one that counts. */
  if (boot_kernel)
    g_ptr_array_add (versions, g_strdup (boot_kernel));
  for (guint i = 0; names[i] && versions->len < KERNELS_MAX; i++)
    {
      g_autofree char *version = embark_boot_kernel_version (names[i]);
      if (version && !g_ptr_array_find_with_equal_func (versions, version, g_str_equal, NULL))
        g_ptr_array_add (versions, g_steal_pointer (&version));
    }
  return versions;
}

static char *find_file (guestfs_h *g, const char *const *patterns, const char *version)
{
  for (guint i = 0; patterns[i]; i++)
    {
      g_auto (GStrv) halves = g_strsplit (patterns[i], "@", 2);
      g_autofree char *path = g_strjoinv (version, halves);
      if (embark_guest_has_file (g, path))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static char *read_named (guestfs_h *g, const char *const *patterns, const char *version)
{
  g_autofree char *path = find_file (g, patterns, version);

  return path ? embark_guest_read_text (g, path) : NULL;
}

static void add_drivers (guestfs_h *g, const char *version, JsonObject *kernel, GString *evidence)
{
  static const char *const configs[] = { "/boot/config-@", "/lib/modules/@/config", NULL };
  static const char *const builtins[] = { "/lib/modules/@/modules.builtin", NULL };
  static const char *const deps[] = { "/lib/modules/@/modules.dep", NULL };
  static const struct
  {
    const char *driver;
    const char *member;
  } wanted[] = { { "virtio_blk", "virtioBlk" }, { "virtio_net", "virtioNet" }, { "virtio_pci", "virtioPci" } };
  g_autofree char *config = read_named (g, configs, version);
  g_autofree char *builtin = read_named (g, builtins, version);
  g_autofree char *dep = read_named (g, deps, version);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *said = NULL;
      EmbarkDriverState state = embark_kernel_find_driver (config, builtin, dep, wanted[i].driver, &said);

      if (state == EMBARK_DRIVER_UNKNOWN)
        continue;
      json_object_set_string_member (kernel, wanted[i].member, embark_driver_state_to_string (state));
      g_string_append_printf (evidence, "%s%s", evidence->len ? "; " : "", said);
    }
}

static void add_initramfs (guestfs_h *g, const char *version, gboolean read_it, JsonObject *kernel, GString *evidence,
                           EmbarkFacts *facts)
{
  static const char *const patterns[] = { "/boot/initrd.img-@", "/boot/initramfs-@.img", "/boot/initrd-@",
                                          "/boot/initrd-@.img", NULL };
  g_autofree char *path = find_file (g, patterns, version);
  g_autoptr (GBytes) file = NULL;
  g_autoptr (EmbarkInitramfs) initramfs = NULL;
  g_autoptr (GError) error = NULL;

  if (!path)
    {
      g_string_append_printf (evidence, "%sno initramfs", evidence->len ? "; " : "");
      return;
    }
  json_object_set_string_member (kernel, "initramfs", path);
  if (!read_it)
    return;
  file = embark_guest_read_bytes (g, path, INITRAMFS_SIZE_MAX);
  initramfs = file ? embark_initramfs_read (file, &error) : NULL;
  if (!initramfs)
    {
      /* Translators: a path in the guest, and why it could not be read. */
      g_autofree char *reason =
          g_strdup_printf (_ ("%s could not be read: %s"), path, error ? error->message : _ ("it is too large"));
      embark_facts_set_unknown (facts, "linux.kernels", reason);
      return;
    }
  json_object_set_boolean_member (kernel, "initramfsVirtioBlk",
                                  embark_initramfs_has_module (initramfs, version, "virtio_blk"));
  json_object_set_boolean_member (kernel, "initramfsVirtioPci",
                                  embark_initramfs_has_module (initramfs, version, "virtio_pci"));
  g_string_append_printf (evidence, "; %s holds %u modules in %u archives", path,
                          embark_initramfs_get_n_modules (initramfs), embark_initramfs_get_n_archives (initramfs));
}

static void add_package (guestfs_h *g, const char *version, JsonObject *kernel)
{
  static const char *const lists[] = { "/var/lib/dpkg/info/linux-image-@.list",
                                       "/var/lib/dpkg/info/linux-image-unsigned-@.list",
                                       "/var/lib/dpkg/info/kernel-image-@.list", NULL };
  gboolean is_packaged = FALSE;

  if (embark_guest_has_dir (g, "/var/lib/dpkg/info"))
    {
      g_autofree char *path = find_file (g, lists, version);
      json_object_set_boolean_member (kernel, "fromPackage", path != NULL);
    }
  else if (embark_kernel_guess_packaged (version, &is_packaged))
    json_object_set_boolean_member (kernel, "fromPackage", is_packaged);
}

void embark_inspect_kernels (guestfs_h *g, EmbarkFacts *facts)
{
  g_autofree char *boot_kernel = g_strdup (embark_facts_get_string (facts, "linux.bootKernel"));
  g_autoptr (GPtrArray) versions = list_versions (g, boot_kernel);

  for (guint i = 0; i < versions->len; i++)
    {
      const char *version = g_ptr_array_index (versions, i);
      JsonObject *kernel = embark_facts_append (facts, "linux.kernels");
      g_autoptr (GString) evidence = g_string_new (NULL);
      g_autofree char *valid_version = g_utf8_make_valid (version, -1);
      g_autofree char *valid = NULL;

      json_object_set_string_member (kernel, "version", valid_version);
      json_object_set_boolean_member (kernel, "default", g_strcmp0 (version, boot_kernel) == 0);
      add_drivers (g, version, kernel, evidence);
      add_initramfs (g, version, i < INITRAMFS_READ_MAX, kernel, evidence, facts);
      add_package (g, version, kernel);
      valid = g_utf8_make_valid (evidence->str, -1);
      json_object_set_string_member (kernel, "evidence", valid);
    }
  if (versions->len == 0)
    embark_facts_set_unknown (facts, "linux.kernels", _ ("no kernel was found in /boot"));
}
