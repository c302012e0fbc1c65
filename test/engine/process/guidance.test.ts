// Guidance, interpolation and inpainting: comparison with recorded numbers (test/golden/README.md),
// and general properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addNoise, forwardStep } from '../../../src/engine/process/forward.ts'
import {
  guide,
  guideMean,
  projectedGuidance,
  rescaleGuidance,
  guidanceScales,
  guideEpsilon,
} from '../../../src/engine/process/guidance.ts'
import { lerp, slerp } from '../../../src/engine/process/interpolate.ts'
import type { MaskShape } from '../../../src/engine/process/mask.ts'
import { mask, maskShapes, paintedMask } from '../../../src/engine/process/mask.ts'
import { classifier, classify } from '../../../src/engine/models/kinds/classifier/classifier.ts'
import {
  classGradient,
  classifierGuidedModel,
} from '../../../src/engine/models/kinds/classifierGuided/classifierGuided.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { gaussianNoise } from '../../../src/engine/process/noise.ts'
import { posterior, posteriorCoefficients } from '../../../src/engine/process/posterior.ts'
import { convertPrediction } from '../../../src/engine/process/prediction.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { ddimStep } from '../../../src/engine/samplers/ddim.ts'
import { repaintStep, repaintTransitions } from '../../../src/engine/samplers/repaint.ts'
import { levelsAt, noiseSchedule, getRatios } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { timesteps } from '../../../src/engine/process/timesteps.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { golden } from '../../golden.ts'
import type { SchedulerCase } from '../../schedulers.ts'
import {
  readCases,
  expectTrajectory,
  createInitial,
  models,
  recordedNoises,
  sharedInput,
} from '../../schedulers.ts'
import type { ClassifierConfig } from '../../../src/engine/models/kinds/classifier/config.ts'

interface Cfg {
  kind: 'cfg'
  guidance_scale: number
  guidance_rescale: number
  shape: number[]
  uncond: number[]
  cond: number[]
  result: number[]
}

interface Slerp {
  kind: string
  t: number
  a: number[]
  b: number[]
  result: number[]
}

interface ByClassifier {
  shape: number[]
  t: number[]
  x: number[]
  model_output_eps: number[]
  cond_grad: number[]
  noise: number[]
  p_sample_guided: number[]
  p_sample_plain: number[]
  ddim_guided_eta_0_5: number[]
  ddim_plain_eta_0: number[]
  ddim_reverse_noclip: number[]
}

const { cases } = golden<{ cases: (Cfg | Slerp | ByClassifier)[] }>('guidance')
const cfgs = cases.filter((one): one is Cfg => 'guidance_scale' in one)
const slerps = cases.filter((one): one is Slerp => 'kind' in one && one.kind.startsWith('slerp'))
const byClassifier = cases.find((one): one is ByClassifier => 'cond_grad' in one)!

/** No tolerance is recorded for these: uses 2e-5 of the largest number. */
const near = (found: ArrayLike<number>, wanted: number[], share = 2e-5) => {
  expect(found.length).toBe(wanted.length)
  const most = Math.max(...wanted.map(Math.abs))
  const gap = Math.max(...wanted.map((value, i) => Math.abs(found[i] - value)))
  expect(gap / most).toBeLessThanOrEqual(share)
}

async function check(make: () => Tensor, wanted: number[], share?: number) {
  const found = tf.tidy(make)
  const data = await found.data()
  found.dispose()
  near(data, wanted, share)
}

onEachBackend((backend) => {
  test.each(cfgs)(
    'w = $guidance_scale, rescaled by $guidance_rescale',
    async ({ shape, cond, uncond, result, ...options }) => {
      const make = () => {
        const [c, u] = [tf.tensor(cond, shape), tf.tensor(uncond, shape)]
        return rescaleGuidance(guide(c, u, options.guidance_scale), c, options.guidance_rescale)
      }
      await check(make, result)
    },
  )

  // WGSL guarantees an accuracy of only 7e-5 for acos.
  test.each(slerps)('slerp at $t', async ({ t, a, b, result }) => {
    await check(
      () => slerp(tf.tensor(a, [1, a.length]), tf.tensor(b, [1, b.length]), t),
      result,
      backend === 'webgpu' ? 1e-4 : 2e-5,
    )
  })

  describe('classifier guidance', () => {
    const { shape, t, ...recorded } = byClassifier
    const schedule = noiseSchedule({ name: 'linear_openai', T: 1000 })
    const at = (steps: number[]) => levelsAt(schedule, { t: Float64Array.from(steps) })
    const [from, to] = [at(t), at(t.map((step) => step - 1))]
    const given = (values: number[]) => tf.tensor(values, shape)
    const clean = (epsilon: Tensor, x: Tensor) =>
      convertPrediction(epsilon, x, from, 'epsilon', 'sample').minimum(1).maximum(-1)

    test.each([0, 1])('the mean of an ancestral step, w = %i', async (scale) => {
      const make = () => {
        const [x, z] = [given(recorded.x), given(recorded.noise)]
        const { mean } = posterior(clean(given(recorded.model_output_eps), x), x, from, to)
        // FIXED_LARGE of OpenAI: β, but at t = 0 the posterior variance at t = 1, without noise.
        const small = posteriorCoefficients(at([1]), at([0])).variance[0]
        const variance = tf.tensor(
          t.map((step) => (step === 0 ? small : schedule.betas[step])),
          [t.length, 1, 1, 1],
        )
        const noisy = tf.tensor(
          t.map((step) => (step === 0 ? 0 : 1)),
          [t.length, 1, 1, 1],
        )
        return guideMean(mean, variance, given(recorded.cond_grad), scale).add(
          variance.sqrt().mul(noisy).mul(z),
        )
      }
      await check(make, scale ? recorded.p_sample_guided : recorded.p_sample_plain)
    })

    test('guides a DDIM step with eta = 0.5 and eta = 0', async () => {
      const make = (guided: boolean) => {
        const [x, z, epsilon] = [
          given(recorded.x),
          given(recorded.noise),
          given(recorded.model_output_eps),
        ]
        if (!guided) {
          const options = { eta: 0, clipping: { range: 1 }, rederive: true }
          return ddimStep(
            { xt: x, prediction: { tensor: epsilon, predicts: 'epsilon' }, from, to },
            options,
          )
        }
        // OpenAI clips before guidance, and not after it.
        const kept = convertPrediction(clean(epsilon, x), x, from, 'sample', 'epsilon')
        const bent = guideEpsilon(kept, given(recorded.cond_grad), from, 1)
        const options = { eta: 0.5, clipping: undefined, rederive: true }
        return ddimStep(
          { xt: x, prediction: { tensor: bent, predicts: 'epsilon' }, from, to, noise: () => z },
          options,
        )
      }
      // At t = 1 the reference computes 1 - ᾱ = 1e-4 in float32: its rounding is 3e-5 of the
      // largest number.
      await check(() => make(false), recorded.ddim_plain_eta_0, 5e-5)
      await check(() => make(true), recorded.ddim_guided_eta_0_5, 5e-5)
    })

    test('guides a DDIM step towards more noise', async () => {
      const make = () => {
        const options = { eta: 0, clipping: undefined, rederive: true }
        const said = { tensor: given(recorded.model_output_eps), predicts: 'epsilon' as const }
        // Beyond the last timestep there is only noise.
        const next = levelsAt(schedule, {
          t: Float64Array.from(t, (step) => step + 1),
          ratio: Float64Array.from(t, (step) =>
            step === 999 ? Infinity : getRatios(at([step + 1]))[0],
          ),
        })
        return ddimStep({ xt: given(recorded.x), prediction: said, from, to: next }, options)
      }
      await check(make, recorded.ddim_reverse_noclip)
    })

    test('the gradient matches finite differences', async () => {
      const model = classifier(small, createRandom(5))
      const [x, direction] = [
        gaussianNoise(createRandom(1), [3, 4, 4, 1]),
        gaussianNoise(createRandom(2), [3, 4, 4, 1]),
      ]
      const [times, labels] = [Float64Array.of(3, 300, 900), Int32Array.of(2, 0, -1)]
      const logs = (by: number) =>
        tf.logSoftmax(classify(model, x.add(direction.mul(by)), undefined, times).logits)
      const [slope, all] = tf.tidy(() => {
        const step = 1e-2
        const rise = logs(step)
          .sub(logs(-step))
          .div(2 * step)
        const chosen = tf.tensor2d([0, 0, 1, 1, 0, 0, 0, 0, 0], [3, 3])
        const gradient = classGradient(model, x, times, labels)
        return [rise.mul(chosen).sum(1), gradient.mul(direction).sum([1, 2, 3])] as const
      })
      const [wanted, found] = [await slope.data(), await all.data()] as [Float32Array, Float32Array]
      expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(0.01)
      expect(found[2]).toBe(0)
      for (const [i, value] of wanted.entries())
        expect(Math.abs(found[i] - value)).toBeLessThan(2e-3)
      tf.dispose([slope, all, x, direction, model.weights])
    })
  })
})

const small: ClassifierConfig = {
  height: 4,
  width: 4,
  in_channels: 1,
  block_out_channels: [8, 8],
  num_classes: 3,
  norm_num_groups: 4,
  activation: 'silu',
  time_embedding_dim: 8,
}

// ---- inpainting

interface RePaintCase extends SchedulerCase {
  num_inference_steps: number
  repaint: { jump_length: number; jump_n_sample: number; mask: 'mask_a' | 'mask_b'; eta?: number }
}

const repaintCases = readCases<RePaintCase>('RePaintScheduler')

onEachBackend(() => {
  test.each(repaintCases)('$id: steps down and up match diffusers', async (one) => {
    const { config_given: config, num_inference_steps: n, shape, repaint: options } = one
    const T = config.num_train_timesteps ?? 1000
    const schedule = noiseSchedule({ name: config.beta_schedule!, T })
    const way = repaintTransitions(
      timesteps(schedule, { num_inference_steps: n, timestep_spacing: 'leading' }),
      options.jump_length,
      options.jump_n_sample,
    )
    // diffusers lists a step down by its start, and a step up by the step down that starts where
    // the next step up ends.
    const stride = T / n
    const listed = Array.from(way.t, (t, i) => (way.tPrev[i] > t ? way.tPrev[i] + stride : t))
    expect(listed).toEqual(one.timesteps)
    const at = (t: number) => levelsAt(schedule, { t: Float64Array.of(t) })
    const frames = tf.tidy(() => {
      let x = createInitial(one)
      const known = { x0: sharedInput('img_a', shape), mask: sharedInput(options.mask, shape) }
      return one.steps.map(({ t }, i) => {
        const [from, to] = [way.t[i], way.tPrev[i]]
        const noises = recordedNoises(one, i)
        if (to > from) {
          // It steps up by single timesteps, with levels shifted by the stride: from s as if at s +
          // stride.
          const first = one.steps[i - 1].t
          noises.forEach((z, k) => (x = forwardStep(x, z, at(first + k - 1), at(first + k))))
        } else {
          const said = models[one.model](x, t)
          const step = { eta: options.eta ?? 0, clipping: { range: 1 }, rederive: false }
          x = repaintStep(
            {
              xt: x,
              prediction: { tensor: said, predicts: 'epsilon' },
              from: at(from),
              to: at(to),
              known,
              noise: () => noises[0] ?? tf.zeros(shape),
            },
            step,
          )
        }
        return x
      })
    })
    await expectTrajectory(one, frames)
  })
})

onCpu(() => {
  test('without jumps RePaint visits the original list', () => {
    const list = timesteps(noiseSchedule({ name: 'linear', T: 100 }), {
      num_inference_steps: 7,
      timestep_spacing: 'trailing',
    })
    expect(repaintTransitions(list, 3, 1)).toEqual(list)
    expect(() => repaintTransitions(list, 0, 2)).toThrow(
      /^Expected jump_length to be a positive integer, got 0/,
    )
  })

  test('visits each section jump_n_sample times, with contiguous transitions', () => {
    const list = timesteps(noiseSchedule({ name: 'linear', T: 100 }), {
      num_inference_steps: 12,
      timestep_spacing: 'trailing',
    })
    const { t, tPrev } = repaintTransitions(list, 4, 3)
    expect([t[0], tPrev.at(-1)]).toEqual([99, -1])
    expect(t.slice(1)).toEqual(tPrev.slice(0, -1))
    const down = [...list.t].map((step) =>
      t.reduce((count, from, i) => count + (from === step && tPrev[i] < step ? 1 : 0), 0),
    )
    expect(down).toEqual([1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3])
  })

  const picture = (shape: MaskShape, size: number, inverted = false) => {
    const made = tf.tidy(() => mask([4, 4, 3], shape, size, inverted))
    expect(made.shape).toEqual([1, 4, 4, 1])
    const rows = [...made.dataSync()].join('').match(/.{4}/g)!
    made.dispose()
    return rows.join(' ')
  }

  test('masks', () => {
    expect(maskShapes.map((shape) => `${shape} ${picture(shape, 0.5)}`)).toEqual([
      'left 1100 1100 1100 1100',
      'right 0011 0011 0011 0011',
      'top 1111 1111 0000 0000',
      'bottom 0000 0000 1111 1111',
      'center 0000 0110 0110 0000',
      'border 1111 1001 1001 1111',
      'checkerboard 1100 1100 0011 0011',
    ])
    expect(picture('left', 0.25, true)).toBe('0111 0111 0111 0111')
    const points = mask([2], 'left', 0.5)
    expect([points.shape, [...points.dataSync()]]).toEqual([
      [1, 2],
      [1, 0],
    ])
    points.dispose()
  })

  const painted = (
    item: number[],
    points: [number, number][],
    radius: number,
    inverted = false,
  ) => {
    const made = tf.tidy(() => paintedMask(item, points, radius, inverted))
    const { shape } = made
    const values = [...made.dataSync()]
    made.dispose()
    const [height, width] = item.length === 1 ? [1, item[0]] : item
    expect(shape).toEqual(item.length === 1 ? [1, width] : [1, height, width, 1])
    return values
      .join('')
      .match(new RegExp(`.{${width}}`, 'g'))
      ?.join(' ')
  }

  test('painted masks: a point marks its pixel, and the pixels with centres in its disc', () => {
    // The top left pixel, and the one right below the middle.
    expect(painted([4, 4, 1], [[-1.9, 1.9]], 0)).toBe('1000 0000 0000 0000')
    expect(painted([4, 4, 3], [[0.1, -0.1]], 0)).toBe('0000 0000 0010 0000')
    expect(painted([4, 4, 1], [[0, 0]], 0.2)).toBe('0000 0110 0110 0000')
    expect(painted([4, 4, 1], [[0, 0]], 0.2, true)).toBe('1111 1001 1001 1111')
    // Overlapping discs, points at the border and beyond it.
    expect(
      painted(
        [4, 4, 1],
        [
          [-2, 2],
          [-1, 2],
          [2, -2],
          [5, 0],
        ],
        0.2,
      ),
    ).toBe('1100 0000 0000 0001')
    // The square covers an image that is no square.
    expect(painted([2, 6, 1], [[0, 1]], 0.3)).toBe('011110 000000')
    expect(painted([3], [[2, 2]], 0.05)).toBe('000')
    expect(painted([3], [[1.9, 0]], 0.05)).toBe('001')
    expect(() => paintedMask([4, 4, 1], [], 0.1)).toThrow('Expected a painted mask')
  })

  test('painted masks have the pixels that a test of each disc has', () => {
    fc.assert(
      fc.property(
        fc.record({
          height: fc.integer({ min: 1, max: 20 }),
          width: fc.integer({ min: 1, max: 20 }),
          radius: fc.double({ min: 0, max: 0.5, noNaN: true }),
          points: fc.array(
            fc.tuple(
              fc.double({ min: -2.5, max: 2.5, noNaN: true }),
              fc.double({ min: -2.5, max: 2.5, noNaN: true }),
            ),
            { minLength: 1, maxLength: 8 },
          ),
        }),
        ({ height, width, radius, points }) => {
          const expected = Array.from({ length: height * width }, (_, i) => {
            const [x, y] = [i % width, Math.floor(i / width)]
            const isMarked = points.some(([px, py]) => {
              const [u, v] = [(px + 2) / 4, (2 - py) / 4]
              const outside = Math.hypot((x + 0.5) / width - u, (y + 0.5) / height - v) - radius
              // Rounding decides at the border.
              fc.pre(Math.abs(outside) > 1e-9)
              return outside < 0 || (Math.floor(u * width) === x && Math.floor(v * height) === y)
            })
            return isMarked ? '1' : '0'
          })
          const rows = expected.join('').match(new RegExp(`.{${width}}`, 'g'))
          expect(painted([height, width, 1], points, radius)).toBe(rows?.join(' '))
        },
      ),
    )
  })

  test('slerp preserves the norm of noise, lerp does not', () => {
    const [a, b] = [
      gaussianNoise(createRandom(1), [4, 4000]),
      gaussianNoise(createRandom(2), [4, 4000]),
    ]
    const spread = (between: typeof slerp) =>
      tf.tidy(() => between(a, b, 0.5).square().mean(1).sqrt().dataSync() as Float32Array)
    for (const value of spread(slerp)) expect(Math.abs(value - 1)).toBeLessThan(0.05)
    for (const value of spread(lerp)) expect(Math.abs(value - Math.SQRT1_2)).toBeLessThan(0.05)
    tf.dispose([a, b])
  })

  test('projected guidance: eta = 1 without a limit is plain guidance; eta = 0 changes nothing along c; the norm is limited', () => {
    tf.tidy(() => {
      const [c, u] = [
        gaussianNoise(createRandom(1), [3, 8]),
        gaussianNoise(createRandom(2), [3, 8]),
      ]
      const plain = { scale: 3, eta: 1, normThreshold: 0, momentum: 0 }
      near(
        projectedGuidance(c, u, undefined, plain).x0.dataSync(),
        [...guide(c, u, 3).dataSync()],
        1e-6,
      )
      const across = projectedGuidance(c, u, undefined, { ...plain, eta: 0 }).x0.sub(c)
      for (const value of across.mul(c).sum(1).dataSync())
        expect(Math.abs(value)).toBeLessThan(1e-4)
      const short = projectedGuidance(c, u, undefined, { ...plain, normThreshold: 0.5 }).x0.sub(c)
      for (const value of short.square().sum(1).sqrt().dataSync())
        expect(value).toBeCloseTo(2 * 0.5, 5)
      const { difference } = projectedGuidance(c, u, undefined, plain)
      const again = projectedGuidance(c, u, difference, { ...plain, momentum: -0.5 }).difference
      near(again.dataSync(), [...c.sub(u).mul(0.5).dataSync()], 1e-6)
    })
  })

  test('the scale is 1 outside of the interval', () => {
    expect([
      ...guidanceScales({ low: 100, high: 600 }, Float64Array.of(99, 100, 600, 601), 4),
    ]).toEqual([1, 4, 4, 1])
  })

  test('guides models only inside the interval, and away from a worse model', async () => {
    const make = (seed: number) =>
      mlp(
        {
          dim: 2,
          hidden: 16,
          layers: 1,
          time_embedding_dim: 8,
          num_classes: 3,
          activation: 'silu',
          fourier_features: 0,
        },
        'epsilon',
        createRandom(seed),
      )
    const [good, worse] = [make(1), make(2)]
    const x = gaussianNoise(createRandom(3), [2, 2])
    const t = Float64Array.of(50, 700)
    const condition = { kind: 'labels', labels: Int32Array.of(1, 2) } as const
    const asked = (model: Parameters<typeof predict>[0], given: typeof condition | undefined) =>
      predict(model, x, t, given)
    tf.tidy(() => {
      const [c, u, w] = [asked(good, condition), asked(good, undefined), asked(worse, condition)]
      const inside = asked(guidedModel(good, 3, { low: 100, high: 1000 }), condition)
      const wanted = tf.concat([c.slice([0, 0], [1, 2]), guide(c, u, 3).slice([1, 0], [1, 2])])
      near(inside.dataSync(), [...wanted.dataSync()], 1e-6)
      near(
        asked(guidedModel(good, 2, { worse }), condition).dataSync(),
        [...guide(c, w, 2).dataSync()],
        1e-6,
      )
      // Autoguidance does not need a condition.
      const [plain, bad] = [asked(good, undefined), asked(worse, undefined)]
      near(
        asked(guidedModel(good, 2, { worse }), undefined).dataSync(),
        [...guide(plain, bad, 2).dataSync()],
        1e-6,
      )
    })
    tf.dispose([x, good.weights, worse.weights])
  })

  test('a guided step increases the probability of the class', async () => {
    const judge = classifier(small, createRandom(7))
    const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })
    tf.tidy(() => {
      const x0 = gaussianNoise(createRandom(8), [6, 4, 4, 1])
      const level = levelsAt(schedule, { t: Float64Array.of(400) })
      const x = addNoise(x0, gaussianNoise(createRandom(9), [6, 4, 4, 1]), level)
      const labels = Int32Array.of(0, 1, 2, 0, 1, 2)
      const epsilon = x.mul(0.5)
      const bent = guideEpsilon(epsilon, classGradient(judge, x, level.t, labels), level, 0.5)
      const logs = (noise: Tensor) => {
        const moved = x.sub(noise.mul(0.05))
        const all = tf
          .logSoftmax(classify(judge, moved, undefined, level.t).logits)
          .arraySync() as number[][]
        return labels.reduce((sum, label, i) => sum + all[i][label], 0)
      }
      expect(logs(bent)).toBeGreaterThan(logs(epsilon) + 1e-4)
    })
    const wrapped = classifierGuidedModel(
      mlp(
        {
          dim: 2,
          hidden: 8,
          layers: 1,
          time_embedding_dim: 8,
          num_classes: 0,
          activation: 'silu',
          fourier_features: 0,
        },
        'epsilon',
        createRandom(1),
      ),
      judge,
      { scale: 1, schedule },
    )
    expect(wrapped.predicts).toBe('epsilon')
    tf.dispose([judge.weights, wrapped.children.model.weights])
  })
})
