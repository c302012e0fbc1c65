import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBundle, unpackBundle } from '../../src/workflow/bundle.ts'
import { bundleFromHash, bundleToHash } from '../../src/workflow/link.ts'

test('links encode any bytes losslessly in URL-safe characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const hash = bundleToHash(bytes)
      expect(hash).toMatch(/^#workflow=[\w-]*$/)
      expect(bundleFromHash(hash)).toEqual(bytes)
    }),
  )
})

test('packs and unpacks a workflow', () => {
  const text = JSON.stringify({ nodes: [], note: 'é 한글' })
  expect(unpackBundle(bundleFromHash(bundleToHash(packBundle(text, [])))!).workflow).toBe(text)
})

test('ignores other URL fragments, and reports a damaged link', () => {
  expect(bundleFromHash('')).toBeUndefined()
  expect(bundleFromHash('#about')).toBeUndefined()
  const hash = bundleToHash(new Uint8Array(3000).map((_, i) => (i * i) % 251))
  for (const broken of [hash.slice(0, -40), '#workflow=%%%', `${hash.slice(0, 40)}!`]) {
    expect(() => bundleFromHash(broken)).toThrow(/damaged|ZIP/)
  }
})

test('rejects a link that unpacks to more than 12 MB', () => {
  expect(() => bundleFromHash(bundleToHash(new Uint8Array(13e6)))).toThrow(
    'at most 12 MB in the link',
  )
})
