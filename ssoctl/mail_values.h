// SPDX-License-Identifier: Apache-2.0
// What 'mail set' puts into the host's mail server.
#pragma once
#include "context.h"
#include "store/entities.h"

// Puts what is on IN's command line into SERVER, which is as it is stored, or all zero. An exit code, with the error on
// standard error.
int mail_values_set(const struct invocation *in, struct mail_server *server);
