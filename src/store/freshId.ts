import { randomUUID } from 'node:crypto';

/** 32 lower-case hex digits that nobody has used. Node keeps random UUIDs in stock, which makes them the cheapest source. */
export function freshId(): string {
  return randomUUID().replaceAll('-', '');
}
