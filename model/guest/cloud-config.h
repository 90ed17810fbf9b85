/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What cloud-init's own configuration and the package lists say about it.
 * Pure text; any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The effective datasource_list of /etc/cloud/cloud.cfg and cloud.cfg.d/ *.cfg: @texts in the order cloud-init
 * merges them, the last list wins. NULL when none sets it. */
GStrv embark_cloud_config_get_datasources (const char *const *texts);
/* TRUE when @text turns network configuration off ("network: {config: disabled}"). */
gboolean embark_cloud_config_disables_network (const char *text);
/* A field ("Version") of an installed package in a dpkg status file; NULL when not installed or without it. */
char *embark_dpkg_status_get_field (const char *status, const char *package, const char *field);
/* From cloudinit/version.py; NULL when it does not say. */
char *embark_cloud_init_version_of_module (const char *text);
/* The only datasource that /etc/cloud/ds-identify.cfg allows; NULL when it leaves it open. */
char *embark_ds_identify_get_datasource (const char *text);
/* TRUE when its policy turns cloud-init off. */
gboolean embark_ds_identify_disables (const char *text);
/* "22.4.2" of "cloud_init-22.4.2.dist-info", "cloud_init-0.7.5-py2.7.egg-info"; NULL for other names. */
char *embark_cloud_init_version_of_folder (const char *name);

/* TRUE for a word of the kernel's command line that switches cloud-init or its network off, or names a source that is
 * not the config drive. */
gboolean embark_cloud_config_is_unwanted_argument (const char *word);
/* The only datasource that the kernel's command line allows ("NoCloud"); NULL when it leaves it open. Free. */
char *embark_cloud_config_get_forced_datasource (const char *cmdline);

G_END_DECLS
