import type * as vscode from 'vscode';
import type { AgentKeys } from './agentKeys.js';
import type { ChatPanels } from './chatPanels.js';
import type { SessionClient } from './sessionClient.js';
import type { SessionList } from './sessionList.js';
import type { SessionsTree } from './sessionsTree.js';
import type { Targets } from './targets.js';
import type { UsagePanels } from './usagePanels.js';

/** What commands act on. */
export interface CommandParts {
  readonly client: SessionClient;
  readonly keys: AgentKeys;
  readonly list: SessionList;
  readonly tree: SessionsTree;
  readonly panels: ChatPanels;
  readonly targets: Targets;
  readonly log: vscode.LogOutputChannel;
  readonly usage: UsagePanels;
}
