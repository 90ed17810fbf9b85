/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pure decisions and texts.
 */
#include "resources/windows/first-boot-rules.h"

#include <stdarg.h>
#include <stdint.h>

/* winerror.h */
#define EXIT_NO_MORE_ITEMS 259
#define EXIT_RESTART_INITIATED 1641
#define EXIT_RESTART_REQUIRED 3010

FirstBootOutcome first_boot_judge_exit (unsigned int code)
{
  switch (code)
    {
    case 0:
    case EXIT_NO_MORE_ITEMS:
      return FIRST_BOOT_FINE;
    case EXIT_RESTART_INITIATED:
    case EXIT_RESTART_REQUIRED:
      return FIRST_BOOT_FINE_AFTER_RESTART;
    default:
      return FIRST_BOOT_FAILED;
    }
}

bool first_boot_may_try (unsigned int attempts)
{
  return attempts < FIRST_BOOT_ATTEMPTS_MAX;
}

unsigned int first_boot_count_attempts (unsigned int attempts, FirstBootEnd end)
{
  return end == FIRST_BOOT_STOPPED ? attempts : attempts + 1;
}

bool first_boot_is_over (unsigned int attempts, FirstBootEnd end)
{
  return end == FIRST_BOOT_DONE || !first_boot_may_try (first_boot_count_attempts (attempts, end));
}

bool first_boot_is_inf (const wchar_t *name)
{
  static const wchar_t ending[] = L".inf";
  size_t length = wcslen (name), n = sizeof ending / sizeof ending[0] - 1;

  if (length <= n)
    return false;
  for (size_t i = 0; i < n; i++)
    {
      wchar_t c = name[length - n + i];

      if (c >= L'A' && c <= L'Z')
        c = (wchar_t) (c - L'A' + L'a');
      if (c != ending[i])
        return false;
    }
  return true;
}

bool first_boot_join (wchar_t *buffer, size_t size, ...)
{
  const wchar_t *part;
  size_t used = 0;
  bool fits = true;
  va_list parts;

  va_start (parts, size);
  while (fits && (part = va_arg (parts, const wchar_t *)) != NULL)
    {
      size_t length = wcslen (part);

      fits = length < size - used;
      if (!fits)
        break;
      wmemcpy (buffer + used, part, length);
      used += length;
    }
  va_end (parts);
  buffer[fits ? used : 0] = L'\0';
  return fits;
}

const wchar_t *first_boot_write_number (wchar_t buffer[FIRST_BOOT_NUMBER_SIZE], unsigned int number)
{
  wchar_t digits[FIRST_BOOT_NUMBER_SIZE];
  size_t count = 0;

  do
    {
      digits[count++] = (wchar_t) (L'0' + (uint32_t) number % 10);
      number = (uint32_t) number / 10;
    }
  while (number > 0);
  for (size_t i = 0; i < count; i++)
    buffer[i] = digits[count - 1 - i];
  buffer[count] = L'\0';
  return buffer;
}
