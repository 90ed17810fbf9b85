/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the jobs of an account do: blocking functions of EmbarkJobFunc's shape,
 * a request in, an answer out, both plain.
 */
#pragma once

#include "model/account-private.h"
#include "model/base/job.h"
#include "model/cloud/bucket.h"

G_BEGIN_DECLS

/* What a job of the account needs; plain, for the worker. */
typedef struct
{
  EmbarkHttp *http;
  EmbarkCredentials *credentials; /* (nullable) */
  char *region;
  char *bucket;
} EmbarkAccountRequest;

/* What it brings back. */
typedef struct
{
  EmbarkCredentials *credentials; /* (nullable) */
  EmbarkKeysPlace place;
  char *identity;
  GError *keyring_error;
  GPtrArray *buckets;
} EmbarkAccountAnswer;

void embark_account_request_free (EmbarkAccountRequest *request);
void embark_account_answer_free (EmbarkAccountAnswer *answer);

/* @data: EmbarkAccountRequest; the result is an EmbarkAccountAnswer. */
gpointer embark_account_job_load (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);
gpointer embark_account_job_set_keys (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);
gpointer embark_account_job_test (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);
gpointer embark_account_job_clear (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);
gpointer embark_account_job_list_buckets (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);
gpointer embark_account_job_create_bucket (EmbarkJob *job, gpointer data, GCancellable *cancellable, GError **error);

G_END_DECLS
