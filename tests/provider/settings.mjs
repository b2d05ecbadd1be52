// The configuration of oidc-provider for the tests and the demo.
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { interactionPolicy } from 'oidc-provider';
import * as pages from './pages.mjs';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const DEVICE_CODE_TTL_S = 300;

function newKey(kid, alg, type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

function newKeys() {
  return [
    newKey('rsa-1', 'RS256', 'rsa', { modulusLength: 2048 }),
    newKey('ec-1', 'ES256', 'ec', { namedCurve: 'P-256' }),
  ];
}

// A client's "key_file" lies beside the file that names it.
function registeredKeys(file, name) {
  const jwk = createPublicKey(readFileSync(join(dirname(file), name))).export({ format: 'jwk' });
  return { jwks: { keys: [{ ...jwk, use: 'sig' }] } };
}

function readClients(file) {
  return JSON.parse(readFileSync(file, 'utf8')).map(({ key_file: keyFile, ...client }) => ({
    grant_types: [DEVICE_GRANT], redirect_uris: [], response_types: [], ...client,
    ...(keyFile && registeredKeys(file, keyFile)),
  }));
}

// Everybody is asked who they are each time, whatever cookie the browser has.
function alwaysAsk() {
  const policy = interactionPolicy.base();
  policy.get('login').checks.add(new interactionPolicy.Check(
    'ask_again', 'who is it this time', (ctx) => !ctx.oidc.result?.login,
  ));
  return policy;
}

const PROBLEMS = {
  NotFoundError: 'There is no such code.',
  ExpiredError: 'That code has expired. Start again in the terminal.',
  AlreadyUsedError: 'That code has been used already.',
  AbortedError: 'You declined. Nobody was signed in.',
  NoCodeError: 'Type a code first.',
};

function deviceFlow() {
  return {
    enabled: true,
    charset: 'base-20',
    mask: '****-****',
    userCodeInputSource(ctx, form, out, error) {
      ctx.body = pages.enterCode(form, error && (PROBLEMS[error.name] ?? error.message));
    },
    userCodeConfirmSource(ctx, form, client, deviceInfo, code) {
      ctx.body = pages.confirmCode(form, client.clientName ?? client.clientId, code);
    },
    successSource(ctx) {
      delete ctx.oidc.session.accountId;
      ctx.body = pages.done();
    },
  };
}

export function settings({ people, clients, deviceCodeTtl, conform }) {
  return {
    clients: readClients(clients),
    jwks: { keys: newKeys() },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: conform,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    extraClientMetadata: { properties: ['device_code_ttl'] },
    features: { devInteractions: { enabled: false }, deviceFlow: deviceFlow() },
    findAccount: (ctx, sub) => people.account(sub),
    interactions: { policy: alwaysAsk(), url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    expiresWithSession: () => false,
    renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = pages.failed(`${out.error}: ${out.error_description ?? ''}`);
    },
    ttl: {
      DeviceCode: (ctx, token, client) => client.device_code_ttl ?? deviceCodeTtl ?? DEVICE_CODE_TTL_S,
      AccessToken: 300, Grant: 600, IdToken: 300, Interaction: 600, Session: 600,
    },
  };
}
