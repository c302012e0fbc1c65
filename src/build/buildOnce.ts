// Results of long builds, cached until one of their sources changes.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Built {
  text: string
  /** Files that the result depends on. */
  sources: readonly string[]
}

/** SHA-256 of each source, and of the result. */
interface Cached {
  sources: Readonly<Record<string, string>>
  text: string
}

/** Returns the result in a folder if its sources are the same as when it was built. */
export async function buildOnce(folder: string, build: () => Promise<Built>): Promise<string> {
  return readCached(folder) ?? storeResult(folder, await build())
}

function readCached(folder: string): string | undefined {
  try {
    const cached = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as Cached
    const isSame = ([file, hash]: [string, string]) => hashFile(file) === hash
    if (!Object.entries(cached.sources).every(isSame)) return undefined
    const text = readFileSync(join(folder, 'result'), 'utf8')
    return sha256(text) === cached.text ? text : undefined
  } catch {
    return undefined // A file is missing: there was no build yet, or a source was removed.
  }
}

function storeResult(folder: string, { text, sources }: Built): string {
  mkdirSync(folder, { recursive: true })
  const hashes = Object.fromEntries([...new Set(sources)].map((file) => [file, hashFile(file)]))
  const cached: Cached = { sources: hashes, text: sha256(text) }
  replaceFile(join(folder, 'result'), text)
  replaceFile(join(folder, 'sources.json'), JSON.stringify(cached))
  return text
}

/** Other builds may run at the same time. */
function replaceFile(path: string, content: string) {
  writeFileSync(`${path}.${process.pid}`, content)
  renameSync(`${path}.${process.pid}`, path)
}

const hashFile = (path: string) => sha256(readFileSync(path))

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
