// SPDX-License-Identifier: Apache-2.0
// In the place of the build's own: entry points of libnss_ssoorg compiled with this one read the map that a test names.
#pragma once

extern char unit_map_path[128];

#define PATH_MAP unit_map_path
#define SSOORG_VERSION "0"
