// Folders as classes.

/**
 * The class of each path: its innermost folder. Those beside the folders of the others have none; where all are in one folder,
 * that is the one class.
 */
export function classesOfPaths(paths: readonly string[]): (string | undefined)[] {
  const folders = paths.map((path) => path.split('/').slice(0, -1))
  const top = Math.min(...folders.map((folder) => commonLength(folder, folders[0]!)))
  const all = folders.every(({ length }) => length === top)
  return folders.map((folder) => (all || folder.length > top ? folder.at(-1) : undefined))
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((part, i) => part !== b[i])
  return end < 0 ? a.length : end
}
