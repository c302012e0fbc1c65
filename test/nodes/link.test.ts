import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packBundle, unpackBundle } from '../../src/nodes/workflow/bundle.ts'
import { bundleIn, hashOf } from '../../src/nodes/workflow/link.ts'

test('any bytes come out of a link as they went in, in letters that an address takes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const hash = hashOf(bytes)
      expect(hash).toMatch(/^#workflow=[\w-]*$/)
      expect(bundleIn(hash)).toEqual(bytes)
    }),
  )
})

test('a workflow with a file', () => {
  const text = JSON.stringify({ nodes: [], note: 'é 한글' })
  expect(unpackBundle(bundleIn(hashOf(packBundle(text, [])))!).workflow).toBe(text)
})

test('other parts of an address are left alone; a link that was cut off is said to be', () => {
  expect(bundleIn('')).toBeUndefined()
  expect(bundleIn('#about')).toBeUndefined()
  const hash = hashOf(new Uint8Array(3000).map((_, i) => (i * i) % 251))
  for (const broken of [hash.slice(0, -40), '#workflow=%%%', `${hash.slice(0, 40)}!`]) {
    expect(() => bundleIn(broken)).toThrow(/damaged|ZIP/)
  }
})

test('a link cannot unpack to more than memory holds', () => {
  expect(() => bundleIn(hashOf(new Uint8Array(13e6)))).toThrow('more than 12 MB')
})
