// What a person does in the browser once the code is confirmed: say who they
// are, and approve or decline. Sign-in and consent are one page and one answer.
import { choosePerson, failed } from './pages.mjs';

const MAX_FORM_BYTES = 4096;

async function readForm(req) {
  let body = '';
  for await (const chunk of req) {
    body += chunk;
    if (body.length > MAX_FORM_BYTES) throw new Error('the form is too long');
  }
  return new URLSearchParams(body);
}

function send(res, status, html) {
  res.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  res.end(html);
}

async function approval(provider, details, sub) {
  const grant = new provider.Grant({ accountId: sub, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  return { login: { accountId: sub, remember: false }, consent: { grantId: await grant.save() } };
}

export class Interaction {
  constructor(provider, people) {
    this.provider = provider;
    this.people = people;
  }

  async show(req, res, problem) {
    const details = await this.provider.interactionDetails(req, res);
    const client = await this.provider.Client.find(details.params.client_id);
    send(res, problem ? 400 : 200,
      choosePerson(req.url, client.clientName ?? client.clientId, this.people.all, problem));
  }

  async answer(req, res) {
    const form = await readForm(req);
    const details = await this.provider.interactionDetails(req, res);
    if (form.get('answer') === 'decline') {
      const result = { error: 'access_denied', error_description: 'the person declined' };
      await this.provider.interactionFinished(req, res, result);
      return;
    }
    const who = form.get('other') || form.get('who');
    const person = this.people.find(who);
    if (!person) {
      await this.show(req, res, `Nobody here is called ${who}.`);
      return;
    }
    await this.provider.interactionFinished(
      req, res, await approval(this.provider, details, person.sub),
      { mergeWithLastSubmission: false },
    );
  }

  async handle(req, res) {
    try {
      await (req.method === 'POST' ? this.answer(req, res) : this.show(req, res));
    } catch (error) {
      send(res, 400, failed(error.message));
    }
  }
}
