// Answers that a broken or hostile provider might give. The name of the fault
// stands in a file, so that a test can turn it on and off while the provider
// runs; an empty or missing file means no fault.
import { readFileSync } from 'node:fs';

const FAULTS = {
  'no-id-token': { route: 'token', change: (body) => { delete body.id_token; } },
  'half-id-token': { route: 'token', change: (body) => { body.id_token = body.id_token?.slice(0, -9); } },
  'late-tokens': { route: 'token', change: () => {}, wait: 8000 },
  'busy-tokens': { path: '/token', first: 2, retryAfter: '11' },
  'shut-tokens': { path: '/token', first: Infinity, retryAfter: '3600' },
  'other-subject': { route: 'userinfo', change: (body) => { body.sub = 'u-somebody'; } },
  'other-email': { route: 'userinfo', change: (body) => { body.email = 'mallory@evil.test'; } },
  'unverified': { route: 'userinfo', change: (body) => { body.email_verified = false; } },
  'verified': { route: 'userinfo', change: (body) => { body.email_verified = true; } },
  'not-utf8': { route: 'userinfo', change: (body) => { body.name = 'J\u00f6rg \u00ff\u00fe'; }, encoding: 'latin1' },
  'endless-name': { route: 'userinfo', change: (body) => { body.name = 'x'.repeat(4000000); } },
  'other-issuer': { route: 'discovery', change: (body) => { body.issuer += '/elsewhere'; } },
  'format-codes': { route: 'device_authorization', change: (body) => { body.verification_uri += '?%n%s%x'; } },
  'escape-codes': { route: 'device_authorization', change: (body) => { body.user_code = '\u001b[2J\u001b]0;x\u0007AB'; } },
  'success-string': {
    route: 'token',
    change: (body) => { Object.assign(body, { success: 'true', status: 'authorized' }); },
    also: 400,
  },
};

function named(file) {
  try {
    return FAULTS[readFileSync(file, 'utf8').trim()];
  } catch {
    return undefined;
  }
}

// oidc-provider has sent some bodies as text already.
function changed(body, change) {
  const value = typeof body === 'string' ? JSON.parse(body) : body;
  change(value);
  return value;
}

// The first so many requests under a fault are refused as too much (RFC 6585 4) before anybody has looked at them.
let refusing;
let refused = 0;

function refuses(fault, ctx) {
  if (fault !== refusing) {
    refusing = fault;
    refused = 0;
  }
  if (!fault?.first || ctx.path !== fault.path || refused >= fault.first) return false;
  refused += 1;
  ctx.status = 429;
  ctx.set('Retry-After', fault.retryAfter);
  ctx.body = { error: 'slow_down' };
  return true;
}

export function addFaults(provider, file) {
  provider.use(async (ctx, next) => {
    if (refuses(named(file), ctx)) return;
    await next();
    const fault = named(file);
    if (!fault?.route || ctx.oidc?.route !== fault.route) return;
    if (ctx.status !== 200 && ctx.status !== fault.also) return;
    if (fault.wait) await new Promise((resolve) => { setTimeout(resolve, fault.wait); });
    const body = changed(ctx.body, fault.change);
    const type = ctx.type;
    ctx.body = fault.encoding ? Buffer.from(JSON.stringify(body), fault.encoding) : body;
    ctx.type = type;
  });
}
