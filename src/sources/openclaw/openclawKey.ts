import { objectOf, stringOf, type JsonObject } from '../jsonValue.js';

/** What a session key of OpenClaw says, `agent:<agent>:<rest>`, for showing and filtering. */
export interface OpenclawKey {
  readonly session_key?: string;
  readonly agent: string;
  /** Where its messages come from: `telegram`, `webchat`, … */
  readonly channel?: string;
  /** What it is about: `main`, `direct`, `group`, `channel`, `subagent`, `cron`, … */
  readonly scope?: string;
}

const peers = new Set(['direct', 'dm', 'group', 'channel', 'room']);

/** The parts of a session key; `agent` is whose store it stands in, and `entry` what is known beside it. */
export function openclawKey(key: string, agent: string, entry: JsonObject): OpenclawKey {
  const parts = key.split(':');
  const rest = parts[0] === 'agent' ? parts.slice(2) : parts;
  const peer = rest.findIndex((part, index) => index > 0 && peers.has(part));
  const scope = peer === -1 ? rest[0] : rest[peer] === 'dm' ? 'direct' : rest[peer];
  const channel = channelOf(entry) || (peer > 0 ? rest[0] : '');
  return {
    ...(key !== '' && { session_key: key }),
    agent: (parts[0] === 'agent' && parts[1]) || agent,
    ...(channel && { channel }),
    ...(scope && key !== '' && { scope }),
  };
}

/** Older versions name the channel itself, later ones the route by which answers go. */
function channelOf(entry: JsonObject): string {
  const delivery = objectOf(entry['delivery']);
  const named = [
    entry['channel'],
    objectOf(delivery['route'])['channel'],
    objectOf(delivery['context'])['channel'],
    objectOf(entry['route'])['channel'],
    objectOf(entry['deliveryContext'])['channel'],
    entry['lastChannel'],
    objectOf(entry['origin'])['provider'],
  ];
  return named.map(stringOf).find(Boolean) ?? '';
}
