// Replacement of the shipped MNIST checkpoint.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { floatToHalf, toHalfPrecision } from '../scripts/half-precision.ts'
import { shipMnist } from '../scripts/ship-mnist.ts'
import { canonicalZip } from '../src/engine/checkpoint/archive.ts'
import { readSafetensors, writeSafetensors } from '../src/engine/archive/safetensors.ts'
import { describeFile } from '../src/storage/storedFiles.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ship-'))
  for (const name of ['checkpoints', 'workflows']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const old = 'a'.repeat(64)
const other = 'b'.repeat(64)
const reference = (sha256: string, size: number) =>
  `{\n  "checkpoint": {\n    "name": "mnist.zip",\n    "sha256": "${sha256}",\n    "size": ${size}\n  }\n}\n`

test('replaces the file and its references, and nothing else', () => {
  const folders = {
    checkpoints: join(folder, 'checkpoints'),
    workflows: join(folder, 'workflows'),
  }
  writeFileSync(join(folders.checkpoints, `mnist.${old}.zip`), 'old')
  writeFileSync(join(folders.checkpoints, `digits.${other}.zip`), 'digits')
  writeFileSync(join(folders.workflows, 'mnist.json'), reference(old, 3))
  writeFileSync(join(folders.workflows, 'digits.json'), reference(other, 6))
  const bytes = new TextEncoder().encode('new one')
  const { sha256 } = describeFile('mnist.zip', bytes)
  expect(shipMnist(bytes, folders)).toEqual([
    join(folders.checkpoints, `mnist.${sha256}.zip`),
    join(folders.workflows, 'mnist.json'),
  ])
  expect(readdirSync(folders.checkpoints).sort()).toEqual([
    `digits.${other}.zip`,
    `mnist.${sha256}.zip`,
  ])
  expect(readFileSync(join(folders.workflows, 'mnist.json'), 'utf8')).toBe(reference(sha256, 7))
  expect(readFileSync(join(folders.workflows, 'digits.json'), 'utf8')).toBe(reference(other, 6))
})

test('changes nothing if no workflow names the checkpoint', () => {
  const folders = {
    checkpoints: join(folder, 'checkpoints'),
    workflows: join(folder, 'workflows'),
  }
  writeFileSync(join(folders.checkpoints, `mnist.${old}.zip`), 'old')
  expect(() => shipMnist(new Uint8Array(3), folders)).toThrow('No workflow names')
  expect(readdirSync(folders.checkpoints)).toEqual([`mnist.${old}.zip`])
})

test.each([
  [0, 0x0000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [1 / 3, 0x3555],
  // Ties: to even, down and up.
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  // Subnormal numbers, and the step to normal ones.
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -14 - 2 ** -26, 0x0400],
])('rounds %f to the nearest float16', (value, bits) => {
  expect(floatToHalf(value)).toBe(bits)
})

test('stores the weights of a checkpoint in half the bytes', () => {
  const data = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i) / (i + 1))
  const tensors = new Map([['unet.weight', { shape: [30, 100], data }]])
  const text = new TextEncoder().encode('{}')
  const weights = writeSafetensors(tensors)
  const halved = unzipSync(
    toHalfPrecision(
      canonicalZip(
        new Map([
          ['unet/config.json', text],
          ['unet/diffusion_pytorch_model.safetensors', weights],
        ]),
      ),
    ),
  )
  expect(halved['unet/config.json']).toEqual(text)
  const stored = halved['unet/diffusion_pytorch_model.safetensors']
  expect(stored.length).toBeLessThan(0.52 * weights.length)
  const read = readSafetensors(stored).get('unet.weight')!
  expect(read.shape).toEqual([30, 100])
  read.data.forEach((value, i) =>
    expect(Math.abs(value - data[i])).toBeLessThanOrEqual(Math.abs(data[i]) * 2 ** -11 + 2 ** -25),
  )
  expect(() => floatToHalf(65520)).toThrow('out of the range')
})
