// Gzipped data files of the editor, in Vite's cache. (Without the suffix .gz, Vite's server would
// treat some of them as code.)
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/**
 * Compresses the bytes once, into the file `to`. (Level 9 takes ten times as long and saves half a
 * percent.)
 */
export async function gzipOnce(to: string, bytes: () => Uint8Array) {
  if (existsSync(to)) return
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(`${to}.${process.pid}`, await promisify(gzip)(bytes(), { level: 7 }))
  renameSync(`${to}.${process.pid}`, to)
}
