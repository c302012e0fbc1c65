// Lists handed-in files.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { atPath } from '../../node/failure.ts'

/** Paths of the handed-in files below a folder, which may have a folder for each student. */
export async function listSubmissions(folder: string): Promise<string[]> {
  const entries = await atPath(folder, readdir(folder, { withFileTypes: true }))
  const found = await Promise.all(
    entries
      .filter(({ name }) => !name.startsWith('.'))
      .map(async (entry): Promise<string[]> => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return listFiles(path)
        return entry.isFile() ? [path] : []
      }),
  )
  return found
    .flat()
    .filter((path) => /\.(json|png|zip)$/i.test(path))
    .sort()
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await atPath(folder, readdir(folder, { withFileTypes: true }))
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
}
