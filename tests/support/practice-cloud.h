/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts the practice cloud (tests/cloud/) for one test, in a folder of its
 * own. It dies with the thread that started it. tests/cloud/README.md has its
 * commands and faults.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define PRACTICE_CLOUD_ID "AKIDpractice0000000000000000000000000"
#define PRACTICE_CLOUD_KEY "practiceSecretKey00000000000000"
#define PRACTICE_CLOUD_REGION "ap-guangzhou"
#define PRACTICE_CLOUD_BUCKET "practice-1250000000"

typedef struct _PracticeCloud PracticeCloud;

/* With the bucket above in the region above. @options: more options of server.py, NULL-terminated, or NULL.
 * Aborts the test when the server does not come up. */
PracticeCloud *practice_cloud_start (const char *const *options);
/* Ends it and removes its folder. */
void practice_cloud_stop (PracticeCloud *self);

/* For EmbarkHttpOptions, or EMBARK_CONNECT_TO and EMBARK_CA_FILE. */
const char *practice_cloud_get_connect_to (PracticeCloud *self);
const char *practice_cloud_get_ca_file (PracticeCloud *self);
const char *practice_cloud_get_dir (PracticeCloud *self);
guint practice_cloud_get_port (PracticeCloud *self);

/* Sends one command ({"command":"uploads"}) and returns its result; aborts the test when it is refused. */
JsonNode *practice_cloud_command (PracticeCloud *self, const char *json);
/* @faults: a JSON list in place of the faults so far. */
void practice_cloud_set_faults (PracticeCloud *self, const char *faults);
/* How many requests met the match of fault @index so far, whether it acted or not. (The list of requests is written
 * after each answer, so it may lack the last one.) */
guint practice_cloud_count_seen (PracticeCloud *self, guint index);
/* Length of the list that command @name gives: uploads, objects, images, buckets, requests … */
guint practice_cloud_count (PracticeCloud *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PracticeCloud, practice_cloud_stop)

G_END_DECLS
