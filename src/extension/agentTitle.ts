const titles: ReadonlyMap<string, string> = new Map([
  ['claude', 'Claude'],
  ['codex', 'Codex'],
  ['gemini', 'Gemini'],
  ['opencode', 'OpenCode'],
  ['clinvk', 'clinvk'],
  ['openclaw', 'OpenClaw'],
  ['openclacky', 'openclacky'],
  ['clawdius', 'Clawdius'],
  ['demo', 'Demo'],
]);

/** The name of an agent or another program as people write it. A file may name any. */
export function agentTitle(name: string): string {
  return titles.get(name) ?? name.charAt(0).toUpperCase() + name.slice(1);
}
