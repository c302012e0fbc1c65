// Vite plugin: the data set of emoji as an asset of the editor, instead of the sheet that it is made
// from. Nothing else of the package is part of the editor.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { EMOJI_LIST, EMOJI_PACKAGE, EMOJI_SHEET, packEmoji } from '../storage/emojiFile.ts'
import { gzipOnce } from './gzipCache.ts'

export function packedEmoji(): Plugin {
  let cache = ''
  return {
    name: 'packed-emoji',
    enforce: 'pre',
    configResolved(config) {
      cache = join(config.root, 'node_modules/.vite/emoji')
    },
    async resolveId(id) {
      if (id !== `${EMOJI_PACKAGE}/${EMOJI_SHEET}?url`) return undefined
      const from = await this.resolve(`${EMOJI_PACKAGE}/${EMOJI_SHEET}`)
      if (!from) return undefined
      const folder = from.id.slice(0, -EMOJI_SHEET.length)
      const [sheet, list] = [readFileSync(from.id), readFileSync(join(folder, EMOJI_LIST))]
      const hash = createHash('sha256').update(sheet).update(list).digest('hex').slice(0, 12)
      const to = join(cache, `emoji.${hash}.safetensors.gz`)
      await gzipOnce(to, () => packEmoji(sheet, list))
      return `${to}?url`
    },
  }
}
