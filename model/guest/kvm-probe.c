/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tiny program in place of the firmware is no test: it ran where Linux hung
 * (nested hosts with a KVM of their own). So the kernel of the appliance is
 * booted without a disk: it panics within a second or two and qemu ends.
 */
#include "model/guest/kvm-probe.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "model/base/process.h"

#define DEADLINE_S 15

/* What must stay the same for an answer to stay true. */
static char *describe_host (const char *qemu, const char *kernel)
{
  g_autofree char *boot_id = NULL;
  GStatBuf qemu_stat = { 0 };

  if (g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot_id, NULL, NULL))
    g_strstrip (boot_id);
  g_stat (qemu, &qemu_stat);
  return g_strdup_printf ("%s %s %" G_GINT64_FORMAT " %s", boot_id ? boot_id : "-", qemu, (gint64) qemu_stat.st_mtime,
                          kernel);
}

static void write_answer (const char *qemu, const char *kernel, const char *cache_dir, gboolean works)
{
  g_autofree char *host = describe_host (qemu, kernel);
  g_autofree char *path = g_build_filename (cache_dir, "kvm-probe", NULL);
  g_autofree char *text = g_strdup_printf ("%s\n%s\n", host, works ? "kvm" : "tcg");

  /* Not being able to remember only costs the time of another probe. */
  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}

static gboolean read_answer (const char *qemu, const char *kernel, const char *cache_dir, gboolean *ret_works)
{
  g_autofree char *host = describe_host (qemu, kernel);
  g_autofree char *path = g_build_filename (cache_dir, "kvm-probe", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", 3);
  if (g_strv_length (lines) < 2 || strcmp (lines[0], host) != 0)
    return FALSE;
  *ret_works = strcmp (lines[1], "kvm") == 0;
  return TRUE;
}

static gboolean boot_kernel (const char *qemu, const char *kernel)
{
  const char *argv[] = { qemu,
                         "-nodefaults",
                         "-no-user-config",
                         "-display",
                         "none",
                         "-machine",
                         "pc,accel=kvm",
                         "-cpu",
                         "max",
                         "-m",
                         "256",
                         "-smp",
                         "1",
                         "-kernel",
                         kernel,
                         "-append",
                         "console=ttyS0 panic=-1",
                         "-serial",
                         "stdio",
                         "-monitor",
                         "none",
                         "-no-reboot",
                         NULL };
  EmbarkProcessLimits limits = { .timeout_s = DEADLINE_S, .output_max = 4 * 1024 * 1024 };
  g_autofree char *output = NULL;

  if (!embark_process_run (argv, &limits, &output, NULL, NULL))
    return FALSE;
  return strstr (output, "Linux version") != NULL;
}

gboolean embark_kvm_probe (const char *qemu, const char *kernel, const char *cache_dir)
{
  gboolean works = FALSE;

  if (g_access ("/dev/kvm", R_OK | W_OK) != 0)
    return FALSE;
  if (read_answer (qemu, kernel, cache_dir, &works))
    return works;
  works = boot_kernel (qemu, kernel);
  write_answer (qemu, kernel, cache_dir, works);
  return works;
}

void embark_kvm_probe_note_failure (const char *qemu, const char *kernel, const char *cache_dir)
{
  write_answer (qemu, kernel, cache_dir, FALSE);
}
