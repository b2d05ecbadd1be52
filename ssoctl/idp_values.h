// SPDX-License-Identifier: Apache-2.0
// What 'idp set' puts into a connection: each value as it is typed, or as a preset says it.
#pragma once
#include "context.h"
#include "store/entities.h"

// Fills a new CONNECTION with the defaults. An exit code.
int idp_values_default(const struct context *ctx, struct connection *connection);

// Puts the certificates of the file at PATH, as --ca-file takes it, in the place of *CA_PEM; "" is none, which is the
// system's. An exit code.
int idp_values_ca(const char *path, struct bytes *ca_pem);

// The same for certificates that are at hand, which are taken over; WHAT begins the error.
int idp_values_ca_text(const char *what, struct bytes *pem, struct bytes *ca_pem);

// Puts what is on the command line into CONNECTION: what is typed, and then what --preset says of the rest. An exit
// code, with the error on standard error.
int idp_values_set(const struct context *ctx, struct connection *connection);
