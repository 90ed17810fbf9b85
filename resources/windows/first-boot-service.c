/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread works, the one that the service manager starts; its handler only
 * sets an event. An attempt is counted before it begins, so that one that takes
 * Windows down with it is not repeated for ever.
 */
#include "resources/windows/first-boot.h"

#define FOLDER L"\\Drivers\\VirtIO"
#define NAME_SIZE 257 /* the longest name of a service, and its end */
#define WAIT_HINT_MS 30000
#define PENDING_SLICE_MS 1000
#define PENDING_SLICES 300 /* five minutes at most */

static SERVICE_STATUS_HANDLE status_handle;
static CRITICAL_SECTION report_lock;
static HANDLE stop_event;
static wchar_t service_name[NAME_SIZE];

/* Of the thread that works and the one of the handler. Nothing is said once the service has ended. */
static void report (DWORD state, DWORD exit_code)
{
  static DWORD checkpoint = 0;
  static bool is_ended = false;
  bool is_pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
  SERVICE_STATUS status = {
    .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
    .dwCurrentState = state,
    .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
    .dwWin32ExitCode = exit_code,
    .dwWaitHint = is_pending ? WAIT_HINT_MS : 0,
  };

  EnterCriticalSection (&report_lock);
  if (is_pending)
    status.dwCheckPoint = ++checkpoint;
  if (!is_ended)
    SetServiceStatus (status_handle, &status);
  is_ended = is_ended || state == SERVICE_STOPPED;
  LeaveCriticalSection (&report_lock);
}

static DWORD WINAPI control_received_cb (DWORD control, DWORD type, void *data, void *context)
{
  (void) type;
  (void) data;
  (void) context;
  switch (control)
    {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
      report (SERVICE_STOP_PENDING, NO_ERROR);
      SetEvent (stop_event);
      return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
      return NO_ERROR;
    default:
      return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

/* Devices that Windows is setting up by itself at its start: pnputil would stand in their way. The function is of
 * cfgmgr32.dll, and this program does without when it is not there. */
static void wait_for_windows (void)
{
  typedef DWORD (WINAPI * WaitFunc) (DWORD timeout_ms);
  wchar_t path[FIRST_BOOT_PATH_SIZE], folder[MAX_PATH];
  UINT length = GetSystemDirectoryW (folder, MAX_PATH);
  HMODULE library = NULL;
  WaitFunc wait;
  DWORD result = WAIT_TIMEOUT;

  if (length > 0 && length < MAX_PATH && first_boot_join (path, FIRST_BOOT_PATH_SIZE, folder, L"\\cfgmgr32.dll", NULL))
    library = LoadLibraryW (path);
  wait =
      library != NULL ? (WaitFunc) (void (*) (void)) GetProcAddress (library, "CMP_WaitNoPendingInstallEvents") : NULL;
  if (wait == NULL)
    return;
  for (unsigned int i = 0; i < PENDING_SLICES && result == WAIT_TIMEOUT && !first_boot_is_stopped (stop_event); i++)
    result = wait (PENDING_SLICE_MS);
  if (result == WAIT_TIMEOUT)
    first_boot_log (L"Windows is still setting up devices; going on", NULL);
}

/* A program of 32 bits sees another folder under the name System32. */
static bool find_pnputil (const wchar_t *windows, wchar_t *path)
{
  BOOL is_guest = FALSE;

  if (!IsWow64Process (GetCurrentProcess (), &is_guest))
    is_guest = FALSE;
  if (!first_boot_join (path, FIRST_BOOT_PATH_SIZE, windows, is_guest ? L"\\Sysnative" : L"\\System32",
                        L"\\pnputil.exe", NULL))
    return false;
  if (GetFileAttributesW (path) != INVALID_FILE_ATTRIBUTES)
    return true;
  first_boot_log_error (path);
  return false;
}

static FirstBootEnd install (const wchar_t *windows, const wchar_t *folder)
{
  wchar_t pnputil[FIRST_BOOT_PATH_SIZE];
  FirstBootWork work = { folder, pnputil, stop_event };

  if (!find_pnputil (windows, pnputil))
    return FIRST_BOOT_NOT_DONE;
  wait_for_windows ();
  return first_boot_is_stopped (stop_event) ? FIRST_BOOT_STOPPED : first_boot_install (&work);
}

static FirstBootEnd try_once (const wchar_t *windows, const wchar_t *folder, unsigned int attempts)
{
  FirstBootEnd end;

  first_boot_set_attempts (service_name, attempts + 1);
  end = install (windows, folder);
  first_boot_set_attempts (service_name, first_boot_count_attempts (attempts, end));
  if (end == FIRST_BOOT_DONE)
    first_boot_log (L"All drivers are installed; this service removes itself", NULL);
  else if (first_boot_is_over (attempts, end))
    first_boot_log (L"Not all drivers are installed after three starts; this service removes itself", NULL);
  else
    first_boot_log (L"Not all drivers are installed; trying again at the next start of Windows", NULL);
  if (first_boot_is_over (attempts, end))
    first_boot_remove (service_name);
  return end;
}

static FirstBootEnd work (void)
{
  wchar_t windows[MAX_PATH], folder[FIRST_BOOT_PATH_SIZE];
  UINT length = GetSystemWindowsDirectoryW (windows, MAX_PATH);
  unsigned int attempts = first_boot_get_attempts (service_name);
  FirstBootEnd end = FIRST_BOOT_NOT_DONE;

  if (length == 0 || length >= MAX_PATH || !first_boot_join (folder, FIRST_BOOT_PATH_SIZE, windows, FOLDER, NULL))
    return end;
  first_boot_log_open (folder);
  first_boot_protect (folder);
  if (first_boot_may_try (attempts))
    end = try_once (windows, folder, attempts);
  else
    {
      first_boot_log (L"The last attempt never ended; this service removes itself", NULL);
      first_boot_remove (service_name);
    }
  first_boot_log_close ();
  return end;
}

static void WINAPI service_started_cb (DWORD argc, wchar_t **argv)
{
  FirstBootEnd end;

  if (argc < 1 || !first_boot_join (service_name, NAME_SIZE, argv[0], NULL))
    return;
  InitializeCriticalSection (&report_lock);
  stop_event = CreateEventW (NULL, TRUE, FALSE, NULL);
  if (stop_event == NULL)
    return;
  status_handle = RegisterServiceCtrlHandlerExW (service_name, control_received_cb, NULL);
  if (status_handle == NULL)
    return;
  report (SERVICE_START_PENDING, NO_ERROR);
  report (SERVICE_RUNNING, NO_ERROR);
  end = work ();
  report (SERVICE_STOPPED, end == FIRST_BOOT_NOT_DONE ? ERROR_INSTALL_FAILURE : NO_ERROR);
}

bool first_boot_serve (void)
{
  /* For a process of one service its name here means nothing; the manager tells it. */
  wchar_t name[] = L"";
  SERVICE_TABLE_ENTRYW table[] = { { name, service_started_cb }, { NULL, NULL } };

  return StartServiceCtrlDispatcherW (table);
}
