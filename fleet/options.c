// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <stdio.h>

// libpq looks into the home directory for what is not said, which asks the name service modules. There is nothing here.
static const char NOWHERE[] = "/dev/null/none";

static const char SYSTEM_CA[] = "/etc/ssl/certs/ca-certificates.crt";

enum { LOCK_SHARE = 2, IDLE_IN_TRANSACTION_MS = 60 * 1000, CONNECTION_CHECK_MS = 1000 };

static void add(struct options *options, const char *name, const char *value)
{
  if (options->count < OPTIONS_MAX) {
    options->names[options->count] = name;
    options->values[options->count++] = value;
  }
}

// What is set in the session before anything is asked. A session whose client has gone ends while it waits, too, and
// does not keep its locks.
static void write_settings(uint32_t statement_ms, char text[static OPTIONS_TEXT_SIZE])
{
  (void)snprintf(text, OPTIONS_TEXT_SIZE,
                 "-c search_path=pg_catalog -c statement_timeout=%u -c lock_timeout=%u "
                 "-c idle_in_transaction_session_timeout=%d -c client_connection_check_interval=%d "
                 "-c bytea_output=hex -c client_min_messages=warning -c standard_conforming_strings=on "
                 "-c DateStyle=ISO -c IntervalStyle=postgres -c extra_float_digits=1 -c jit=off",
                 statement_ms, statement_ms / LOCK_SHARE + 1, IDLE_IN_TRANSACTION_MS, CONNECTION_CHECK_MS);
}

static void add_tls(const struct pem_files *files, bool may_be_plain, struct options *options)
{
  bool has_key = files->certificate.path[0] != '\0';
  add(options, "sslmode", may_be_plain ? "prefer" : "verify-full");
  add(options, "sslrootcert", files->ca.path[0] != '\0' ? files->ca.path : may_be_plain ? NOWHERE : SYSTEM_CA);
  add(options, "sslcert", has_key ? files->certificate.path : NOWHERE);
  add(options, "sslkey", has_key ? files->key.path : NOWHERE);
  add(options, "sslcrl", NOWHERE);
  add(options, "ssl_min_protocol_version", "TLSv1.2");
  add(options, "gssencmode", "disable");
  add(options, "channel_binding", "prefer");
}

static void add_waiting(struct options *options)
{
  add(options, "keepalives", "1");
  add(options, "keepalives_idle", "30");
  add(options, "keepalives_interval", "10");
  add(options, "keepalives_count", "3");
  add(options, "tcp_user_timeout", "10000");
}

void options_fill(const struct message_open *request, const struct pem_files *files, const struct options_where *where,
                  int libpq, struct options *ret_options)
{
  bool has_password = request->password.length > 0;
  *ret_options = (struct options){.count = 0};
  (void)snprintf(ret_options->port, sizeof ret_options->port, "%u", (unsigned)where->port);
  write_settings(request->statement_ms, ret_options->settings);
  add(ret_options, "host", where->host);
  add(ret_options, "hostaddr", where->address);
  add(ret_options, "port", ret_options->port);
  add(ret_options, "dbname", request->database);
  add(ret_options, "user", request->login);
  add(ret_options, "password", bytes_text(&request->password));
  add(ret_options, "passfile", NOWHERE);
  add(ret_options, "application_name", "ssoorg");
  add(ret_options, "client_encoding", "UTF8");
  add(ret_options, "target_session_attrs", "read-write");
  add(ret_options, "options", ret_options->settings);
  add_tls(files, where->may_be_plain, ret_options);
  add_waiting(ret_options);
  // Whoever listens on a free port of this machine is not told the password.
  if (has_password && where->may_be_plain && libpq >= OPTIONS_LIBPQ_16) {
    add(ret_options, "require_auth", "scram-sha-256");
  }
}
