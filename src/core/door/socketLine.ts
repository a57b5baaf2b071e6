import type { Socket } from 'node:net';

/**
 * The first line that comes through a socket, without its end; `undefined` when it closes before, or the line is longer than
 * `limit` bytes. An error of the socket is for whoever listens to it.
 */
export function socketLine(socket: Socket, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) socket.destroy();
      else if (chunk.includes(0x0a)) resolve(Buffer.concat(chunks).toString('utf8').split('\n')[0]);
    });
    socket.once('close', () => resolve(undefined));
  });
}
