/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting an import and finding its image again, and who the keys belong to
 * (CVM 2017-03-12, STS 2018-08-13). Blocking; any thread.
 */
#include "model/cloud/import.h"

#include <string.h>

#include "model/cloud/cvm-call.h"

#define CVM_VERSION "2017-03-12"
#define STS_VERSION "2018-08-13"
#define PAGE_SIZE 100
#define PAGES_MAX 50

void embark_image_info_free (EmbarkImageInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->state_word);
  g_free (self->created);
  g_free (self->os_name);
  g_free (self);
}

void embark_identity_free (EmbarkIdentity *self)
{
  if (self == NULL)
    return;
  g_free (self->account);
  g_free (self->user);
  g_free (self->arn);
  g_free (self);
}

static EmbarkImportState read_state (const char *word)
{
  static const char *const normal[] = { "NORMAL", "USING", NULL };
  static const char *const failed[] = { "IMPORTFAILED", "CREATEFAILED", NULL };

  if (word != NULL && g_strv_contains (normal, word))
    return EMBARK_IMPORT_NORMAL;
  if (word != NULL && g_strv_contains (failed, word))
    return EMBARK_IMPORT_FAILED;
  return EMBARK_IMPORT_RUNNING;
}

static EmbarkImageInfo *read_image (JsonObject *object)
{
  EmbarkImageInfo *info = g_new0 (EmbarkImageInfo, 1);

  info->id = g_strdup (embark_cvm_get_string (object, "ImageId"));
  info->name = g_strdup (embark_cvm_get_string (object, "ImageName"));
  info->state_word = g_strdup (embark_cvm_get_string (object, "ImageState"));
  info->created = g_strdup (embark_cvm_get_string (object, "CreatedTime"));
  info->os_name = g_strdup (embark_cvm_get_string (object, "OsName"));
  info->size_gib = embark_cvm_get_uint (object, "ImageSize");
  info->state = read_state (info->state_word);
  return info;
}

EmbarkIdentity *embark_cloud_whoami (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonNode) body = json_node_init_object (json_node_alloc (), none);
  g_autoptr (JsonNode) answer = NULL;
  EmbarkIdentity *identity;
  JsonObject *object;

  answer = embark_cvm_call (cvm,
                            &(EmbarkCvmCall){ .service = "sts",
                                              .version = STS_VERSION,
                                              .action = "GetCallerIdentity",
                                              .subject = embark_credentials_get_id (cvm->credentials),
                                              .body = body,
                                              .is_idempotent = TRUE },
                            NULL, cancellable, error);
  if (answer == NULL)
    return NULL;
  object = json_node_get_object (answer);
  identity = g_new0 (EmbarkIdentity, 1);
  identity->account = g_strdup (embark_cvm_get_string (object, "AccountId"));
  identity->user = g_strdup (embark_cvm_get_string (object, "UserId"));
  identity->arn = g_strdup (embark_cvm_get_string (object, "Arn"));
  return identity;
}

static void add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static JsonNode *build_import (const EmbarkImportParams *params)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "Architecture", params->architecture);
  add_string (builder, "OsType", params->os_type);
  add_string (builder, "OsVersion", params->os_version);
  add_string (builder, "ImageUrl", params->url);
  add_string (builder, "ImageName", params->name);
  add_string (builder, "ImageDescription", params->description);
  add_string (builder, "BootMode", params->boot_mode);
  json_builder_set_member_name (builder, "Force");
  json_builder_add_boolean_value (builder, params->is_forced);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

gboolean embark_import_start (const EmbarkCvm *cvm, const EmbarkImportParams *params, char **ret_image_id,
                              GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) body = build_import (params);
  g_autoptr (JsonNode) answer = embark_cvm_call (cvm,
                                                 &(EmbarkCvmCall){ .service = "cvm",
                                                                   .version = CVM_VERSION,
                                                                   .action = "ImportImage",
                                                                   .subject = params->name,
                                                                   .body = body,
                                                                   .is_idempotent = FALSE },
                                                 NULL, cancellable, error);
  const char *id;

  if (answer == NULL)
    return FALSE;
  id = embark_cvm_get_string (json_node_get_object (answer), "ImageId");
  if (ret_image_id != NULL)
    *ret_image_id = id != NULL && *id != '\0' ? g_strdup (id) : NULL;
  return TRUE;
}

static void add_filter (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_begin_object (builder);
  add_string (builder, "Name", name);
  json_builder_set_member_name (builder, "Values");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, value);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

/* Ids and filters exclude each other. */
static JsonNode *build_query (const char *image_id, const char *name, guint offset)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, image_id != NULL ? "ImageIds" : "Filters");
  json_builder_begin_array (builder);
  if (image_id != NULL)
    json_builder_add_string_value (builder, image_id);
  else
    add_filter (builder, "image-type", "PRIVATE_IMAGE");
  if (image_id == NULL && name != NULL)
    add_filter (builder, "image-name", name);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "Offset");
  json_builder_add_int_value (builder, offset);
  json_builder_set_member_name (builder, "Limit");
  json_builder_add_int_value (builder, PAGE_SIZE);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* Appends the images (JsonObject) of all pages. */
static gboolean fetch_images (const EmbarkCvm *cvm, const char *image_id, const char *name, GPtrArray *images,
                              char **ret_code, GCancellable *cancellable, GError **error)
{
  const char *subject = name != NULL ? name : cvm->region;

  for (guint page = 0; page < PAGES_MAX; page++)
    {
      g_autoptr (JsonNode) body = build_query (image_id, name, page * PAGE_SIZE);
      g_autoptr (JsonNode) answer = embark_cvm_call (cvm,
                                                     &(EmbarkCvmCall){ .service = "cvm",
                                                                       .version = CVM_VERSION,
                                                                       .action = "DescribeImages",
                                                                       .subject = image_id != NULL ? image_id : subject,
                                                                       .body = body,
                                                                       .is_idempotent = TRUE },
                                                     ret_code, cancellable, error);
      JsonArray *set;
      guint length;

      if (answer == NULL)
        return FALSE;
      set = embark_cvm_get_array (json_node_get_object (answer), "ImageSet");
      length = set != NULL ? json_array_get_length (set) : 0;
      for (guint i = 0; i < MIN (length, PAGE_SIZE); i++)
        {
          JsonObject *image = embark_cvm_get_element (set, i);

          if (image != NULL)
            g_ptr_array_add (images, json_object_ref (image));
        }
      if (length < PAGE_SIZE)
        break;
    }
  return TRUE;
}

EmbarkImageInfo *embark_import_find (const EmbarkCvm *cvm, const char *image_id, const char *name,
                                     GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GError) failure = NULL;
  g_autofree char *code = NULL;

  g_return_val_if_fail (image_id != NULL || name != NULL, NULL);

  if (!fetch_images (cvm, image_id, name, images, &code, cancellable, &failure))
    {
      if (image_id == NULL || g_strcmp0 (code, "InvalidImageId.NotFound") != 0)
        g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  for (guint i = 0; i < images->len; i++)
    {
      JsonObject *image = g_ptr_array_index (images, i);
      const char *wanted = image_id != NULL ? image_id : name;

      /* The filter on names is fuzzy. */
      if (g_strcmp0 (embark_cvm_get_string (image, image_id != NULL ? "ImageId" : "ImageName"), wanted) == 0)
        return read_image (image);
    }
  return NULL;
}

/* Times are ISO 8601 in UTC, so text order is time order; an import that just began may have none and is newest. */
static int compare_newest (gconstpointer a, gconstpointer b)
{
  const EmbarkImageInfo *const *left = a, *const *right = b;

  if ((*left)->created == NULL || (*right)->created == NULL)
    return ((*left)->created != NULL) - ((*right)->created != NULL);
  return strcmp ((*right)->created, (*left)->created);
}

GPtrArray *embark_import_list (const EmbarkCvm *cvm, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  GPtrArray *list;

  if (!fetch_images (cvm, NULL, NULL, images, NULL, cancellable, error))
    return NULL;
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) embark_image_info_free);
  for (guint i = 0; i < images->len; i++)
    {
      JsonObject *image = g_ptr_array_index (images, i);

      if (g_strcmp0 (embark_cvm_get_string (image, "ImageSource"), "EXTERNAL_IMPORT") == 0)
        g_ptr_array_add (list, read_image (image));
    }
  g_ptr_array_sort (list, compare_newest);
  return list;
}
