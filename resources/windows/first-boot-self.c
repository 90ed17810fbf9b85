/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the service keeps of itself in Windows, and how it leaves.
 */
#include "resources/windows/first-boot.h"

#include <sddl.h>

#define SERVICES_KEY L"SYSTEM\\CurrentControlSet\\Services\\"
#define ATTEMPTS_VALUE L"Attempts"
#define FILES_MAX 4096
/* Full control for the system and administrators, to read for users; nothing from the folder above. */
#define FOLDER_RIGHTS L"D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)"
#define FILE_RIGHTS L"D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FRFX;;;BU)"

static void protect_one (const wchar_t *path, const wchar_t *rights)
{
  PSECURITY_DESCRIPTOR descriptor = NULL;

  if (!ConvertStringSecurityDescriptorToSecurityDescriptorW (rights, SDDL_REVISION_1, &descriptor, NULL))
    {
      first_boot_log_error (L"Rights cannot be made");
      return;
    }
  if (!SetFileSecurityW (path, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, descriptor))
    first_boot_log_error (path);
  LocalFree (descriptor);
}

void first_boot_protect (const wchar_t *folder)
{
  wchar_t path[FIRST_BOOT_PATH_SIZE];
  WIN32_FIND_DATAW found;
  unsigned int count = 0;
  HANDLE search;

  protect_one (folder, FOLDER_RIGHTS);
  if (!first_boot_join (path, FIRST_BOOT_PATH_SIZE, folder, L"\\*", NULL))
    return;
  search = FindFirstFileW (path, &found);
  if (search == INVALID_HANDLE_VALUE)
    return;
  do
    {
      if ((found.dwFileAttributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT)) == 0
          && first_boot_join (path, FIRST_BOOT_PATH_SIZE, folder, L"\\", found.cFileName, NULL))
        protect_one (path, FILE_RIGHTS);
    }
  while (++count < FILES_MAX && FindNextFileW (search, &found));
  FindClose (search);
}

static HKEY open_parameters (const wchar_t *name)
{
  wchar_t path[FIRST_BOOT_PATH_SIZE];
  HKEY key = NULL;

  if (!first_boot_join (path, FIRST_BOOT_PATH_SIZE, SERVICES_KEY, name, L"\\Parameters", NULL)
      || RegCreateKeyExW (HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_QUERY_VALUE | KEY_SET_VALUE, NULL, &key, NULL)
             != ERROR_SUCCESS)
    return NULL;
  return key;
}

unsigned int first_boot_get_attempts (const wchar_t *name)
{
  HKEY key = open_parameters (name);
  DWORD attempts = 0, type = 0, size = sizeof attempts;

  if (key == NULL)
    return 0;
  if (RegQueryValueExW (key, ATTEMPTS_VALUE, NULL, &type, (BYTE *) &attempts, &size) != ERROR_SUCCESS
      || type != REG_DWORD || size != sizeof attempts)
    attempts = 0;
  RegCloseKey (key);
  return attempts;
}

void first_boot_set_attempts (const wchar_t *name, unsigned int attempts)
{
  HKEY key = open_parameters (name);
  DWORD value = attempts;

  if (key == NULL)
    return;
  RegSetValueExW (key, ATTEMPTS_VALUE, 0, REG_DWORD, (const BYTE *) &value, sizeof value);
  RegCloseKey (key);
}

static void remove_service (const wchar_t *name)
{
  SC_HANDLE manager = OpenSCManagerW (NULL, NULL, SC_MANAGER_CONNECT);
  SC_HANDLE service = manager != NULL ? OpenServiceW (manager, name, DELETE) : NULL;

  if (service == NULL || !DeleteService (service))
    first_boot_log_error (L"The service cannot be removed");
  if (service != NULL)
    CloseServiceHandle (service);
  if (manager != NULL)
    CloseServiceHandle (manager);
}

void first_boot_remove (const wchar_t *name)
{
  wchar_t path[FIRST_BOOT_PATH_SIZE];
  DWORD length = GetModuleFileNameW (NULL, path, FIRST_BOOT_PATH_SIZE);

  remove_service (name);
  if (length == 0 || length >= FIRST_BOOT_PATH_SIZE || !MoveFileExW (path, NULL, MOVEFILE_DELAY_UNTIL_REBOOT))
    first_boot_log_error (L"This program cannot be removed");
}
