/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the verbs of the command line share: options, the context, the target,
 * waiting, words on the terminal.
 */
#pragma once

#include <json-glib/json-glib.h>

#include "gui/command-line.h"
#include "model/check/report-form.h"
#include "model/context.h"

G_BEGIN_DECLS

typedef struct
{
  EmbarkContext *context;
  const char *verb;
  EmbarkJob *job;             /* (nullable) what an interrupt cancels */
  EmbarkMigration *migration; /* (nullable) likewise */
  gboolean is_interrupted;

  /* options */
  char **targets; /* (nullable) file name bytes */
  char **uris;    /* (nullable) --connect */
  char *save;     /* (nullable) --save, file name bytes */
  char *edition, *bucket, *region, *key, *name, *level, *limit, *proxy;
  char **removals;                                      /* (nullable) --remove */
  char *fix, *virtio_win, *cloudbase, *packages, *keep; /* (nullable) the paths as file name bytes */
  gboolean is_networked;
  gboolean is_json, is_forced, is_no_wait, is_headers, is_again;
} EmbarkCommand;

typedef int (*EmbarkCommandFunc) (EmbarkCommand *command);

/* Groups of options that a verb takes beside those that all take. */
typedef enum
{
  EMBARK_OPTIONS_NONE = 0,
  EMBARK_OPTIONS_LOOK = 1 << 0,
  EMBARK_OPTIONS_EDITION = 1 << 1,
  EMBARK_OPTIONS_SAVE = 1 << 2,
  EMBARK_OPTIONS_BUCKET = 1 << 3,
  EMBARK_OPTIONS_SEND = 1 << 4,
  EMBARK_OPTIONS_TRANSFER = 1 << 5,
  EMBARK_OPTIONS_IMPORT = 1 << 6,
  EMBARK_OPTIONS_REMOVE = 1 << 7,
  EMBARK_OPTIONS_PROXY = 1 << 8,
  EMBARK_OPTIONS_FIX = 1 << 9,
  EMBARK_OPTIONS_KEEP = 1 << 10,
} EmbarkCommandOptions;

void embark_command_add_options (EmbarkCommand *command, GOptionContext *context, EmbarkCommandOptions groups);
/* How fast and which way requests go: as the options say, else the preferences. */
gboolean embark_command_apply_transfer (EmbarkCommand *command, GError **error);

int embark_command_check (EmbarkCommand *command);
int embark_command_explain (EmbarkCommand *command);
int embark_command_machines (EmbarkCommand *command);
int embark_command_fixes (EmbarkCommand *command);
int embark_command_prepare (EmbarkCommand *command);
int embark_command_upload (EmbarkCommand *command);
int embark_command_migrate (EmbarkCommand *command);
int embark_command_continue (EmbarkCommand *command);
int embark_command_imports (EmbarkCommand *command);
int embark_command_uploads (EmbarkCommand *command);
int embark_command_keys (EmbarkCommand *command);

/* Says on standard error what went wrong, with --json also in an object on standard output; the exit status that
 * fits. */
int embark_command_fail (const EmbarkCommand *command, const GError *error);
/* Says what is wrong with the call and how to get help; EMBARK_EXIT_USAGE. */
int embark_command_refuse (const EmbarkCommand *command, const char *message);
/* The word of an error for scripts: "in-use", "no-keys" …; owned by the program. */
const char *embark_command_error_word (const GError *error);

/* The exit status that tells the verdict of @report. */
int embark_command_get_status (EmbarkReport *report);
/* What --fix and the options beside it ask for on the disk of @report; what “auto” has to leave out is said on standard
 * error. BAD_NAME. */
EmbarkFixOptions *embark_command_make_fix_options (const EmbarkCommand *command, EmbarkReport *report, GError **error);
/* The same after a look into @disk; an exit status other than EMBARK_EXIT_DONE when it failed, which was said. */
int embark_command_check_for_fixes (EmbarkCommand *command, EmbarkDisk *disk, EmbarkFixOptions **ret_options);

/* Opens the connections of --connect, or those of the preferences, and waits until they answered. */
void embark_command_open_connections (EmbarkCommand *command);
/* The disk of TARGET: a path, or machine:NAME[/DISK]. New reference of the machine, borrowed disk. */
EmbarkDisk *embark_command_find_disk (EmbarkCommand *command, EmbarkMachine **ret_machine, GError **error);
/* Reads the keys; FALSE with NO_KEYS when there are none. */
gboolean embark_command_load_keys (EmbarkCommand *command, GError **error);
/* What is wrong with the name of --save; NULL when nothing is. Free. */
char *embark_command_check_save (const EmbarkCommand *command);
/* Writes the report of @disk where --save says; TRUE without --save. */
gboolean embark_command_save_report (const EmbarkCommand *command, EmbarkDisk *disk, const char *target,
                                     GError **error);
/* Starts @migration, shows how it goes, and waits for its end; an interrupt cancels it. The exit status. */
int embark_command_watch (EmbarkCommand *command, EmbarkMigration *migration);
/* Waits for @job; an interrupt cancels it. */
void embark_command_wait (EmbarkCommand *command, EmbarkJob *job);

/* Text from disks and servers may hold anything: control characters are shown, not obeyed. Free. */
char *embark_command_clean (const char *text);
void embark_command_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* At a terminal, lines break between words and go on @indent columns from the left. */
void embark_command_print_wrapped (guint indent, const char *text);
/* FALSE with @error when not all could be written. A reader that went away is no failure. */
gboolean embark_command_check_output (GError **error);
/* One JSON object on one line, or indented. Takes @node. */
void embark_command_print_json (JsonNode *node, gboolean is_pretty);
/* Members of an object; a NULL text becomes null. */
void embark_command_add_text (JsonBuilder *builder, const char *name, const char *value);
void embark_command_add_number (JsonBuilder *builder, const char *name, guint64 value);
/* The progress line of a terminal (standard error); nothing where that is no terminal. NULL removes it. */
void embark_command_show_progress (const char *text);
/* "\033[31m" and the like, or "" where standard output is no terminal. */
const char *embark_command_colour (EmbarkOutcome outcome);
/* Ends that colour. */
const char *embark_command_plain (EmbarkOutcome outcome);

G_END_DECLS
