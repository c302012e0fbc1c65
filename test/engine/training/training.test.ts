// Training steps as pure functions: same bits, nothing changed in place, no leaked tensors.
import { expect, test } from 'vitest'
import { loadTraining, storeTraining } from '../../../src/engine/checkpoint/pipeline.ts'
import type { EmaConfig } from '../../../src/engine/training/ema.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { OptimizerConfig } from '../../../src/engine/training/optimizers.ts'
import { Memory } from '../../../src/engine/base/memory.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Scalar } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type {
  StepOptions,
  TrainingConfig,
  TrainingState,
} from '../../../src/engine/training/trainStep.ts'
import {
  appendLoss,
  averagedWeights,
  beginTraining,
  resumeTraining,
  trainStep,
} from '../../../src/engine/training/trainStep.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'

const optimizer: OptimizerConfig = { ...adamw, warmup_steps: 2 }
const ema: EmaConfig = {
  kind: 'diffusers',
  decay: 0.99,
  min_decay: 0,
  update_after_step: 0,
  use_ema_warmup: true,
  inv_gamma: 1,
  power: 0.75,
}
const config: TrainingConfig = {
  optimizer,
  emas: [
    ema,
    { kind: 'power_function', sigma_rel: 0.1, snapshots: 4 },
    { kind: 'constant', decay: 0.5 },
  ],
}
const withoutEma: TrainingConfig = { optimizer, emas: [] }

const net = () =>
  mlp(
    {
      dim: 2,
      hidden: 8,
      layers: 1,
      time_embedding_dim: 4,
      num_classes: 0,
      activation: 'silu',
      fourier_features: 1,
    },
    'epsilon',
    createRandom(3),
  )

/** The loss of step `step`: maps random points to their rotation. */
function lossAt(model: Model, state: TrainingState): Scalar {
  const x = tf.tensor2d(createRandom(5, [state.step]).normal(64), [32, 2])
  return predict({ ...model, weights: state.weights }, x, Float64Array.of(7))
    .sub(x.reverse(1))
    .square()
    .mean()
}

/** Trains from `state` to step `to`; `memory` owns the result and the initial state. */
function train(model: Model, state: TrainingState, to: number, memory: Memory): TrainingState {
  const begun = state
  while (state.step < to) {
    const options: StepOptions = { ...config, loss: () => lossAt(model, before), total: 20 }
    const before = state
    state = memory.retain(trainStep(state, options))
    if (before !== begun) memory.release(before)
  }
  return state
}

const numbersOf = (state: TrainingState) =>
  Promise.all(collectTensors(state).map(async (tensor) => [...(await tensor.data())]))

onEachBackend((backend) => {
  test(
    'twenty steps twice, and ten and ten more, are the same bits; a state is not changed by going on from it',
    async () => {
      const memory = new Memory()
      const model = memory.retain(net())
      const begin = () => memory.retain(beginTraining(model.weights, config))
      const [start, again] = [begin(), begin()]
      const whole = train(model, start, 20, memory)
      const half = train(model, again, 10, memory)
      const before = await numbersOf(half)
      const resumed = train(model, half, 20, memory)
      expect(await numbersOf(half)).toEqual(before)
      expect(await numbersOf(resumed)).toEqual(await numbersOf(whole))
      expect(resumed.step).toBe(20)

      const losses = (await Promise.all(whole.losses.map((piece) => piece.data()))).flatMap(
        (piece) => [...piece],
      )
      expect(losses).toHaveLength(20)
      expect(losses.at(-1)).toBeLessThan(losses[0] / 1.5)
      expect(losses.at(-1)).toBe((await whole.loss!.data())[0])
      memory.release([model, start, again, whole, half, resumed])
    },
    backend === 'webgpu' ? 60_000 : undefined,
  )

  test('the first EMA is a copy of the weights, later ones are averages', async () => {
    const memory = new Memory()
    const model = memory.retain(net())
    const start = memory.retain(beginTraining(model.weights, config))
    const one = train(model, start, 1, memory)
    const many = train(model, one, 8, memory)
    const weight = async (weights: Model['weights']) => [
      ...(await weights['linear_out.bias'].data()),
    ]
    const [first, last] = [
      memory.retain(averagedWeights(one)),
      memory.retain(averagedWeights(many)),
    ]
    expect(await weight(first)).toEqual(await weight(one.weights))
    expect(await weight(last)).not.toEqual(await weight(many.weights))
    memory.release([model, start, one, many, first, last])
  })

  test('a weight independent of the loss is unchanged without weight decay', async () => {
    const weights = { used: tf.tensor1d([1, 2]), unused: tf.tensor1d([3]) }
    const start = beginTraining(weights, withoutEma)
    const next = trainStep(start, {
      loss: () => start.weights.used.square().sum() as Scalar,
      optimizer: { ...optimizer, weight_decay: 0, warmup_steps: 0 },
      emas: [],
      total: 1,
    })
    expect([...(await next.weights.unused.data())]).toEqual([3])
    expect((await next.weights.used.data())[0]).toBeCloseTo(0.99, 5)
    expect(averagedWeights(next)).toBe(next.weights)
    tf.dispose([...collectTensors(weights), ...collectTensors(start), ...collectTensors(next)])
  })

  test('rejects a loss independent of all weights, without leaking memory', () => {
    const model = net()
    const start = beginTraining(model.weights, withoutEma)
    const x = tf.ones([2, 2])
    const step = (loss: () => Scalar) => () => trainStep(start, { ...withoutEma, loss, total: 1 })
    const before = tf.memory().numTensors
    // The input model: its weights are not the tensors of the zone, although the numbers are equal.
    expect(
      step(() => predict(model, x, Float64Array.of(1)).mean() as Scalar),
    ).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected a loss that depends on the weights in training, got one that does not.]`,
    )
    expect(
      step(() => {
        predict({ ...model, weights: start.weights }, x, Float64Array.of(1))
        throw new Error('on the way')
      }),
    ).toThrow('on the way')
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose([x, ...collectTensors(model), ...collectTensors(start)])
  })

  test('stores losses in few parts, in order', async () => {
    let pieces: ReturnType<typeof appendLoss> = []
    const all = Array.from({ length: 300 }, (_, i) => tf.scalar(i))
    const made = new Set(all as (typeof pieces)[number][])
    for (const loss of all) {
      const earlier = [...pieces]
      const longer = tf.tidy(() => {
        const longer = appendLoss(pieces, loss)
        longer.forEach((piece) => tf.keep(piece))
        return longer
      })
      expect(pieces).toEqual(earlier)
      pieces = longer
      pieces.forEach((piece) => made.add(piece))
    }
    expect(pieces.map(({ size }) => size)).toEqual([
      256,
      16,
      16,
      ...Array.from({ length: 12 }, () => 1),
    ])
    const numbers = (await Promise.all(pieces.map((piece) => piece.data()))).flatMap((piece) => [
      ...piece,
    ])
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, i) => i))
    tf.dispose([...made])
  })
})

onCpu(() => {
  const steady: TrainingConfig = {
    optimizer: { ...optimizer, algorithm: 'sgd', momentum: 0.9, lr: 0.05, lr_schedule: 'cosine' },
    emas: config.emas,
  }

  /** Trains on 48 points in order, `batch` per step, with an update after every `wanted` steps. */
  function inBatches(
    batch: number,
    wanted: number,
    { to = 48 / batch, from }: { to?: number; from?: TrainingState } = {},
  ) {
    const [model, x] = [net(), tf.tensor2d(createRandom(8).normal(96), [48, 2])]
    let state = from ?? beginTraining(model.weights, steady)
    while (state.step < to) {
      const now = state
      const part = x.slice([now.step * batch, 0], [batch, 2])
      const loss = () =>
        predict({ ...model, weights: now.weights }, part, Float64Array.of(7))
          .sub(part.reverse(1))
          .square()
          .mean() as Scalar
      state = trainStep(now, {
        ...steady,
        loss,
        total: 48 / batch,
        gradient_accumulation_steps: wanted,
      })
    }
    return state
  }

  const inScope = async (work: () => Promise<void>) => {
    tf.engine().startScope()
    await work()
    tf.engine().endScope()
  }

  test('accumulated batches equal one large batch', () =>
    inScope(async () => {
      const [large, small] = [inBatches(16, 1), inBatches(4, 4)]
      expect([large.step, large.updates, small.step, small.updates]).toEqual([3, 3, 12, 3])
      const [right, got] = [
        await numbersOf({ ...large, losses: [] }),
        await numbersOf({ ...small, losses: [] }),
      ]
      const [of, other] = [large, small].map(({ losses }) =>
        losses.map((loss) => loss.dataSync()[0]),
      )
      expect(got.length).toBe(right.length)
      // The losses of the last step are from different batches.
      right.slice(0, -1).forEach((numbers, i) => {
        numbers.forEach((number, k) =>
          expect(Math.abs(got[i][k] - number), `${i} ${k}`).toBeLessThan(1e-6),
        )
      })
      const means = [0, 4, 8].map((i) =>
        other.slice(i, i + 4).reduce((sum, loss) => sum + loss / 4, 0),
      )
      means.forEach((mean, i) => expect(Math.abs(mean - of[i])).toBeLessThan(1e-6))
    }))

  test('a saved training with accumulated gradients resumes with the same bits', () =>
    inScope(async () => {
      const left = inBatches(4, 4, { to: 6 })
      expect([left.updates, left.accumulated!.batches]).toEqual([1, 2])
      const { tensors, ...about } = await storeTraining(left, net())
      const loaded = loadTraining({ ...about, tensors }, net())
      const resumed = resumeTraining(loaded, net().weights, steady)
      const { losses, ...got } = inBatches(4, 4, { from: resumed })
      const { losses: all, ...right } = inBatches(4, 4)
      expect(await Promise.all(collectTensors(got).map((tensor) => tensor.data()))).toEqual(
        await Promise.all(collectTensors(right).map((tensor) => tensor.data())),
      )
      expect(losses.flatMap((loss) => [...loss.dataSync()])).toEqual(
        all.flatMap((loss) => [...loss.dataSync()]),
      )
    }))

  test('rejects resuming without the required moments or averages', () =>
    inScope(async () => {
      const left = inBatches(16, 1)
      const goingOn = (changes: Partial<TrainingConfig>) => () =>
        resumeTraining(left, net().weights, { ...steady, ...changes })
      expect(goingOn({ optimizer: { ...steady.optimizer, momentum: 0 } })().moments).toEqual({})
      expect(
        goingOn({ emas: [ema, { kind: 'power_function', sigma_rel: 0.1, snapshots: 2 }] })()
          .averages,
      ).toHaveLength(2)
      expect(goingOn({ optimizer })).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected a training with the moments that adamw continues from (first, second), got one of another optimizer.]`,
      )
      expect(
        goingOn({ emas: [{ kind: 'power_function', sigma_rel: 0.1, snapshots: 2 }] }),
      ).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected average 1 of the training to be a power function of width 0.1 from the first step on, got another average.]`,
      )
      expect(
        goingOn({
          emas: [...steady.emas, { kind: 'power_function', sigma_rel: 0.1, snapshots: 2 }],
        }),
      ).toThrow('got none')
    }))

  test.each(['adamw', 'adam', 'radam', 'nadam', 'adamax', 'rmsprop', 'adagrad', 'sgd'] as const)(
    '%s learns',
    (algorithm) =>
      inScope(async () => {
        const model = net()
        let state = beginTraining(model.weights, {
          optimizer: { ...optimizer, algorithm },
          emas: [],
        })
        const own: OptimizerConfig = {
          ...optimizer,
          algorithm,
          lr: algorithm === 'sgd' ? 0.2 : 0.02,
        }
        for (let i = 0; i < 30; i++) {
          const now = state
          state = trainStep(now, {
            optimizer: own,
            emas: [],
            loss: () => lossAt(model, { ...now, step: 1 }),
            total: 30,
          })
        }
        const losses = state.losses.flatMap((loss) => [...loss.dataSync()])
        expect(losses.at(-1)).toBeLessThan(0.8 * losses[0])
      }),
  )
})
