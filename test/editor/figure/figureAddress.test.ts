// Addresses and code of figures, as the dialog for embedding makes them.
import { describe, expect, test } from 'vitest'
import { readAddress } from '../../../src/editor/drops/address.ts'
import {
  figureAddress,
  figureCode,
  type EmbedOptions,
} from '../../../src/editor/figure/figureAddress.ts'
import { readFigureLook } from '../../../src/editor/figure/figureLook.ts'
import { enFigure } from '../../../src/editor/texts/en/figure.ts'
import { koFigure } from '../korean.ts'

const options: EmbedOptions = {
  kind: 'figure',
  hide: new Set(),
  height: 500,
  theme: 'system',
  autoRun: false,
}

describe('the address of a figure', () => {
  test('is read again with all options', () => {
    const address = figureAddress(
      'https://a.example/editor/?old=1#x',
      { ready: 'points' },
      {
        ...options,
        hide: new Set(['bar', 'notes']),
        zone: 'Training & more',
        theme: 'dark',
        autoRun: true,
      },
    )
    const { origin, pathname, search, hash } = new URL(address)
    expect([origin + pathname, hash]).toEqual(['https://a.example/editor/', ''])
    expect(readAddress(search)).toMatchObject({
      embed: true,
      read: true,
      workflow: 'points',
      zone: 'Training & more',
      hide: new Set(['bar', 'notes']),
      unreadable: [],
    })
    expect(readFigureLook(search)).toEqual({ theme: 'dark', autoRun: true })
  })

  test('of an own workflow contains it, and a graph is not read-only', () => {
    const address = figureAddress(
      'https://a.example/index.html',
      { hash: '#workflow=abc' },
      { ...options, kind: 'graph' },
    )
    expect(address).toBe('https://a.example/index.html?embed#workflow=abc')
    expect(readFigureLook('?embed&theme=pink')).toEqual({ theme: 'system', autoRun: false })
  })
})

test('the code of a figure quotes its title and address', () => {
  const code = figureCode('https://a.example/?embed&read', '"><script>x</script>', 500)
  expect(code).toContain('src="https://a.example/?embed&amp;read"')
  expect(code).toContain('title="&quot;&gt;&lt;script&gt;')
  expect(code).not.toContain('<script>')
  expect(code).toMatch(/^<iframe [^<>]*><\/iframe>$/)
})

describe('the texts of figures', () => {
  const said = (part: unknown, path = ''): [string, string][] => {
    if (typeof part === 'string') return [[path, part]]
    if (typeof part === 'function') return [[path, String(part('a', 'b'))]]
    return Object.entries(part as object).flatMap(([key, value]) => said(value, `${path}.${key}`))
  }

  test('have the same ids in Korean, in Korean', () => {
    const [english, korean] = [said(enFigure), said(koFigure)]
    expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path))
    const foreign = korean.filter(
      ([path, text]) => !/[가-힣]/.test(text) && !/picture|problemAt/.test(path),
    )
    expect(foreign).toEqual([])
  })
})
