import type { FilePort } from '../../src/store/filePort.js';

export type PortCall = keyof FilePort;

/** What a test does around a call of the file port: a throw before it fails it, as the disk would. */
export interface PortProbe {
  before?(call: PortCall, args: readonly unknown[]): void;
  after?(call: PortCall, args: readonly unknown[]): void;
}

type AnyCall = (...args: readonly unknown[]) => unknown;

/** The file port with a probe at every call. */
export function probedPort(port: FilePort, probe: PortProbe): FilePort {
  return new Proxy(port, {
    get: (target, name) => wrap(name as PortCall, Reflect.get(target, name) as AnyCall, probe),
  });
}

function wrap(name: PortCall, call: AnyCall, probe: PortProbe): AnyCall {
  if (name.endsWith('Sync')) {
    return (...args) => {
      probe.before?.(name, args);
      const result = call(...args);
      probe.after?.(name, args);
      return result;
    };
  }
  return async (...args) => {
    probe.before?.(name, args);
    const result = await call(...args);
    probe.after?.(name, args);
    return result;
  };
}
