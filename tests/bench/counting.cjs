// SPDX-License-Identifier: Apache-2.0
// Loaded into the provider by node --require: writes one line of JSON to the file in BENCH_LOG for each TLS handshake
// that was completed, each request, and each answer that has been handed to the kernel, with the monotonic clock.
const { Server } = require('node:https');
const { appendFileSync } = require('node:fs');

const file = process.env.BENCH_LOG;
const connections = new WeakMap();
let last = 0;

function write(event) {
  appendFileSync(file, `${JSON.stringify({ at_ns: Number(process.hrtime.bigint()), ...event })}\n`);
}

function onHandshake(socket) {
  last += 1;
  connections.set(socket, last);
  write({ event: 'handshake', connection: last, resumed: socket.isSessionReused() });
}

function onRequest(req, res) {
  const what = {
    connection: connections.get(req.socket),
    method: req.method,
    path: req.url.split('?')[0],
    agent: req.headers['user-agent'] ?? '',
  };
  write({ event: 'request', ...what });
  res.once('finish', () => write({ event: 'answer', status: res.statusCode, ...what }));
}

if (file) {
  const { emit } = Server.prototype;
  Server.prototype.emit = function counted(name, ...values) {
    if (name === 'secureConnection') onHandshake(values[0]);
    if (name === 'request') onRequest(...values);
    return emit.call(this, name, ...values);
  };
}
