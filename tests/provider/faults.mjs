// Answers that a broken or hostile provider might give. The name of the fault
// stands in a file, so that a test can turn it on and off while the provider
// runs; an empty or missing file means no fault.
import { readFileSync } from 'node:fs';

const FAULTS = {
  'no-id-token': { route: 'token', change: (body) => { delete body.id_token; } },
  'half-id-token': { route: 'token', change: (body) => { body.id_token = body.id_token?.slice(0, -9); } },
  'late-tokens': { route: 'token', change: () => {}, wait: 8000 },
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

export function addFaults(provider, file) {
  provider.use(async (ctx, next) => {
    await next();
    const fault = named(file);
    if (!fault || ctx.oidc?.route !== fault.route) return;
    if (ctx.status !== 200 && ctx.status !== fault.also) return;
    if (fault.wait) await new Promise((resolve) => { setTimeout(resolve, fault.wait); });
    const body = changed(ctx.body, fault.change);
    const type = ctx.type;
    ctx.body = fault.encoding ? Buffer.from(JSON.stringify(body), fault.encoding) : body;
    ctx.type = type;
  });
}
