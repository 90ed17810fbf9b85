/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pnputil for each .inf file. A driver that Windows does not trust makes it
 * ask a question that nobody sees: hence a deadline, and no input.
 */
#include "resources/windows/first-boot.h"

#define DRIVERS_MAX 256
#define DEADLINE_MS (5 * 60 * 1000)
#define END_MS (5 * 1000)
#define OUTPUT_MAX (64 * 1024)
#define LINE_SIZE (2 * FIRST_BOOT_PATH_SIZE + 16)

typedef enum
{
  RUN_ENDED,
  RUN_FAILED, /* not begun, or not in time */
  RUN_STOPPED,
} RunResult;

bool first_boot_is_stopped (HANDLE stop)
{
  return stop != NULL && WaitForSingleObject (stop, 0) == WAIT_OBJECT_0;
}

static HANDLE open_for_child (const wchar_t *path, DWORD creation, DWORD flags)
{
  SECURITY_ATTRIBUTES inherited = { sizeof inherited, NULL, TRUE };

  return CreateFileW (path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                      &inherited, creation, flags, NULL);
}

static void log_what_it_wrote (HANDLE output)
{
  static char bytes[OUTPUT_MAX];
  DWORD length = 0;

  if (SetFilePointer (output, 0, NULL, FILE_BEGIN) != INVALID_SET_FILE_POINTER
      && ReadFile (output, bytes, sizeof bytes, &length, NULL))
    first_boot_log_output (bytes, length);
}

static RunResult wait_for_child (HANDLE process, HANDLE stop, DWORD *code)
{
  HANDLE handles[] = { process, stop };
  DWORD result = WaitForMultipleObjects (stop != NULL ? 2 : 1, handles, FALSE, DEADLINE_MS);

  if (result == WAIT_OBJECT_0)
    return GetExitCodeProcess (process, code) ? RUN_ENDED : RUN_FAILED;
  if (result != WAIT_OBJECT_0 + 1)
    first_boot_log (L"pnputil does not end, perhaps with a question about an unknown publisher; it is ended", NULL);
  TerminateProcess (process, 1);
  WaitForSingleObject (process, END_MS);
  return result == WAIT_OBJECT_0 + 1 ? RUN_STOPPED : RUN_FAILED;
}

/* @input, @output: of the child. */
static RunResult run_with (const FirstBootWork *work, const wchar_t *inf, HANDLE input, HANDLE output, DWORD *code)
{
  static wchar_t line[LINE_SIZE];
  STARTUPINFOW startup = { .cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES };
  PROCESS_INFORMATION process;
  RunResult result;

  if (!first_boot_join (line, LINE_SIZE, L"\"", work->pnputil, L"\" -i -a \"", inf, L"\"", NULL))
    {
      first_boot_log (L"The path is too long", NULL);
      return RUN_FAILED;
    }
  startup.hStdInput = input;
  startup.hStdOutput = startup.hStdError = output;
  if (!CreateProcessW (work->pnputil, line, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &startup, &process))
    {
      first_boot_log_error (L"pnputil cannot be started");
      return RUN_FAILED;
    }
  CloseHandle (process.hThread);
  result = wait_for_child (process.hProcess, work->stop, code);
  CloseHandle (process.hProcess);
  log_what_it_wrote (output);
  return result;
}

static RunResult run (const FirstBootWork *work, const wchar_t *inf, DWORD *code)
{
  wchar_t path[FIRST_BOOT_PATH_SIZE];
  HANDLE input, output;
  RunResult result = RUN_FAILED;

  if (!first_boot_join (path, FIRST_BOOT_PATH_SIZE, work->folder, L"\\embark-first-boot.out", NULL))
    return RUN_FAILED;
  input = open_for_child (L"NUL", OPEN_EXISTING, 0);
  output = open_for_child (path, CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE);
  if (input == INVALID_HANDLE_VALUE || output == INVALID_HANDLE_VALUE)
    first_boot_log_error (L"The place for what pnputil writes cannot be opened");
  else
    result = run_with (work, inf, input, output, code);
  if (input != INVALID_HANDLE_VALUE)
    CloseHandle (input);
  if (output != INVALID_HANDLE_VALUE)
    CloseHandle (output);
  return result;
}

static FirstBootEnd install_one (const FirstBootWork *work, const wchar_t *name)
{
  wchar_t inf[FIRST_BOOT_PATH_SIZE], number[FIRST_BOOT_NUMBER_SIZE];
  DWORD code = 1;
  RunResult result;

  first_boot_log (L"Installing ", name, NULL);
  if (!first_boot_join (inf, FIRST_BOOT_PATH_SIZE, work->folder, L"\\", name, NULL))
    {
      first_boot_log (L"The path is too long", NULL);
      return FIRST_BOOT_NOT_DONE;
    }
  result = run (work, inf, &code);
  if (result == RUN_STOPPED)
    return FIRST_BOOT_STOPPED;
  if (result == RUN_FAILED)
    return FIRST_BOOT_NOT_DONE;
  first_boot_write_number (number, code);
  switch (first_boot_judge_exit (code))
    {
    case FIRST_BOOT_FINE:
      first_boot_log (name, L" is installed (", number, L")", NULL);
      return FIRST_BOOT_DONE;
    case FIRST_BOOT_FINE_AFTER_RESTART:
      first_boot_log (name, L" is installed (", number, L"); it works after the next start of Windows", NULL);
      return FIRST_BOOT_DONE;
    default:
      first_boot_log (name, L" could not be installed: pnputil ended with ", number, NULL);
      return FIRST_BOOT_NOT_DONE;
    }
}

FirstBootEnd first_boot_install (const FirstBootWork *work)
{
  wchar_t pattern[FIRST_BOOT_PATH_SIZE];
  WIN32_FIND_DATAW found;
  FirstBootEnd end = FIRST_BOOT_DONE;
  unsigned int count = 0;
  HANDLE search;

  if (!first_boot_join (pattern, FIRST_BOOT_PATH_SIZE, work->folder, L"\\*.inf", NULL))
    return FIRST_BOOT_NOT_DONE;
  search = FindFirstFileW (pattern, &found);
  if (search == INVALID_HANDLE_VALUE)
    {
      bool is_empty = GetLastError () == ERROR_FILE_NOT_FOUND;

      first_boot_log_error (L"There are no drivers here");
      return is_empty ? FIRST_BOOT_DONE : FIRST_BOOT_NOT_DONE;
    }
  do
    {
      /* The pattern also finds longer endings, by their short names. */
      if ((found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 || !first_boot_is_inf (found.cFileName))
        continue;
      FirstBootEnd one = first_boot_is_stopped (work->stop) ? FIRST_BOOT_STOPPED : install_one (work, found.cFileName);

      if (one != FIRST_BOOT_DONE)
        end = one;
      count++;
    }
  while (end != FIRST_BOOT_STOPPED && count < DRIVERS_MAX && FindNextFileW (search, &found));
  FindClose (search);
  return end;
}
