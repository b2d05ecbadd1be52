// SPDX-License-Identifier: Apache-2.0
// What 'ssoctl check' looks at. Each function adds its findings, also that all is well; none fails, since what cannot
// be looked at is a finding.
#pragma once
#include "check/findings.h"
#include "context.h"

// Which services ask us, and whether what they ask is there and of this version.
void check_wiring(struct context *ctx, struct findings *findings);
void check_programs(struct findings *findings);

// The settings that sshd goes by ('sshd -T').
void check_sshd(const struct config *config, struct findings *findings);

// The lines of pam_access(8), where a service asks it.
void check_access(struct findings *findings);

// What the helper shuts itself in with, and whether that is as much as the settings want.
void check_confinement(const struct config *config, struct findings *findings);

// Whether this host, which may be a container, has the numbers of uid-ranges.
void check_numbers(const struct config *config, struct findings *findings);

// What else of the machine sign-ins hang on: nscd, the clock, room, timers.
void check_machine(const char *store_dir, struct findings *findings);

// Owners and modes of store, map and settings.
void check_files(const struct context *ctx, struct findings *findings);

// Needs a read transaction. Whether names resolve, clash with local ones, local groups are still there, domains still
// proven, connections confirmed and tried.
void check_people(struct context *ctx, struct findings *findings);
void check_orgs(struct context *ctx, struct findings *findings);

// How far behind its fleet this host is, and what clashes, if it is in one. Needs a read transaction.
void check_fleet(struct context *ctx, struct findings *findings);

// Asks each provider what it is, several side by side and for 40 s in all; ends the read transaction.
void check_providers(struct context *ctx, struct findings *findings);
