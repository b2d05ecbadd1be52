// An OpenID provider, on loopback as a rule: real protocol and real signatures by
// oidc-provider, people from a file, pages of its own.
//
//   node server.mjs --key F --cert F [--port N] [--accounts F] [--clients F]
//                   [--interval S] [--device-code-ttl S] [--conform]
//                   [--faults F] [--record F] [--groups F] [--gone F]
//                   [--name NAME --address A]
//
// With a name and an address of this machine it is there for other hosts, too.
// Prints "ready ISSUER" once it listens. Ends on SIGTERM, SIGINT or when its
// standard input closes, so that it cannot outlive who started it.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Provider from 'oidc-provider';
import { addFaults } from './faults.mjs';
import { Interaction } from './interaction.mjs';
import { People } from './people.mjs';
import { addRecord } from './record.mjs';
import { settings } from './settings.mjs';

const KEEP_ALIVE_MS = 60000;

function readArguments() {
  const text = { type: 'string' };
  const here = (name) => new URL(name, import.meta.url).pathname;
  const { values } = parseArgs({
    options: {
      key: text,
      cert: text,
      port: { ...text, default: '0' },
      accounts: { ...text, default: here('accounts.json') },
      clients: { ...text, default: here('clients.json') },
      interval: text,
      faults: text,
      groups: text,
      gone: text,
      record: text,
      name: { ...text, default: 'localhost' },
      address: { ...text, default: '127.0.0.1' },
      'device-code-ttl': text,
      conform: { type: 'boolean', default: false },
    },
  });
  if (!values.key || !values.cert) throw new Error('--key and --cert are needed');
  return values;
}

function listen(server, port, address) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(server.address().port));
  });
}

// oidc-provider names no polling interval; tests want a short one.
function addInterval(provider, seconds) {
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'device_authorization' && ctx.status === 200) {
      ctx.body.interval = Number(seconds);
    }
  });
}

function newProvider(issuer, options, people) {
  const provider = new Provider(issuer, settings({
    people,
    clients: options.clients,
    conform: options.conform,
    deviceCodeTtl: options['device-code-ttl'] && Number(options['device-code-ttl']),
  }));
  if (options.interval) addInterval(provider, options.interval);
  if (options.record) addRecord(provider, options.record);
  if (options.faults) addFaults(provider, options.faults);
  provider.on('server_error', (ctx, error) => console.error(error));
  return provider;
}

async function main() {
  const options = readArguments();
  const server = createServer({ key: readFileSync(options.key), cert: readFileSync(options.cert) });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await listen(server, Number(options.port), options.address);
  const issuer = `https://${options.name}:${port}`;
  const people = new People(options.accounts, options.groups, options.gone);
  const provider = newProvider(issuer, options, people);
  const interaction = new Interaction(provider, people);
  const protocol = provider.callback();
  server.on('request', (req, res) => (
    req.url.startsWith('/interaction/') ? interaction.handle(req, res) : protocol(req, res)));
  const stop = () => process.exit(0);
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.stdin.on('end', stop).on('error', stop).resume();
  console.log(`ready ${issuer}`);
}

main().catch((error) => {
  console.error(`provider: ${error.message}`);
  process.exit(1);
});
