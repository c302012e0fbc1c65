// Replaces the shipped MNIST checkpoint: the file in assets, and its SHA-256 in the workflows.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeFile } from '../src/storage/storedFiles.ts'

const FOLDERS = { checkpoints: 'assets/checkpoints', workflows: 'workflows' }

/** Returns the names of the changed files. Throws Error if no workflow names the old checkpoint. */
export function shipMnist(checkpoint: Uint8Array, folders = FOLDERS): string[] {
  const old = readdirSync(folders.checkpoints).filter((name) => /^mnist\.\w{64}\.zip$/.test(name))
  const { sha256, size } = describeFile('mnist.zip', checkpoint)
  const changed = old.flatMap((name) => {
    const [, hash] = name.split('.')
    return readdirSync(folders.workflows)
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => replaceHash(join(folders.workflows, file), hash, { sha256, size }))
  })
  if (changed.length === 0) throw new Error('No workflow names the shipped MNIST checkpoint.')
  for (const name of old) rmSync(join(folders.checkpoints, name))
  const shipped = join(folders.checkpoints, `mnist.${sha256}.zip`)
  writeFileSync(shipped, checkpoint)
  return [shipped, ...changed]
}

function replaceHash(
  path: string,
  old: string,
  { sha256, size }: { sha256: string; size: number },
): string[] {
  const text = readFileSync(path, 'utf8')
  const reference = new RegExp(`("sha256":\\s*")${old}(",\\s*"size":\\s*)\\d+`, 'g')
  const replaced = text.replace(reference, `$1${sha256}$2${size}`)
  if (replaced === text) return []
  writeFileSync(path, replaced)
  return [path]
}
