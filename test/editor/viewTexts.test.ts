// Korean texts of views and file contents: looked up by id, with their numbers.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { applyLanguage, translateView } from '../../src/editor/texts/texts.ts'
import { viewTranslator } from '../../src/editor/texts/views.ts'
import { viewText, type ViewTextId, viewTexts } from '../../src/engine/base/viewTexts.ts'
import { describeNetwork } from '../../src/engine/models/kinds/files.ts'
import { koViews } from './korean.ts'

const source = join(import.meta.dirname, '../../src')
const code = ['engine', 'hosts', 'lessons', 'nodes', 'painters']
  .flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('viewTexts.ts'))
      .map((name) => readFileSync(join(source, folder, name), 'utf8')),
  )
  .join('\n')

const ids = Object.keys(viewTexts) as ViewTextId[]
const translate = viewTranslator(koViews)

/** Configs of checkpoints, whose titles consist of several texts. */
const examples = {
  unet: { block_out_channels: [16, 32], sample_size: 8, in_channels: 1 },
  mlp: { dim: 2, layers: 3, hidden: 64 },
  classifier: {
    height: 8,
    width: 8,
    in_channels: 1,
    block_out_channels: [16, 32],
    num_classes: 10,
  },
}
const titles = Object.entries(examples).map(([kind, config]) => describeNetwork({ kind, config }))
const preconditioned = titles.map((title) => `${title}, ${viewText('preconditioned')}`)

vi.stubGlobal('document', { documentElement: {} })
afterEach(() => applyLanguage('en'))

describe('Korean texts of views', () => {
  test('exist only for texts of nodes and files', () => {
    expect(ids.filter((id) => !code.includes(`'${id}'`))).toEqual([])
  })

  test('keep their numbers and are in Korean', () => {
    const holes = (text: string) => text.split('#').length
    const wrong = ids.filter(
      (id) => holes(viewTexts[id]) !== holes(koViews[id]) || !/[가-힣]/.test(koViews[id]),
    )
    expect(wrong).toEqual([])
  })

  test('are independent of the English texts', () => {
    const entries = ids.map((id) => [
      id,
      `Other words of ${id}${viewTexts[id].replace(/[^#]/g, '')}`,
    ])
    const reworded = Object.fromEntries(entries) as Record<ViewTextId, string>
    const other = viewTranslator(koViews, reworded)
    for (const id of ids) expect(other(reworded[id])).toBe(koViews[id])
  })
})

test('metrics show numbers without additional text', () => {
  const folder = join(source, 'nodes/evaluate')
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  const literals = files.flatMap((file) => [...file.matchAll(/\bnote: (['`][^\n]*)/g)])
  const left = literals
    .map(([, text]) => text.replaceAll(/\$\{[^}]*\}/g, ''))
    .filter((text) => /[a-z]{2}/.test(text))
  expect(left).toEqual([])
})

test('inserts numbers, sizes and lists of numbers', () => {
  for (const id of ids) {
    const values = ['1,240', '8 x 8 x 1', '0.5', '7'].slice(0, viewTexts[id].split('#').length - 1)
    const filled = values.reduce((text, value) => text.replace('#', value), koViews[id])
    expect(translate(viewText(id, ...values))).toBe(filled)
  }
  const title = viewText('unet', '16, 32', '8 x 8 x 1')
  expect(titles[0]).toBe(title)
  expect(translate(title)).toContain('16, 32')
})

test('translates parts of a text separately and leaves unknown parts', () => {
  const parts = ['± 0.0021', viewText('bestAround', 0), viewText('classifierFeatures', 12)]
  expect(translate(parts.join('; '))).toBe([parts[0], ...parts.slice(1).map(translate)].join('; '))
  for (const [i, title] of titles.entries()) {
    expect(translate(preconditioned[i])).toBe(`${translate(title)}, ${koViews.preconditioned}`)
  }
  const names = ['x_0', 'x_t, x_0', 'predicted x_0', '8 x 8', 'my own, 3']
  expect(names.map(translate)).toEqual(names)
})

test('uses the current language', async () => {
  expect(translateView('No images')).toBe('No images')
  await applyLanguage('ko')
  expect(translateView('No images')).toBe(koViews.noImages)
  expect(translateView('constructor')).toBe('constructor')
})
