import type { SourceHealth } from '../model/report.js';
import type { Problem, SessionRow } from '../model/row.js';
import type { Folder } from './folder.js';
import type { FoundSearch } from './savedSearch.js';
import { dateGroupsOf, fieldGroupsOf, smartGroupsOf, type GroupBy, type RowGroup } from './rowGroups.js';

/** What is known of a folder's sessions when the tree is drawn. `rows` is what the filter lets through. */
export interface FolderSessions {
  readonly folder: Folder;
  readonly rows: readonly SessionRow[];
  readonly hidden: number;
  readonly problems: readonly Problem[];
  /** Why its sessions could not be listed. */
  readonly failure?: string | undefined;
  /** What is wrong with the filter's text. */
  readonly filterFailure?: string | undefined;
  /** Told whatever the filter is: each says itself what it shows. */
  readonly searches?: readonly FoundSearch[];
  /** Each store; told where something is wrong, or the person wants to see it always. */
  readonly health?: readonly SourceHealth[] | undefined;
}

interface Place {
  /** Unique in the tree and the same at each refresh, so that selection and expansion stay. */
  readonly id: string;
  readonly children: readonly TreeNode[];
}
export interface FolderNode extends Place {
  readonly kind: 'folder';
  readonly folder: Folder;
}
export interface GroupNode extends Place {
  readonly kind: 'group';
  readonly group: RowGroup;
}
/** A saved search: a folder of what it finds. */
export interface SearchNode extends Place {
  readonly kind: 'search';
  readonly folder: Folder;
  readonly search: FoundSearch;
}
export interface SessionNode extends Place {
  readonly kind: 'session';
  readonly folder: Folder;
  readonly row: SessionRow;
  /** Listed in a smart group or a saved search, besides its place under its date. */
  readonly smart: boolean;
}
export interface HealthNode extends Place {
  readonly kind: 'health';
  readonly problems: number;
}
/** A store, ours or another program's, below Health. */
export interface SourceNode extends Place {
  readonly kind: 'source';
  readonly health: SourceHealth;
}
/** A session that a process has the right to run turns in. */
export interface HeldNode extends Place {
  readonly kind: 'held';
  readonly held: SourceHealth['held'][number];
}
export interface ProblemNode extends Place {
  readonly kind: 'problem';
  readonly problem: Problem;
}
export interface NoteNode extends Place {
  readonly kind: 'hidden' | 'failure' | 'wrongFilter' | 'stopped';
  readonly count: number;
  readonly text: string;
}
export type TreeNode = FolderNode | GroupNode | SearchNode | SessionNode | HealthNode | SourceNode | HeldNode | ProblemNode | NoteNode;

export interface TreeOptions {
  readonly groupBy: GroupBy;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The session server ended too often: a row says so, and a click starts it again. */
  readonly stopped: boolean;
  /** Health stands in the tree also where nothing is wrong. */
  readonly showHealth?: boolean;
}

/** The roots of the tree: one per folder, or the only folder's groups. Empty shows the welcome content. */
export function buildTree(folders: readonly FolderSessions[], options: TreeOptions): readonly TreeNode[] {
  const stopped: TreeNode[] = options.stopped ? [note('stopped', 'stopped', '')] : [];
  const [only, ...more] = folders;
  if (!only) return stopped;
  if (more.length === 0) return [...stopped, ...folderChildren(only, options)];
  return [...stopped, ...folders.map((sessions): TreeNode => folderNode(sessions, options))];
}

function folderNode(sessions: FolderSessions, options: TreeOptions): FolderNode {
  return { kind: 'folder', id: sessions.folder.path, folder: sessions.folder, children: folderChildren(sessions, options) };
}

function folderChildren(sessions: FolderSessions, { groupBy, now, showHealth = false }: TreeOptions): readonly TreeNode[] {
  const { folder, rows, hidden, failure, filterFailure } = sessions;
  const id = (part: string): string => `${folder.path}|${part}`;
  const forest = nest(rows);
  const grouped = (groups: readonly RowGroup[]): readonly TreeNode[] =>
    groups.map((group) => groupNode(group, id(`${group.kind}:${group.key}`), folder, forest.forks));
  const nodes: TreeNode[] = [
    ...(failure === undefined ? [] : [note('failure', id('failure'), failure)]),
    ...(filterFailure === undefined ? [] : [note('wrongFilter', id('wrongFilter'), filterFailure)]),
    ...grouped(smartGroupsOf(rows)),
    ...searchesOf(sessions).map((search) => searchNode(search, id(`search:${search.name}`), folder)),
    ...grouped(groupBy === 'date' ? dateGroupsOf(forest.roots, now) : fieldGroupsOf(forest.roots, groupBy)),
  ];
  if (hidden > 0 && (rows.length > 0 || searchesOf(sessions).length > 0))
    nodes.push({ kind: 'hidden', id: id('hidden'), children: [], count: hidden, text: '' });
  const health = healthNode(sessions, id, showHealth);
  return health ? [...nodes, health] : nodes;
}

/** At the bottom, where something is wrong or the person wants it there: each store with what is wrong in it and who holds what. */
function healthNode(sessions: FolderSessions, id: (part: string) => string, showHealth: boolean): HealthNode | undefined {
  const found = problemsOf(sessions);
  const times = new Map<string, number>();
  const problemNode = (problem: Problem): ProblemNode => {
    // A file may have several problems of one kind, and VS Code draws no tree in which two have one id.
    const place = `problem:${problem.path}:${problem.kind}`;
    const time = times.get(place) ?? 0;
    times.set(place, time + 1);
    return { kind: 'problem', id: id(time === 0 ? place : `${place}:${String(time)}`), problem, children: [] };
  };
  const stores = (sessions.health ?? []).map((health): SourceNode => {
    const held = health.held.map((each): HeldNode => ({ kind: 'held', id: id(`held:${each.id}`), held: each, children: [] }));
    return { kind: 'source', id: id(`source:${health.name}`), health, children: [...health.problems.map(problemNode), ...held] };
  });
  // What is of no store that was asked: a project's folder that cannot be read.
  const told = new Set(stores.flatMap(({ health }) => health.problems.map(({ path }) => path)));
  const rest = found.filter(({ path }) => !told.has(path)).map(problemNode);
  const shown = showHealth ? stores : stores.filter(({ health }) => health.problems.length > 0);
  const problems = rest.length + stores.reduce((sum, { health }) => sum + health.problems.length, 0);
  if (problems === 0 && !(showHealth && shown.length > 0)) return undefined;
  return { kind: 'health', id: id('health'), problems, children: [...shown, ...rest] };
}

function groupNode(group: RowGroup, id: string, folder: Folder, forks: Forks): GroupNode {
  const smart = group.kind === 'smart';
  const node = (row: SessionRow, parent: string): SessionNode => {
    const own = `${parent}/${row.id}`;
    const children = smart ? [] : (forks.get(row.id) ?? []).map((fork) => node(fork, own));
    return { kind: 'session', id: own, folder, row, smart, children };
  };
  return { kind: 'group', id, group, children: group.rows.map((row) => node(row, id)) };
}

/** None in a folder without sessions: there the welcome content says what to do. */
function searchesOf({ rows, hidden, searches = [] }: FolderSessions): readonly FoundSearch[] {
  return rows.length + hidden > 0 || searches.some((search) => (search.rows ?? []).length > 0) ? searches : [];
}

function searchNode(search: FoundSearch, id: string, folder: Folder): SearchNode {
  const children = (search.rows ?? []).map((row): SessionNode => ({
    kind: 'session',
    id: `${id}/${row.id}`,
    folder,
    row,
    smart: true,
    children: [],
  }));
  return { kind: 'search', id, folder, search, children };
}

const note = (kind: NoteNode['kind'], id: string, text: string): NoteNode => ({ kind, id, children: [], count: 0, text });

type Forks = ReadonlyMap<string, readonly SessionRow[]>;

/** Forks under their parents, newest first. A fork whose parent is not in the list, or is its own ancestor, stands by itself. */
export function nest(rows: readonly SessionRow[]): { readonly roots: readonly SessionRow[]; readonly forks: Forks } {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const parentOf = (row: SessionRow): SessionRow | undefined => (row.parent_id === undefined ? undefined : byId.get(row.parent_id));
  const inLoop = (row: SessionRow): boolean => {
    const seen = new Set([row.id]);
    for (let parent = parentOf(row); parent; parent = parentOf(parent)) {
      if (seen.has(parent.id)) return true;
      seen.add(parent.id);
    }
    return false;
  };
  const sorted = rows.toSorted((a, b) => Date.parse(b.last_used_at) - Date.parse(a.last_used_at) || a.id.localeCompare(b.id));
  const roots: SessionRow[] = [];
  const forks = new Map<string, SessionRow[]>();
  for (const row of sorted) {
    const parent = parentOf(row);
    if (!parent || inLoop(row)) roots.push(row);
    else forks.set(parent.id, [...(forks.get(parent.id) ?? []), row]);
  }
  return { roots, forks };
}

/** What the folder reports and what its rows carry, each place once. */
function problemsOf({ problems, rows }: FolderSessions): readonly Problem[] {
  const all = [...problems, ...rows.flatMap((row) => (row.problem ? [row.problem] : []))];
  return [...new Map(all.map((problem) => [`${problem.path}:${problem.kind}`, problem])).values()];
}
