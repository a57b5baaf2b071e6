import type { SessionNode, TreeNode } from './treeModel.js';

/** Finds nodes of a built tree by id, and their parents. */
export class NodeIndex {
  readonly #parents = new Map<string, TreeNode>();
  readonly #sessions = new Map<string, SessionNode>();

  constructor(roots: readonly TreeNode[]) {
    for (const root of roots) this.#add(root);
  }

  parent(node: TreeNode): TreeNode | undefined {
    return this.#parents.get(node.id);
  }

  /** Where a session stands under its date, agent, status or tag: the first such place. */
  session(folder: string, id: string): SessionNode | undefined {
    return this.#sessions.get(`${folder}|${id}`);
  }

  #add(node: TreeNode): void {
    if (node.kind === 'session' && !node.smart) {
      const key = `${node.folder.path}|${node.row.id}`;
      if (!this.#sessions.has(key)) this.#sessions.set(key, node);
    }
    for (const child of node.children) {
      this.#parents.set(child.id, node);
      this.#add(child);
    }
  }
}
