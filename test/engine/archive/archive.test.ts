// ZIP and gzip readers: damage is named, sizes are bounded, and the work grows linearly.
import { deflateSync, gzipSync, strToU8, unzipSync, zipSync } from 'fflate'
import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ArchiveError } from '../../../src/engine/archive/error.ts'
import { gunzipBounded } from '../../../src/engine/archive/gzip.ts'
import { InflateError, inflateExactly, unzlib } from '../../../src/engine/archive/inflate.ts'
import { openZip } from '../../../src/engine/archive/zip.ts'
import type { ZipEntryFields } from '../../hostile/binaries.ts'
import {
  createChance,
  hostilePaths,
  mutants,
  mutateGzip,
  mutateZip,
  mutateZipHeaders,
  zipFile,
} from '../../hostile/binaries.ts'
import { countAllocations } from '../../allocations.ts'

const text = strToU8('Every step has a level of noise. '.repeat(40))
const packed = deflateSync(text)

const readAll = (bytes: Uint8Array) => {
  const zip = openZip(bytes, 1000)
  return [...zip.entries.keys()].map((path) => zip.read(path, 2 ** 20))
}
function reason(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    expect(error).toBeInstanceOf(ArchiveError)
    return `${(error as ArchiveError).message} ${(error as ArchiveError).cure}`
  }
}
const stored = (fields: Partial<ZipEntryFields> = {}) =>
  zipFile([{ path: 'unet/config.json', data: text, ...fields }])
const deflated = (fields: Partial<ZipEntryFields> = {}) =>
  stored({ data: packed, method: 8, size: text.length, crc: crc32(text), ...fields })

const withByte = (bytes: Uint8Array, at: number, value: number) => {
  const copy = bytes.slice()
  copy.fill(value, at, at + 1)
  return copy
}

describe('ZIP', () => {
  test('reads stored and deflated files, also those of other writers', () => {
    expect(readAll(stored())).toEqual([text])
    expect(readAll(deflated())).toEqual([text])
    const files = { 'a/b.bin': text, 'ü.txt': strToU8('x'), empty: new Uint8Array() }
    for (const level of [0, 6] as const) {
      const zip = openZip(zipSync(files, { level }), 10)
      expect([...zip.entries.keys()]).toEqual(Object.keys(files))
      expect(zip.read('a/b.bin', 2000)).toEqual(text)
      expect(zip.readStart('a/b.bin', 5)).toEqual(text.subarray(0, 5))
      expect(zip.read('empty', 0)).toEqual(new Uint8Array())
    }
  })

  test('names the damaged part and the cure', () => {
    const whole = deflated()
    const dataAt = whole.length - 22 - 62 - packed.length
    const list = whole.length - 22 - 62
    const swapped = { path: 'unet/config.json', localPath: 'unet/weights.bin' }
    expect({
      'no ZIP': reason(() => readAll(strToU8('PK no ZIP'))),
      'cut off': reason(() => readAll(whole.subarray(0, whole.length - 30))),
      'shifted list': reason(() => readAll(withByte(whole, whole.length - 5, 9))),
      'entry in the list': reason(() => readAll(withByte(whole, list, 0))),
      'number of entries': reason(() => readAll(withByte(whole, whole.length - 12, 2))),
      'flipped bit': reason(() => readAll(withByte(stored(), 60, 0))),
      'compressed data': reason(() => readAll(withByte(whole, dataAt, 255))),
      'wrong CRC': reason(() => readAll(deflated({ crc: 1 }))),
      longer: reason(() => readAll(deflated({ size: 100 }))),
      shorter: reason(() => readAll(deflated({ size: 5000 }))),
      'stored, longer': reason(() => readAll(stored({ size: 100 }))),
      'beyond the list': reason(() => readAll(stored({ compressedSize: 5000 }))),
      'another name': reason(() => readAll(deflated(swapped))),
      method: reason(() => readAll(deflated({ method: 12 }))),
      encrypted: reason(() => readAll(deflated({ flags: 1 }))),
      twice: reason(() =>
        readAll(zipFile([1, 2].map(() => ({ path: 'config.json', data: text })))),
      ),
      overlap: reason(() =>
        readAll(zipFile(['a', 'b'].map((path) => ({ path, data: text, offset: 0 })))),
      ),
      'too many files': reason(() => openZip(whole, 0)),
      'too large': reason(() => openZip(whole, 1).read('unet/config.json', 1000)),
      missing: reason(() => openZip(whole, 1).read('model_index.json', 1000)),
    }).toMatchInlineSnapshot(`
      {
        "another name": "unet/config.json in the ZIP is damaged: its header differs from the list of files. Download or copy the file again: it was cut short or changed.",
        "beyond the list": "unet/config.json in the ZIP is damaged: its data overlap what follows. Download or copy the file again: it was cut short or changed.",
        "compressed data": "unet/config.json in the ZIP is damaged: its compressed data cannot be unpacked. Download or copy the file again: it was cut short or changed.",
        "cut off": "The file is not a ZIP, or it is damaged. Download or copy the file again: it was cut short or changed.",
        "encrypted": "unet/config.json in the ZIP is encrypted. Unpack it with another program, and pack it again as an ordinary ZIP.",
        "entry in the list": "The ZIP is damaged: entry 1 of 1 in its list of files is not valid. Download or copy the file again: it was cut short or changed.",
        "flipped bit": "unet/config.json in the ZIP is damaged: expected the CRC-32 eebf10e2, got 4a767fcb. Download or copy the file again: it was cut short or changed.",
        "longer": "unet/config.json in the ZIP is damaged: expected 100 bytes, got more. Download or copy the file again: it was cut short or changed.",
        "method": "Expected unet/config.json in the ZIP to be stored or deflated, got compression method 12. Unpack it with another program, and pack it again as an ordinary ZIP.",
        "missing": "model_index.json is missing in the ZIP. Choose a ZIP that this program saved, or the folder of a UNet2DModel of diffusers.",
        "no ZIP": "The file is not a ZIP, or it is damaged. Download or copy the file again: it was cut short or changed.",
        "number of entries": "The ZIP is damaged: entry 2 of 2 in its list of files is not valid. Download or copy the file again: it was cut short or changed.",
        "overlap": "a in the ZIP is damaged: its data overlap what follows. Download or copy the file again: it was cut short or changed.",
        "shifted list": "The ZIP is damaged: its list of files is not where its end says. Download or copy the file again: it was cut short or changed.",
        "shorter": "unet/config.json in the ZIP is damaged: expected 5000 bytes, got fewer. Download or copy the file again: it was cut short or changed.",
        "stored, longer": "unet/config.json in the ZIP is damaged: expected 100 bytes, got more. Download or copy the file again: it was cut short or changed.",
        "too large": "Expected unet/config.json in the ZIP to have at most 1000 bytes, got 1320. Choose a smaller file, or unpack it and choose what you need.",
        "too many files": "Expected at most 0 files in the ZIP, got more. Choose a smaller file, or unpack it and choose what you need.",
        "twice": "config.json is there twice. Unpack it with another program, and pack it again as an ordinary ZIP.",
        "wrong CRC": "unet/config.json in the ZIP is damaged: expected the CRC-32 00000001, got eebf10e2. Download or copy the file again: it was cut short or changed.",
      }
    `)
  })

  test('lists no paths that leave the ZIP', () => {
    const paths = [
      ...openZip(zipFile(hostilePaths.map((path) => ({ path, data: text }))), 99).entries.keys(),
    ]
    expect(paths).toMatchInlineSnapshot(`
      [
        "__proto__",
        "constructor",
        "unet/__proto__/config.json",
        "x",
        "config.json",
        "unet/config.json",
        "mlp/config.json",
        "workflow.json",
        "library.json",
      ]
    `)
  })

  test('reads only ZIPs whose every bit is as written', () => {
    const whole = zipFile([
      { path: 'a.bin', data: text },
      { path: 'b.bin', data: packed, method: 8, size: text.length, crc: crc32(text) },
    ])
    const expected = JSON.stringify([text, text])
    const chance = createChance(5)
    const different = Array.from({ length: 2000 }, () => {
      const copy = whole.slice()
      copy[chance.below(copy.length)] ^= 1 << chance.below(8)
      try {
        return JSON.stringify(readAll(copy)) !== expected
      } catch {
        return false
      }
    })
    expect(different.filter(Boolean)).toEqual([])
  })

  test.each([
    ['a field', mutateZipHeaders],
    ['anything', mutateZip],
  ])('fails with its own error if %s is changed', (_, mutate) => {
    const valid = [stored(), deflated(), zipSync({ 'a.json': strToU8('{"a":[1]}'), b: text })]
    let failures = 0
    for (const { seed, bytes } of mutants(mutate, valid, 1000, 4000)) {
      try {
        readAll(bytes)
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw new Error(`seed ${seed}`, { cause: error })
        expect(error.message).not.toMatch(/undefined|NaN|\[object/)
        failures++
      }
    }
    expect(failures).toBeGreaterThan(1000)
  })

  // Times are noisy beside other suites.
  if (process.env.FULL)
    test('takes time in proportion to the number of entries', { retry: 2 }, () => {
      const time = (count: number) => {
        const bytes = zipFile(
          Array.from({ length: count }, (_, i) => ({ path: `f/${i}`, data: text.subarray(0, 8) })),
        )
        const start = performance.now()
        const zip = openZip(bytes, count)
        for (const path of zip.entries.keys()) zip.read(path, 8)
        return performance.now() - start
      }
      time(1000)
      const [one, four] = [4000, 16_000].map((count) =>
        Math.min(time(count), time(count), time(count)),
      )
      expect(four / one).toBeLessThan(6)
    })
})

describe('bounded inflation', () => {
  const zeros = deflateSync(new Uint8Array(2e7), { level: 9 })

  test('refuses a size that the data cannot reach before it is allocated', () => {
    const allocated = countAllocations()
    expect(() => inflateExactly(zeros, 2 ** 31)).toThrow(InflateError)
    expect(allocated()).toBeLessThan(1e6)
  })

  test('stops soon after the declared size', () => {
    const allocated = countAllocations()
    expect(() => inflateExactly(zeros, 1000)).toThrow(InflateError)
    // The first step of 16 kB is all of these data. Without a bound there would be more of them.
    expect(allocated()).toBeLessThan(1e6)
  })

  test('verifies the Adler-32 of zlib streams', () => {
    expect(() => unzlib(Uint8Array.of(0x78, 0x9c, 3, 0, 0, 0, 0, 2), 10)).toThrow(InflateError)
    expect(unzlib(Uint8Array.of(0x78, 0x9c, 3, 0, 0, 0, 0, 1), 10)).toEqual(new Uint8Array())
  })
})

describe('gzip', () => {
  const valid = gzipSync(text, { filename: 'noise.txt' })
  const read = (bytes: Uint8Array) => gunzipBounded(bytes, 2 ** 20)

  test('names the damaged part and the cure', () => {
    expect(read(valid)).toEqual(text)
    const bomb = gzipSync(new Uint8Array(2 ** 21))
    expect({
      header: reason(() => read(withByte(valid, 2, 7))),
      'cut off': reason(() => read(valid.subarray(0, 22))),
      data: reason(() => read(withByte(valid, 24, 255))),
      crc: reason(() => read(withByte(valid, valid.length - 8, 7))),
      size: reason(() => read(withByte(valid, valid.length - 4, 7))),
      'too large': reason(() => read(bomb)),
    }).toMatchInlineSnapshot(`
      {
        "crc": "The gzip file is damaged: expected the CRC-32 eebf1007, got eebf10e2. Download or copy the file again: it was cut short or changed.",
        "cut off": "The gzip file is damaged: its end is missing. Download or copy the file again: it was cut short or changed.",
        "data": "The gzip file is damaged: expected 1320 bytes, as its end says, got 1428. Download or copy the file again: it was cut short or changed.",
        "header": "The gzip file is damaged: its header is not valid. Download or copy the file again: it was cut short or changed.",
        "size": "The gzip file is damaged: expected 1287 bytes, as its end says, got 1320. Download or copy the file again: it was cut short or changed.",
        "too large": "Expected at most 1048576 bytes in the gzip file, got more. Download or copy the file again: it was cut short or changed.",
      }
    `)
  })

  test('fails with its own error if anything is changed', () => {
    for (const { seed, bytes } of mutants(mutateGzip, [valid, gzipSync(text)], 1, 2000)) {
      try {
        read(bytes)
      } catch (error) {
        if (!(error instanceof ArchiveError)) throw new Error(`seed ${seed}`, { cause: error })
      }
    }
  })
})

afterEach(() => vi.unstubAllGlobals())

test('the ZIPs that tests write are ordinary ones', () => {
  expect(Object.keys(unzipSync(deflated()))).toEqual(['unet/config.json'])
})
