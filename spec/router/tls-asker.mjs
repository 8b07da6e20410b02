/** Asks over TLS from a thread of its own, and tells in shared memory what it has done: `tls.spec.ts` waits for that within a turn. */
import { connect } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';

const { port, flag } = workerData;
const lines = new Map();

function line(name) {
  const known = lines.get(name);
  if (known?.writable) return known;
  const made = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  made.on('error', () => {});
  lines.set(name, made);
  return made;
}

/** @param next what is done as soon as the answer is there: the next errand, or `end` for the connection's */
function ask({ on, path, method = 'GET', body = '', headers = '', next }) {
  const socket = line(on);
  let heard = '';
  const listen = (piece) => {
    heard += piece;
    const [head = '', answer = ''] = heard.split('\r\n\r\n');
    if (!heard.includes('\r\n\r\n') || answer.length < Number(/length: (\d+)/i.exec(head)?.[1] ?? 0)) return;
    socket.off('data', listen);
    parentPort.postMessage({ status: Number(head.slice(9, 12)), body: answer });
    if (next === 'end') socket.end(tell);
    else if (next) ask(next);
  };
  socket.on('data', listen);
  const length = method === 'POST' ? `Content-Length: ${body.length}\r\n` : '';
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: a\r\n${headers}${length}\r\n${body}`, tell);
}

/** It is with the operating system. */
function tell() {
  Atomics.add(flag, 0, 1);
  Atomics.notify(flag, 0);
}

parentPort.on('message', ask);
