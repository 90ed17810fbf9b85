/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8 lines behind what is there, and never without end.
 */
#include "resources/windows/first-boot.h"

#include <stdarg.h>

#define LINE_SIZE 2048
#define OUTPUT_SIZE (64 * 1024)
#define LOG_MAX (4 * 1024 * 1024)

static HANDLE log_file = INVALID_HANDLE_VALUE;

void first_boot_log_open (const wchar_t *folder)
{
  wchar_t path[FIRST_BOOT_PATH_SIZE];

  if (first_boot_join (path, FIRST_BOOT_PATH_SIZE, folder, FIRST_BOOT_LOG, NULL))
    log_file = CreateFileW (path, FILE_APPEND_DATA, FILE_SHARE_READ, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
}

void first_boot_log_close (void)
{
  if (log_file != INVALID_HANDLE_VALUE)
    CloseHandle (log_file);
  log_file = INVALID_HANDLE_VALUE;
}

static void append (const char *bytes, DWORD length)
{
  LARGE_INTEGER size;
  DWORD written;

  if (log_file == INVALID_HANDLE_VALUE || !GetFileSizeEx (log_file, &size) || size.QuadPart > LOG_MAX)
    return;
  WriteFile (log_file, bytes, length, &written, NULL);
}

static void append_text (const wchar_t *text, int length)
{
  static char utf8[3 * OUTPUT_SIZE];
  int used = length > 0 ? WideCharToMultiByte (CP_UTF8, 0, text, length, utf8, sizeof utf8, NULL, NULL) : 0;

  if (used > 0)
    append (utf8, (DWORD) used);
}

/* "2026-01-31 08:05:09 "; each part has its digits. */
static void append_time (void)
{
  SYSTEMTIME now;
  char text[] = "0000-00-00 00:00:00 ";
  static const int ends[] = { 3, 6, 9, 12, 15, 18 };

  GetLocalTime (&now);
  WORD parts[] = { now.wYear, now.wMonth, now.wDay, now.wHour, now.wMinute, now.wSecond };
  for (int i = 0; i < 6; i++)
    for (int at = ends[i]; parts[i] > 0 && at >= 0; at--)
      {
        text[at] = (char) ('0' + parts[i] % 10);
        parts[i] /= 10;
      }
  append (text, sizeof text - 1);
}

void first_boot_log (const wchar_t *part, ...)
{
  va_list parts;

  append_time ();
  va_start (parts, part);
  for (; part != NULL; part = va_arg (parts, const wchar_t *))
    append_text (part, (int) wcsnlen (part, LINE_SIZE));
  va_end (parts);
  append ("\r\n", 2);
}

void first_boot_log_error (const wchar_t *what)
{
  DWORD code = GetLastError ();
  wchar_t number[FIRST_BOOT_NUMBER_SIZE];

  first_boot_log (what, L": error ", first_boot_write_number (number, code), NULL);
}

void first_boot_log_output (const char *bytes, DWORD length)
{
  static wchar_t text[OUTPUT_SIZE];
  int used = length > 0 ? MultiByteToWideChar (CP_OEMCP, 0, bytes, (int) length, text, OUTPUT_SIZE) : 0;

  if (used <= 0)
    return;
  append_text (text, used);
  if (text[used - 1] != L'\n')
    append ("\r\n", 2);
}
