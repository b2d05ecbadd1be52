-- SPDX-License-Identifier: Apache-2.0
-- What the hosts of a fleet share, in PostgreSQL 15 or newer: version 1. For a database of its own, run once by its owner
-- who may make roles (or by a superuser, who alone can take advisory locks and large objects from everybody):
--
--   psql --no-psqlrc -v ON_ERROR_STOP=1 -f schema.sql DATABASE
--
-- Hosts have no privilege on any table. All that they may do is a function, which looks up the caller by session_user:
-- no SET ROLE changes that. Functions belong to ssoorg_functions, tables to ssoorg_tables; neither can log in, and row
-- level security holds for both. Errors of these functions have SQLSTATE SF001 to SF011; what each means stands where it
-- is raised.
BEGIN;

DO $$
DECLARE
  name text;
BEGIN
  IF current_setting('server_version_num')::int < 150000 THEN
    RAISE EXCEPTION 'PostgreSQL % is older than 15', current_setting('server_version');
  END IF;
  FOREACH name IN ARRAY ARRAY['ssoorg_tables', 'ssoorg_functions', 'ssoorg_host', 'ssoorg_admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
    END IF;
    -- Whatever a role of this name was before. Only a superuser may say some of these "NO".
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name AND (rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole
                                                                         OR rolreplication OR rolbypassrls OR rolinherit)) THEN
      EXECUTE pg_catalog.format('ALTER ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS '
                                'NOINHERIT', name);
    END IF;
    EXECUTE pg_catalog.format('GRANT %I TO CURRENT_USER', name); -- until the end of this file
  END LOOP;
  EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
  EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO ssoorg_host, ssoorg_admin', pg_catalog.current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA ssoorg AUTHORIZATION ssoorg_tables;

SET LOCAL ROLE ssoorg_tables;
GRANT USAGE ON SCHEMA ssoorg TO ssoorg_functions, ssoorg_host, ssoorg_admin;
GRANT CREATE ON SCHEMA ssoorg TO ssoorg_functions; -- until the end of this file

-- One row.
CREATE TABLE ssoorg.fleet (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  schema_version integer NOT NULL,
  record_version integer NOT NULL, -- of the records that admin hosts write
  uid_ranges int8multirange NOT NULL -- that claims give numbers from, as uid-ranges of the hosts has them
);
INSERT INTO ssoorg.fleet (schema_version, record_version, uid_ranges) VALUES (1, 1, '{[65536,99999],[1879048192,2147352575]}');

-- One row: the last revision. Whoever makes the next one has its lock until it is committed, so that a revision that is
-- seen has all before it.
CREATE TABLE ssoorg.head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision bigint NOT NULL,
  token uuid NOT NULL
);

-- Of each revision something random: an engine that has lost some, and makes others of the same numbers, is noticed.
CREATE TABLE ssoorg.revision (
  revision bigint PRIMARY KEY,
  token uuid NOT NULL,
  made_by name NOT NULL,
  made_at timestamptz NOT NULL,
  transaction xid8 NOT NULL UNIQUE
);
WITH first AS (
  INSERT INTO ssoorg.revision VALUES (0, pg_catalog.gen_random_uuid(), session_user, pg_catalog.now(),
                                      pg_catalog.pg_current_xact_id())
  RETURNING revision, token)
INSERT INTO ssoorg.head (revision, token) SELECT revision, token FROM first;

-- Ids of accounts and orgs, above all that a host's store gives by itself, and below those that admin hosts draw at
-- random, from 2^52 on.
CREATE SEQUENCE ssoorg.id MINVALUE 281474976710656 MAXVALUE 4503599627370495 NO CYCLE;

CREATE TABLE ssoorg.host (
  host text PRIMARY KEY CHECK (host ~ '^[a-z0-9][a-z0-9.-]{0,62}$'),
  login name NOT NULL UNIQUE, -- the role that it logs in as
  machine_id text CHECK (machine_id ~ '^[0-9a-f]{32}$'),
  contacts bigint NOT NULL DEFAULT 0, -- each must be one more than the last
  contact uuid,                       -- something random of the last one, by which it may be said again
  contact_at timestamptz,
  record_version integer NOT NULL DEFAULT 1, -- that it reads
  stopped boolean NOT NULL DEFAULT false     -- two hosts have come by its name
);

-- Which orgs a host serves.
CREATE TABLE ssoorg.host_org (
  host text NOT NULL REFERENCES ssoorg.host ON DELETE CASCADE,
  org_id bigint NOT NULL,
  PRIMARY KEY (host, org_id)
);

-- What is taken, for good: numbers of people and groups, names of people and orgs, addresses. No records.
CREATE TABLE ssoorg.number (
  number bigint PRIMARY KEY CHECK (number BETWEEN 1000 AND 2147483647 AND number NOT BETWEEN 61184 AND 65519
                                   AND number NOT IN (65534, 65535)),
  id bigint NOT NULL,
  revision bigint NOT NULL
);
CREATE INDEX ON ssoorg.number (revision);
CREATE TABLE ssoorg.name (
  name text PRIMARY KEY CHECK (name ~ '^[a-z0-9_][a-z0-9._+@-]{0,254}$' AND name !~ '^[0-9]+$'),
  id bigint NOT NULL,
  reserved boolean NOT NULL, -- an org's or a group's: hosts know it beforehand
  revision bigint NOT NULL
);
CREATE INDEX ON ssoorg.name (revision);
-- Who is who, of all orgs, for claims alone: whoever has an address here has no second number.
CREATE TABLE ssoorg.person (
  email text PRIMARY KEY
    CHECK (email ~ '^[^[:space:][:cntrl:]@]+@[a-z0-9.-]+$' AND pg_catalog.octet_length(email) <= 254
           AND email = pg_catalog.lower(email)),
  account_id bigint NOT NULL UNIQUE,
  login text NOT NULL UNIQUE,
  uid bigint NOT NULL UNIQUE
);

-- Rows with a record as the store of a host has it. GONE: a tombstone, which keeps its revision.
CREATE TABLE ssoorg.org (
  id bigint PRIMARY KEY CHECK (id BETWEEN 281474976710656 AND 9007199254740991),
  slug text NOT NULL CHECK (slug ~ '^[a-z][a-z0-9-]{1,22}$'),
  provisioning text NOT NULL CHECK (provisioning IN ('invite-only', 'jit')),
  short_logins boolean NOT NULL DEFAULT false, -- its people may come as the local part of their address
  record bytea NOT NULL CHECK (pg_catalog.octet_length(record) <= 65536),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX ON ssoorg.org (slug) WHERE NOT gone;

-- RECORD: as an admin host wrote it; NULL of an account that a host has claimed, of which this is all that there is.
CREATE TABLE ssoorg.account (
  id bigint PRIMARY KEY CHECK (id BETWEEN 281474976710656 AND 9007199254740991),
  login text NOT NULL,
  email text NOT NULL,
  uid bigint NOT NULL,
  created_by_org bigint NOT NULL,
  created_by name NOT NULL,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  record bytea CHECK (pg_catalog.octet_length(record) <= 65536),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX ON ssoorg.account (login) WHERE NOT gone;
CREATE UNIQUE INDEX ON ssoorg.account (email) WHERE NOT gone;
CREATE UNIQUE INDEX ON ssoorg.account (uid) WHERE NOT gone;

CREATE TABLE ssoorg.membership (
  org_id bigint NOT NULL,
  account_id bigint NOT NULL,
  role text NOT NULL CHECK (role IN ('viewer', 'admin', 'owner')),
  source text NOT NULL CHECK (source IN ('manual', 'sso', 'invitation', 'owner')),
  until timestamptz, -- of a claimed one: it ends then by itself, as the invite says
  record bytea CHECK (pg_catalog.octet_length(record) <= 4096),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, account_id)
);
CREATE INDEX ON ssoorg.membership (org_id, revision, account_id);
CREATE INDEX ON ssoorg.membership (account_id);

CREATE TABLE ssoorg.domain (
  org_id bigint NOT NULL,
  domain text NOT NULL CHECK (domain ~ '^[a-z0-9.-]{1,253}$'),
  verified boolean NOT NULL,
  lapsed boolean NOT NULL DEFAULT false, -- its record is gone for too long: it brings nobody new
  record bytea NOT NULL CHECK (pg_catalog.octet_length(record) <= 4096),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, domain)
);
CREATE UNIQUE INDEX ON ssoorg.domain (domain) WHERE verified AND NOT gone;
CREATE INDEX ON ssoorg.domain (org_id, revision);

CREATE TABLE ssoorg.invite (
  org_id bigint NOT NULL,
  email text NOT NULL,
  via text NOT NULL CHECK (via IN ('sso', 'code')),
  code_hash bytea CHECK ((via = 'code') = (code_hash IS NOT NULL)), -- SHA-256 of the code; no host needs more
  expires_at timestamptz NOT NULL,
  role text NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'admin')), -- of the membership that comes of it,
  until timestamptz,                                                       -- and its end
  record bytea NOT NULL CHECK (pg_catalog.octet_length(record) <= 4096),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, email)
);
CREATE INDEX ON ssoorg.invite (org_id, revision);

-- Connections, registrations, groups and their mappings, pending links, proofs of domains, what an admin has said of an
-- account's identity: nothing in them must be unique or checked here but the numbers of groups.
CREATE TABLE ssoorg.part (
  org_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('connection', 'registration', 'group', 'mapping', 'pending', 'proof', 'identity')),
  key text NOT NULL CHECK (pg_catalog.octet_length(key) <= 512),
  record bytea NOT NULL CHECK (pg_catalog.octet_length(record) <= 262144),
  revision bigint NOT NULL,
  gone boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, kind, key)
);
CREATE INDEX ON ssoorg.part (org_id, revision);

-- What hosts tell of themselves: events of their audit trails, last sign-ins. Said twice it is there once.
CREATE TABLE ssoorg.report (
  id uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  host text NOT NULL,
  at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  body bytea NOT NULL CHECK (pg_catalog.octet_length(body) <= 16384)
);

GRANT SELECT ON ALL TABLES IN SCHEMA ssoorg TO ssoorg_functions;
GRANT UPDATE ON ssoorg.head, ssoorg.host TO ssoorg_functions;
GRANT INSERT ON ssoorg.revision, ssoorg.host, ssoorg.report TO ssoorg_functions;
GRANT INSERT, DELETE ON ssoorg.host_org TO ssoorg_functions;
GRANT DELETE ON ssoorg.host TO ssoorg_functions;
GRANT INSERT, UPDATE (revision) ON ssoorg.number, ssoorg.name TO ssoorg_functions;
GRANT DELETE ON ssoorg.name TO ssoorg_functions;
GRANT INSERT, DELETE ON ssoorg.person TO ssoorg_functions;
GRANT INSERT, UPDATE ON ssoorg.org, ssoorg.account, ssoorg.membership, ssoorg.domain, ssoorg.invite, ssoorg.part
  TO ssoorg_functions;
GRANT USAGE ON SEQUENCE ssoorg.id TO ssoorg_functions;

SET LOCAL ROLE ssoorg_functions;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Whether whoever is connected is an admin host. Of the role itself: nothing of a table is read.
CREATE FUNCTION ssoorg.is_admin() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$ SELECT pg_has_role(session_user, 'ssoorg_admin', 'MEMBER') $$;

RESET ROLE;
SET LOCAL ROLE ssoorg_tables;

-- Behind the functions, should one of them forget to ask: rows of orgs that the caller serves, and of what a host brings
-- only what it may.
DO $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'ssoorg' LOOP
    EXECUTE pg_catalog.format('ALTER TABLE ssoorg.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE pg_catalog.format('ALTER TABLE ssoorg.%I FORCE ROW LEVEL SECURITY', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['fleet', 'head', 'revision', 'number', 'name'] LOOP
    EXECUTE pg_catalog.format('CREATE POLICY everybody ON ssoorg.%I TO ssoorg_functions USING (true)', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['org', 'domain', 'part', 'account', 'membership', 'invite'] LOOP
    EXECUTE pg_catalog.format('CREATE POLICY admin ON ssoorg.%I TO ssoorg_functions USING (ssoorg.is_admin())', name);
  END LOOP;
  FOREACH name IN ARRAY ARRAY['domain', 'part', 'membership', 'invite'] LOOP
    EXECUTE pg_catalog.format('CREATE POLICY served ON ssoorg.%I FOR SELECT TO ssoorg_functions
      USING (org_id IN (SELECT o.org_id FROM ssoorg.host_org o))', name);
  END LOOP;
END
$$;
CREATE POLICY read ON ssoorg.person FOR SELECT TO ssoorg_functions USING (true);
CREATE POLICY claim ON ssoorg.person FOR INSERT TO ssoorg_functions WITH CHECK (true);
CREATE POLICY drop ON ssoorg.person FOR DELETE TO ssoorg_functions USING (ssoorg.is_admin());
CREATE POLICY itself ON ssoorg.host TO ssoorg_functions USING (login = session_user OR ssoorg.is_admin());
CREATE POLICY read ON ssoorg.host_org FOR SELECT TO ssoorg_functions
  USING (ssoorg.is_admin()
         OR host IN (SELECT h.host FROM ssoorg.host h WHERE h.login = session_user AND NOT h.stopped));
CREATE POLICY give ON ssoorg.host_org FOR INSERT TO ssoorg_functions WITH CHECK (ssoorg.is_admin());
CREATE POLICY take ON ssoorg.host_org FOR DELETE TO ssoorg_functions USING (ssoorg.is_admin());
CREATE POLICY served ON ssoorg.org FOR SELECT TO ssoorg_functions
  USING (id IN (SELECT o.org_id FROM ssoorg.host_org o));
CREATE POLICY served ON ssoorg.account FOR SELECT TO ssoorg_functions
  USING (created_by_org IN (SELECT o.org_id FROM ssoorg.host_org o)
         OR id IN (SELECT m.account_id FROM ssoorg.membership m));
CREATE POLICY claim ON ssoorg.account FOR INSERT TO ssoorg_functions
  WITH CHECK (record IS NULL AND NOT gone AND created_by = session_user
              AND created_by_org IN (SELECT o.org_id FROM ssoorg.host_org o));
CREATE POLICY claim ON ssoorg.membership FOR INSERT TO ssoorg_functions
  WITH CHECK (record IS NULL AND NOT gone AND org_id IN (SELECT o.org_id FROM ssoorg.host_org o)
              AND (role = 'viewer' OR EXISTS (SELECT FROM ssoorg.invite i WHERE i.org_id = membership.org_id AND i.gone
                                              AND i.revision = membership.revision AND i.role = membership.role)));
CREATE POLICY again ON ssoorg.membership FOR UPDATE TO ssoorg_functions
  USING (gone AND org_id IN (SELECT o.org_id FROM ssoorg.host_org o))
  WITH CHECK (record IS NULL AND NOT gone
              AND (role = 'viewer' OR EXISTS (SELECT FROM ssoorg.invite i WHERE i.org_id = membership.org_id AND i.gone
                                              AND i.revision = membership.revision AND i.role = membership.role)));
CREATE POLICY use_up ON ssoorg.invite FOR UPDATE TO ssoorg_functions
  USING (NOT gone AND org_id IN (SELECT o.org_id FROM ssoorg.host_org o)) WITH CHECK (gone);
CREATE POLICY itself ON ssoorg.report TO ssoorg_functions
  USING (ssoorg.is_admin() OR host IN (SELECT h.host FROM ssoorg.host h WHERE h.login = session_user));

SET LOCAL ROLE ssoorg_functions;

-- Nobody but these functions calls those down to must_be_open().

-- The host that is connected. SF001: none of this fleet, or one of which there are two.
CREATE FUNCTION ssoorg.me() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  found_host ssoorg.host;
BEGIN
  SELECT h.* INTO found_host FROM ssoorg.host h WHERE h.login = session_user;
  IF found_host.host IS NULL THEN
    RAISE EXCEPTION 'role "%" is no host of this fleet', session_user USING ERRCODE = 'SF001';
  ELSIF found_host.stopped THEN
    RAISE EXCEPTION 'host "%": there are two of it; take it out of the fleet and add it anew', found_host.host
      USING ERRCODE = 'SF001';
  END IF;
  RETURN found_host.host;
END
$$;

-- SF002: the org is none that the caller serves, or none at all.
CREATE FUNCTION ssoorg.must_serve(of_org bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.me();
  IF NOT EXISTS (SELECT FROM ssoorg.org o WHERE o.id = of_org) THEN
    RAISE EXCEPTION 'org % is not served here', of_org USING ERRCODE = 'SF002';
  END IF;
END
$$;

-- From here to its end this transaction changes things alone. Those who wait do so for a lock that costs nothing, and not
-- for the row of the head. A host that has claimed something and leaves its transaction open holds them up until somebody
-- ends its session: nothing that is set for its role keeps it from that.
CREATE FUNCTION ssoorg.be_alone() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$ SELECT pg_advisory_xact_lock(8391714, 1) $$;

-- The revision of this transaction, the next one if it has none yet.
CREATE FUNCTION ssoorg.next_revision() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  made bigint;
BEGIN
  SELECT r.revision INTO made FROM ssoorg.revision r WHERE r.transaction = pg_current_xact_id_if_assigned();
  IF made IS NOT NULL THEN
    RETURN made;
  END IF;
  PERFORM ssoorg.be_alone();
  UPDATE ssoorg.head h SET revision = h.revision + 1, token = gen_random_uuid() RETURNING h.revision INTO STRICT made;
  INSERT INTO ssoorg.revision (revision, token, made_by, made_at, transaction)
    SELECT h.revision, h.token, session_user, now(), pg_current_xact_id() FROM ssoorg.head h;
  RETURN made;
END
$$;

-- Wakes those who listen. A hint: whoever is woken asks.
CREATE FUNCTION ssoorg.tell(of_org bigint, at_revision bigint) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$ SELECT pg_notify('ssoorg_' || of_org, at_revision::text) $$;

-- Whether somebody new may come to the org by this address: by an open invite, or just in time where the org does that
-- for a domain of its own.
CREATE FUNCTION ssoorg.is_open(of_org bigint, of_email text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  RETURN EXISTS (SELECT FROM ssoorg.invite i
                 WHERE i.org_id = of_org AND i.email = of_email AND NOT i.gone AND i.expires_at > now())
      OR EXISTS (SELECT FROM ssoorg.org o JOIN ssoorg.domain d ON d.org_id = o.id
                 WHERE o.id = of_org AND NOT o.gone AND o.provisioning = 'jit'
                   AND d.domain = split_part(of_email, '@', 2) AND d.verified AND NOT d.lapsed AND NOT d.gone);
END
$$;

-- SF006: nobody may.
CREATE FUNCTION ssoorg.must_be_open(of_org bigint, of_email text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  IF NOT ssoorg.is_open(of_org, of_email) THEN
    RAISE EXCEPTION 'org %: is not open to this address', of_org USING ERRCODE = 'SF006';
  END IF;
END
$$;

-- For every host of the fleet:

-- Where the fleet is. What a host has applied up to is asked for with its token: see pull().
CREATE FUNCTION ssoorg.head() RETURNS TABLE (at_revision bigint, at_token uuid, schema_version int, record_version int)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.me();
  RETURN QUERY SELECT h.revision, h.token, f.schema_version, f.record_version FROM ssoorg.head h, ssoorg.fleet f;
END
$$;

-- Whether a revision is of this fleet, and still is: before anything is changed by who has taken over all up to it. SF004.
CREATE FUNCTION ssoorg.check_revision(of_revision bigint, of_token uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.me();
  IF NOT EXISTS (SELECT FROM ssoorg.revision r WHERE r.revision = of_revision AND r.token = of_token) THEN
    RAISE EXCEPTION 'revision % with this token is none of this fleet', of_revision USING ERRCODE = 'SF004';
  END IF;
END
$$;

-- The orgs that the caller serves. Of one that has gone and is still said it takes over that it has.
CREATE FUNCTION ssoorg.served() RETURNS TABLE (org_id bigint)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.me();
  RETURN QUERY SELECT o.id FROM ssoorg.org o ORDER BY o.id;
END
$$;

-- A host says that it is there: for the CONTACT-th time, with something random that it has noted before, by which it may
-- say the same again if the answer was lost. False, from then on for good: another one has come by its name, from an
-- image or from a backup.
CREATE FUNCTION ssoorg.contact(number bigint, nonce uuid, of_machine text, reads integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  me text := ssoorg.me();
  before ssoorg.host;
  again boolean;
BEGIN
  SELECT h.* INTO STRICT before FROM ssoorg.host h WHERE h.host = me FOR UPDATE;
  again := number = before.contacts AND nonce = before.contact;
  IF (before.machine_id IS NULL OR before.machine_id = of_machine) AND (again OR number = before.contacts + 1) THEN
    UPDATE ssoorg.host h SET machine_id = of_machine, contacts = number, contact = nonce, contact_at = now(),
                             record_version = reads WHERE h.host = me;
    RETURN true;
  END IF;
  UPDATE ssoorg.host h SET stopped = true WHERE h.host = me;
  RETURN false;
END
$$;

-- Behind which account a page begins within its revision, among rows of OF_KIND: 0: it begins with the first; the
-- largest number: there are none of this revision.
CREATE FUNCTION ssoorg.page_account(page_kind text, page_key text, of_kind text) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
  SELECT CASE WHEN page_kind COLLATE "C" < of_kind COLLATE "C" THEN 0
              WHEN page_kind = of_kind THEN page_key::bigint
              ELSE 9223372036854775807 END
$$;

-- What of an org has changed behind AFTER_REVISION, whose token is AFTER_TOKEN (0 and NULL: all of it), up to UP_TO, which
-- head() has said, or with NULL all that there is: a page behind (PAGE_REVISION, PAGE_KIND, PAGE_KEY), in this order. The first page is behind
-- (AFTER_REVISION, '~', ''). OF_KINDS: of these kinds alone. An account comes with its place in the org, at that one's revision: neither is ever here
-- without the other. FIELDS: the typed columns. LOGIN and what follows: of what a host has claimed, which has no
-- record; AT_S is when an account was made, and when a membership ends. SF004: the revision is none of this fleet, or not any more: an
-- engine that was restored, or has failed over without its last commits.
CREATE FUNCTION ssoorg.pull(of_org bigint, after_revision bigint, after_token uuid, up_to bigint, page_revision bigint,
                            page_kind text, page_key text, most integer, of_kinds text[] DEFAULT NULL)
RETURNS TABLE (row_revision bigint, kind text, key text, gone boolean, fields jsonb, record bytea, login text, email text,
               uid bigint, created_by_org bigint, source text, at_s bigint, role text)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  page_rows integer := least(greatest(most, 1), 1000);
  last bigint := coalesce(up_to, 9223372036854775807);
  everybody boolean := ssoorg.is_admin(); -- also who is in no org any more
  -- Of the page's revision, the accounts that it is behind as an index has them: one revision may be of many thousand.
  behind_account bigint := ssoorg.page_account(page_kind, page_key, 'account');
  behind_membership bigint := ssoorg.page_account(page_kind, page_key, 'membership');
BEGIN
  PERFORM ssoorg.must_serve(of_org);
  IF NOT (after_revision = 0 AND after_token IS NULL) THEN
    PERFORM ssoorg.check_revision(after_revision, after_token);
  END IF;
  IF up_to > (SELECT h.revision FROM ssoorg.head h) THEN
    RAISE EXCEPTION 'revision % is none of this fleet', up_to USING ERRCODE = 'SF004';
  END IF;
  RETURN QUERY
    SELECT u.* FROM (
      (SELECT o.revision, 'org', o.id::text, o.gone,
              jsonb_build_object('slug', o.slug, 'provisioning', o.provisioning), o.record,
              NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::text
        FROM ssoorg.org o WHERE o.id = of_org AND o.revision > after_revision AND o.revision BETWEEN page_revision AND last
          AND (of_kinds IS NULL OR 'org' = ANY (of_kinds))
          AND (o.revision, 'org' COLLATE "C", o.id::text COLLATE "C") > (page_revision, page_kind COLLATE "C", page_key COLLATE "C")
        ORDER BY 1 LIMIT page_rows)
      UNION ALL
      (SELECT m.revision, 'account', lpad(a.id::text, 16, '0'), a.gone,
              jsonb_build_object('login', a.login, 'email', a.email, 'uid', a.uid, 'org', a.created_by_org), a.record,
              a.login, a.email, a.uid, a.created_by_org, NULL, extract(epoch FROM a.created_at)::bigint, NULL
        FROM ssoorg.membership m JOIN ssoorg.account a ON a.id = m.account_id
        WHERE m.org_id = of_org AND (NOT m.gone OR a.gone OR everybody) AND m.revision > after_revision AND m.revision BETWEEN page_revision AND last
          AND (m.revision, m.account_id) > (page_revision, behind_account) AND (of_kinds IS NULL OR 'account' = ANY (of_kinds))
        ORDER BY m.revision, m.account_id LIMIT page_rows)
      UNION ALL
      (SELECT m.revision, 'membership', lpad(m.account_id::text, 16, '0'), m.gone,
              jsonb_build_object('role', m.role, 'source', m.source), m.record, NULL, NULL, NULL, NULL, m.source,
              extract(epoch FROM m.until)::bigint, m.role
        FROM ssoorg.membership m WHERE m.org_id = of_org AND m.revision > after_revision AND m.revision BETWEEN page_revision AND last
          AND (m.revision, m.account_id) > (page_revision, behind_membership) AND (of_kinds IS NULL OR 'membership' = ANY (of_kinds))
        ORDER BY m.revision, m.account_id LIMIT page_rows)
      UNION ALL
      (SELECT d.revision, 'domain', d.domain, d.gone,
              jsonb_build_object('verified', d.verified, 'lapsed', d.lapsed), d.record,
              NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::text
        FROM ssoorg.domain d WHERE d.org_id = of_org AND d.revision > after_revision AND d.revision BETWEEN page_revision AND last
          AND (of_kinds IS NULL OR 'domain' = ANY (of_kinds))
          AND (d.revision, 'domain' COLLATE "C", d.domain COLLATE "C") > (page_revision, page_kind COLLATE "C", page_key COLLATE "C")
        ORDER BY d.revision, d.domain COLLATE "C" LIMIT page_rows)
      UNION ALL
      (SELECT i.revision, 'invite', i.email, i.gone, jsonb_build_object('via', i.via), i.record,
              NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::text
        FROM ssoorg.invite i WHERE i.org_id = of_org AND i.revision > after_revision AND i.revision BETWEEN page_revision AND last
          AND (of_kinds IS NULL OR 'invite' = ANY (of_kinds))
          AND (i.revision, 'invite' COLLATE "C", i.email COLLATE "C") > (page_revision, page_kind COLLATE "C", page_key COLLATE "C")
        ORDER BY i.revision, i.email COLLATE "C" LIMIT page_rows)
      UNION ALL
      (SELECT p.revision, p.kind, p.key, p.gone, '{}'::jsonb, p.record,
              NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::text, NULL::bigint, NULL::text
        FROM ssoorg.part p WHERE p.org_id = of_org AND p.revision > after_revision AND p.revision BETWEEN page_revision AND last
          AND (of_kinds IS NULL OR p.kind = ANY (of_kinds))
          AND (p.revision, p.kind COLLATE "C", p.key COLLATE "C") > (page_revision, page_kind COLLATE "C", page_key COLLATE "C")
        ORDER BY p.revision, p.kind COLLATE "C", p.key COLLATE "C" LIMIT page_rows)
    ) AS u (revision, kind, key, gone, fields, record, login, email, uid, created_by_org, source, at_s, role)
    ORDER BY u.revision, u.kind COLLATE "C", u.key COLLATE "C" LIMIT page_rows;
END
$$;

-- Which numbers and names are taken in the whole fleet, without whose they are, behind AFTER_REVISION.
CREATE FUNCTION ssoorg.pull_taken(after_revision bigint, after_token uuid, up_to bigint, after_taken text, most integer)
RETURNS TABLE (taken text, row_revision bigint)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.me();
  IF NOT (after_revision = 0 AND after_token IS NULL) THEN
    PERFORM ssoorg.check_revision(after_revision, after_token);
  END IF;
  RETURN QUERY
    SELECT u.* FROM (
      SELECT n.number::text COLLATE "C", n.revision FROM ssoorg.number n WHERE n.revision > after_revision
      UNION ALL
      -- No people: the names of orgs and of their groups alone.
      SELECT n.name COLLATE "C", n.revision FROM ssoorg.name n WHERE n.revision > after_revision AND n.reserved
    ) AS u (taken, revision)
    WHERE u.revision <= up_to AND u.taken > after_taken
    ORDER BY u.taken LIMIT least(greatest(most, 1), 10000);
END
$$;

-- Somebody has signed in at an org for the first time here: who they are in the fleet. Whoever has this address already
-- is who they were, whatever is wanted; else they are made (IS_NEW), with the login and the number that sshd was told.
-- Said twice it is one. SF006; SF007, SF008: the login, the number is somebody else's.
CREATE FUNCTION ssoorg.claim_account(of_org bigint, of_email text, of_login text, of_uid bigint)
RETURNS TABLE (account_id bigint, login text, uid bigint, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  made bigint;
  at_revision bigint;
BEGIN
  PERFORM ssoorg.must_serve(of_org);
  PERFORM ssoorg.must_be_open(of_org, of_email);
  RETURN QUERY SELECT p.account_id, p.login, p.uid, false FROM ssoorg.person p WHERE p.email = of_email;
  IF FOUND THEN
    RETURN;
  END IF;
  PERFORM ssoorg.be_alone();
  RETURN QUERY SELECT p.account_id, p.login, p.uid, false FROM ssoorg.person p WHERE p.email = of_email; -- while we waited
  IF FOUND THEN
    RETURN;
  END IF;
  at_revision := ssoorg.next_revision();
  IF of_login <> of_email AND NOT EXISTS (SELECT FROM ssoorg.org o WHERE o.id = of_org AND o.short_logins
                                          AND of_login = split_part(of_email, '@', 1)) THEN
    RAISE EXCEPTION 'login "%" is not of that address', of_login USING ERRCODE = 'SF007';
  ELSIF NOT of_uid <@ (SELECT f.uid_ranges FROM ssoorg.fleet f) THEN
    RAISE EXCEPTION 'number % is none that the fleet gives', of_uid USING ERRCODE = 'SF008';
  END IF;
  made := nextval('ssoorg.id');
  INSERT INTO ssoorg.name (name, id, reserved, revision) VALUES (of_login, made, false, at_revision)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'login "%" is taken', of_login USING ERRCODE = 'SF007';
  END IF;
  INSERT INTO ssoorg.number (number, id, revision) VALUES (of_uid, made, at_revision) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'number % is taken', of_uid USING ERRCODE = 'SF008';
  END IF;
  INSERT INTO ssoorg.person (email, account_id, login, uid) VALUES (of_email, made, of_login, of_uid);
  INSERT INTO ssoorg.account (id, login, email, uid, created_by_org, created_by, revision)
    VALUES (made, of_login, of_email, of_uid, of_org, session_user, at_revision);
  RETURN QUERY SELECT made, of_login, of_uid, true;
END
$$;

-- The same of their place in the org: a viewer's, or what an invite for them says, which is used up; one by code wants
-- the code's SHA-256. Said twice it is one. SF006; SF009: no such account; SF010: the code is another one.
CREATE FUNCTION ssoorg.claim_membership(of_org bigint, of_account bigint, code_sha256 bytea DEFAULT NULL)
RETURNS TABLE (role text, source text, row_revision bigint, until_s bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  of_email text;
  open_invite ssoorg.invite;
  at_revision bigint;
BEGIN
  PERFORM ssoorg.must_serve(of_org);
  SELECT p.email INTO of_email FROM ssoorg.person p WHERE p.account_id = of_account;
  IF of_email IS NULL THEN
    RAISE EXCEPTION 'account %: there is none', of_account USING ERRCODE = 'SF009';
  END IF;
  RETURN QUERY SELECT m.role, m.source, m.revision, extract(epoch FROM m.until)::bigint FROM ssoorg.membership m
    WHERE m.org_id = of_org AND m.account_id = of_account AND NOT m.gone;
  IF FOUND THEN
    RETURN;
  END IF;
  IF ssoorg.is_open(of_org, of_email) THEN -- else they wait for nobody
    PERFORM ssoorg.be_alone();
  END IF;
  -- While we waited, or looked whether it is open: the invite may have been used up for this very place.
  RETURN QUERY SELECT m.role, m.source, m.revision, extract(epoch FROM m.until)::bigint FROM ssoorg.membership m
    WHERE m.org_id = of_org AND m.account_id = of_account AND NOT m.gone;
  IF FOUND THEN
    RETURN;
  END IF;
  PERFORM ssoorg.must_be_open(of_org, of_email);
  PERFORM ssoorg.be_alone();
  at_revision := ssoorg.next_revision();
  SELECT i.* INTO open_invite FROM ssoorg.invite i
    WHERE i.org_id = of_org AND i.email = of_email AND NOT i.gone AND i.expires_at > now();
  IF open_invite.via = 'code' AND code_sha256 IS DISTINCT FROM open_invite.code_hash THEN
    RAISE EXCEPTION 'org %: that is not the code of the invite', of_org USING ERRCODE = 'SF010';
  END IF;
  IF open_invite.email IS NOT NULL THEN
    UPDATE ssoorg.invite i SET gone = true, revision = at_revision WHERE i.org_id = of_org AND i.email = of_email;
  ELSE
    PERFORM ssoorg.must_be_open(of_org, of_email); -- under the lock
  END IF;
  INSERT INTO ssoorg.membership AS m (org_id, account_id, role, source, until, revision)
    VALUES (of_org, of_account, coalesce(open_invite.role, 'viewer'),
            CASE WHEN open_invite.email IS NULL THEN 'sso' ELSE 'invitation' END, open_invite.until, at_revision)
    ON CONFLICT (org_id, account_id) DO UPDATE
      SET role = excluded.role, source = excluded.source, until = excluded.until, record = NULL, gone = false,
          revision = at_revision;
  PERFORM ssoorg.tell(of_org, at_revision);
  RETURN QUERY SELECT m.role, m.source, m.revision, extract(epoch FROM m.until)::bigint FROM ssoorg.membership m
    WHERE m.org_id = of_org AND m.account_id = of_account;
END
$$;

-- What happened at a host: each with a random id, so that one that is sent again is there once. How many are new.
CREATE FUNCTION ssoorg.report(ids uuid[], bodies bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  me text := ssoorg.me();
  added bigint;
BEGIN
  IF cardinality(ids) IS DISTINCT FROM cardinality(bodies) OR cardinality(ids) > 1000 THEN
    RAISE EXCEPTION 'reports: at most 1000, each with a body' USING ERRCODE = 'SF011';
  END IF;
  INSERT INTO ssoorg.report (id, host, body)
    SELECT r.id, me, r.body FROM unnest(ids, bodies) AS r (id, body) ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS added = ROW_COUNT;
  RETURN added;
END
$$;

-- For admin hosts. READ_AT: the revision up to which the caller has taken everything over, from which the change was
-- made. All that one transaction changes has one revision.

-- SF005: the row is not there, or not any more as it was read.
CREATE FUNCTION ssoorg.must_be_fresh(was_there boolean, what text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  IF NOT was_there THEN
    RAISE EXCEPTION '%: has been changed since it was read', what USING ERRCODE = 'SF005';
  END IF;
END
$$;

-- SF003: the host is no admin host.
CREATE FUNCTION ssoorg.must_be_admin() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  me text := ssoorg.me();
BEGIN
  IF NOT ssoorg.is_admin() THEN
    RAISE EXCEPTION 'host "%" is no admin host', me USING ERRCODE = 'SF003';
  END IF;
END
$$;

CREATE FUNCTION ssoorg.begin_change() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.must_be_admin();
  RETURN ssoorg.next_revision();
END
$$;

-- SF002: the fleet has no such host.
CREATE FUNCTION ssoorg.must_be_host(of_host text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ssoorg.host h WHERE h.host = of_host) THEN
    RAISE EXCEPTION 'host "%": the fleet has none of this name', of_host USING ERRCODE = 'SF002';
  END IF;
END
$$;

CREATE FUNCTION ssoorg.take_name(of_name text, of_id bigint, is_reserved boolean, at_revision bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  INSERT INTO ssoorg.name AS n (name, id, reserved, revision) VALUES (of_name, of_id, is_reserved, at_revision)
    ON CONFLICT (name) DO UPDATE SET revision = n.revision WHERE n.id = of_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'name "%" is taken', of_name USING ERRCODE = 'SF007';
  END IF;
END
$$;

CREATE FUNCTION ssoorg.take_number(of_number bigint, of_id bigint, at_revision bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  INSERT INTO ssoorg.number AS n (number, id, revision) VALUES (of_number, of_id, at_revision)
    ON CONFLICT (number) DO UPDATE SET revision = n.revision WHERE n.id = of_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'number % is taken', of_number USING ERRCODE = 'SF008';
  END IF;
END
$$;

-- The org's id; of a new one that comes without (OF_ORG NULL) the one that it gets.
CREATE FUNCTION ssoorg.put_org(of_org bigint, read_at bigint, of_slug text, of_provisioning text, of_short_logins boolean,
                               gids bigint[], of_record bytea, is_gone boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
  of_id bigint := coalesce(of_org, nextval('ssoorg.id'));
  gid bigint;
BEGIN
  IF NOT is_gone THEN
    PERFORM ssoorg.take_name(of_slug, of_id, true, at_revision);
    PERFORM ssoorg.take_name(of_slug || '-admins', of_id, true, at_revision);
  END IF;
  FOREACH gid IN ARRAY gids LOOP
    PERFORM ssoorg.take_number(gid, of_id, at_revision);
  END LOOP;
  INSERT INTO ssoorg.org AS o (id, slug, provisioning, short_logins, record, gone, revision)
    VALUES (of_id, of_slug, of_provisioning, of_short_logins, of_record, is_gone, at_revision)
    ON CONFLICT (id) DO UPDATE
      SET slug = of_slug, provisioning = of_provisioning, short_logins = of_short_logins, record = of_record,
          gone = is_gone, revision = at_revision
      WHERE o.revision <= read_at OR o.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, 'org ' || of_id);
  PERFORM ssoorg.tell(of_id, at_revision);
  RETURN of_id;
END
$$;

-- The account's id, likewise. Whoever is GONE leaves the login and the number taken, and the address free; whoever is
-- RETIRED the login, too, and comes back as somebody new.
CREATE FUNCTION ssoorg.put_account(of_account bigint, read_at bigint, of_login text, of_email text, of_uid bigint,
                                   of_org bigint, of_record bytea, is_gone boolean DEFAULT false,
                                   is_retired boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
  of_id bigint := coalesce(of_account, nextval('ssoorg.id'));
  served bigint;
BEGIN
  PERFORM ssoorg.take_name(of_login, of_id, false, at_revision);
  PERFORM ssoorg.take_number(of_uid, of_id, at_revision);
  INSERT INTO ssoorg.account AS a (id, login, email, uid, created_by_org, created_by, record, gone, revision)
    VALUES (of_id, of_login, of_email, of_uid, of_org, session_user, of_record, is_gone, at_revision)
    ON CONFLICT (id) DO UPDATE
      SET login = of_login, email = of_email, uid = of_uid, record = of_record, gone = is_gone, revision = at_revision
      WHERE a.revision <= read_at OR a.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, 'account ' || of_id);
  DELETE FROM ssoorg.person p WHERE p.account_id = of_id;
  IF NOT is_gone THEN
    INSERT INTO ssoorg.person (email, account_id, login, uid) VALUES (of_email, of_id, of_login, of_uid);
  ELSIF is_retired THEN
    DELETE FROM ssoorg.name n WHERE n.name = of_login AND n.id = of_id AND NOT n.reserved;
  END IF;
  -- Whoever has made the change has not seen where they have come to be, or to be something else, since.
  PERFORM ssoorg.must_be_fresh(NOT EXISTS (
    SELECT FROM ssoorg.membership m WHERE m.account_id = of_id AND m.revision > read_at AND m.revision <> at_revision),
    'account ' || of_id);
  -- With which it travels.
  FOR served IN UPDATE ssoorg.membership m SET revision = at_revision WHERE m.account_id = of_id RETURNING m.org_id LOOP
    PERFORM ssoorg.tell(served, at_revision);
  END LOOP;
  RETURN of_id;
END
$$;

CREATE FUNCTION ssoorg.put_membership(of_org bigint, of_account bigint, read_at bigint, of_role text, of_source text,
                                      of_record bytea, is_gone boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
BEGIN
  INSERT INTO ssoorg.membership AS m (org_id, account_id, role, source, record, revision, gone)
    VALUES (of_org, of_account, of_role, of_source, of_record, at_revision, is_gone)
    ON CONFLICT (org_id, account_id) DO UPDATE
      SET role = of_role, source = of_source, record = of_record, gone = is_gone, revision = at_revision
      WHERE m.revision <= read_at OR m.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, 'membership of ' || of_account);
  PERFORM ssoorg.must_be_fresh(EXISTS (
    SELECT FROM ssoorg.account a
    WHERE a.id = of_account AND (a.revision <= read_at OR a.revision = at_revision)), 'account ' || of_account);
  PERFORM ssoorg.tell(of_org, at_revision);
END
$$;

CREATE FUNCTION ssoorg.put_domain(of_org bigint, of_domain text, read_at bigint, is_verified boolean, is_lapsed boolean,
                                  of_record bytea, is_gone boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
BEGIN
  INSERT INTO ssoorg.domain AS d (org_id, domain, verified, lapsed, record, revision, gone)
    VALUES (of_org, of_domain, is_verified, is_lapsed, of_record, at_revision, is_gone)
    ON CONFLICT (org_id, domain) DO UPDATE
      SET verified = is_verified, lapsed = is_lapsed, record = of_record, gone = is_gone, revision = at_revision
      WHERE d.revision <= read_at OR d.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, 'domain ' || of_domain);
  PERFORM ssoorg.tell(of_org, at_revision);
END
$$;

CREATE FUNCTION ssoorg.put_invite(of_org bigint, of_email text, read_at bigint, of_via text, code_sha256 bytea,
                                  expires timestamptz, of_record bytea, is_gone boolean DEFAULT false,
                                  of_role text DEFAULT 'viewer', member_until timestamptz DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
BEGIN
  INSERT INTO ssoorg.invite AS i (org_id, email, via, code_hash, expires_at, role, until, record, revision, gone)
    VALUES (of_org, of_email, of_via, code_sha256, expires, of_role, member_until, of_record, at_revision, is_gone)
    ON CONFLICT (org_id, email) DO UPDATE
      SET via = of_via, code_hash = code_sha256, expires_at = expires, role = of_role, until = member_until,
          record = of_record, gone = is_gone, revision = at_revision
      WHERE i.revision <= read_at OR i.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, 'invite of ' || of_email);
  PERFORM ssoorg.tell(of_org, at_revision);
END
$$;

CREATE FUNCTION ssoorg.put_part(of_org bigint, of_kind text, of_key text, read_at bigint, of_record bytea,
                                is_gone boolean DEFAULT false, of_gid bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
DECLARE
  at_revision bigint := ssoorg.begin_change();
BEGIN
  IF of_gid IS NOT NULL THEN
    PERFORM ssoorg.take_number(of_gid, of_org, at_revision);
  END IF;
  INSERT INTO ssoorg.part AS p (org_id, kind, key, record, revision, gone)
    VALUES (of_org, of_kind, of_key, of_record, at_revision, is_gone)
    ON CONFLICT (org_id, kind, key) DO UPDATE SET record = of_record, gone = is_gone, revision = at_revision
      WHERE p.revision <= read_at OR p.revision = at_revision;
  PERFORM ssoorg.must_be_fresh(FOUND, of_kind || ' ' || of_key);
  PERFORM ssoorg.tell(of_org, at_revision);
END
$$;

-- A host, which logs in as a role that the database's owner makes: CREATE ROLE ... LOGIN IN ROLE ssoorg_host.
CREATE FUNCTION ssoorg.add_host(of_host text, of_login name) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.begin_change();
  INSERT INTO ssoorg.host (host, login) VALUES (of_host, of_login);
END
$$;

-- It is no host of the fleet any more. Its role is the database's owner's to drop.
CREATE FUNCTION ssoorg.remove_host(of_host text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.begin_change();
  PERFORM ssoorg.must_be_host(of_host);
  IF of_host = ssoorg.me() THEN
    RAISE EXCEPTION 'host "%": is the one that this is asked from', of_host USING ERRCODE = 'SF011';
  END IF;
  DELETE FROM ssoorg.host h WHERE h.host = of_host;
END
$$;

-- All of them, and what they serve: of an admin host that is everything.
CREATE FUNCTION ssoorg.hosts()
RETURNS TABLE (host text, admin boolean, login name, contact_at_s bigint, stopped boolean, orgs text)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.must_be_admin();
  RETURN QUERY
    SELECT h.host, coalesce(pg_has_role(r.oid, 'ssoorg_admin', 'MEMBER'), false), h.login,
           coalesce(extract(epoch FROM h.contact_at)::bigint, 0), h.stopped,
           coalesce((SELECT string_agg(o.slug, ' ' ORDER BY o.slug) FROM ssoorg.host_org s
                     JOIN ssoorg.org o ON o.id = s.org_id WHERE s.host = h.host AND NOT o.gone), '')
      FROM ssoorg.host h LEFT JOIN pg_roles r ON r.rolname = h.login ORDER BY h.host;
END
$$;

-- Which orgs it serves, from now on.
CREATE FUNCTION ssoorg.serve(of_host text, orgs bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.begin_change();
  PERFORM ssoorg.must_be_host(of_host);
  DELETE FROM ssoorg.host_org o WHERE o.host = of_host AND o.org_id <> ALL (orgs);
  INSERT INTO ssoorg.host_org (host, org_id) SELECT of_host, o.id FROM ssoorg.org o WHERE o.id = ANY (orgs)
    ON CONFLICT DO NOTHING;
END
$$;

CREATE FUNCTION ssoorg.reports(after_number bigint, most integer)
RETURNS TABLE (number bigint, id uuid, host text, at timestamptz, body bytea)
LANGUAGE plpgsql SECURITY DEFINER STABLE SET search_path = pg_catalog, ssoorg, pg_temp
AS $$
BEGIN
  PERFORM ssoorg.must_be_admin();
  RETURN QUERY SELECT r.number, r.id, r.host, r.at, r.body FROM ssoorg.report r WHERE r.number > after_number
    ORDER BY r.number LIMIT least(greatest(most, 1), 1000);
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ssoorg FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ssoorg.head, ssoorg.served, ssoorg.check_revision, ssoorg.contact, ssoorg.pull, ssoorg.pull_taken, ssoorg.claim_account,
  ssoorg.claim_membership, ssoorg.report TO ssoorg_host, ssoorg_admin;
GRANT EXECUTE ON FUNCTION ssoorg.put_org, ssoorg.put_account, ssoorg.put_membership, ssoorg.put_domain, ssoorg.put_invite,
  ssoorg.put_part, ssoorg.add_host, ssoorg.remove_host, ssoorg.hosts, ssoorg.serve, ssoorg.reports TO ssoorg_admin;

RESET ROLE;
SET LOCAL ROLE ssoorg_tables;
REVOKE CREATE ON SCHEMA ssoorg FROM ssoorg_functions;
RESET ROLE;

-- The first admin host logs in as a role in ssoorg_admin that is made for it, and is added by whoever runs this, with
--   INSERT INTO ssoorg.host (host, login) VALUES (...)
-- as a superuser, or as ssoorg_functions while also in ssoorg_admin: 'ssoctl fleet init' does so.

-- What everybody may do in a database can hold up the others: locks by number, and large objects, which fill the disk.
-- They are the superuser's to take away.
DO $$
DECLARE
  call regprocedure;
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) THEN
    RAISE WARNING 'not run by a superuser: hosts can take advisory locks, and make large objects';
    RETURN;
  END IF;
  FOR call IN SELECT p.oid::regprocedure FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace
      AND (p.proname ~ '^pg_(try_)?advisory' OR p.proname ~ '^lo_' OR p.proname IN ('lowrite', 'loread')) LOOP
    EXECUTE pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', call);
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_advisory_xact_lock(integer, integer) TO ssoorg_functions;

-- Parameters are secrets of connections, hashes of passwords and of codes: they are not the log's.
DO $$
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) THEN
    EXECUTE pg_catalog.format('ALTER DATABASE %I SET log_parameter_max_length = 0', pg_catalog.current_database());
    EXECUTE pg_catalog.format('ALTER DATABASE %I SET log_parameter_max_length_on_error = 0', pg_catalog.current_database());
  END IF;
END
$$;

-- And whoever ran this is none of them any more.
REVOKE ssoorg_tables, ssoorg_functions, ssoorg_host, ssoorg_admin FROM CURRENT_USER;
COMMIT;
