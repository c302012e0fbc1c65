// A Vite plugin: the service worker of the built editor (editor/serviceWorker.ts), with the list of all files that were built.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Plugin } from 'vite'
import type { Built } from '../editor/serviceWorker.ts'
import { SERVICE_WORKER } from './names.ts'

/** Data that are larger than this, in bytes, wait until a node asks for them. */
const SMALL = 100_000

/** Other forms of what there is as woff2, which every browser takes that runs the editor. */
const isNeverAsked = (path: string) => path === SERVICE_WORKER || /\.(woff|ttf|map)$/.test(path)

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
      this.emitFile({ type: 'chunk', id: resolve(root, 'src/editor/serviceWorker.ts'), fileName: SERVICE_WORKER })
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

/** What there is in the folder of a build. */
export function builtIn(folder: string): Built {
  const [atOnce, later]: [string[], string[]] = [[], []]
  const hash = createHash('sha256')
  for (const path of filesIn(folder)) {
    if (isNeverAsked(path)) continue
    const bytes = readFileSync(join(folder, path))
    hash.update(path).update(bytes)
    const isLarge = /\.(gz|zip)$/.test(path) && bytes.length > SMALL
    const list = isLarge ? later : atOnce
    // Some servers lead from the name of the file to its folder, and browsers take no answer for a page that was led elsewhere.
    list.push(path === 'index.html' ? './' : path)
  }
  return { version: hash.digest('hex').slice(0, 12), atOnce, later }
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
