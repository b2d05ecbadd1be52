// SPDX-License-Identifier: Apache-2.0
// Groups of /etc/group that list a login which is nobody's any more: whoever gets it next would be in them (HOLES H69).
#pragma once
#include "base/bytes.h"
#include "context.h"

// Tells of them, if there are any, and puts their names into *RET_NAMES, one space between two: bytes_done(). A file
// that cannot be read is told as well.
void groups_left_tell(const struct context *ctx, const char *login, struct bytes *ret_names);
