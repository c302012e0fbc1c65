// Multiple weight averages of one training run, post-hoc EMA, and validation of their params.
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  readCheckpoint,
  computeSha256,
  writeCheckpoint,
} from '../../src/engine/checkpoint/pipeline.ts'
import type { GraphNode } from '../../src/engine/plan/graph.ts'
import { opTable } from '../../src/engine/plan/op.ts'
import { createSession } from '../../src/engine/plan/session.ts'
import type { Model } from '../../src/engine/models/model.ts'
import type { Training } from '../../src/engine/training/values.ts'
import { nodes } from '../../src/nodes/table.ts'
import { onCpu } from '../backends.ts'
import { trainingGraph } from '../trainingGraph.ts'
import { evaluate, node } from './evaluate.ts'

/** Builds a training graph with a chain of these EMAs, in order. */
function training(
  emas: Record<string, unknown>[],
  start: Record<string, unknown> = {},
  adam: Record<string, unknown> = {},
) {
  const kept = trainingGraph(30).nodes.filter(
    ({ id }) => !['x_T', 'Samples', 'Picture', 'Numbers', 'Keep'].includes(id),
  )
  const last: GraphNode['inputs'] = emas.length
    ? { ema: { node: `EMA ${emas.length}`, slot: 'ema' } }
    : {}
  return [
    ...kept.map((one): GraphNode => {
      if (one.id === 'Start')
        return { ...one, inputs: { ...one.inputs, ...last }, params: { ...one.params, ...start } }
      return one.id === 'Adam' ? { ...one, params: { ...one.params, ...adam } } : one
    }),
    ...emas.map((params, i) =>
      node(`EMA ${i + 1}`, 'EMA', i > 0 ? { ema: `EMA ${i}.ema` } : {}, params),
    ),
  ]
}

const power = (sigma_rel: number, snapshots = 16) => ({
  kind: 'power_function',
  sigma_rel,
  snapshots,
})
const from = { model: 'End.model', training: 'End.training' }

/** Concatenates all weights of a model that was read back. */
const weightsOf = (seen: unknown) =>
  Object.values((seen as Model).weights).flatMap((tensor) => [
    ...(tensor as unknown as { data: Float32Array }).data,
  ])

const mostApart = (a: number[], b: number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])))

onCpu(() => {
  test('stores each EMA of a chain and outputs the first from TrainingEnd', async () => {
    const configs = [
      { decay: 0.9 },
      { kind: 'constant', decay: 0.5 },
      { kind: 'half_life', half_life: 4 },
      power(0.1, 0),
    ]
    const graph = [
      ...training(configs),
      ...configs.map((_, i) => node(`Take ${i + 1}`, 'AveragedModel', from, { average: i + 1 })),
    ]
    const { ema, raw, first, ...others } = await evaluate(graph, {
      ema: 'End.ema',
      raw: 'End.model',
      first: 'Take 1.model',
      second: 'Take 2.model',
      third: 'Take 3.model',
      fourth: 'Take 4.model',
    })
    expect(weightsOf(first)).toEqual(weightsOf(ema))
    const all = [raw, first, ...Object.values(others)].map((seen) =>
      JSON.stringify(weightsOf(seen)),
    )
    expect(new Set(all).size).toBe(5)

    // Other averages in the chain do not affect the result.
    const alone = await evaluate(training(configs.slice(1, 2)), {
      raw: 'End.model',
      ema: 'End.ema',
    })
    expect(weightsOf(alone.raw)).toEqual(weightsOf(raw))
    expect(weightsOf(alone.ema)).toEqual(weightsOf(others.second))
  })

  test('a post-hoc average is much closer to the tracked one than its neighbour is', async () => {
    const graph = [
      ...training([power(0.05), power(0.1), power(0.15, 0)]),
      node('Kept', 'AveragedModel', from, { average: 3 }),
      node('Wide', 'AveragedModel', from, { average: 2 }),
      node('Made', 'PostHocEMA', from, { sigma_rel: 0.15 }),
    ]
    const { kept, wide, made, error } = await evaluate(graph, {
      kept: 'Kept.model',
      wide: 'Wide.model',
      made: 'Made.model',
      error: 'Made.error',
    })
    expect(error.tensor.data[0]).toBeLessThan(0.03)
    expect(mostApart(weightsOf(made), weightsOf(kept))).toBeLessThan(
      0.05 * mostApart(weightsOf(wide), weightsOf(kept)),
    )
  })

  test('limits the number of snapshots and uses them for intermediate emissions', async () => {
    const graph = [
      ...training([power(0.05, 4), power(0.1, 4)], { steps: 20 }).map((one) =>
        one.id === 'End' ? { ...one, params: { emit_every: 7 } } : one,
      ),
      node('Made', 'PostHocEMA', from, { sigma_rel: 0.08 }),
    ]
    const { error, left } = await evaluate(graph, { error: 'Made.error', left: 'End.training' })
    expect(error.tensor.data[0]).toBeLessThan(0.1)
    const { averages } = (left as unknown as Training).state
    expect(averages.map(({ snapshots }) => snapshots.map(({ t }) => t))).toEqual([
      [8, 16],
      [8, 16],
    ])
  })

  describe('validation', () => {
    const refusal = (
      graph: GraphNode[],
      wanted: Record<string, string> = { history: 'End.history' },
    ) =>
      evaluate(graph, wanted).then(
        () => 'no refusal',
        (error: Error) => error.message,
      )
    const made = (params: Record<string, unknown>) => node('Made', 'PostHocEMA', from, params)

    test('rejects averages that the training does not have', async () => {
      expect([
        await refusal([...training([]), node('Take', 'AveragedModel', from)], {
          model: 'Take.model',
        }),
        await refusal([...training([{}]), node('Take', 'AveragedModel', from, { average: 2 })], {
          model: 'Take.model',
        }),
        await refusal([...training([{}]), made({})], { model: 'Made.model' }),
        await refusal([...training([power(0.02, 0)]), made({ sigma_rel: 0.28 })], {
          model: 'Made.model',
        }),
        await refusal([...training([power(0.05)]), made({ t: 31 })], { model: 'Made.model' }),
        await refusal(
          [
            ...training([power(0.05)]),
            node('Other', 'MLP', {}, { hidden: 8 }),
            node('Made', 'PostHocEMA', { ...from, model: 'Other.model' }),
          ],
          { model: 'Made.model' },
        ),
      ]).toMatchInlineSnapshot(`
        [
          "Take: Expected the number of an average from 1 to 0, as the training keeps 0, got 1. Connect an EMA to TrainingStart.",
          "Take: Expected the number of an average from 1 to 1, as the training keeps 1, got 2. Choose one from 1 to 1.",
          "Made.training: Expected averages of the kind power_function in the training, got none. Chain two EMAs of that kind, for example of widths 0.05 and 0.1 with 16 snapshots each, and connect them to TrainingStart.",
          "Made.training: Expected averages that combine to one of width 0.28, got an error of 0.97 at best, where 1 is all of it. Chain two EMAs of that kind, for example of widths 0.05 and 0.1 with 16 snapshots each, and connect them to TrainingStart.",
          "Made: Expected a step of the optimizer from 1 to 30, got 31. Choose one from 1 to 30, or 0 for the last.",
          "Made.training: Expected a training of this model, whose weight time_embedding.linear_1.weight is of shape [64,8], got one in which it is of shape [8,16]. Connect model and training of the same checkpoint.",
        ]
      `)
    })

    test('reports inconsistent params before the run', () => {
      const session = createSession({
        ops: opTable(nodes),
        onEvent: () => {},
        assets: {
          checkpoint: async () => undefined,
          dataset: async () => undefined,
          shipped: async () => new Uint8Array(),
        },
      })
      const found = (...graph: Parameters<typeof training>) =>
        session
          .check({
            nodes: [...training(...graph), node('Look', 'Inspect', { value: 'End.history' })],
          })
          .map(
            (fault) =>
              `${fault.notice ? 'notice' : 'fault'} ${fault.node} ${fault.param}: ${fault.message} ${fault.cure}`,
          )
      expect([
        ...found([], {}, { lr_schedule: 'piecewise_constant', step_rules: '1:10' }),
        ...found([], {}, { lr_schedule: 'polynomial', lr: 1e-4, lr_end: 1e-3 }),
        ...found([{ decay: 0.5, min_decay: 0.9 }]),
        ...found([], { steps: 30, gradient_accumulation_steps: 8 }),
        ...found(
          [power(0.1)],
          { steps: 32, gradient_accumulation_steps: 8 },
          { lr: 0, lr_end: 1, step_rules: '?' },
        ),
      ]).toMatchInlineSnapshot(`
        [
          "fault Adam step_rules: Expected factors of the learning rate, each but the last with the step at which it ends, got "1:10". Write them as 1:1000,0.1:2000,0.01, with ascending steps.",
          "fault Adam lr_end: Expected lr_end to be at most lr, 0.0001, got 0.001: the learning rate would rise instead of fall. Lower lr_end, or raise lr.",
          "fault EMA 1 min_decay: Expected min_decay to be at most decay, 0.5, got 0.9. Lower min_decay to 0.5 or less, or raise decay.",
          "notice Start undefined: The last 6 of 30 steps change no weights: the optimizer steps once every 8. Set steps to a multiple of 8. ",
        ]
      `)
    })
  })

  test('reads format 1 training states with Adam moments and one average', async () => {
    const graph = [
      ...training([{ decay: 0.9 }]),
      node('Keep', 'SaveCheckpoint', from, { name: 'moons' }),
    ]
    const file = await fileOf(graph)
    const { 'training/state.json': about, ...rest } = unzipSync(file)
    const { step, weights } = JSON.parse(strFromU8(about)) as { step: number; weights: string[] }
    const older = zipSync({
      ...rest,
      'training/state.json': strToU8(JSON.stringify({ format: 1, step, weights })),
    })
    expect(computeSha256(writeCheckpoint(readCheckpoint(older)))).toBe(computeSha256(file))

    const broken = (changes: object) => () =>
      readCheckpoint(
        zipSync({
          ...rest,
          'training/state.json': strToU8(
            JSON.stringify({ ...JSON.parse(strFromU8(about)), ...changes }),
          ),
        }),
      )
    for (const changes of [
      { updates: 31 },
      { accumulated_batches: -1 },
      { moments: ['first', 'first'] },
      { moments: ['weight'] },
      { averages: [{}] },
      { averages: [{ snapshots: [3, 2] }] },
      { averages: [{ snapshots: [], sigma_rel: 7 }] },
    ]) {
      expect(broken(changes), JSON.stringify(changes)).toThrow(
        /^Unexpected \w+ in training\/state.json/,
      )
    }
    expect(broken({ averages: [] })).toThrow('belongs to no part of the model')
    expect(broken({ averages: [{ snapshots: [5] }] })).toThrow('average@5/')
  })

  async function fileOf(graph: GraphNode[]): Promise<Uint8Array> {
    let file: Uint8Array | undefined
    const session = createSession({
      ops: opTable(nodes),
      onEvent: (event) => event.type === 'file' && (file = event.file.bytes),
      assets: {
        checkpoint: async () => undefined,
        dataset: async () => undefined,
        shipped: async () => new Uint8Array(),
      },
    })
    await session.run({ type: 'run', run: 1, graph: { nodes: graph } })
    await session.dispose()
    return file!
  }
})
