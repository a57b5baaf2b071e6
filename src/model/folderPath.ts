/** Whether an absolute path is `folder` or lies below it. Both are taken as they are: no links, no `..`. */
export function isInside(path: string, folder: string): boolean {
  if (path === folder) return true;
  const end = folder.at(-1);
  if (end === '/' || end === '\\') return path.startsWith(folder);
  return path.startsWith(folder) && (path[folder.length] === '/' || path[folder.length] === '\\');
}
