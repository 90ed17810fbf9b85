/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtio drivers in the initramfs, by the guest's own tool, which knows
 * what else its kernels need. What comes out is read before it is believed.
 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/utsname.h>

#include "model/base/errors.h"
#include "model/guest/fix.h"
#include "model/guest/guest-files.h"
#include "model/guest/initramfs-config.h"
#include "model/guest/initramfs.h"
#include "model/guest/kernel-modules.h"
#include "model/guest/linux-files.h"

#define MODULES_FILE "/etc/initramfs-tools/modules"
#define DRACUT_FILE "/etc/dracut.conf.d/embark-virtio.conf"
#define SUSE_FILE "/etc/sysconfig/kernel"
#define MODPROBE_FILE "/etc/modprobe.conf"
#define INITRAMFS_SIZE_MAX (512 * 1024 * 1024)

static const struct
{
  const char *module;
  const char *member;
  const char *inside; /* (nullable) in the facts; NULL: it may be missing */
} drivers[] = {
  { "virtio_pci", "virtioPci", "initramfsVirtioPci" },
  { "virtio_blk", "virtioBlk", "initramfsVirtioBlk" },
  { "virtio_scsi", "virtioScsi", NULL },
  { "virtio_net", "virtioNet", NULL },
};

typedef enum
{
  TOOL_NONE,
  TOOL_INITRAMFS_TOOLS,
  TOOL_DRACUT,
  TOOL_MKINITRD_SUSE,
  TOOL_MKINITRD, /* of EL 5 */
} Tool;

static const char *get_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static gboolean is_default (JsonObject *kernel)
{
  return json_object_get_boolean_member_with_default (kernel, "default", FALSE);
}

/* TRUE when a driver that must be in the initramfs is a module that is not. */
static gboolean needs_drivers (JsonObject *kernel)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (drivers[i].inside && strcmp (get_member (kernel, drivers[i].member), "module") == 0
        && !json_object_get_boolean_member_with_default (kernel, drivers[i].inside, FALSE))
      return TRUE;
  return FALSE;
}

static const char *find_absent (JsonObject *kernel)
{
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    if (drivers[i].inside && strcmp (get_member (kernel, drivers[i].member), "absent") == 0)
      return drivers[i].module;
  return NULL;
}

/* Kernels that can be helped: with modules, and with an initramfs to put them into. */
static GPtrArray *list_kernels (EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "linux.kernels");
  GPtrArray *kernels = g_ptr_array_new ();

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *kernel = json_array_get_object_element (list, i);
      if (needs_drivers (kernel) && !find_absent (kernel) && *get_member (kernel, "initramfs") == '/'
          && *get_member (kernel, "version"))
        g_ptr_array_add (kernels, kernel);
    }
  return kernels;
}

static JsonObject *find_default (EmbarkFacts *facts)
{
  JsonArray *list = embark_facts_get_list (facts, "linux.kernels");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    if (is_default (json_array_get_object_element (list, i)))
      return json_array_get_object_element (list, i);
  return NULL;
}

static gboolean is_suse (EmbarkFacts *facts)
{
  const char *distribution = embark_facts_get_string (facts, "os.distribution");

  return distribution && (g_str_has_prefix (distribution, "sle") || strstr (distribution, "suse"));
}

static Tool find_tool (EmbarkFixSession *session)
{
  static const char *const paths[] = { "/usr/sbin/update-initramfs", "/usr/sbin/mkinitramfs", "/usr/bin/dracut",
                                       "/usr/sbin/dracut",           "/sbin/dracut",          "/sbin/mkinitrd",
                                       "/usr/sbin/mkinitrd",         "/usr/bin/mkinitrd",     NULL };
  g_auto (GStrv) found = embark_linux_find (embark_fix_get_guest (session), paths);
  const char *const *list = (const char *const *) found;

  /* dracut brings an update-initramfs of its own on Debian. */
  if (g_strv_contains (list, paths[0]) && g_strv_contains (list, paths[1]))
    return TOOL_INITRAMFS_TOOLS;
  for (guint i = 2; i <= 4; i++)
    if (g_strv_contains (list, paths[i]))
      return TOOL_DRACUT;
  for (guint i = 5; i <= 7; i++)
    if (g_strv_contains (list, paths[i]))
      return is_suse (embark_fix_get_facts (session)) ? TOOL_MKINITRD_SUSE : TOOL_MKINITRD;
  return TOOL_NONE;
}

/* Programs of the guest are run here, so they must be for this processor. */
static gboolean is_of_host (const char *architecture)
{
  struct utsname host;

  if (uname (&host) != 0)
    return FALSE;
  return strcmp (architecture, host.machine) == 0
         || (strcmp (architecture, "i386") == 0 && strcmp (host.machine, "x86_64") == 0);
}

/* The package whose kernel has the drivers. */
static const char *get_kernel_package (EmbarkFacts *facts)
{
  const char *distribution = embark_facts_get_string (facts, "os.distribution");
  const char *format = embark_facts_get_string (facts, "os.packageFormat");

  if (g_strcmp0 (distribution, "ubuntu") == 0)
    return "linux-image-generic";
  if (is_suse (facts))
    return "kernel-default";
  if (g_strcmp0 (format, "rpm") == 0)
    return "kernel";
  return "linux-image-amd64";
}

gboolean embark_refuse_linux_virtio (EmbarkFixSession *session, GError **error)
{
  EmbarkFacts *facts = embark_fix_get_facts (session);
  const char *architecture = embark_facts_get_string (facts, "os.architecture");
  JsonObject *kernel = find_default (facts);
  const char *absent = kernel ? find_absent (kernel) : NULL;
  g_autoptr (GPtrArray) kernels = NULL;

  if (!kernel)
    return embark_fix_refuse (error,
                              _ ("It is not known which kernel the system starts, so no driver can be put into its "
                                 "initramfs. Repair the boot loader in the machine and check it again."));
  if (absent)
    return embark_fix_refuse (
        error,
        /* Translators: %1$s is the version of a kernel, %2$s a driver, %3$s a package. */
        _ ("The kernel %1$s has no driver %2$s, so its initramfs cannot have it either. Install the package %3$s in "
           "the machine, start that kernel and check the machine again."),
        get_member (kernel, "version"), absent, get_kernel_package (facts));
  kernels = list_kernels (facts);
  if (!needs_drivers (kernel) && kernels->len == 0)
    return TRUE;
  if (needs_drivers (kernel) && *get_member (kernel, "initramfs") != '/')
    return embark_fix_refuse (
        error,
        /* Translators: %s is the version of a kernel. */
        _ ("The boot entry of the kernel %s loads no initramfs, and its virtio drivers are modules. Make an initramfs "
           "and a boot entry for it in the machine, and check it again."),
        get_member (kernel, "version"));
  if (!architecture || !is_of_host (architecture))
    return embark_fix_refuse (
        error,
        /* Translators: %s is an architecture, “aarch64”. */
        _ ("The programs of the system are for another processor (%s) than this computer has, and its "
           "initramfs can only be built by them. Build it in the machine and check it again."),
        architecture ? architecture : "?");
  if (find_tool (session) == TOOL_NONE)
    return embark_fix_refuse (
        error, _ ("The system has neither dracut, initramfs-tools nor mkinitrd, with which an initramfs is "
                  "built. Install one of them in the machine and check it again."));
  return TRUE;
}

/* The modules that any of @kernels has. Borrowed words. */
static GPtrArray *list_modules (GPtrArray *kernels)
{
  GPtrArray *modules = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    for (guint k = 0; k < kernels->len; k++)
      if (strcmp (get_member (g_ptr_array_index (kernels, k), drivers[i].member), "module") == 0)
        {
          g_ptr_array_add (modules, (char *) drivers[i].module);
          break;
        }
  g_ptr_array_add (modules, NULL);
  return modules;
}

static gboolean write_changed (EmbarkFixSession *session, const char *path, const char *old, const char *changed,
                               GError **error)
{
  return strcmp (old, changed) == 0 || embark_fix_write (session, path, changed, -1, 0644, error);
}

/* So that the next kernel's initramfs has the drivers too. */
static gboolean write_settings (EmbarkFixSession *session, Tool tool, const char *const *modules, GError **error)
{
  static const char *const paths[] = { [TOOL_INITRAMFS_TOOLS] = MODULES_FILE,
                                       [TOOL_DRACUT] = DRACUT_FILE,
                                       [TOOL_MKINITRD_SUSE] = SUSE_FILE,
                                       [TOOL_MKINITRD] = MODPROBE_FILE };
  g_autofree char *found = embark_fix_read (session, paths[tool]);
  const char *old = found ? found : "";
  g_autofree char *changed = NULL;

  switch (tool)
    {
    case TOOL_INITRAMFS_TOOLS:
      changed = embark_initramfs_add_lines (old, modules);
      break;
    case TOOL_DRACUT:
      changed = embark_initramfs_make_dracut (modules);
      break;
    case TOOL_MKINITRD_SUSE:
      changed = embark_initramfs_add_words (old, modules);
      break;
    case TOOL_MKINITRD:
      changed = embark_initramfs_add_aliases (old, modules);
      break;
    case TOOL_NONE:
    default:
      g_return_val_if_reached (FALSE);
    }
  return write_changed (session, paths[tool], old, changed, error);
}

/* Temporary files in memory: what was written to the disk once is uploaded with it. On the disk if they do not fit. */
#define SCRATCH                                                                                                        \
  "scratch=$(mktemp -d /tmp/embark.XXXXXX)\n"                                                                          \
  "clean() { umount \"$scratch\" 2>/dev/null || :; rm -rf \"$scratch\"; rm -f \"$policy\"; }\n"                        \
  "trap clean EXIT\n"                                                                                                  \
  "if mount -t tmpfs -o mode=0700,size=1G embark \"$scratch\"; then\n"                                                 \
  "  if build; then exit 0; fi\n"                                                                                      \
  "  umount \"$scratch\"\n"                                                                                            \
  "fi\n"                                                                                                               \
  "build\n"

/* "dep" looks at the devices of the machine that it runs in, which is not the guest's. "list" is the guest's own choice
 * and has the drivers by now. The old image goes first: /boot may have no room for two. */
#define INITRAMFS_TOOLS_SCRIPT                                                                                         \
  "policy=/etc/initramfs-tools/conf.d/zz-embark\n"                                                                     \
  "MODULES=\n"                                                                                                         \
  "for file in /etc/initramfs-tools/initramfs.conf /etc/initramfs-tools/conf.d/*; do\n"                                \
  "  if [ -f \"$file\" ]; then . \"$file\"; fi\n"                                                                      \
  "done\n"                                                                                                             \
  "build() {\n"                                                                                                        \
  "  if [ \"$MODULES\" = dep ]; then echo MODULES=most > \"$policy\"; fi\n"                                            \
  "  rm -f \"/boot/initrd.img-$version\"\n"                                                                            \
  "  TMPDIR=\"$scratch\" update-initramfs -c -k \"$version\"\n"                                                        \
  "}\n" SCRATCH

/* What only fits the machine at hand would be the appliance's. Elsewhere than /boot, which may have no room for two. */
#define DRACUT_SCRIPT                                                                                                  \
  "policy=\n"                                                                                                          \
  "generic=\n"                                                                                                         \
  "if dracut --help 2>&1 | grep -q -e --no-hostonly; then generic=--no-hostonly; fi\n"                                 \
  "build() {\n"                                                                                                        \
  "  TMPDIR=\"$scratch\" dracut --force $generic --add-drivers \"$modules\" \"$scratch/image\" \"$version\" &&\n"      \
  "    cat \"$scratch/image\" > \"$image\"\n"                                                                          \
  "}\n" SCRATCH

#define MKINITRD_SUSE_SCRIPT                                                                                           \
  "root=\n"                                                                                                            \
  "if [ -e \"/dev/disk/by-uuid/$uuid\" ]; then root=\"-d /dev/disk/by-uuid/$uuid\"; fi\n"                              \
  "mkinitrd -k \"vmlinuz-$version\" -i \"${image##*/}\" $root\n"

#define MKINITRD_SCRIPT                                                                                                \
  "with=\n"                                                                                                            \
  "for module in $modules; do with=\"$with --with=$module\"; done\n"                                                   \
  "mkinitrd -f $with \"$image\" \"$version\"\n"

/* The root's UUID, which only SUSE's tool asks for; "" when it is not known. */
static const char *get_root_uuid (EmbarkFixSession *session)
{
  JsonArray *list = embark_facts_get_list (embark_fix_get_facts (session), "disk.filesystems");

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonObject *object = json_array_get_object_element (list, i);
      if (strcmp (get_member (object, "device"), embark_fix_get_root (session)) == 0)
        return get_member (object, "uuid");
    }
  return "";
}

static char *make_script (EmbarkFixSession *session, Tool tool, JsonObject *kernel, GPtrArray *modules)
{
  static const char *const names[] = { [TOOL_INITRAMFS_TOOLS] = "update-initramfs",
                                       [TOOL_DRACUT] = "dracut",
                                       [TOOL_MKINITRD_SUSE] = "mkinitrd",
                                       [TOOL_MKINITRD] = "mkinitrd" };
  static const char *const scripts[] = { [TOOL_INITRAMFS_TOOLS] = INITRAMFS_TOOLS_SCRIPT,
                                         [TOOL_DRACUT] = DRACUT_SCRIPT,
                                         [TOOL_MKINITRD_SUSE] = MKINITRD_SUSE_SCRIPT,
                                         [TOOL_MKINITRD] = MKINITRD_SCRIPT };
  g_autofree char *words = g_strjoinv (" ", (char **) modules->pdata);
  g_autofree char *version = g_shell_quote (get_member (kernel, "version"));
  g_autofree char *image = g_shell_quote (get_member (kernel, "initramfs"));
  g_autofree char *uuid = g_shell_quote (get_root_uuid (session));

  return g_strdup_printf ("# %s\nset -e\n"
                          "version=%s\nimage=%s\nmodules='%s'\nuuid=%s\n%s",
                          names[tool], version, image, words, uuid, scripts[tool]);
}

static char *read_dependencies (EmbarkFixSession *session, const char *version)
{
  g_autofree char *path = g_strdup_printf ("/lib/modules/%s/modules.dep", version);

  return embark_fix_read (session, path);
}

/* The first driver that @image does not hold, or that lacks what it needs; NULL: all is there. */
static const char *find_missing (EmbarkInitramfs *image, JsonObject *kernel, const char *dep)
{
  const char *version = get_member (kernel, "version");

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      g_auto (GStrv) needed = embark_kernel_list_dependencies (dep, drivers[i].module);

      if (!drivers[i].inside || strcmp (get_member (kernel, drivers[i].member), "module") != 0)
        continue;
      if (!embark_initramfs_has_module (image, version, drivers[i].module))
        return drivers[i].module;
      for (guint k = 0; needed[k]; k++)
        if (!embark_initramfs_has_module (image, version, needed[k]))
          return drivers[i].module;
    }
  return NULL;
}

static gboolean verify (EmbarkFixSession *session, JsonObject *kernel, GError **error)
{
  const char *path = get_member (kernel, "initramfs");
  g_autoptr (GBytes) file = embark_guest_read_bytes (embark_fix_get_guest (session), path, INITRAMFS_SIZE_MAX);
  g_autofree char *dep = read_dependencies (session, get_member (kernel, "version"));
  guint64 budget = EMBARK_INITRAMFS_UNPACKED_MAX;
  g_autoptr (GError) cause = NULL;
  g_autoptr (EmbarkInitramfs) image = file ? embark_initramfs_read (file, &budget, &cause) : NULL;
  const char *missing = image ? find_missing (image, kernel, dep ? dep : "") : NULL;

  if (!image)
    {
      g_set_error (
          error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
          /* Translators: %1$s is the path of a file in the machine, %2$s why it could not be read. */
          _ ("The new initramfs %1$s could not be read (%2$s), so the disk was not changed. The log tells what "
             "the system's own tool said."),
          path, cause ? cause->message : _ ("it is empty or too large"));
      return FALSE;
    }
  if (!missing)
    return TRUE;
  g_set_error (error, EMBARK_ERROR, EMBARK_ERROR_FAILED,
               /* Translators: %1$s is the path of a file in the machine, %2$s a driver. */
               _ ("The new initramfs %1$s still lacks the driver %2$s, so the disk was not changed. The log tells what "
                  "the system's own tool said."),
               path, missing);
  return FALSE;
}

static gboolean rebuild (EmbarkFixSession *session, Tool tool, JsonObject *kernel, GPtrArray *modules, GError **error)
{
  const char *path = get_member (kernel, "initramfs");
  g_autofree char *script = make_script (session, tool, kernel, modules);

  if (!embark_fix_keep (session, path, error) || !embark_fix_run (session, script, NULL, error))
    return FALSE;
  embark_fix_note (session, "replace", path);
  return verify (session, kernel, error);
}

gboolean embark_fix_linux_virtio (EmbarkFixSession *session, GError **error)
{
  g_autoptr (GPtrArray) kernels = list_kernels (embark_fix_get_facts (session));
  g_autoptr (GPtrArray) modules = list_modules (kernels);
  Tool tool;

  if (kernels->len == 0)
    return TRUE;
  tool = find_tool (session);
  if (tool == TOOL_NONE)
    return embark_refuse_linux_virtio (session, error);
  if (!write_settings (session, tool, (const char *const *) modules->pdata, error))
    return FALSE;
  for (guint i = 0; i < kernels->len; i++)
    {
      JsonObject *kernel = g_ptr_array_index (kernels, i);
      g_autoptr (GPtrArray) one = g_ptr_array_new ();
      g_autoptr (GPtrArray) own = NULL;

      g_ptr_array_add (one, kernel);
      own = list_modules (one);
      if (!rebuild (session, tool, kernel, own, error))
        return FALSE;
    }
  return TRUE;
}
