// Vite plugin: builds the editor's service worker (editor/pwa/serviceWorker.ts) with the list of
// all built files and their SHA-256.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Plugin } from 'vite'
import { START, type Built } from '../editor/pwa/fileCache.ts'
import {
  LESSON_TEMPLATE,
  LICENCES,
  NOT_FOUND,
  PAGE_TEMPLATE,
  SERVICE_WORKER,
} from '../hosts/page/fileNames.ts'

/** Data files above this size in bytes are cached only when a node loads them. */
const SMALL = 100_000

/**
 * Matches files that the editor never requests: fonts other than woff2, source maps, the page about
 * missing files, and the configuration of a server, which may not be there.
 */
const isNeverAsked = (path: string) =>
  path === SERVICE_WORKER ||
  path === NOT_FOUND ||
  /\.(woff|ttf|map)$|^(_headers|_redirects|CNAME|\.[^/]+)$/.test(path)

/** Matches files that few visits need. */
const isData = (path: string) =>
  /\.(gz|zip)$/.test(path) || path === PAGE_TEMPLATE || path === LESSON_TEMPLATE

export function offline(): Plugin {
  let root = process.cwd()
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      root = config.root
    },
    buildStart() {
      this.emitFile({
        type: 'chunk',
        id: resolve(root, 'src/editor/pwa/serviceWorker.ts'),
        fileName: SERVICE_WORKER,
      })
    },
    writeBundle: {
      order: 'post',
      handler({ dir }) {
        const file = join(dir!, SERVICE_WORKER)
        const code = readFileSync(file, 'utf8')
        writeFileSync(
          file,
          code.replace('__BUILT__', () => JSON.stringify(builtIn(dir!))),
        )
      },
    },
  }
}

/** Lists the files of a build. */
export function builtIn(folder: string): Built {
  const [precached, onDemand]: [Record<string, string>, Record<string, string>] = [{}, {}]
  const version = createHash('sha256')
  for (const path of listBuiltFiles(folder)) {
    if (isNeverAsked(path)) continue
    const bytes = readFileSync(join(folder, path))
    version.update(path).update(bytes)
    const isRare = path === LICENCES || (isData(path) && bytes.length > SMALL)
    const list = isRare ? onDemand : precached
    // Some servers redirect index.html to its folder, and browsers reject a redirected response for
    // a navigation.
    list[path === 'index.html' ? START : path] = listHashes(path, bytes)
  }
  return { version: version.digest('hex').slice(0, 12), precached, onDemand }
}

/** Hashes of what servers send: some unpack .gz files, by `Content-Encoding: gzip`. */
const listHashes = (path: string, bytes: Uint8Array) =>
  path.endsWith('.gz')
    ? `${base64Sha256(bytes)} ${base64Sha256(gunzipSync(bytes))}`
    : base64Sha256(bytes)

/** In the form of `hashBytes` of the service worker. */
const base64Sha256 = (bytes: Uint8Array) =>
  createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')

const listBuiltFiles = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
