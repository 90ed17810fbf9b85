/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a kernel is one of the distribution's: by its package database,
 * else by who signed its modules, else by the form of its version.
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/guest/cloud-config.h"
#include "model/guest/guest-files.h"
#include "model/guest/inspect-linux.h"
#include "model/guest/kernel-image.h"
#include "model/guest/kernel-modules.h"
#include "model/guest/linux-files.h"

#define LISTS_MAX 8
#define SIGNS "*?[]{},\\ "

const char *embark_linux_get_dpkg_status (EmbarkLinux *self)
{
  if (!self->dpkg_status)
    self->dpkg_status = embark_guest_read_text (self->g, "/var/lib/dpkg/status");
  return self->dpkg_status;
}

/* rpm's database is read in the appliance, with what of rpm is there: kinds it does not know give no list. */
static void ask_packages (EmbarkLinux *self)
{
  if (self->has_asked_packages)
    return;
  self->has_asked_packages = TRUE;
  if (g_strcmp0 (embark_facts_get_string (self->facts, "os.packageFormat"), "rpm") == 0)
    self->packages = guestfs_inspect_list_applications2 (self->g, self->root);
}

const struct guestfs_application2 *embark_linux_find_rpm (EmbarkLinux *self, const char *name)
{
  const struct guestfs_application2 *found = NULL;

  ask_packages (self);
  for (guint i = 0; self->packages && i < self->packages->len; i++)
    if (g_strcmp0 (self->packages->val[i].app2_name, name) == 0)
      found = &self->packages->val[i];
  return found;
}

static void set_package (JsonObject *kernel, gboolean is_packaged, const char *evidence)
{
  g_autofree char *valid = g_utf8_make_valid (evidence, -1);

  json_object_set_boolean_member (kernel, "fromPackage", is_packaged);
  json_object_set_string_member (kernel, "packageEvidence", valid);
}

/* The package of dpkg whose list of files has the kernel; NULL when none has. */
static char *find_dpkg_owner (guestfs_h *g, const char *version)
{
  g_autofree char *pattern = NULL;
  g_autofree char *line = g_strdup_printf ("/vmlinuz-%s\n", version);
  g_auto (GStrv) lists = NULL;

  if (strpbrk (version, SIGNS "/"))
    return NULL;
  pattern = g_strdup_printf ("/var/lib/dpkg/info/*%s*.list", version);
  lists = embark_linux_glob (g, pattern);
  for (guint i = 0; lists[i] && i < LISTS_MAX; i++)
    {
      g_autofree char *text = embark_guest_read_text (g, lists[i]);
      char *name, *end;

      if (!text || !strstr (text, line))
        continue;
      name = g_path_get_basename (lists[i]);
      end = strchr (name, ':');
      *(end ? end : name + strlen (name) - strlen (".list")) = '\0';
      return name;
    }
  return NULL;
}

/* "make bindeb-pkg" makes packages too; it names their source so. */
static void add_dpkg (EmbarkLinux *self, const char *version, JsonObject *kernel)
{
  g_autofree char *owner = find_dpkg_owner (self->g, version);
  const char *status = owner ? embark_linux_get_dpkg_status (self) : NULL;
  g_autofree char *source = status ? embark_dpkg_status_get_field (status, owner, "Source") : NULL;
  g_autofree char *maintainer = status ? embark_dpkg_status_get_field (status, owner, "Maintainer") : NULL;
  g_autofree char *evidence = NULL;
  gboolean is_known = FALSE, is_packaged = TRUE;

  if (!owner)
    {
      evidence = g_strdup_printf ("no package of dpkg holds vmlinuz-%s", version);
      set_package (kernel, FALSE, evidence);
      return;
    }
  is_known = embark_kernel_guess_packaged (version, &is_packaged);
  if (source && g_str_has_prefix (source, "linux-upstream"))
    is_packaged = FALSE;
  else if (!is_known)
    is_packaged = TRUE;
  evidence = g_strdup_printf ("%s, %s", owner, maintainer ? maintainer : source ? source : "dpkg");
  set_package (kernel, is_packaged, evidence);
}

/* "5.14.0-427.el9.x86_64" is version, release and machine of the package; SUSE leaves out the end of the release. */
static const struct guestfs_application2 *find_rpm_owner (EmbarkLinux *self, const char *version)
{
  ask_packages (self);
  for (guint i = 0; self->packages && i < self->packages->len; i++)
    {
      const struct guestfs_application2 *package = &self->packages->val[i];
      g_autofree char *full = NULL;

      if (!g_str_has_prefix (package->app2_name, "kernel"))
        continue;
      full = g_strdup_printf ("%s-%s", package->app2_version, package->app2_release);
      if (g_str_has_prefix (version, full))
        return package;
      if (g_str_has_suffix (version, "-default") && g_str_has_prefix (package->app2_name, "kernel-default")
          && strncmp (version, full, strlen (version) - strlen ("-default")) == 0)
        return package;
    }
  return NULL;
}

static gboolean has_kernel_rpm (EmbarkLinux *self)
{
  for (guint i = 0; self->packages && i < self->packages->len; i++)
    if (g_str_has_prefix (self->packages->val[i].app2_name, "kernel"))
      return TRUE;
  return FALSE;
}

/* FALSE: the database says nothing of kernels. */
static gboolean add_rpm (EmbarkLinux *self, const char *version, JsonObject *kernel)
{
  const struct guestfs_application2 *owner = find_rpm_owner (self, version);
  const char *vendor = owner && owner->app2_publisher ? owner->app2_publisher : "";
  g_autofree char *evidence = NULL;
  gboolean is_packaged = TRUE;

  if (!owner && !has_kernel_rpm (self))
    return FALSE;
  if (!owner)
    {
      evidence = g_strdup_printf ("no package of rpm is kernel %s", version);
      set_package (kernel, FALSE, evidence);
      return TRUE;
    }
  if (!embark_kernel_guess_packaged (version, &is_packaged))
    is_packaged = TRUE;
  evidence = g_strdup_printf ("%s-%s-%s%s%s", owner->app2_name, owner->app2_version, owner->app2_release,
                              *vendor ? ", " : "", vendor);
  set_package (kernel, is_packaged, evidence);
  return TRUE;
}

void embark_inspect_kernel_package (EmbarkLinux *self, const char *version, const char *signer, JsonObject *kernel)
{
  g_autofree char *evidence = NULL;
  gboolean is_packaged = FALSE;
  gboolean is_oracle = g_strcmp0 (embark_facts_get_string (self->facts, "os.distribution"), "oraclelinux") == 0;

  if (embark_guest_has_dir (self->g, "/var/lib/dpkg/info"))
    add_dpkg (self, version, kernel);
  else if (is_oracle && strstr (version, "uek"))
    set_package (kernel, TRUE, version);
  else if (!add_rpm (self, version, kernel))
    {
      if (signer && embark_module_signer_is_vendor (signer))
        {
          evidence = g_strdup_printf ("modules signed by %s", signer);
          set_package (kernel, TRUE, evidence);
        }
      else if (embark_kernel_guess_packaged (version, &is_packaged))
        {
          evidence = g_strdup_printf ("the form of the version %s", version);
          set_package (kernel, is_packaged, evidence);
        }
      else
        {
          evidence =
              g_strdup_printf ("no package database could be read; modules signed by %s", signer ? signer : "nobody");
          json_object_set_string_member (kernel, "packageEvidence", evidence);
        }
    }
}
