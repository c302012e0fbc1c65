// Class labels from folder names.

/**
 * Returns the class of each path, its innermost folder. Files next to the class folders have none;
 * if all files are in one folder, there is one class.
 */
export function pathClasses(paths: readonly string[]): (string | undefined)[] {
  const folders = paths.map((path) => path.split('/').slice(0, -1))
  // Not Math.min(...): there may be more folders than a call has arguments.
  const top = folders.reduce(
    (least, folder) => Math.min(least, commonLength(folder, folders[0])),
    Infinity,
  )
  const all = folders.every(({ length }) => length === top)
  return folders.map((folder) => (all || folder.length > top ? folder.at(-1) : undefined))
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((part, i) => part !== b[i])
  return end < 0 ? a.length : end
}
