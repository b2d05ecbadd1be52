// SPDX-License-Identifier: Apache-2.0
// Whether a login name concerns us at all, from the published map alone.
#pragma once

enum filter_result {
  FILTER_ASK = 0,  // ours, or may be: ssoorg-signin decides
  FILTER_NOT_OURS, // the map, clean and intact, does not know it; or a user of /etc/passwd whom the map does not have
};

// USER must not be NULL. A map that cannot be believed leads to FILTER_ASK, except for names in /etc/passwd that it
// does not have: local users get in whatever has happened to the map.
enum filter_result filter_check(const char *map_path, const char *user);
