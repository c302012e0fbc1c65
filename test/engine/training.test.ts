// A training step as a function: same bits, nothing changed in place, no tensor lost.
import { expect, test } from 'vitest'
import type { EmaConfig } from '../../src/engine/ema.ts'
import { mlp } from '../../src/engine/models/mlp.ts'
import { predict } from '../../src/engine/models/predict.ts'
import type { OptimizerConfig } from '../../src/engine/optimizers.ts'
import { Memory } from '../../src/engine/plan/memory.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Scalar } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { StepOptions, TrainingConfig, TrainingState } from '../../src/engine/training.ts'
import { appendLoss, averagedWeights, beginTraining, trainStep } from '../../src/engine/training.ts'
import type { Model } from '../../src/engine/values.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { onEachBackend } from '../backends.ts'

const optimizer: OptimizerConfig = {
  algorithm: 'adamw',
  lr: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  warmup_steps: 2,
  lr_schedule: 'constant',
  clip_norm: 1,
}
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
  emas: [ema, { kind: 'power_function', sigma_rel: 0.1, snapshots: 4 }, { kind: 'constant', decay: 0.5 }],
}
const withoutEma: TrainingConfig = { optimizer, emas: [] }

const net = () =>
  mlp(
    { dim: 2, hidden: 8, layers: 1, time_embedding_dim: 4, num_classes: 0, activation: 'silu', fourier_features: 1 },
    'epsilon',
    randomOf(3),
  )

/** The loss of step `step`: from points at random to themselves, turned. */
function lossAt(model: Model, state: TrainingState): Scalar {
  const x = tf.tensor2d(randomOf(5, [state.step]).normal(64), [32, 2])
  return predict({ ...model, weights: state.weights }, x, Float64Array.of(7))
    .sub(x.reverse(1))
    .square()
    .mean()
}

/** Trains from `state` up to step `to`; `memory` owns the result, and still the state it began with. */
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

const numbersOf = (state: TrainingState) => Promise.all(tensorsOf(state).map(async (tensor) => [...(await tensor.data())]))

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

      const losses = (await Promise.all(whole.losses.map((piece) => piece.data()))).flatMap((piece) => [...piece])
      expect(losses).toHaveLength(20)
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 1.5)
      expect(losses.at(-1)).toBe((await whole.loss!.data())[0])
      memory.release([model, start, again, whole, half, resumed])
    },
    backend === 'webgpu' ? 60_000 : undefined,
  )

  test('the first EMA is a copy, later ones lie between', async () => {
    const memory = new Memory()
    const model = memory.retain(net())
    const start = memory.retain(beginTraining(model.weights, config))
    const one = train(model, start, 1, memory)
    const many = train(model, one, 8, memory)
    const weight = async (weights: Model['weights']) => [...(await weights['linear_out.bias']!.data())]
    const [first, last] = [memory.retain(averagedWeights(one)), memory.retain(averagedWeights(many))]
    expect(await weight(first)).toEqual(await weight(one.weights))
    expect(await weight(last)).not.toEqual(await weight(many.weights))
    memory.release([model, start, one, many, first, last])
  })

  test('a weight that the loss does not touch stays, where nothing decays', async () => {
    const weights = { used: tf.tensor1d([1, 2]), unused: tf.tensor1d([3]) }
    const start = beginTraining(weights, withoutEma)
    const next = trainStep(start, {
      loss: () => start.weights.used!.square().sum() as Scalar,
      optimizer: { ...optimizer, weight_decay: 0, warmup_steps: 0 },
      emas: [],
      total: 1,
    })
    expect([...(await next.weights.unused!.data())]).toEqual([3])
    expect((await next.weights.used!.data())[0]).toBeCloseTo(0.99, 5)
    expect(averagedWeights(next)).toBe(next.weights)
    tf.dispose([...tensorsOf(weights), ...tensorsOf(start), ...tensorsOf(next)])
  })

  test('a loss that reaches no weight of the zone is refused, and leaves nothing behind', () => {
    const model = net()
    const start = beginTraining(model.weights, withoutEma)
    const x = tf.ones([2, 2])
    const step = (loss: () => Scalar) => () => trainStep(start, { ...withoutEma, loss, total: 1 })
    const before = tf.memory().numTensors
    // The model as it came in: its weights are others than those of the zone, though the numbers are the same.
    expect(step(() => predict(model, x, Float64Array.of(1)).mean() as Scalar)).toThrowErrorMatchingInlineSnapshot(
      `[NodeError: The loss does not depend on the model that TrainingStart gives, so there is nothing to train. Wire \`model\` of TrainingStart to Predict, in place of the model that enters the zone.]`,
    )
    expect(
      step(() => {
        predict({ ...model, weights: start.weights }, x, Float64Array.of(1))
        throw new Error('on the way')
      }),
    ).toThrow('on the way')
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose([x, ...tensorsOf(model), ...tensorsOf(start)])
  })

  test('losses are kept in few pieces, in order', async () => {
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
    expect(pieces.map(({ size }) => size)).toEqual([256, 16, 16, ...Array.from({ length: 12 }, () => 1)])
    const numbers = (await Promise.all(pieces.map((piece) => piece.data()))).flatMap((piece) => [...piece])
    expect(numbers).toEqual(Array.from({ length: 300 }, (_, i) => i))
    tf.dispose([...made])
  })
})
