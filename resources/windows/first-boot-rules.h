/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program of the first start decides, without anything of Windows, so
 * that it can be tested where there is none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Starts of Windows at which the drivers are tried. */
#define FIRST_BOOT_ATTEMPTS_MAX 3
#define FIRST_BOOT_NUMBER_SIZE 11 /* digits of 32 bits and the end */

typedef enum
{
  FIRST_BOOT_FINE,
  FIRST_BOOT_FINE_AFTER_RESTART,
  FIRST_BOOT_FAILED,
} FirstBootOutcome;

/* How a run of all drivers ended. */
typedef enum
{
  FIRST_BOOT_DONE,
  FIRST_BOOT_NOT_DONE, /* at least one driver failed */
  FIRST_BOOT_STOPPED,  /* Windows asked for it */
} FirstBootEnd;

/* Of pnputil: 0; 259, nothing better than what is there; 3010 and 1641, once Windows was restarted. */
FirstBootOutcome first_boot_judge_exit (unsigned int code);
/* @attempts: that were begun before. */
bool first_boot_may_try (unsigned int attempts);
/* What is written once an attempt has ended: one that Windows stopped does not count. */
unsigned int first_boot_count_attempts (unsigned int attempts, FirstBootEnd end);
/* No attempt will follow. */
bool first_boot_is_over (unsigned int attempts, FirstBootEnd end);

/* The last four characters are ".inf", in capitals or not. */
bool first_boot_is_inf (const wchar_t *name);
/* Puts the parts behind each other; NULL ends them. False, and an empty text, when they do not fit into @size. */
bool first_boot_join (wchar_t *buffer, size_t size, ...);
/* In decimal digits. Returns @buffer. */
const wchar_t *first_boot_write_number (wchar_t buffer[FIRST_BOOT_NUMBER_SIZE], unsigned int number);
