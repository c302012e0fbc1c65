// The bench compares equal computations: stock tfjs gives the same model, and differing peers are
// not timed.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openForms } from '../bench/forms.ts'
import { newModel } from '../bench/models.ts'
import { benchTable, type BenchRun } from '../bench/report.ts'
import { expectTheSame } from '../bench/run.ts'
import { benchPage } from '../scripts/docs.ts'
import { stockUnet } from '../src/hosts/bench/stockUnet.ts'
import { models } from '../src/hosts/bench/unets.ts'
import { predict } from '../src/engine/models/predict.ts'
import { createRandom } from '../src/engine/base/random.ts'
import { tf } from '../src/engine/base/tf.ts'
import { onCpu } from './backends.ts'
import { gap } from './goldenTensors.ts'

onCpu(() => {
  test('the UNet of stock operations has the predictions of ours', async () => {
    const model = newModel('digits')
    expect(countParameters(model)).toBe(176_849)
    const x = tf.tensor4d(createRandom(5).normal(128), [2, 8, 8, 1])
    const t = Float64Array.of(3, 700)
    const [ours, stock] = tf.tidy(
      () => [predict(model, x, t), stockUnet(models.digits.config, model.weights, x, t)] as const,
    )
    const { gap: most, size } = await gap(ours, stock)
    expect(size).toBeGreaterThan(0.1)
    expect(most / size).toBeLessThan(1e-5)
    tf.dispose([x, ours, stock])
    tf.dispose(model.weights)
  })

  test('the opened UNet predicts the same bits, and the rewired one lacks an attention', async () => {
    const [closed, opened, rewired] = [undefined, ...openForms].map((form) =>
      newModel('digits', form),
    )
    expect([opened.kind, rewired.kind]).toEqual(['layers', 'layers'])
    const cut = Object.keys(closed.weights).filter((key) => !Object.hasOwn(rewired.weights, key))
    expect(cut.length).toBe(10)
    expect(new Set(cut.map((key) => key.split('attentions')[0])).size).toBe(1)
    const x = tf.tensor4d(createRandom(5).normal(128), [2, 8, 8, 1])
    const [right, same, other] = [closed, opened, rewired].map((model) =>
      tf.tidy(() => predict(model, x, Float64Array.of(3, 700)).arraySync()),
    )
    expect(same).toEqual(right)
    expect(other).not.toEqual(right)
    tf.dispose([x, closed.weights, opened.weights, rewired.weights])
  })

  test('the small UNet has the number of parameters in docs/performance.md', () => {
    const model = newModel('small')
    expect(countParameters(model)).toBe(367_995)
    tf.dispose(model.weights)
  })
})

const countParameters = ({ weights }: ReturnType<typeof newModel>) =>
  Object.values(weights).reduce((sum, { size }) => sum + size, 0)

test('rejects a peer with different losses by name', () => {
  const ours = { check: [1.1, 1.05, 0.9] }
  expectTheSame(new Map([['ours', ours], ['jax', { check: [1.1005, 1.05, 0.9] }]])) // prettier-ignore
  const other = new Map([
    ['ours', ours],
    ['jax', { check: [1.1, 1.05, 0.902] }],
  ] as const)
  expect(() => expectTheSame(other)).toThrow(/^Results of jax-js and this program differ by/)
  for (const check of [[1.1, NaN, 0.9], [1.1]]) {
    const torch = new Map([
      ['ours', ours],
      ['torch', { check }],
    ] as const)
    expect(() => expectTheSame(torch)).toThrow(/^Results of PyTorch and this program differ by/)
  }
})

test('the tables of docs/performance.md are those of the stored results', () => {
  const page = readFileSync('docs/performance.md', 'utf8')
  expect(benchPage(page)).toBe(page)
})

test('a table has the systems that were timed, and the share of the best product', () => {
  const run: BenchRun = {
    machine: 'a machine',
    versions: 'Node 20',
    steps: [
      {
        task: 'train',
        model: 'small',
        where: 'wasm, one thread',
        flops: 3e9,
        times: { ours: 100, stock: 'no filter gradient', torch: 123.4 },
        ceiling: { product: 40, copy: 8.21 },
      },
      { task: 'sample', model: 'small', where: 'cpu', flops: 1e9, times: { ours: 1234 } },
    ],
  }
  expect(benchTable(run).split('\n')).toEqual([
    '| ms per step | this program, measured | stock tfjs | PyTorch | % of product | GFLOP/s | GB/s |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    '| training, small, wasm, one thread | 100 | cannot | 123 | 75 % | 40 | 8.21 |',
    '| sampling, small, cpu | 1,230 |  |  |  |  |  |',
  ])
})
