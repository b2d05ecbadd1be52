// Writes down every secret the provider hands out, one a line, so that a test
// can look for them where they must not be; and in FILE.requests each request
// for codes or tokens, so that a test can count them.
import { appendFileSync } from 'node:fs';

const ROUTES = ['device_authorization', 'token'];
const SECRETS = ['device_code', 'user_code', 'access_token', 'id_token', 'refresh_token'];

export function addRecord(provider, file) {
  provider.use(async (ctx, next) => {
    await next();
    if (!ROUTES.includes(ctx.oidc?.route)) return;
    appendFileSync(`${file}.requests`, `${ctx.oidc.route}\n`);
    if (ctx.status !== 200) return;
    const found = SECRETS.map((name) => ctx.body?.[name]).filter(Boolean);
    appendFileSync(file, found.map((secret) => `${secret}\n`).join(''), { mode: 0o600 });
  });
}
