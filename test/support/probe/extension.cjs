// Installed beside the extension under test, in tests alone: runs functions that a test sends over a socket inside the
// extension host. See ../hostProbe.ts for the other end; one JSON document a line, both ways.
const net = require('node:net');
const process = require('node:process');
const readline = require('node:readline');
const vm = require('node:vm');
const vscode = require('vscode');

exports.activate = (context) => {
  const socket = net.connect(process.env.SKEIN_PROBE_SOCKET);
  context.subscriptions.push({ dispose: () => socket.destroy() });
  socket.on('error', () => socket.destroy());
  // readline takes U+2028 and U+2029 for the end of a line too; in JSON they can be escaped.
  const lineOf = (message) => JSON.stringify(message).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
  const send = (message) => socket.writable && socket.write(`${lineOf(message)}\n`);
  send({ hello: process.pid });
  readline.createInterface({ input: socket }).on('line', async (line) => {
    const { id, source, argument } = JSON.parse(line);
    try {
      // esbuild, which loads the tests, wraps named functions in a helper of this name.
      const run = vm.runInThisContext(`((__name) => (${source}))`)((value) => value);
      send({ id, result: await run(vscode, argument) });
    } catch (error) {
      send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
};
