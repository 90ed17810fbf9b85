/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One const table of codes, from the import guide (213/4945, “Error codes”)
 * and the API ImportImage (CVM 2017-03-12). Finding them by what people type.
 */
#include "model/check/codes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/check/fixes.h"

#define MAX_SUGGESTIONS 3
#define MAX_WORD 96

static const EmbarkCode codes[] = {
  { "InvalidUrl",
    TRUE,
    N_ ("The cloud could not fetch the object from the bucket."),
    { N_ ("The address is not that of an object in COS, or the object was deleted."),
      N_ ("The object is private, and the signature of its address has expired or was used once already."),
      N_ ("Outside mainland China, and in finance regions: the bucket lies in another region than the image.") },
    N_ ("Start the import again from Embark: it signs a fresh address. Do not delete the object before the image is "
        "ready, and use a bucket in the region of the image.") },
  { "InvalidFormatSize",
    TRUE,
    N_ ("The format or a size of the image is not allowed."),
    { N_ ("The file is not RAW, VHD, QCOW2 or VMDK."), N_ ("As a QCOW2 file the disk is larger than 50 GiB."),
      N_ ("The virtual size is above 500 GiB.") },
    N_ ("Embark always sends a QCOW2, so look at the sizes: delete what is not needed and trim the file systems, or "
        "make disk and partitions smaller. What stays larger can be moved by offline migration.") },
  { "PartitionNotPresent",
    TRUE,
    N_ ("The cloud found no partitions in the image."),
    { N_ ("The image holds one partition or one file system instead of the whole disk, so its MBR is missing."),
      N_ ("The partition with /boot was left out."), N_ ("The image is damaged or was cut off.") },
    N_ ("Make the image of the whole disk, from its first sector, with every partition of the system.") },
  { "RootPartitionNotFound",
    TRUE,
    N_ ("The cloud found partitions, but no root file system of an installed system."),
    { N_ ("It is a data disk, an installation medium, or a boot partition only."),
      N_ ("The root file system is encrypted, on a dynamic disk, or on volumes that the cloud does not read."),
      N_ ("The wrong file was uploaded.") },
    N_ ("Choose the disk that the machine starts from. If the root file system lies on LVM, RAID or behind encryption, "
        "move it to a plain partition.") },
  { "VirtioNotInstall",
    TRUE,
    N_ ("The virtio drivers are missing, so the system would not find its disk or network."),
    { N_ ("Linux: the kernel that starts has no virtio_blk or virtio_net, or its initramfs lacks them."),
      N_ ("Windows: the virtio drivers are not installed, or the disk driver is not started at boot.") },
    N_ ("Linux: add the modules to the initramfs and make it anew. Windows: install the virtio driver package, start "
        "the "
        "machine once with a virtio disk, then shut it down.") },
  { "CloudInitNotInstalled",
    TRUE,
    N_ ("cloud-init, or cloudbase-init on Windows, is missing or does not read the settings of the cloud."),
    { N_ ("It is not installed, or its services are turned off."),
      N_ ("Its configuration names other data sources than the config drive.") },
    N_ ("Install it, enable its services and let it read ConfigDrive. A Linux that cannot have it needs forced import, "
        "and "
        "must set up password and network by itself.") },
  { "InternalError",
    TRUE,
    N_ ("The cloud gives no reason. With an import it often means a system that its tools cannot handle."),
    { N_ ("The system or its version is not on the list of the cloud, or has another architecture than was said."),
      N_ ("GPT or UEFI where the cloud expects an MBR and BIOS."),
      N_ ("The file system was not closed properly: a hibernated Windows, an unclean disk."),
      N_ ("A fault of the cloud that has nothing to do with the image.") },
    N_ ("Mend what the check objects to, shut the system down cleanly, and import again. If it stays, ask the support "
        "of "
        "the cloud and give the request id or image id.") },
  { "ImageQuotaLimitExceeded",
    FALSE,
    N_ ("The account has as many custom images in this region as it may have."),
    { N_ ("Old images, also those whose import failed, count too.") },
    N_ ("Delete images in the console that nobody needs, ask for a higher quota, or import into another region.") },
  { "InvalidImageName.Duplicate",
    FALSE,
    N_ ("There is an image of this name in the region already."),
    { N_ ("An earlier import used the name; a failed one keeps it until it is deleted.") },
    N_ ("Choose another name, or delete the other image.") },
  { "InvalidImageOsType.Unsupported",
    FALSE,
    N_ ("The region does not import this system."),
    { N_ ("The distribution is not on the list of the region.") },
    N_ ("Import it as “Other Linux”, which may need forced import, or choose another region.") },
  { "InvalidImageOsVersion.Unsupported",
    FALSE,
    N_ ("The region does not import this version of the system."),
    { N_ ("The version is newer or older than those on the list of the region.") },
    N_ ("Import it as “Other Linux”, upgrade the system, or choose another region.") },
  { "InvalidParameter.InvalidParameterUrlError",
    FALSE,
    N_ ("The address of the object is not one that the cloud accepts."),
    { N_ ("It is not an address of COS, or contains characters that are not allowed.") },
    N_ ("Use a plain object name and a bucket of the same account, and start the import again.") },
  { "InvalidParameterValue.ISOMustImportByForce",
    FALSE,
    N_ ("The object is an ISO file, which is taken only with forced import."),
    { N_ ("An installation medium was uploaded instead of a disk.") },
    N_ ("Install the system on a disk and import that disk.") },
  { "InvalidParameterValue.InvalidAppIdFormat",
    FALSE,
    N_ ("The account number at the end of the bucket’s name is not valid."),
    { N_ ("The name of the bucket was typed without its account number, or with a wrong one.") },
    N_ ("Choose the bucket from the list, or copy its whole name from the console: name-1250000000.") },
  { "InvalidParameterValue.InvalidBootMode",
    FALSE,
    N_ ("The cloud does not take this boot mode for the image."),
    { N_ ("The disk starts with UEFI, and the region or the account cannot import that.") },
    N_ ("Convert the system to BIOS and MBR, or ask the support of the cloud to allow UEFI.") },
  { "InvalidParameterValue.InvalidImageFamily",
    FALSE,
    N_ ("The image family is not well-formed."),
    { N_ ("Another program asked for the import: Embark names no family.") },
    N_ ("Correct the name of the family, or leave it out.") },
  { "InvalidParameterValue.InvalidLicenseType",
    FALSE,
    N_ ("The licence type cannot be used for this image."),
    { N_ ("The account may not bring a licence of its own (BYOL).") },
    N_ ("Import with the licence type TencentCloud, or ask the support of the cloud.") },
  { "InvalidParameterValue.TagKeyNotFound",
    FALSE,
    N_ ("A tag that was to be put on the image does not exist."),
    { N_ ("The tag was deleted, or its key was misspelt.") },
    N_ ("Make the tag in the console first, or import without tags.") },
  { "InvalidParameterValue.TooLarge",
    FALSE,
    N_ ("A value is larger or longer than allowed."),
    { N_ ("A name of more than 60 characters, or a description of more than 256.") },
    N_ ("Choose a shorter name.") },
  { "OperationDenied",
    FALSE,
    N_ ("The account may not do this."),
    { N_ ("Importing images was not opened for the account."), N_ ("The account is controlled by another one.") },
    N_ ("Open “Import image” in the console once and follow what it says, or ask the owner of the account.") },
  { "RegionAbilityLimit.UnsupportedToImportImage",
    FALSE,
    N_ ("This region does not import images."),
    { N_ ("Some finance and new regions cannot.") },
    N_ ("Import in another region and copy the image from there in the console.") },
  { "AuthFailure.SecretIdNotFound",
    FALSE,
    N_ ("The cloud does not know the SecretId."),
    { N_ ("The key was deleted or disabled, or has a typing error."),
      N_ ("It belongs to the other site: China and international accounts are separate.") },
    N_ ("Look at the key in the console under Cloud Access Management, and enter it again.") },
  { "AuthFailure.SignatureFailure",
    FALSE,
    N_ ("The signature does not fit the request."),
    { N_ ("The SecretKey does not belong to the SecretId, or has a typing error.") },
    N_ ("Enter SecretId and SecretKey again.") },
  { "AuthFailure.SignatureExpire",
    FALSE,
    N_ ("The request was signed at another time than the cloud’s."),
    { N_ ("The clock of this computer is wrong by more than five minutes.") },
    N_ ("Set the clock, best by network time, and try again.") },
  { "AuthFailure.TokenFailure",
    FALSE,
    N_ ("The token of temporary keys is not valid any more."),
    { N_ ("Temporary keys expire after some hours.") },
    N_ ("Get new temporary keys, or use a permanent key of a sub-user.") },
  { "UnauthorizedOperation",
    FALSE,
    N_ ("The keys are good, but may not do this."),
    { N_ ("The policy of the sub-user lacks an action or names another bucket.") },
    N_ ("Give the sub-user the policy that the help of Embark shows (F1).") },
  { "RequestLimitExceeded",
    FALSE,
    N_ ("Too many requests in a short time."),
    { N_ ("Other programs use the same account.") },
    N_ ("Wait a minute and try again. Embark itself waits and repeats.") },
  { NULL, FALSE, NULL, { NULL }, NULL },
};

static gboolean has_pointer (GPtrArray *list, const char *word)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp (g_ptr_array_index (list, i), word) == 0)
      return TRUE;
  return FALSE;
}

static void add_once (GPtrArray *list, const char *word)
{
  if (!has_pointer (list, word))
    g_ptr_array_add (list, (gpointer) word);
}

/* How many letters have to be put in, left out or changed to make one of the other. */
static guint measure_distance (const char *left, const char *right)
{
  guint previous[MAX_WORD + 1], row[MAX_WORD + 1];
  gsize n = MIN (strlen (right), MAX_WORD);

  for (gsize j = 0; j <= n; j++)
    previous[j] = (guint) j;
  for (gsize i = 0; left[i] != '\0' && i < MAX_WORD; i++)
    {
      row[0] = (guint) i + 1;
      for (gsize j = 0; j < n; j++)
        {
          guint change = previous[j] + (g_ascii_tolower (left[i]) != g_ascii_tolower (right[j]));

          row[j + 1] = MIN (change, MIN (previous[j + 1], row[j]) + 1);
        }
      memcpy (previous, row, sizeof row);
    }
  return previous[n];
}

static gboolean contains (const char *text, const char *word)
{
  g_autofree char *lower_text = g_ascii_strdown (text, -1);
  g_autofree char *lower_word = g_ascii_strdown (word, -1);

  return strstr (lower_text, lower_word) != NULL;
}

/* Smaller is nearer; G_MAXUINT: too far away to be meant. */
static guint measure_likeness (const char *word, const char *candidate)
{
  guint distance = measure_distance (word, candidate);
  gsize length = strlen (word);

  if (length >= 3 && contains (candidate, word))
    return 1;
  return distance <= MAX (length / 3, 1) ? distance + 1 : G_MAXUINT;
}

const EmbarkCode *embark_codes_list (void)
{
  return codes;
}

const EmbarkCode *embark_codes_find (const char *word)
{
  const char *dot;
  g_autofree char *family = NULL;

  g_return_val_if_fail (word != NULL, NULL);
  for (const EmbarkCode *code = codes; code->code != NULL; code++)
    if (g_ascii_strcasecmp (code->code, word) == 0)
      return code;
  dot = strrchr (word, '.');
  if (dot == NULL || dot == word || strlen (word) > MAX_WORD)
    return NULL;
  family = g_strndup (word, (gsize) (dot - word));
  return embark_codes_find (family);
}

const EmbarkCode *embark_codes_find_in (const char *text)
{
  const char *p = text;

  g_return_val_if_fail (text != NULL, NULL);
  while (*p != '\0')
    {
      gsize length = strspn (p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.");
      g_autofree char *word = g_strndup (p, MIN (length, MAX_WORD));
      const EmbarkCode *code;

      /* The full stop behind a word belongs to the sentence. */
      while (g_str_has_suffix (word, "."))
        word[strlen (word) - 1] = '\0';
      code = g_ascii_isupper (*word) ? embark_codes_find (word) : NULL;
      if (code != NULL)
        return code;
      p += MAX (length, 1);
    }
  return NULL;
}

GPtrArray *embark_codes_list_findings (EmbarkLimits *limits, const char *code)
{
  GPtrArray *ids = g_ptr_array_new ();

  g_return_val_if_fail (limits != NULL && code != NULL, ids);
  for (guint i = EMBARK_N_EDITIONS; i-- > 0;)
    {
      GPtrArray *list = embark_limits_list (limits, i);

      for (guint j = 0; j < list->len; j++)
        {
          const EmbarkLimit *limit = g_ptr_array_index (list, j);

          if (g_strcmp0 (limit->code, code) == 0)
            add_once (ids, limit->id);
        }
    }
  return ids;
}

GPtrArray *embark_codes_list_of_finding (EmbarkLimits *limits, const char *id)
{
  GPtrArray *list = g_ptr_array_new ();

  g_return_val_if_fail (limits != NULL && id != NULL, list);
  for (guint i = EMBARK_N_EDITIONS; i-- > 0;)
    {
      const EmbarkLimit *limit = embark_limits_find (limits, i, id);

      if (limit != NULL && limit->code != NULL)
        add_once (list, limit->code);
    }
  return list;
}

GPtrArray *embark_codes_list_ids (EmbarkLimits *limits)
{
  GPtrArray *ids = g_ptr_array_new ();

  g_return_val_if_fail (limits != NULL, ids);
  for (guint i = EMBARK_N_EDITIONS; i-- > 0;)
    {
      GPtrArray *list = embark_limits_list (limits, i);

      for (guint j = 0; j < list->len; j++)
        add_once (ids, ((const EmbarkLimit *) g_ptr_array_index (list, j))->id);
    }
  return ids;
}

const char *embark_codes_find_id (EmbarkLimits *limits, const char *word)
{
  g_autoptr (GPtrArray) ids = embark_codes_list_ids (limits);

  for (guint i = 0; i < ids->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (ids, i), word) == 0)
      return g_ptr_array_index (ids, i);
  return NULL;
}

GPtrArray *embark_codes_suggest (EmbarkLimits *limits, const char *word)
{
  g_autoptr (GPtrArray) candidates = embark_codes_list_ids (limits);
  g_autofree guint *likeness = NULL;
  GPtrArray *suggestions = g_ptr_array_new ();

  g_return_val_if_fail (word != NULL, suggestions);
  if (strlen (word) > MAX_WORD)
    return suggestions;
  for (guint i = 0; codes[i].code != NULL; i++)
    g_ptr_array_insert (candidates, (int) i, (gpointer) codes[i].code);
  for (const EmbarkFix *fix = embark_fixes_get (); fix->id != NULL; fix++)
    add_once (candidates, fix->id);
  likeness = g_new (guint, candidates->len);
  for (guint i = 0; i < candidates->len; i++)
    likeness[i] = measure_likeness (word, g_ptr_array_index (candidates, i));
  for (guint wanted = 1; wanted <= MAX_WORD; wanted++)
    for (guint i = 0; i < candidates->len && suggestions->len < MAX_SUGGESTIONS; i++)
      if (likeness[i] == wanted)
        g_ptr_array_add (suggestions, g_ptr_array_index (candidates, i));
  return suggestions;
}
