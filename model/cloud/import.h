/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CVM calls of the image import, and who the keys belong to. Blocking; any
 * thread. ImportImage is never sent twice blindly: the image name is the key.
 */
#pragma once

#include "model/cloud/credentials.h"
#include "model/cloud/http.h"

G_BEGIN_DECLS

typedef struct
{
  EmbarkHttp *http;
  EmbarkCredentials *credentials;
  const char *region;
  const char *api_root; /* (nullable) domain of the API, NULL: tencentcloudapi.com */
} EmbarkCvm;

typedef struct
{
  const char *architecture; /* x86_64, i386, arm_64 */
  const char *os_type, *os_version;
  const char *url;         /* presigned */
  const char *name;        /* at most 60 characters */
  const char *description; /* (nullable) */
  const char *boot_mode;   /* (nullable) "Legacy BIOS" or "UEFI" */
  gboolean is_forced;
} EmbarkImportParams;

typedef enum
{
  EMBARK_IMPORT_RUNNING, /* IMPORTING, CREATING, SYNCING and any word not known */
  EMBARK_IMPORT_NORMAL,  /* NORMAL, USING */
  EMBARK_IMPORT_FAILED,  /* IMPORTFAILED, CREATEFAILED */
} EmbarkImportState;

typedef struct
{
  char *id, *name, *state_word, *created, *os_name;
  EmbarkImportState state;
  guint64 size_gib;
} EmbarkImageInfo;

void embark_image_info_free (EmbarkImageInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkImageInfo, embark_image_info_free)

typedef struct
{
  char *name; /* OsType */
  char **versions;
  char **architectures;
  gboolean is_windows;
} EmbarkImportOs;

void embark_import_os_free (EmbarkImportOs *self);

typedef struct
{
  char *account, *user, *arn;
} EmbarkIdentity;

void embark_identity_free (EmbarkIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmbarkIdentity, embark_identity_free)

/* STS GetCallerIdentity; the region may be NULL. Errors: KEYS_REFUSED, KEYS_EXPIRED, CLOCK, NETWORK … */
EmbarkIdentity *embark_cloud_whoami (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error);
/* Of EmbarkImportOs. */
GPtrArray *embark_import_list_os (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error);
/* The best (OsType, OsVersion) of @list for @distribution ("debian", "windows" …), @product and version; falls back
 * to "Other Linux". FALSE when none fits. Pure. Results are borrowed from @list. */
gboolean embark_import_choose_os (GPtrArray *list, gboolean is_windows, const char *distribution, const char *product,
                                  guint major, guint minor, const char **ret_os_type, const char **ret_os_version);
/* Sends ImportImage. *ret_image_id: NULL when the answer has none. Errors: NAME_TAKEN, CLOUD, PERMISSION …;
 * NETWORK means it is not known whether it arrived: look up by name before sending again. */
gboolean embark_import_start (const EmbarkCvm *cvm, const EmbarkImportParams *params, char **ret_image_id,
                              GCancellable *cancellable, GError **error);
/* By id if not NULL, else private images named exactly @name. NULL without @error: not there (yet). */
EmbarkImageInfo *embark_import_find (const EmbarkCvm *cvm, const char *image_id, const char *name,
                                     GCancellable *cancellable, GError **error);
/* Imported private images (ImageSource EXTERNAL_IMPORT), newest first; follows pages. Of EmbarkImageInfo. */
GPtrArray *embark_import_list (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error);

G_END_DECLS
