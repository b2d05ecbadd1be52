// SPDX-License-Identifier: Apache-2.0
// That this host is there, and is the one that it was.
#pragma once
#include "change/change.h"
#include "fleet/engine.h"

// Says it to ENGINE: each time a number that is one more, with something random that is stored first, so that it can be
// said again if the answer is lost, and with machine-id(5). STATUS_CORRUPT: another host has come by this one's name,
// from an image or a backup; the engine hears neither any more, and that is stored. STATUS_NOT_FOUND: no machine-id.
// Statuses as engine_ask() and change_run(); ERROR says what.
MUST_CHECK enum status fleet_contact(struct engine *engine, const struct change_host *host, const struct change_by *by,
                                     int64_t deadline_ms, struct error *error);
