// Files that come with the product: where they are sought, how they are unpacked, what is said if they are not there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sha256Of } from '../../src/engine/checkpoint/pipeline.ts'
import { NodeError } from '../../src/engine/plan/fault.ts'
import { memoryStore } from '../../src/engine/plan/store.ts'
import { assetsOf } from '../../src/nodes/assets.ts'
import { keptIn } from '../../src/nodes/kept.ts'
import type { ShippedAddresses } from '../../src/nodes/shipped.ts'
import { checkpointsByHash, shippedFrom, withMnist } from '../../src/nodes/shipped.ts'
import { root } from '../chromium.ts'

const HASH = 'ab'.repeat(32)
const addresses: ShippedAddresses = {
  files: {
    digits: '/assets/digits.gz',
    'train-images-idx3-ubyte': undefined,
    'train-labels-idx1-ubyte': undefined,
    't10k-images-idx3-ubyte': undefined,
    't10k-labels-idx1-ubyte': undefined,
  },
  checkpoints: checkpointsByHash({ [`../assets/checkpoints/digits.${HASH}.zip`]: '/assets/digits.zip', 'x/README.zip': '/no' }),
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
    ['packed', new Uint8Array(gzipSync(bytes))],
    ['unpacked by the server', bytes],
  ])('comes out the same, %s', async (_, served) => {
    const shipped = shippedFrom(() => addresses, serving({ '/assets/digits.gz': served }))
    expect(await shipped.file('digits')).toEqual(bytes)
  })

  test('that cannot be fetched is named with its address and the reason', async () => {
    const error = await shippedFrom(() => addresses, serving({}))
      .file('digits')
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(NodeError)
    expect((error as Error).message).toContain('The digits could not be fetched from /assets/digits.gz: the server answers 404.')
  })

  test('that is damaged is named too', async () => {
    const packed = new Uint8Array(gzipSync(bytes))
    const shipped = shippedFrom(() => addresses, serving({ '/assets/digits.gz': packed.subarray(0, packed.length - 5) }))
    await expect(shipped.file('digits')).rejects.toThrow('The digits could not be fetched from /assets/digits.gz')
  })
})

test('MNIST is sought where the host says, and without that the cure says how', async () => {
  let current = addresses
  const shipped = shippedFrom(() => current, serving({ 'https://a.b/data/t10k-labels-idx1-ubyte.gz': bytes }))
  await expect(shipped.file('t10k-labels-idx1-ubyte')).rejects.toThrow(/does not come with this build.*assets: \{ mnist: /)
  current = withMnist(addresses, 'https://a.b/data')
  expect(await shipped.file('t10k-labels-idx1-ubyte')).toEqual(bytes)
  await expect(shipped.file('train-labels-idx1-ubyte')).rejects.toThrow('https://a.b/data/train-labels-idx1-ubyte.gz')
})

test('a checkpoint is found among the kept files first, then among the shipped ones', async () => {
  const shipped = shippedFrom(() => addresses, serving({ '/assets/digits.zip': bytes }))
  const checkpoints = keptIn(memoryStore())
  const own = await checkpoints.put('own.zip', Uint8Array.of(9))
  const assets = assetsOf(checkpoints, keptIn(memoryStore()), shipped)
  expect(await assets.checkpoint(HASH)).toEqual(bytes)
  expect(await assets.checkpoint(own.sha256)).toEqual(Uint8Array.of(9))
  expect(await assets.checkpoint('cd'.repeat(32))).toBeUndefined()
})

test('shipped checkpoints are named by what they hold', () => {
  const folder = join(root, 'assets/checkpoints')
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    expect(name).toBe(`${name.split('.')[0]}.${sha256Of(new Uint8Array(readFileSync(join(folder, name))))}.zip`)
  }
})
