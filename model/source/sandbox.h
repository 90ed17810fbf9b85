/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line that runs qemu-nbd over a chain inside bwrap. Pure: looks
 * at the chain, the tools and who runs it, starts nothing.
 */
#pragma once

#include "model/source/image-chain.h"

G_BEGIN_DECLS

/* Names inside the sandbox. Files are /disk/0, /disk/1 …, so that the names of the user never reach a parser. */
#define EMBARK_SANDBOX_FOLDER "/run/nbd"
#define EMBARK_SANDBOX_SOCKET "nbd"
#define EMBARK_SANDBOX_READY "pid" /* written by qemu-nbd once it listens */

/* @words in a sandbox that sees the files of @chain and, writable, @folder; they end with their standard input.
 * NULL-terminated. Errors: TOOL_MISSING. */
GPtrArray *embark_sandbox_new_command (EmbarkImageChain *chain, const char *folder, const char *const *words,
                                       GError **error);
/* The same with qemu-nbd. @is_writable: file 0 of the
 * chain may be written, and nothing else. */
GPtrArray *embark_sandbox_new_nbd (EmbarkImageChain *chain, const char *folder, gboolean is_writable, GError **error);
/* The value of --image-opts: every driver, node name and backing file of the chain spelled out. */
char *embark_sandbox_describe_chain (EmbarkImageChain *chain);

G_END_DECLS
