// Files shipped with the product: their addresses, decompression and errors.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { computeSha256 } from '../../src/engine/checkpoint/pipeline.ts'
import { NodeError } from '../../src/engine/messages/fault.ts'
import { readImages } from '../../src/engine/datasets/file.ts'
import { encodePng } from '../../src/engine/images/png.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { createAssets } from '../../src/storage/assets.ts'
import { packEmoji } from '../../src/storage/emojiFile.ts'
import { shippedInNode } from '../../src/storage/shippedInNode.ts'
import { createStoredFiles } from '../../src/storage/storedFiles.ts'
import type { ShippedAddresses } from '../../src/storage/shippedFiles.ts'
import { checkpointsByHash, createShippedFiles, withMnist } from '../../src/storage/shippedFiles.ts'
import { root } from '../chromium.ts'

const HASH = 'ab'.repeat(32)
const addresses: ShippedAddresses = {
  files: {
    digits: '/assets/digits.gz',
    emoji: undefined,
    'train-images-idx3-ubyte': undefined,
    'train-labels-idx1-ubyte': undefined,
    't10k-images-idx3-ubyte': undefined,
    't10k-labels-idx1-ubyte': undefined,
  },
  checkpoints: checkpointsByHash({
    [`../assets/checkpoints/digits.${HASH}.zip`]: '/assets/digits.zip',
    'x/README.zip': '/no',
  }),
}
const bytes = Uint8Array.of(1, 2, 3)
const serving =
  (files: Record<string, Uint8Array>) =>
  async (address: string): Promise<Uint8Array> => {
    if (!files[address]) throw new Error('the server answers 404')
    return files[address]
  }

describe('a shipped file', () => {
  test.each([
    ['compressed', new Uint8Array(gzipSync(bytes))],
    ['decompressed by the server', bytes],
  ])('is loaded unchanged if %s', async (_, served) => {
    const shipped = createShippedFiles(() => addresses, serving({ '/assets/digits.gz': served }))
    expect(await shipped.file('digits')).toEqual(bytes)
  })

  test('that cannot be fetched is reported with its address and the reason', async () => {
    const error = await createShippedFiles(() => addresses, serving({}))
      .file('digits')
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(NodeError)
    expect((error as Error).message).toContain(
      'The digits could not be fetched from /assets/digits.gz: the server answers 404.',
    )
  })

  test('that is damaged is reported with its address', async () => {
    const packed = new Uint8Array(gzipSync(bytes))
    const shipped = createShippedFiles(
      () => addresses,
      serving({ '/assets/digits.gz': packed.subarray(0, packed.length - 5) }),
    )
    await expect(shipped.file('digits')).rejects.toThrow(
      'The digits from /assets/digits.gz cannot be read',
    )
  })
})

test('MNIST is fetched from the host; without an address, the cure names the option', async () => {
  let current = addresses
  const shipped = createShippedFiles(
    () => current,
    serving({ 'https://a.b/data/t10k-labels-idx1-ubyte.gz': bytes }),
  )
  await expect(shipped.file('t10k-labels-idx1-ubyte')).rejects.toThrow(
    /is not part of this build.*assets: \{ mnist: /,
  )
  current = withMnist(addresses, 'https://a.b/data')
  expect(await shipped.file('t10k-labels-idx1-ubyte')).toEqual(bytes)
  await expect(shipped.file('train-labels-idx1-ubyte')).rejects.toThrow(
    'https://a.b/data/train-labels-idx1-ubyte.gz',
  )
})

test('emoji are left out of packages, and made from their package in Node', async () => {
  const shipped = createShippedFiles(() => addresses, serving({}))
  await expect(shipped.file('emoji')).rejects.toThrow('The emoji are not part of this build.')
  const { images, captions, ...rest } = readImages(await shippedInNode().file('emoji'))
  expect(rest).toMatchObject({ name: 'Emoji', shape: [1565, 32, 32, 3], max: 255 })
  expect([images.length, captions?.length]).toEqual([1565 * 32 * 32 * 3, 1565])
})

test('a sheet of another form is rejected', () => {
  const grey = encodePng({
    width: 2,
    height: 2,
    channels: 1,
    count: 1,
    pixels: new Uint8ClampedArray(4),
  })
  expect(() => packEmoji(grey, new TextEncoder().encode('[]'))).toThrow('RGBA, not interlaced')
})

test('checkpoints are found among stored files and shipped files', async () => {
  const shipped = createShippedFiles(() => addresses, serving({ '/assets/digits.zip': bytes }))
  const checkpoints = createStoredFiles(memoryStore())
  const own = await checkpoints.put('own.zip', Uint8Array.of(9))
  const assets = createAssets(checkpoints, createStoredFiles(memoryStore()), shipped)
  expect(await assets.checkpoint(HASH)).toEqual(bytes)
  expect(await assets.checkpoint(own.sha256)).toEqual(Uint8Array.of(9))
  expect(await assets.checkpoint('cd'.repeat(32))).toBeUndefined()
})

test('names of shipped checkpoints contain their SHA-256', () => {
  const folder = join(root, 'assets/checkpoints')
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    expect(name).toBe(
      `${name.split('.')[0]}.${computeSha256(new Uint8Array(readFileSync(join(folder, name))))}.zip`,
    )
  }
})
