/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each kernel of a Linux guest and the virtio drivers it can use: built in,
 * as a module, and within reach before the root is mounted.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/guest-files.h"
#include "model/guest/initramfs.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/kernel-image.h"
#include "model/guest/kernel-modules.h"
#include "model/guest/linux-files.h"
#include "model/guest/unpack.h"

#define KERNELS_MAX 32
#define DEEP_MAX 4 /* kernels that are looked into: reading an initramfs takes seconds without KVM */
#define INITRAMFS_SIZE_MAX (512 * 1024 * 1024)
#define UNPACKED_TOTAL_MAX (2 * EMBARK_INITRAMFS_UNPACKED_MAX)
#define COMPRESSED_HEAD_SIZE (256 * 1024)
#define MODULE_SIZE_MAX (4 * 1024 * 1024)
#define MODULE_UNPACKED_MAX (16 * 1024 * 1024)

static const struct
{
  const char *driver;
  const char *member;
  const char *initramfs_member; /* NULL: it need not be there before the root is mounted */
} drivers[] = {
  { "virtio_blk", "virtioBlk", "initramfsVirtioBlk" },
  { "virtio_net", "virtioNet", NULL },
  { "virtio_pci", "virtioPci", "initramfsVirtioPci" },
  { "virtio_scsi", "virtioScsi", "initramfsVirtioScsi" },
};

/* What is read of one kernel. */
typedef struct
{
  const char *version;
  gboolean is_default;
  char *image;     /* paths, each nullable */
  char *initramfs; /* */
  char *modules;   /* the folder of its modules */
  char *config;    /* texts, each nullable */
  char *builtin;
  char *dep;
  GString *evidence;
} Kernel;

static void clear_kernel (Kernel *kernel)
{
  g_free (kernel->image);
  g_free (kernel->initramfs);
  g_free (kernel->modules);
  g_free (kernel->config);
  g_free (kernel->builtin);
  g_free (kernel->dep);
  g_string_free (kernel->evidence, TRUE);
}

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

static void append (GString *evidence, const char *text)
{
  g_string_append_printf (evidence, "%s%s", evidence->len ? "; " : "", text);
}

/* Everything of a kernel that has its version in the name, with one call. */
static void find_files (guestfs_h *g, Kernel *kernel)
{
  static const char *const patterns[] = { "/boot/vmlinuz-@",
                                          "/boot/vmlinux-@",
                                          "/boot/kernel-@",
                                          "/boot/bzImage-@",
                                          "/boot/Image-@",
                                          "/boot/linux-@",
                                          "/boot/initrd.img-@",
                                          "/boot/initramfs-@.img",
                                          "/boot/initrd-@",
                                          "/boot/initrd-@.img",
                                          "/boot/config-@",
                                          "/lib/modules/@/config",
                                          "/usr/lib/modules/@/config",
                                          "/lib/modules/@/modules.dep",
                                          "/usr/lib/modules/@/modules.dep",
                                          NULL };
  g_auto (GStrv) found = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; patterns[i]; i++)
    {
      g_auto (GStrv) halves = g_strsplit (patterns[i], "@", 2);
      g_ptr_array_add (paths, g_strjoinv (kernel->version, halves));
    }
  g_ptr_array_add (paths, NULL);
  found = embark_linux_find (g, (const char *const *) paths->pdata);
  for (guint i = 0; found[i]; i++)
    {
      g_autofree char *base = g_path_get_basename (found[i]);

      if (g_str_has_prefix (base, "init"))
        kernel->initramfs = kernel->initramfs ? kernel->initramfs : g_strdup (found[i]);
      else if (g_str_has_prefix (base, "config"))
        kernel->config = kernel->config ? kernel->config : embark_guest_read_text (g, found[i]);
      else if (strcmp (base, "modules.dep") == 0)
        kernel->modules = kernel->modules ? kernel->modules : g_path_get_dirname (found[i]);
      else
        kernel->image = kernel->image ? kernel->image : g_strdup (found[i]);
    }
}

static void read_texts (guestfs_h *g, Kernel *kernel)
{
  g_autofree char *dep = NULL;
  g_autofree char *builtin = NULL;

  if (!kernel->modules)
    return;
  dep = g_build_filename (kernel->modules, "modules.dep", NULL);
  builtin = g_build_filename (kernel->modules, "modules.builtin", NULL);
  kernel->dep = embark_guest_read_text (g, dep);
  kernel->builtin = embark_guest_read_text (g, builtin);
}

static void add_drivers (const Kernel *kernel, JsonObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      g_autofree char *said = NULL;
      EmbarkDriverState state =
          embark_kernel_find_driver (kernel->config, kernel->builtin, kernel->dep, drivers[i].driver, &said);

      if (state == EMBARK_DRIVER_UNKNOWN)
        continue;
      json_object_set_string_member (object, drivers[i].member, embark_driver_state_to_string (state));
      append (kernel->evidence, said);
    }
}

/* A module is of use only with those it needs, as far as they are not built in. */
static gboolean is_loadable (const Kernel *kernel, EmbarkInitramfs *initramfs, const char *driver)
{
  g_auto (GStrv) needed = embark_kernel_list_dependencies (kernel->dep, driver);

  if (!embark_initramfs_has_module (initramfs, kernel->version, driver))
    return FALSE;
  for (guint i = 0; needed[i]; i++)
    if (!embark_initramfs_has_module (initramfs, kernel->version, needed[i]))
      {
        g_autofree char *text = g_strdup_printf ("%s needs %s, which is not in it", driver, needed[i]);
        append (kernel->evidence, text);
        return FALSE;
      }
  return TRUE;
}

static void set_all (JsonObject *object, gboolean value)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (drivers[i].initramfs_member)
      json_object_set_boolean_member (object, drivers[i].initramfs_member, value);
}

static void add_initramfs (EmbarkLinux *self, const Kernel *kernel, guint64 *budget, JsonObject *object)
{
  g_autoptr (GBytes) file = NULL;
  g_autoptr (EmbarkInitramfs) initramfs = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *valid = kernel->initramfs ? g_utf8_make_valid (kernel->initramfs, -1) : NULL;

  if (!kernel->initramfs)
    {
      append (kernel->evidence, "no initramfs");
      set_all (object, FALSE);
      return;
    }
  json_object_set_string_member (object, "initramfs", valid);
  if (*budget == 0)
    return;
  file = embark_guest_read_bytes (self->g, kernel->initramfs, INITRAMFS_SIZE_MAX);
  initramfs = file ? embark_initramfs_read (file, budget, &error) : NULL;
  if (!initramfs)
    {
      /* Translators: a path in the guest, and why it could not be read. */
      g_autofree char *reason = g_strdup_printf (_ ("%s could not be read: %s"), kernel->initramfs,
                                                 error ? error->message : _ ("it is empty or too large"));
      if (kernel->is_default)
        embark_facts_set_unknown (self->facts, "linux.kernels", reason);
      append (kernel->evidence, reason);
      return;
    }
  text = g_strdup_printf ("%s holds %u modules in %u archives", kernel->initramfs,
                          embark_initramfs_get_n_modules (initramfs), embark_initramfs_get_n_archives (initramfs));
  append (kernel->evidence, text);
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (drivers[i].initramfs_member)
      json_object_set_boolean_member (object, drivers[i].initramfs_member,
                                      is_loadable (kernel, initramfs, drivers[i].driver));
}

/* A module that stands for all of the kernel: whole when it is compressed, else its first or last bytes. */
static GBytes *read_module (guestfs_h *g, const Kernel *kernel, gboolean from_end)
{
  g_autofree char *below = kernel->dep ? embark_kernel_find_module_path (kernel->dep, "virtio_blk") : NULL;
  g_autofree char *path = NULL;
  g_autoptr (GBytes) file = NULL;

  if (!below)
    return NULL;
  path = *below == '/' ? g_strdup (below) : g_build_filename (kernel->modules, below, NULL);
  if (g_str_has_suffix (path, ".ko"))
    return from_end ? embark_linux_read_tail (g, path, EMBARK_KERNEL_HEAD_SIZE)
                    : embark_linux_read_head (g, path, EMBARK_KERNEL_HEAD_SIZE);
  file = embark_guest_read_bytes (g, path, MODULE_SIZE_MAX);
  return file ? embark_unpack_all (g_bytes_get_data (file, NULL), g_bytes_get_size (file), MODULE_UNPACKED_MAX) : NULL;
}

static const char *read_image_machine (guestfs_h *g, const char *path)
{
  g_autoptr (GBytes) head = embark_linux_read_head (g, path, EMBARK_KERNEL_HEAD_SIZE);
  g_autoptr (EmbarkKernelImage) image = NULL;
  const guint8 *data = head ? g_bytes_get_data (head, NULL) : NULL;

  if (!data)
    return NULL;
  if (g_bytes_get_size (head) == EMBARK_KERNEL_HEAD_SIZE && data[0] == 0x1F && data[1] == 0x8B)
    {
      g_bytes_unref (head);
      head = embark_linux_read_head (g, path, COMPRESSED_HEAD_SIZE);
    }
  if (!head)
    return NULL;
  image = embark_kernel_image_read (g_bytes_get_data (head, NULL), g_bytes_get_size (head));
  return image->machine;
}

/* From the kernel; images before 3.8 do not say it, their configuration and modules do. */
static void add_machine (EmbarkLinux *self, const Kernel *kernel, JsonObject *object)
{
  const char *machine = kernel->image ? read_image_machine (self->g, kernel->image) : NULL;

  if (!machine && kernel->config)
    machine = embark_kernel_config_get_machine (kernel->config);
  if (!machine)
    {
      g_autoptr (GBytes) module = read_module (self->g, kernel, FALSE);
      if (module)
        machine = embark_elf_get_machine (g_bytes_get_data (module, NULL), g_bytes_get_size (module));
    }
  if (machine)
    json_object_set_string_member (object, "machine", machine);
}

static char *read_signer (EmbarkLinux *self, const Kernel *kernel)
{
  g_autoptr (GBytes) module = read_module (self->g, kernel, TRUE);

  return module ? embark_module_get_signer (g_bytes_get_data (module, NULL), g_bytes_get_size (module)) : NULL;
}

/* The boot entry knows better than the names of files what belongs to the default kernel. */
static void take_entry (const EmbarkLinux *self, Kernel *kernel)
{
  if (self->kernel_path)
    {
      g_free (kernel->image);
      kernel->image = g_strdup (self->kernel_path);
    }
  if (!self->entry)
    return;
  if (self->initrd_path || !self->entry->initrd)
    {
      g_free (kernel->initramfs);
      kernel->initramfs = g_strdup (self->initrd_path);
    }
}

static void add_kernel (EmbarkLinux *self, const char *version, guint index, guint64 *budget)
{
  const char *boot_kernel = embark_facts_get_string (self->facts, "linux.bootKernel");
  Kernel kernel = { .version = version, .evidence = g_string_new (NULL) };
  JsonObject *object = embark_facts_append (self->facts, "linux.kernels");
  g_autofree char *valid_version = g_utf8_make_valid (version, -1);
  g_autofree char *valid = NULL;

  kernel.is_default = boot_kernel && index == 0;
  json_object_set_string_member (object, "version", valid_version);
  json_object_set_boolean_member (object, "default", kernel.is_default);
  find_files (self->g, &kernel);
  if (kernel.is_default)
    take_entry (self, &kernel);
  if (index < DEEP_MAX)
    {
      g_autofree char *signer = NULL;

      read_texts (self->g, &kernel);
      add_drivers (&kernel, object);
      add_initramfs (self, &kernel, budget, object);
      add_machine (self, &kernel, object);
      signer = read_signer (self, &kernel);
      embark_inspect_kernel_package (self, version, signer, object);
    }
  else
    append (kernel.evidence, "not looked into: too many kernels");
  valid = g_utf8_make_valid (kernel.evidence->str, -1);
  json_object_set_string_member (object, "evidence", valid);
  clear_kernel (&kernel);
}

void embark_inspect_kernels (EmbarkLinux *self)
{
  g_autofree char *boot_kernel = g_strdup (embark_facts_get_string (self->facts, "linux.bootKernel"));
  g_autoptr (GPtrArray) versions = list_versions (self->g, boot_kernel);
  guint64 budget = UNPACKED_TOTAL_MAX;

  for (guint i = 0; i < versions->len; i++)
    add_kernel (self, g_ptr_array_index (versions, i), i, &budget);
  if (versions->len == 0)
    embark_facts_set_unknown (self->facts, "linux.kernels", _ ("no kernel was found in /boot"));
}
