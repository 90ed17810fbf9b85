/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log is a ring of blocks, each stamped with the turn it was written in
 * (its cycle); it ends where the cycle drops, and after a proper unmount with
 * an unmount record. Layout: xfs_log_format.h of Linux, told in own words.
 */
#include "model/guest/xfs-log.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define BLOCK 512 /* of the log, whatever the file system has */
#define LOG_BLOCKS_MIN 512
#define LOG_SIZE_MAX (G_GUINT64_CONSTANT (2) << 30)
#define SUPERBLOCK_MAGIC 0x58465342u /* "XFSB" */
#define VERSION_NUMBER 0x000F
#define VERSION_HAS_LOG_V2 0x0400
#define INCOMPATIBLE_NEEDS_REPAIR 0x10
#define RECORD_MAGIC 0xFEEDBABEu
#define RECORD_VERSION_2 0x2
#define RECORD_SIZE_MAX (256 * 1024)
#define RECORD_SIZE_MAX_V1 (32 * 1024)
#define RECORD_PER_HEADER (32 * 1024) /* a longer one has a header block for each such part */
#define RECORDS_IN_FLIGHT 8           /* as many may have been cut off at once, in any order */
#define RECORD_BLOCKS_MAX (RECORD_SIZE_MAX / BLOCK + RECORD_SIZE_MAX / RECORD_PER_HEADER)
#define OPERATION_FLAGS_AT 9
#define OPERATION_UNMOUNT 0x20

typedef struct
{
  EmbarkXfsRead read;
  gpointer user_data;
  guint64 start; /* of the log, in bytes */
  guint32 n_blocks;
  guint32 record_size_max;
  guint8 uuid[16];
  gboolean needs_repair;
  gboolean is_first_turn; /* the rest of the log was never written */
  const char *reason;     /* why a step failed */
} Log;

static guint16 get_16 (const guint8 *bytes)
{
  return (guint16) (bytes[0] << 8 | bytes[1]);
}

static guint32 get_32 (const guint8 *bytes)
{
  return (guint32) get_16 (bytes) << 16 | get_16 (bytes + 2);
}

static guint64 get_64 (const guint8 *bytes)
{
  return (guint64) get_32 (bytes) << 32 | get_32 (bytes + 4);
}

static gboolean fail (Log *log, const char *reason)
{
  log->reason = reason;
  return FALSE;
}

/* Where the log is. Its address is of the group (upper bits) and the block in it; the last group may be shorter, and
 * the groups follow each other without gaps. */
static gboolean find_log (Log *log, const guint8 *superblock)
{
  guint64 address = get_64 (superblock + 48);
  guint32 block_size = get_32 (superblock + 4);
  guint32 group_blocks = get_32 (superblock + 84);
  guint32 n_groups = get_32 (superblock + 88);
  guint32 log_blocks = get_32 (superblock + 96);
  guint block_shift = superblock[120];
  guint group_shift = superblock[124];
  guint64 group, in_group, block;

  if (block_shift < 9 || block_shift > 16 || block_size != 1u << block_shift || group_shift > 31
      || group_blocks > 1u << group_shift)
    return FALSE;
  group = address >> group_shift;
  in_group = address & ((G_GUINT64_CONSTANT (1) << group_shift) - 1);
  if (group >= n_groups || in_group + log_blocks > group_blocks || log_blocks > LOG_SIZE_MAX >> block_shift)
    return FALSE;
  block = group * group_blocks + in_group;
  if (block > (guint64) G_MAXINT64 >> (block_shift + 1))
    return FALSE;
  log->start = block << block_shift;
  log->n_blocks = log_blocks << (block_shift - 9);
  return log->n_blocks >= LOG_BLOCKS_MIN;
}

static gboolean read_superblock (Log *log)
{
  guint8 superblock[BLOCK];
  guint version, number;

  if (!log->read (log->user_data, 0, superblock, sizeof superblock))
    return fail (log, N_ ("it cannot be read"));
  if (get_32 (superblock) != SUPERBLOCK_MAGIC)
    return fail (log, N_ ("its superblock is damaged"));
  if (get_64 (superblock + 48) == 0)
    return fail (log, N_ ("its log is on another device"));
  if (!find_log (log, superblock))
    return fail (log, N_ ("its superblock is damaged"));
  version = get_16 (superblock + 100);
  number = version & VERSION_NUMBER;
  if (number < 4 || number > 5)
    return fail (log, N_ ("its version is not known"));
  log->record_size_max = number == 5 || (version & VERSION_HAS_LOG_V2) ? RECORD_SIZE_MAX : RECORD_SIZE_MAX_V1;
  log->needs_repair = number == 5 && (get_32 (superblock + 216) & INCOMPATIBLE_NEEDS_REPAIR);
  memcpy (log->uuid, superblock + 32, sizeof log->uuid);
  return TRUE;
}

static gboolean read_blocks (Log *log, guint32 first, guint32 count, guint8 *buffer)
{
  guint64 offset = log->start + (guint64) first * BLOCK;
  gsize size = (gsize) count * BLOCK;

  while (size > 0)
    {
      gsize part = MIN (size, EMBARK_XFS_READ_MAX);

      if (!log->read (log->user_data, offset, buffer, part))
        return fail (log, N_ ("its log cannot be read"));
      offset += part;
      buffer += part;
      size -= part;
    }
  return TRUE;
}

/* The @count blocks before @end, with the end of the ring before its start; at most the whole ring. */
static guint8 *read_before (Log *log, guint32 end, guint32 count)
{
  g_autofree guint8 *blocks = g_malloc ((gsize) count * BLOCK);
  guint32 n_wrapped = count > end ? count - end : 0;

  if (!read_blocks (log, log->n_blocks - n_wrapped, n_wrapped, blocks)
      || !read_blocks (log, end - (count - n_wrapped), count - n_wrapped, blocks + (gsize) n_wrapped * BLOCK))
    return NULL;
  return g_steal_pointer (&blocks);
}

static gboolean is_header (const guint8 *block)
{
  return get_32 (block) == RECORD_MAGIC;
}

static guint32 get_cycle (const guint8 *block)
{
  return get_32 (is_header (block) ? block + 4 : block);
}

/* Where @cycle, that of the last block, starts: halving, so not more turns than a number of blocks has bits. */
static gboolean find_cycle_start (Log *log, guint32 cycle, guint32 *ret_start)
{
  guint8 block[BLOCK];
  guint32 before = 0, start = log->n_blocks - 1;

  while (start - before > 1)
    {
      guint32 middle = before + (start - before) / 2;

      if (!read_blocks (log, middle, 1, block))
        return FALSE;
      if (get_cycle (block) == cycle)
        start = middle;
      else
        before = middle;
    }
  *ret_start = start;
  return TRUE;
}

/* Records in flight are written in any order: the log ends at the first hole, where @cycle is still the older one. */
static gboolean step_back_to_hole (Log *log, guint32 cycle, guint32 *head)
{
  guint32 count = MIN (log->is_first_turn ? *head : log->n_blocks, RECORDS_IN_FLIGHT * log->record_size_max / BLOCK);
  guint32 n_wrapped = count > *head ? count - *head : 0;
  g_autofree guint8 *blocks = read_before (log, *head, count);

  if (!blocks)
    return FALSE;
  for (guint32 i = 0; i < count; i++)
    if (get_cycle (blocks + (gsize) i * BLOCK) == (i < n_wrapped ? cycle - 1 : cycle))
      {
        *head = i < n_wrapped ? log->n_blocks - n_wrapped + i : *head - count + i;
        break;
      }
  return TRUE;
}

static gboolean find_head (Log *log, guint32 *ret_head)
{
  guint8 block[BLOCK];
  guint32 first, last;

  if (!read_blocks (log, 0, 1, block))
    return FALSE;
  first = get_cycle (block);
  if (!read_blocks (log, log->n_blocks - 1, 1, block))
    return FALSE;
  last = get_cycle (block);
  if (first == 0)
    return fail (log, N_ ("its log is empty")); /* even a new one has an unmount record */
  log->is_first_turn = last == 0;
  if (first == last)
    {
      *ret_head = log->n_blocks;
      return step_back_to_hole (log, last - 1, ret_head);
    }
  return find_cycle_start (log, last, ret_head) && step_back_to_hole (log, last, ret_head);
}

/* The last header before @end. */
static gboolean find_record (const guint8 *blocks, guint32 end, guint32 *ret_record)
{
  for (guint32 i = end; i > 0; i--)
    if (is_header (blocks + (gsize) (i - 1) * BLOCK))
      {
        *ret_record = i - 1;
        return TRUE;
      }
  return FALSE;
}

static gboolean measure_record (Log *log, const guint8 *header, guint32 *ret_n_headers, guint32 *ret_n_blocks)
{
  static const guint8 zeros[16] = { 0 };
  guint32 version = get_32 (header + 8);
  guint32 length = get_32 (header + 12);
  guint32 size = get_32 (header + 320);
  gboolean is_long = log->record_size_max > RECORD_PER_HEADER && (version & RECORD_VERSION_2);

  /* IRIX wrote no UUID. */
  if (memcmp (header + 304, log->uuid, 16) != 0 && memcmp (header + 304, zeros, 16) != 0)
    return FALSE;
  if (length > RECORD_SIZE_MAX || (is_long && size > RECORD_SIZE_MAX))
    return FALSE;
  *ret_n_headers = is_long ? MAX (1, (size + RECORD_PER_HEADER - 1) / RECORD_PER_HEADER) : 1;
  *ret_n_blocks = *ret_n_headers + (length + BLOCK - 1) / BLOCK;
  return TRUE;
}

/* Of the blocks up to the head of the log. */
static EmbarkFilesystemState judge_last_record (Log *log, const guint8 *blocks, guint32 count)
{
  guint32 end = count, record, n_headers, n_blocks;
  const guint8 *header;

  if (!find_record (blocks, end, &record)
      || !measure_record (log, blocks + (gsize) record * BLOCK, &n_headers, &n_blocks))
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  if (n_blocks != end - record)
    {
      /* Cut off while it was written: nothing of it counts, and the log ends before it. */
      end = record;
      if (!find_record (blocks, end, &record)
          || !measure_record (log, blocks + (gsize) record * BLOCK, &n_headers, &n_blocks))
        return EMBARK_FILESYSTEM_STATE_UNKNOWN;
    }
  header = blocks + (gsize) record * BLOCK;
  if (n_blocks != end - record || n_blocks == n_headers || get_32 (header + 40) != 1
      || !(header[(gsize) n_headers * BLOCK + OPERATION_FLAGS_AT] & OPERATION_UNMOUNT))
    return EMBARK_FILESYSTEM_STATE_UNCLEAN;
  return EMBARK_FILESYSTEM_STATE_CLEAN;
}

static EmbarkFilesystemState get_state (Log *log)
{
  g_autofree guint8 *blocks = NULL;
  EmbarkFilesystemState state;
  guint32 head, count;

  if (!read_superblock (log))
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  if (log->needs_repair)
    return EMBARK_FILESYSTEM_STATE_UNCLEAN;
  if (!find_head (log, &head))
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  /* Room for one that was cut off and the one before it. */
  count = MIN (log->is_first_turn ? head : log->n_blocks, 2 * RECORD_BLOCKS_MAX);
  blocks = read_before (log, head, count);
  if (!blocks)
    return EMBARK_FILESYSTEM_STATE_UNKNOWN;
  state = judge_last_record (log, blocks, count);
  if (state == EMBARK_FILESYSTEM_STATE_UNKNOWN)
    log->reason = N_ ("its log is damaged");
  return state;
}

EmbarkFilesystemState embark_xfs_get_state (EmbarkXfsRead read, gpointer user_data, const char **ret_reason)
{
  Log log = { .read = read, .user_data = user_data };
  EmbarkFilesystemState state = get_state (&log);

  *ret_reason = log.reason;
  return state;
}
