/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program that installs the drivers when Windows starts for the first time
 * on its new hardware: a service of its own, placed by Embark in a disk that it
 * makes ready. It uses what Windows NT 6.0 has, of kernel32 and advapi32 only.
 */
#pragma once

#include <windows.h>

#include "resources/windows/first-boot-rules.h"

/* Characters of a path with its end. */
#define FIRST_BOOT_PATH_SIZE 1024
#define FIRST_BOOT_LOG L"\\embark-first-boot.log"

/* The log, beside the drivers: one for the process. Without a log, nothing is said and all else goes on. */
void first_boot_log_open (const wchar_t *folder);
void first_boot_log_close (void);
/* Writes a line with the time in front; parts of it as in first_boot_join(). */
void first_boot_log (const wchar_t *part, ...);
/* The same with what Windows calls the last error of this thread behind it. */
void first_boot_log_error (const wchar_t *what);
/* What a program wrote, in the code page of its console. */
void first_boot_log_output (const char *bytes, DWORD length);

typedef struct
{
  const wchar_t *folder;  /* with the .inf files */
  const wchar_t *pnputil; /* its whole path */
  HANDLE stop;            /* (nullable) an event: end soon */
} FirstBootWork;

/* Hands every .inf file of the folder to pnputil, one after the other. */
FirstBootEnd first_boot_install (const FirstBootWork *work);
/* True once @stop is set. */
bool first_boot_is_stopped (HANDLE stop);

/* Only administrators may change the folder and the files in it from now on: what a disk gets from outside is open to
 * everybody, and what lies here is installed as the system. */
void first_boot_protect (const wchar_t *folder);
/* How often service @name has begun its work; kept in its own registry key. */
unsigned int first_boot_get_attempts (const wchar_t *name);
void first_boot_set_attempts (const wchar_t *name, unsigned int attempts);
/* Takes the service away, and this program at the next start of Windows. */
void first_boot_remove (const wchar_t *name);

/* As the service manager wants it; returns when the service has ended. False: it was not the manager who started us. */
bool first_boot_serve (void);
