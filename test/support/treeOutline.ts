import { rowLabel } from '../../src/extension/rowText.js';
import type { TreeNode } from '../../src/extension/treeModel.js';

/** A tree as indented lines, as one would read it from the screen. */
export function treeOutline(nodes: readonly TreeNode[], indent = ''): string[] {
  return nodes.flatMap((node) => [indent + textOf(node), ...treeOutline(node.children, `${indent}  `)]);
}

function textOf(node: TreeNode): string {
  switch (node.kind) {
    case 'folder':
      return node.folder.name;
    case 'group':
      return node.group.label;
    case 'search':
      return `${node.search.name}: ${String(node.search.rows?.length ?? '…')}`;
    case 'session':
      return rowLabel(node.row);
    case 'health':
      return 'Health';
    case 'source':
      return node.health.title;
    case 'held':
      return `${node.held.title} held by ${node.held.holder.program}`;
    case 'problem':
      return node.problem.detail;
    case 'hidden':
      return `${node.count} hidden`;
    case 'failure':
    case 'wrongFilter':
    case 'stopped':
      return node.text || node.kind;
  }
}
