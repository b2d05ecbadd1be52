// Writes down every secret the provider hands out, one a line, so that a test
// can look for them where they must not be.
import { appendFileSync } from 'node:fs';

const SECRETS = ['device_code', 'user_code', 'access_token', 'id_token', 'refresh_token'];

export function addRecord(provider, file) {
  provider.use(async (ctx, next) => {
    await next();
    if (!['device_authorization', 'token'].includes(ctx.oidc?.route) || ctx.status !== 200) return;
    const found = SECRETS.map((name) => ctx.body?.[name]).filter(Boolean);
    appendFileSync(file, found.map((secret) => `${secret}\n`).join(''), { mode: 0o600 });
  });
}
