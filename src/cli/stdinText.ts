/** All of stdin. */
export async function stdinBytes(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** All of stdin as one prompt, without the line end that `echo` adds. */
export async function stdinText(): Promise<string> {
  return (await stdinBytes()).toString('utf8').trimEnd();
}
