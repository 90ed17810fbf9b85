/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tests of migrations stand on: a practice cloud, a disk that does not
 * compress, folders of their own, and a context that can be closed and opened
 * again as a program that is started another time.
 */
#pragma once

#include "model/context.h"
#include "tests/support/practice-cloud.h"

G_BEGIN_DECLS

typedef struct
{
  PracticeCloud *cloud;
  char *folder;
  char *disk_path;
  EmbarkContext *context;
} MigrationWorld;

/* For g_test_add(); the keys are taken from the environment. */
void migration_world_set_up (MigrationWorld *self, gconstpointer data);
void migration_world_tear_down (MigrationWorld *self, gconstpointer data);
void migration_world_open (MigrationWorld *self);
void migration_world_close (MigrationWorld *self);
/* A raw disk with an MBR signature and @megabytes of data that does not compress. */
void migration_world_write_disk (const char *path, guint megabytes, guint32 seed);
EmbarkMachine *migration_world_add_disk (MigrationWorld *self, GError **error);
/* An upload of the disk to @key, not started. @level (nullable): of compression. */
EmbarkMigration *migration_world_create (MigrationWorld *self, const char *key, const char *level);
/* To images/disk.qcow2. */
EmbarkMigration *migration_world_create_upload (MigrationWorld *self);
/* Starts it and waits for its end. */
void migration_world_run (EmbarkMigration *migration);
/* One object in the cloud, no unfinished upload. */
void migration_world_assert_done (MigrationWorld *self, EmbarkMigration *migration);

G_END_DECLS
