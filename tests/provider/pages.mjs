// The provider's pages: self-contained HTML, nothing loaded from anywhere.

const STYLE = `
:root { color-scheme: light dark; --ink:#1d2733; --soft:#5d6b7a; --paper:#fff; --back:#eef1f5;
  --line:#d5dce4; --main:#1f5fbf; --no:#b3261e }
@media (prefers-color-scheme: dark) { :root { --ink:#e8edf3; --soft:#9fb0c0; --paper:#1b232c;
  --back:#11171d; --line:#33404d; --main:#5b97f0; --no:#f2857d } }
* { box-sizing: border-box }
body { margin:0; min-height:100vh; display:grid; place-items:center; padding:1rem;
  background:var(--back); color:var(--ink); font:16px/1.5 system-ui, sans-serif }
main { width:100%; max-width:27rem; background:var(--paper); border:1px solid var(--line);
  border-radius:12px; padding:1.75rem; box-shadow:0 6px 24px #0001 }
h1 { font-size:1.35rem; margin:0 0 .4rem } p { margin:.4rem 0 1rem; color:var(--soft) }
code { display:block; text-align:center; font:600 1.9rem/1.3 ui-monospace, monospace;
  letter-spacing:.08em; padding:.7rem; margin:1rem 0; border:1px dashed var(--line); border-radius:8px }
fieldset { border:0; padding:0; margin:0 0 1rem; max-height:17rem; overflow:auto }
label { display:flex; gap:.6rem; align-items:center; padding:.35rem .5rem; border-radius:8px }
label:hover { background:var(--back) } small { color:var(--soft) }
input[type=text] { width:100%; padding:.6rem .7rem; margin-bottom:1rem; font:inherit; color:inherit;
  background:var(--back); border:1px solid var(--line); border-radius:8px }
.row { display:flex; gap:.7rem } button { flex:1; padding:.7rem; font:600 1rem system-ui, sans-serif;
  border:0; border-radius:8px; background:var(--main); color:#fff; cursor:pointer }
button.no { background:none; color:var(--no); border:1px solid var(--line) }
.bad { color:var(--no) }`;

export function escape(text) {
  const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text)
    .replace(/[&<>"']/g, (c) => named[c])
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '\u00b7');
}

function page(title, body) {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>${STYLE}</style></head>
<body><main><h1>${escape(title)}</h1>
${body}
</main></body></html>`;
}

export function enterCode(form, problem) {
  const words = problem
    ? `<p class="bad" id="problem">${escape(problem)}</p>`
    : '<p>Type the code that your terminal shows.</p>';
  return page('Sign in to a host', `${words}${form}
<div class="row"><button type="submit" form="op.deviceInputForm">Continue</button></div>`);
}

export function confirmCode(form, client, code) {
  return page('Is this your code?', `<p><b>${escape(client)}</b> asks for a sign-in.
Go on only if your own terminal shows this very code.</p><code>${escape(code)}</code>${form}
<div class="row"><button class="no" type="submit" form="op.deviceConfirmForm" name="abort" value="yes">No</button>
<button type="submit" form="op.deviceConfirmForm" autofocus>Yes, it is mine</button></div>`);
}

function choice(person, index) {
  return `<label><input type="radio" name="who" value="${escape(person.sub)}"${index ? '' : ' checked'}>
<span>${escape(person.name ?? person.sub).slice(0, 40)}<br><small>${escape(person.email ?? 'no email')}</small></span></label>`;
}

export function choosePerson(action, client, people, problem) {
  const list = people.map(choice).join('\n');
  return page('Who are you?', `<p>Sign in to <b>${escape(client)}</b>. This provider is for trying out:
it asks for no password.</p>${problem ? `<p class="bad" id="problem">${escape(problem)}</p>` : ''}
<form method="post" action="${escape(action)}"><fieldset>${list}</fieldset>
<input type="text" name="other" placeholder="or type an email address" autocomplete="off">
<div class="row"><button class="no" name="answer" value="decline">Decline</button>
<button name="answer" value="approve" autofocus>Approve</button></div></form>`);
}

export function done() {
  return page('Approved', '<p id="done">Go back to your terminal and press Enter there. This page can be closed.</p>');
}

export function failed(words) {
  return page('That did not work', `<p class="bad" id="problem">${escape(words)}</p>`);
}
