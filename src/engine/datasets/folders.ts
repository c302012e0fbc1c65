// Class labels from folder names.

/**
 * Returns the class of each path, its innermost folder. Files next to the class folders have none;
 * if all files are in one folder, there is one class.
 */
export function pathClasses(paths: readonly string[]): (string | undefined)[] {
  const folders = paths.map((path) => path.split('/').slice(0, -1))
  const top = Math.min(...folders.map((folder) => commonLength(folder, folders[0])))
  const all = folders.every(({ length }) => length === top)
  return folders.map((folder) => (all || folder.length > top ? folder.at(-1) : undefined))
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((part, i) => part !== b[i])
  return end < 0 ? a.length : end
}
