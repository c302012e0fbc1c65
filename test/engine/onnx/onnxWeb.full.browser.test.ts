// Exported models in ONNX Runtime Web: its wasm build in Chromium.
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predictWithVariance } from '../../../src/engine/models/predict.ts'
import { root, useChromium } from '../../chromium.ts'
import { servePlainly, type PlainServer } from '../../editor/plainServer.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import {
  createFeeds,
  drawArguments,
  expectFeed,
  exportModel,
  type Arguments,
  type Feed,
} from '../../onnx.ts'

const chromium = useChromium()
let server: PlainServer
let page: Page | undefined

beforeAll(async () => {
  await tf.setBackend('cpu')
  server = await servePlainly(join(root, 'node_modules/onnxruntime-web/dist'), {
    others: {
      'empty.html': (response) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<!doctype html><link rel="icon" href="data:," />'),
    },
  })
})
afterAll(() => server.close())

/** The part of ONNX Runtime that pages use. */
interface Ort {
  env: { wasm: { numThreads: number } }
  InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Record<string, { data: unknown; dims: number[] }>> }>
  }
  Tensor: new (type: string, data: unknown, dims: number[]) => object
}

/** Evaluates a file in a page. */
async function runInPage(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, Feed>>,
): Promise<Record<string, Feed>> {
  if (!page) {
    page = await chromium.newPage()
    await page.goto(`${server.address}empty.html`)
    const content = `import * as ort from '${server.address}ort.wasm.min.mjs'; window.ort = ort`
    await page.addScriptTag({ type: 'module', content })
    await page.waitForFunction(() => 'ort' in window)
  }
  const plain = Object.entries(feeds).map(([name, { type, data, dims }]) => ({
    name,
    type,
    data: Array.from(data as ArrayLike<number | bigint>, Number),
    dims,
  }))
  const results = await page.evaluate(
    async ({ bytes, plain }) => {
      const { ort } = window as unknown as { ort: Ort }
      // Pages that are not isolated have no threads.
      ort.env.wasm.numThreads = 1
      const options = { executionProviders: ['wasm'] }
      const session = await ort.InferenceSession.create(Uint8Array.from(bytes), options)
      const tensors = plain.map(({ name, type, data, dims }) => {
        const numbers =
          type === 'int64' ? BigInt64Array.from(data, BigInt) : Float32Array.from(data)
        return [name, new ort.Tensor(type, numbers, dims)] as const
      })
      const outputs = await session.run(Object.fromEntries(tensors))
      return Object.entries(outputs).map(([name, { data, dims }]) => ({
        name,
        data: [...(data as Float32Array)],
        dims,
      }))
    },
    { bytes: [...bytes], plain },
  )
  return Object.fromEntries(
    results.map(({ name, data, dims }) => [
      name,
      { type: 'float32', data: Float32Array.from(data), dims: [...dims] },
    ]),
  )
}

async function expectEqual(model: Model, given: Arguments) {
  const [{ bytes, inputs }] = await exportModel(model)
  const got = await runInPage(bytes, await createFeeds(given, inputs))
  const { tensor, variance } = predictWithVariance(model, given.x, given.t, given.condition)
  await expectFeed(got.prediction, tensor, 'prediction')
  if (variance) await expectFeed(got.variance, variance.tensor, 'variance')
  expect(Object.keys(got)).toEqual(variance ? ['prediction', 'variance'] : ['prediction'])
}

test.each(['unet/b_class_cond', 'dit/dit_b_learned_sigma'])('%s', async (folder) => {
  const model = readGoldenModel(folder)
  for (const count of [1, 3]) await expectEqual(model, drawArguments(model, count))
})

test('an MLP with classes', async () => {
  const model = mlp(
    {
      dim: 2,
      hidden: 32,
      layers: 2,
      time_embedding_dim: 16,
      num_classes: 4,
      activation: 'gelu',
      fourier_features: 2,
    },
    'epsilon',
    createRandom(1),
  )
  await expectEqual(model, drawArguments(model, 5))
})
