// CRC-32 against zlib, and its detection of flipped bits.
import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32 } from '../../../src/engine/base/crc32.ts'

const bytes = Uint8Array.from({ length: 4099 }, (_, i) => (i * i * 31 + 7 * i) & 0xff)

test('equals zlib at every length and offset of a word', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926) // check value of ISO 3309
  for (let at = 0; at < 9; at++)
    for (let length = 0; length < 40; length++)
      expect(crc32(bytes.subarray(at, at + length))).toBe(
        zlibCrc32(bytes.subarray(at, at + length)),
      )
  expect(crc32(bytes)).toBe(zlibCrc32(bytes))
})

test('sums data in parts', () => {
  for (const cut of [0, 1, 8, 13, 4099])
    expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes))
})

test('detects every single flipped bit', () => {
  const copy = bytes.slice(0, 259)
  const before = crc32(copy)
  for (let bit = 0; bit < 8 * copy.length; bit++) {
    copy[bit >> 3] ^= 1 << (bit & 7)
    expect(crc32(copy)).not.toBe(before)
    copy[bit >> 3] ^= 1 << (bit & 7)
  }
})
