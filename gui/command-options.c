/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The options of the verbs, in groups that several verbs share.
 */
#include <glib/gi18n.h>

#include "gui/command.h"

static void add_common (EmbarkCommand *command, GOptionContext *context)
{
  GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &command->is_json, N_ ("Print JSON for programs"), NULL },
    { "connect", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->uris, N_ ("Look for machines at this libvirt URI"),
      N_ ("URI") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command->targets, NULL, NULL },
    { 0 },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

static void add_for_checks (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups)
{
  const GOptionEntry look[] = {
    { "headers", 0, 0, G_OPTION_ARG_NONE, &command->is_headers, N_ ("Read the headers only, do not look inside"),
      NULL },
    { "again", 0, 0, G_OPTION_ARG_NONE, &command->is_again, N_ ("Look inside even if the disk has not changed"), NULL },
    { 0 },
  };
  const GOptionEntry edition[] = {
    { "edition", 0, 0, G_OPTION_ARG_STRING, &command->edition, N_ ("Judge by both editions of the limits, or by one"),
      N_ ("both|original|current") },
    { 0 },
  };
  const GOptionEntry save[] = {
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &command->save,
      N_ ("Save the report; the ending chooses the form: .html, .md, .json or .txt"), N_ ("FILE") },
    { 0 },
  };

  if ((groups & EMBARK_OPTIONS_LOOK) != 0)
    g_option_context_add_main_entries (context, look, NULL);
  if ((groups & EMBARK_OPTIONS_EDITION) != 0)
    g_option_context_add_main_entries (context, edition, NULL);
  if ((groups & EMBARK_OPTIONS_SAVE) != 0)
    g_option_context_add_main_entries (context, save, NULL);
}

static void add_for_buckets (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups)
{
  const GOptionEntry bucket[] = {
    { "bucket", 0, 0, G_OPTION_ARG_STRING, &command->bucket, N_ ("Bucket with its account number"), N_ ("NAME-APPID") },
    { "region", 0, 0, G_OPTION_ARG_STRING, &command->region, N_ ("Region of the bucket, such as ap-guangzhou"),
      N_ ("REGION") },
    { 0 },
  };
  const GOptionEntry send[] = {
    { "key", 0, 0, G_OPTION_ARG_STRING, &command->key, N_ ("Name of the object in the bucket"), N_ ("KEY") },
    { "level", 0, 0, G_OPTION_ARG_STRING, &command->level, N_ ("How hard to compress: fast is the usual one"),
      N_ ("fast|small|none") },
    { 0 },
  };
  const GOptionEntry remove[] = {
    { "remove", 0, 0, G_OPTION_ARG_STRING_ARRAY, &command->removals,
      N_ ("Remove what was sent of this object; may be given several times"), N_ ("KEY") },
    { 0 },
  };

  if ((groups & EMBARK_OPTIONS_BUCKET) != 0)
    g_option_context_add_main_entries (context, bucket, NULL);
  if ((groups & EMBARK_OPTIONS_SEND) != 0)
    g_option_context_add_main_entries (context, send, NULL);
  if ((groups & EMBARK_OPTIONS_REMOVE) != 0)
    g_option_context_add_main_entries (context, remove, NULL);
}

static void add_for_transfers (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups)
{
  const GOptionEntry transfer[] = {
    { "limit", 0, 0, G_OPTION_ARG_STRING, &command->limit,
      N_ ("Send at most this much a second, such as 800k or 5M; none for no limit"), N_ ("AMOUNT") },
    { 0 },
  };
  const GOptionEntry proxy[] = {
    { "proxy", 0, 0, G_OPTION_ARG_STRING, &command->proxy,
      N_ ("Reach the cloud through this proxy; none for none, desktop for the desktop's settings"),
      N_ ("http://HOST:PORT") },
    { 0 },
  };
  const GOptionEntry import[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &command->name, N_ ("Name of the image in the cloud"), N_ ("NAME") },
    { "force", 0, 0, G_OPTION_ARG_NONE, &command->is_forced, N_ ("Forced import: for a Linux without cloud-init"),
      NULL },
    { "no-wait", 0, 0, G_OPTION_ARG_NONE, &command->is_no_wait, N_ ("End once the cloud accepted the import"), NULL },
    { 0 },
  };

  if ((groups & EMBARK_OPTIONS_TRANSFER) != 0)
    g_option_context_add_main_entries (context, transfer, NULL);
  if ((groups & EMBARK_OPTIONS_PROXY) != 0)
    g_option_context_add_main_entries (context, proxy, NULL);
  if ((groups & EMBARK_OPTIONS_IMPORT) != 0)
    g_option_context_add_main_entries (context, import, NULL);
}

static void add_for_fixes (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups)
{
  const GOptionEntry fix[] = {
    { "fix", 0, 0, G_OPTION_ARG_STRING, &command->fix, N_ ("What to fix: auto, or names as `embark fixes` lists"),
      N_ ("auto|ID,…") },
    { "virtio-win", 0, 0, G_OPTION_ARG_FILENAME, &command->virtio_win,
      N_ ("virtio-win.iso, or a folder with the Windows drivers"), N_ ("PATH") },
    { "cloudbase", 0, 0, G_OPTION_ARG_FILENAME, &command->cloudbase,
      N_ ("The zip of cloudbase-init for Windows, or the folder it was unpacked to"), N_ ("PATH") },
    { "packages", 0, 0, G_OPTION_ARG_FILENAME, &command->packages, N_ ("A folder with the packages of cloud-init"),
      N_ ("DIR") },
    { "network", 0, 0, G_OPTION_ARG_NONE, &command->is_networked,
      N_ ("Ask the package sources of the guest through the network"), NULL },
    { 0 },
  };
  const GOptionEntry keep[] = {
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &command->save, N_ ("Save the disk that was made ready as a QCOW2"),
      N_ ("FILE") },
    { "keep", 0, 0, G_OPTION_ARG_FILENAME, &command->keep, N_ ("Keep the overlay, which holds only the changes"),
      N_ ("FILE") },
    { 0 },
  };

  if ((groups & EMBARK_OPTIONS_FIX) != 0)
    g_option_context_add_main_entries (context, fix, NULL);
  if ((groups & EMBARK_OPTIONS_KEEP) != 0)
    g_option_context_add_main_entries (context, keep, NULL);
}

void embark_command_add_options (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups)
{
  add_common (command, context);
  add_for_checks (command, context, groups);
  add_for_fixes (command, context, groups);
  add_for_buckets (command, context, groups);
  add_for_transfers (command, context, groups);
}
