/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Started by the service manager, or with --run FOLDER PNPUTIL to do the same
 * work at once and without a service, which is how it is tried out.
 */
#include "resources/windows/first-boot.h"

#define EXIT_DONE 0
#define EXIT_NOT_DONE 1
#define EXIT_USAGE 2

static int run_once (const wchar_t *folder, const wchar_t *pnputil)
{
  FirstBootWork work = { folder, pnputil, NULL };
  FirstBootEnd end;

  first_boot_log_open (folder);
  end = first_boot_install (&work);
  first_boot_log (end == FIRST_BOOT_DONE ? L"All drivers are installed" : L"Not all drivers are installed", NULL);
  first_boot_log_close ();
  return end == FIRST_BOOT_DONE ? EXIT_DONE : EXIT_NOT_DONE;
}

static int explain (void)
{
  static const char text[] =
      "Windows starts this program as a service. By hand: embark-first-boot --run FOLDER PNPUTIL\r\n";
  DWORD written;

  WriteFile (GetStdHandle (STD_ERROR_HANDLE), text, sizeof text - 1, &written, NULL);
  return EXIT_USAGE;
}

int wmain (int argc, wchar_t **argv)
{
  if (argc == 4 && wcscmp (argv[1], L"--run") == 0)
    return run_once (argv[2], argv[3]);
  if (argc == 1 && first_boot_serve ())
    return EXIT_DONE;
  return explain ();
}
