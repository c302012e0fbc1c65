// Discrete diffusion of tokens: corruption, steps of its reversal, losses, words and texts.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { englishWords } from '../../../src/engine/datasets/englishWords.ts'
import { countTokens } from '../../../src/engine/datasets/vocabulary.ts'
import { listWords, maskedTokens, tokenTexts, wordSet } from '../../../src/engine/datasets/words.ts'
import { likelihoodWeights, tokenCrossEntropy } from '../../../src/engine/losses/tokens.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { noiseSchedule, type FlowSchedule } from '../../../src/engine/process/schedule.ts'
import {
  corruptTokens,
  keptShares,
  randomTokens,
  resampleStep,
  tokenVectors,
  unmaskStep,
} from '../../../src/engine/process/tokens.ts'
import { onEachBackend } from '../../backends.ts'

const flow: FlowSchedule = { kind: 'flow', name: 'flow', T: 1000 }
const at = (...t: number[]) => ({ t: Float64Array.from(t) })

describe('words', () => {
  test('of a text are listed once, in lower case', () => {
    expect(listWords('Anna, ben\n anna;\tÉva')).toEqual(['anna', 'ben', 'éva'])
  })

  test('of the English list are 1,813, each of three to six letters a to z', () => {
    const words = listWords(englishWords)
    expect(words).toHaveLength(1813)
    expect(words.filter((word) => !/^[a-z]{3,6}$/.test(word))).toEqual([])
    expect(words).toEqual([...words].sort())
  })

  test('become characters with padding', () => {
    const { dataset, vocabulary } = wordSet(['ab', 'cab', 'longer'], 3)
    expect(vocabulary).toEqual({
      type: 'vocabulary',
      words: ['a', 'b', 'c', 'e', 'g', 'l', 'n', 'o', 'r'],
      length: 3,
      unit: 'character',
    })
    expect(dataset).toMatchObject({ size: 2, shape: [3, 12], captions: ['ab', 'cab'] })
    expect([...dataset.tokens!.ids]).toEqual([2, 3, 0, 4, 2, 3])
  })

  test('without any, or too many, are rejected', () => {
    expect(() => wordSet([], 0)).toThrow('Expected at least one word')
    expect(() => wordSet(['long'], 3)).toThrow('Expected at least one word')
    const many = Array.from({ length: 20_000 }, (_, i) => i.toString(36).padStart(64, 'x'))
    expect(() => wordSet(many, 0)).toThrow(/at most \d+ words/)
  })

  test('are read back from their tokens', () => {
    const words = fc.uniqueArray(fc.stringMatching(/^[a-zäöü]{1,7}$/), {
      minLength: 1,
      maxLength: 9,
    })
    fc.assert(
      fc.property(words, (words) => {
        const { dataset, vocabulary } = wordSet(words, 0)
        expect(tokenTexts(dataset.tokens!.ids, vocabulary)).toEqual(words)
      }),
    )
  })

  test('with _ have masked places; an empty text is masked everywhere', () => {
    const { vocabulary } = wordSet(['cats'], 0)
    const ids = maskedTokens(['_at', '', 'cat!'], vocabulary)
    expect([...ids]).toEqual([-1, 2, 5, 0, -1, -1, -1, -1, 3, 2, 5, 1])
    expect(tokenTexts(ids, vocabulary)).toEqual(['_at', '____', 'cat?'])
  })
})

describe('the share of tokens that are kept', () => {
  test('is 1 - t / T in a flow schedule, and 1 for clean data', () => {
    expect([...keptShares(flow, at(250, 1000, -1))]).toEqual([0.75, 0, 1])
  })

  test('falls with t in any schedule', () => {
    const schedule = noiseSchedule({ name: 'linear', T: 100 })
    const kept = keptShares(schedule, at(...Array.from({ length: 100 }, (_, t) => t)))
    expect(kept.every((share, t) => t === 0 || share < kept[t - 1])).toBe(true)
  })
})

onEachBackend(() => {
  // Disposes the tensors of each test, before they are counted.
  beforeEach(() => tf.engine().startScope())
  afterEach(() => tf.engine().endScope())

  const ids = () => randomTokens([400, 5], 4, createRandom(1))

  test('as one-hot vectors are the data of their words', async () => {
    const { dataset, vocabulary } = wordSet(['ab', 'cab'], 3)
    const ids = tf.tensor2d(Float32Array.from(dataset.tokens!.ids), [2, 3])
    const vectors = tokenVectors(ids, countTokens(vocabulary))
    expect([...(await vectors.data())]).toEqual([...dataset.data])
  })

  test.each(['absorbing', 'uniform'] as const)('%s: as many as k_t are kept', async (chain) => {
    const clean = ids()
    const noisy = corruptTokens(clean, Float64Array.of(0.6), { chain, classes: 4 }, createRandom(2))
    const [before, after] = [await clean.data(), await noisy.data()]
    const equal = after.filter((id, i) => id === before[i]).length / after.length
    const others = new Set(after.filter((id, i) => id !== before[i]))
    // A uniform draw may give the same token again.
    expect(equal).toBeCloseTo(chain === 'absorbing' ? 0.6 : 0.7, 1)
    expect([...others].sort()).toEqual(chain === 'absorbing' ? [-1] : [0, 1, 2, 3])
  })

  test('kept with a share per item are all there at 1, and none at 0', async () => {
    const kept = Float64Array.from({ length: 400 }, (_, i) => i % 2)
    const clean = ids()
    const options = { chain: 'absorbing', classes: 4 } as const
    const noisy = await corruptTokens(clean, kept, options, createRandom(3)).data()
    const before = await clean.data()
    expect([...noisy]).toEqual(
      Array.from(before, (id, i) => (Math.floor(i / 5) % 2 === 1 ? id : -1)),
    )
  })

  const step = (kept: number, keptNext: number) => ({
    logits: tf.randomNormal<tf.Rank.R3>([400, 5, 4], 0, 1, 'float32', 7),
    ids: corruptTokens(
      ids(),
      Float64Array.of(kept),
      { chain: 'absorbing', classes: 4 },
      createRandom(4),
    ),
    kept: Float64Array.of(kept),
    keptNext: Float64Array.of(keptNext),
    temperature: 1,
  })

  test.each(['random', 'confident'] as const)(
    'an unmasking step (%s) keeps what is there, and reveals its share',
    async (order) => {
      const from = step(0.2, 0.6)
      const [before, after] = [
        await from.ids.data(),
        await unmaskStep(from, order, createRandom(5)).data(),
      ]
      expect(after.filter((id, i) => before[i] >= 0 && id !== before[i])).toHaveLength(0)
      const masked = before.filter((id) => id < 0).length
      const left = after.filter((id) => id < 0).length
      // Numbers of an item are rounded up by `confident`.
      expect(left / masked).toBeCloseTo(order === 'random' ? 0.5 : 0.4, 1)
      const last = await unmaskStep(step(0.2, 1), order, createRandom(5)).data()
      expect(last.filter((id) => id < 0)).toHaveLength(0)
    },
  )

  test('by confidence, the places with the surest tokens are revealed', async () => {
    const logits = tf.tensor3d([
      [
        [0, 1],
        [9, 0],
        [0, 2],
        [0, 5],
      ],
    ])
    const revealed = unmaskStep(
      {
        logits,
        ids: tf.tensor2d([[-1, -1, -1, 1]]),
        kept: Float64Array.of(0.25),
        keptNext: Float64Array.of(0.5),
        temperature: 0,
      },
      'confident',
      createRandom(1),
    )
    // A third of three masked places: the second, whose token 0 has the probability 0.9999.
    expect([...(await revealed.data())]).toEqual([-1, 0, -1, 1])
  })

  test('a uniform step has the distribution of the formula', async () => {
    const [count, classes, kept, keptNext] = [4000, 3, 0.3, 0.8]
    const p = [0.5, 0.3, 0.2]
    const logits = tf.tensor1d(p.map(Math.log)).reshape([1, 1, 3]).tile([count, 1, 1])
    const drawn = await resampleStep(
      {
        logits: logits as tf.Tensor3D,
        ids: tf.ones([count, 1]),
        kept: Float64Array.of(kept),
        keptNext: Float64Array.of(keptNext),
        temperature: 1,
      },
      createRandom(6),
    ).data()
    // Austin et al. 2021, eq. 3 and 4, summed over x_0.
    const to = (share: number, from: number, to: number) =>
      (from === to ? share : 0) + (1 - share) / classes
    const expected = [0, 1, 2].map((s) =>
      p.reduce(
        (sum, own, x0) =>
          sum + (own * to(kept / keptNext, s, 1) * to(keptNext, x0, s)) / to(kept, x0, 1),
        0,
      ),
    )
    expect(expected.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    const shares = [0, 1, 2].map((s) => drawn.filter((id) => id === s).length / count)
    shares.forEach((share, s) => expect(Math.abs(share - expected[s])).toBeLessThan(0.03))
  })

  test('the cross-entropy counts masked places, by hand', async () => {
    const logits = tf.tensor3d([
      [
        [0, 0],
        [2, 0],
      ],
      [
        [1, 0],
        [0, 3],
      ],
    ])
    const ids = tf.tensor2d([
      [0, 0],
      [1, 1],
    ])
    const nll = [
      Math.log(2),
      Math.log(1 + Math.exp(-2)),
      1 + Math.log(1 + Math.exp(-1)),
      Math.log(1 + Math.exp(-3)),
    ]
    const all = tokenCrossEntropy(logits, ids, undefined, undefined)
    expect((await all.loss.data())[0]).toBeCloseTo(nll.reduce((sum, one) => sum + one) / 4, 5)
    const places = tf.tensor2d([
      [1, 0],
      [1, 1],
    ])
    const masked = tokenCrossEntropy(logits, ids, places, undefined)
    expect((await masked.loss.data())[0]).toBeCloseTo((nll[0] + nll[2] + nll[3]) / 3, 5)
    const weighted = tokenCrossEntropy(logits, ids, places, Float64Array.of(2, 4))
    expect([...(await weighted.losses.data())].map((one) => one.toFixed(4))).toEqual([
      nll[0].toFixed(4),
      (2 * (nll[2] + nll[3])).toFixed(4),
    ])
  })
})

describe('weights by likelihood', () => {
  test('are T / t in a flow schedule', () => {
    const [early, late] = likelihoodWeights(flow, at(100, 800))
    expect(early).toBeCloseTo(10, 6)
    expect(late).toBeCloseTo(1.25, 6)
  })

  test('sum with the share of masked places to what the last step leaves', () => {
    const schedule = noiseSchedule({ name: 'linear', T: 100 })
    const times = at(...Array.from({ length: 100 }, (_, t) => t))
    const [weights, kept] = [likelihoodWeights(schedule, times), keptShares(schedule, times)]
    const mean = weights.reduce((sum, weight, t) => sum + weight * (1 - kept[t]), 0) / 100
    expect(mean).toBeCloseTo(1 - kept[99], 9)
  })
})
