// Damaged and hostile PNGs, bundles and links: errors of workflow files alone, which name the part,
// and bounded work.
import { deflateSync, strToU8, zipSync, zlibSync } from 'fflate'
import { afterEach, expect, test, vi } from 'vitest'
import { encodePng } from '../../src/engine/images/png.ts'
import { pngWithWorkflow, WorkflowError } from '../../src/workflow/index.ts'
import { isBundle, packBundle, unpackBundle } from '../../src/workflow/bundle.ts'
import { bundleFromHash, bundleToHash } from '../../src/workflow/link.ts'
import { LINK_MARK } from '../../src/workflow/linkMark.ts'
import { readPngWorkflow } from '../../src/workflow/pngRead.ts'
import type { Mutate } from '../hostile/binaries.ts'
import {
  createChance,
  mutants,
  mutatePng,
  mutateZip,
  pngChunks,
  pngFile,
} from '../hostile/binaries.ts'
import { countAllocations } from '../allocations.ts'

const pixels = Uint8ClampedArray.of(0, 80, 160, 255)
const picture = encodePng({ width: 2, height: 2, channels: 1, count: 1, pixels })
const valid = pngWithWorkflow(picture, '{"nodes":[]}')
const chunks = pngChunks(picture)
const withText = (type: string, data: Uint8Array) =>
  pngFile([chunks[0], { type, data }, ...chunks.slice(1)])
const join = (text: string, bytes: Uint8Array) => Uint8Array.from([...strToU8(text), ...bytes])

function reason(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    expect(error).toBeInstanceOf(WorkflowError)
    return (error as Error).message
  }
}
const flipBit = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

afterEach(() => void vi.unstubAllGlobals())

test('a damaged PNG is named with its chunk and the cure', () => {
  const packed = zlibSync(strToU8('{"nodes":[]}'))
  expect({
    header: reason(() => readPngWorkflow(flipBit(valid, 20))),
    'cut off': reason(() => readPngWorkflow(valid.subarray(0, 60))),
    'without an end': reason(() => readPngWorkflow(valid.subarray(0, valid.length - 12))),
    text: reason(() => readPngWorkflow(flipBit(valid, valid.length - 20))),
    compressed: reason(() =>
      readPngWorkflow(withText('zTXt', join('workflow\0\0', flipBit(packed, 6)))),
    ),
    'cut text': reason(() =>
      readPngWorkflow(withText('iTXt', join('workflow\0', Uint8Array.of(1, 0)))),
    ),
    'too long': reason(() =>
      readPngWorkflow(withText('zTXt', join('workflow\0\0', zlibSync(new Uint8Array(9e6))))),
    ),
  }).toMatchInlineSnapshot(`
    {
      "compressed": "PNG: the image is damaged: the compressed text in its chunk zTXt cannot be unpacked. Download or copy the file again: it was cut short or changed.",
      "cut off": "PNG: the image is damaged: its end is missing from chunk 3 on. Download or copy the file again: it was cut short or changed.",
      "cut text": "PNG: the image is damaged: the compressed text in its chunk iTXt cannot be unpacked. Download or copy the file again: it was cut short or changed.",
      "header": "PNG: the image is damaged: chunk 1 (IHDR) does not match its CRC-32. Download or copy the file again: it was cut short or changed.",
      "text": "PNG: the image is damaged: chunk 3 (iTXt) does not match its CRC-32. Download or copy the file again: it was cut short or changed.",
      "too long": "The text inside the image is too long.",
      "without an end": "PNG: the image is damaged: its last chunk, IEND, is missing. Download or copy the file again: it was cut short or changed.",
    }
  `)
})

test('a PNG unpacks only the first workflow', () => {
  const large = join('other\0\0', zlibSync(new Uint8Array(7e6)))
  const image = pngFile([
    chunks[0],
    ...Array.from({ length: 200 }, () => ({ type: 'zTXt', data: large })),
    ...pngChunks(valid).slice(1),
  ])
  const allocated = countAllocations()
  expect(readPngWorkflow(image)).toBe('{"nodes":[]}')
  // The other chunks unpack to 7 MB each.
  expect(allocated()).toBeLessThan(7e6)
})

test('a damaged bundle is named with its file and the cure', () => {
  const sha256 = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881' // of "x"
  const file = {
    what: 'dataset',
    file: { name: 'x', size: 1, sha256 },
    bytes: strToU8('x'),
  } as const
  const bundle = packBundle('{"nodes":[]}', [file])
  expect(unpackBundle(bundle).files).toEqual([file])
  const text = Buffer.from(bundle).indexOf('{"nodes"')
  const bomb = zipSync({
    'workflow.json': strToU8('{}'),
    [`datasets/${sha256}/x`]: new Uint8Array(2e7),
  })
  expect({
    workflow: reason(() => unpackBundle(flipBit(bundle, text))),
    file: reason(() => unpackBundle(flipBit(bundle, Buffer.from(bundle).indexOf('/x') + 2))),
    'cut off': reason(() => unpackBundle(bundle.subarray(0, -30))),
    bomb: reason(() => unpackBundle(bomb)),
  }).toMatchInlineSnapshot(`
    {
      "bomb": "Expected datasets/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881/x in the ZIP to unpack to at most 100 times its size, got more. Unpack it with another program, and pack it again as an ordinary ZIP.",
      "cut off": "The file is not a ZIP, or it is damaged. Download or copy the file again: it was cut short or changed.",
      "file": "datasets/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881/x in the ZIP is damaged: expected the CRC-32 8cdc1683, got fbdb2615. Download or copy the file again: it was cut short or changed.",
      "workflow": "workflow.json in the ZIP is damaged: expected the CRC-32 d94f9631, got 42eada5e. Download or copy the file again: it was cut short or changed.",
    }
  `)
  // A damaged bundle is still read as one, so that the message is about it.
  expect(isBundle(bundle.subarray(0, -30))).toBe(true)
})

test('a link stops unpacking at its limit', () => {
  const bomb = bundleToHash(new Uint8Array(6e7))
  const allocated = countAllocations()
  expect(reason(() => bundleFromHash(bomb))).toMatchInlineSnapshot(
    `"expected at most 12 MB in the link, got more."`,
  )
  expect(allocated()).toBeLessThan(4e7)
})

test.each<[string, Uint8Array, Mutate, (bytes: Uint8Array) => unknown]>([
  ['a PNG', valid, mutatePng, readPngWorkflow],
  ['a bundle', packBundle('{"nodes":[]}', []), mutateZip, unpackBundle],
  [
    'a link',
    deflateSync(packBundle('{"nodes":[]}', [])),
    (bytes, chance) =>
      strToU8(`${LINK_MARK}${Buffer.from(mutatePng(bytes, chance)).toString('base64url')}`),
    (bytes) => bundleFromHash(new TextDecoder().decode(bytes)),
  ],
])('mutants of %s fail with errors of workflows alone', (_, bytes, mutate, read) => {
  for (const { seed, bytes: mutant } of mutants(mutate, [bytes], 5, 1500)) {
    try {
      read(mutant)
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw new Error(`seed ${seed}`, { cause: error })
      expect(error.message).not.toMatch(/undefined|\[object/)
    }
  }
})

test('every flipped bit of a PNG is detected, except for the text that it keeps', () => {
  const chance = createChance(1)
  for (let i = 0; i < 300; i++) {
    const at = 8 + chance.below(valid.length - 8)
    const damaged = flipBit(valid, at)
    expect(() => readPngWorkflow(damaged)).toThrow(WorkflowError)
  }
})

// Times are noisy beside other suites: the shortest of many of the processor's own count.
if (process.env.FULL)
  test('reading a PNG takes time in proportion to its chunks', () => {
    const image = (count: number) => {
      const many = Array.from({ length: count }, () => ({ type: 'tEXt', data: strToU8('a\0b') }))
      return pngFile([chunks[0], ...many, ...pngChunks(valid).slice(1)])
    }
    const time = (bytes: Uint8Array) => {
      const before = process.cpuUsage()
      readPngWorkflow(bytes)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    const [small, large] = [image(10_000), image(40_000)]
    let [one, four] = [Infinity, Infinity]
    // Quadratic time has a ratio of 16.
    for (let runs = 0; runs < 30 && !(four / one < 6); runs++) {
      one = Math.min(one, time(small))
      four = Math.min(four, time(large))
    }
    expect(four / one).toBeLessThan(6)
  })
