// The measurements without a browser: plan and time, statistics, and the run with workers that
// answer from a script.
import { describe, expect, test } from 'vitest'
import { noticesOf, testText } from '../../../src/editor/bench/format.ts'
import { measure, type MeasureOptions } from '../../../src/editor/bench/measure.ts'
import { ClosedError, LateError, type Peer } from '../../../src/editor/bench/peer.ts'
import {
  benchSettings,
  countRounds,
  planBackends,
  planMeasurements,
  settingsOf,
  shareOfTime,
} from '../../../src/editor/bench/plan.ts'
import { quantile, relativeGap, summarise } from '../../../src/editor/bench/statistics.ts'
import { bench as en } from '../../../src/editor/texts/en/bench.ts'
import type { RequestName, Requests, Side } from '../../../src/hosts/bench/protocol.ts'

// ---- plan

describe('the plan', () => {
  test('measures every backend, and the reference UNet everywhere but in plain JavaScript', () => {
    const plan = planMeasurements(benchSettings.normal, 4)
    const described = plan.map(({ choice, job }) =>
      [choice.backend, choice.threads, job.model, job.task].join(' '),
    )
    expect(described).toHaveLength(14)
    expect(described.filter((each) => each.includes('reference'))).toHaveLength(6)
    expect(described.filter((each) => each.startsWith('cpu'))).toEqual([
      'cpu  digits sample',
      'cpu  digits train',
    ])
  })

  test('has one entry of wasm without threads', () => {
    expect(planBackends(1)).toEqual([
      { backend: 'webgpu' },
      { backend: 'wasm', threads: 1 },
      { backend: 'cpu' },
    ])
    expect(planBackends(6)[1]).toEqual({ backend: 'wasm', threads: 6 })
  })

  test('stays within two minutes', () => {
    expect(benchSettings.normal.seconds).toBeLessThan(120)
    expect(settingsOf('?bench')).toBe(benchSettings.normal)
    expect(settingsOf('?bench=quick')).toBe(benchSettings.quick)
    const plan = planMeasurements(benchSettings.normal, 4)
    let left = 110
    for (let i = 0; i < plan.length; i++) left -= shareOfTime(left, plan.slice(i))
    expect(left).toBeCloseTo(0, 6)
  })

  test('gives the time that one leaves to the others, and none when it is over', () => {
    const plan = planMeasurements(benchSettings.quick, 1)
    expect(plan).toHaveLength(6)
    expect(shareOfTime(60, plan)).toBe(10)
    expect(shareOfTime(60, plan.slice(3))).toBe(20)
    expect(shareOfTime(-5, plan)).toBe(0)
    expect(shareOfTime(60, [])).toBe(0)
  })

  test('fits rounds into a time', () => {
    const few = { turn: 0.5, rounds: 6 }
    expect(countRounds(10, [0.01, 0.02], few)).toBe(6)
    expect(countRounds(3.2, [0.01, 0.02], few)).toBe(3)
    expect(countRounds(10, [1, 3], few)).toBe(2)
    expect(countRounds(1, [1, 30], few)).toBe(1)
    expect(countRounds(-1, [0.01], few)).toBe(1)
  })
})

// ---- statistics

test('summarises times by their median and quartiles', () => {
  expect(summarise([])).toBeUndefined()
  expect(summarise([3])).toEqual({ median: 3, low: 3, high: 3, steps: 1 })
  // numpy.quantile([1, 2, 3, 4], [0.25, 0.5, 0.75]) = [1.75, 2.5, 3.25]
  expect(summarise([4, 1, 3, 2])).toEqual({ low: 1.75, median: 2.5, high: 3.25, steps: 4 })
  expect(quantile([10, 20], 0.1)).toBeCloseTo(11, 9)
})

test('compares results relative to their largest value', () => {
  expect(relativeGap([1, 2.002], [1, 2])).toBeCloseTo(1e-3, 9)
  expect(relativeGap([0, 0], [0, 0])).toBe(0)
  expect(relativeGap([1, NaN], [1, 2])).toBe(Infinity)
  expect(relativeGap([1], [1, 2])).toBe(Infinity)
  expect(relativeGap([], [])).toBe(Infinity)
})

// ---- the run

type Answer = (
  name: RequestName,
  takes: Requests[RequestName]['takes'],
  side: Side,
  backend: string,
) => unknown

/** Runs the quick plan with workers that answer by a function, in virtual time. */
async function runWith(answer: Answer, options: Partial<MeasureOptions> = {}) {
  const log: string[] = []
  const progress: number[] = []
  let open = 0
  let time = 0
  const openPeer = (): Peer => {
    let [side, backend]: [Side, string] = ['ours', '']
    open++
    let closed = false
    return {
      async ask(name, takes) {
        if (closed) throw new ClosedError()
        if (name === 'start') ({ side, backend } = takes as Requests['start']['takes'])
        log.push(`${backend} ${side} ${name}`)
        time += name === 'start' ? 1 : 0.1
        return (await answer(name, takes, side, backend)) as never
      },
      close() {
        if (!closed) open--
        closed = true
      },
    }
  }
  const results = await measure({
    settings: benchSettings.quick,
    threads: 1,
    signal: new AbortController().signal,
    openPeer,
    onProgress: ({ done }) => progress.push(done),
    onResults: () => {},
    clock: () => time,
    ...options,
  })
  expect(open, 'workers that are left').toBe(0)
  return { results, log, progress }
}

const step = { ours: 0.01, stock: 0.03 }

const wellBehaved: Answer = (name, _, side, backend) => {
  if (name === 'start')
    return {
      device: `a ${backend}`,
      threads: 1,
      checks: [{ family: 'linear', deviation: 1e-6, passed: true }],
    }
  if (name === 'open') return { check: [1, 0.9], seconds: step[side] }
  return { seconds: [step[side], step[side] * 1.1] }
}

describe('a run', () => {
  test('times both sides in turns, and compares their medians', async () => {
    const { results, log, progress } = await runWith(wellBehaved)
    expect(results.rows).toHaveLength(6)
    expect(results.stopped).toBe(false)
    expect(results.backends.map(({ device }) => device)).toEqual(['a webgpu', 'a wasm', 'a cpu'])
    for (const { ours, stock, ratio, problems } of results.rows) {
      expect(problems).toEqual([])
      expect(ours?.median).toBeCloseTo(0.0105, 9)
      expect(ours?.steps).toBe(4)
      expect(stock).toMatchObject({ steps: 4 })
      expect(ratio).toBeCloseTo(3, 6)
    }
    expect(log.slice(0, 9)).toEqual([
      'webgpu ours start',
      'webgpu ours open',
      'webgpu stock start',
      'webgpu stock open',
      'webgpu ours turn',
      'webgpu stock turn',
      // The other side begins.
      'webgpu stock turn',
      'webgpu ours turn',
      'webgpu ours open',
    ])
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  test('reports a backend that does not start, and goes on with the others', async () => {
    const { results } = await runWith((name, ...rest) => {
      if (name === 'start' && rest[2] === 'webgpu') throw new Error('WebGPU is not available here')
      return wellBehaved(name, ...rest)
    })
    expect(results.backends[0].problem).toEqual({
      side: 'ours',
      kind: 'failed',
      message: 'WebGPU is not available here',
    })
    expect(results.rows.map(({ choice }) => choice.backend)).toEqual(['wasm', 'wasm', 'cpu', 'cpu'])
  })

  test('says which kernel stock tfjs lacks, and starts its worker again', async () => {
    const { results, log } = await runWith((name, takes, side, backend) => {
      if (name === 'open' && side === 'stock' && (takes as { task: string }).task === 'sample')
        throw new Error("Kernel 'Conv2DBackpropFilter' not registered for backend 'wasm'\nat x")
      return wellBehaved(name, takes, side, backend)
    })
    const [sample, train] = results.rows
    expect(sample.problems).toEqual([
      { side: 'stock', kind: 'kernel', name: 'Conv2DBackpropFilter' },
    ])
    expect(sample.stock).toBeUndefined()
    expect(sample.ratio).toBeUndefined()
    expect(sample.ours?.steps).toBe(4)
    expect(train.ratio).toBeCloseTo(3, 6)
    expect(log.filter((each) => each === 'webgpu stock start')).toHaveLength(2)
  })

  test('does not compare sides whose results differ', async () => {
    const { results } = await runWith((name, takes, side, backend) =>
      name === 'open' && side === 'stock'
        ? { check: [1, 0.8], seconds: 0.01 }
        : wellBehaved(name, takes, side, backend),
    )
    const [{ ours, stock, ratio, problems }] = results.rows
    expect([ours?.steps, stock?.steps, ratio]).toEqual([4, 4, undefined])
    expect(problems).toMatchObject([{ side: 'stock', kind: 'differs' }])
  })

  test('leaves out larger steps after a late one', async () => {
    const jobs = [
      { model: 'digits', task: 'sample', items: 64, weight: 1 },
      { model: 'reference', task: 'sample', items: 16, weight: 3, large: true },
    ] as const
    const { results } = await runWith(
      (name, takes, side, backend) => {
        if (name === 'open' && side === 'stock') throw new LateError(40)
        return wellBehaved(name, takes, side, backend)
      },
      { settings: { ...benchSettings.quick, jobs } },
    )
    expect(results.rows.slice(0, 2).map(({ problems }) => problems)).toEqual([
      [{ side: 'stock', kind: 'late', seconds: 40 }],
      [{ side: 'stock', kind: 'skipped' }],
    ])
    expect(results.rows[1].ours?.steps).toBe(4)
  })

  test('measures nothing more when the time is over', async () => {
    const { results } = await runWith(wellBehaved, {
      settings: { ...benchSettings.quick, seconds: 1.05 },
    })
    expect(results.rows.at(-1)?.problems).toEqual([{ side: 'ours', kind: 'noTime' }])
    expect(results.rows.at(-1)?.ours).toBeUndefined()
  })

  test('keeps what it has when it is stopped', async () => {
    const stopping = new AbortController()
    let turns = 0
    const { results } = await runWith(
      (name, ...rest) => {
        if (name === 'turn' && ++turns === 6) {
          stopping.abort()
          throw new ClosedError()
        }
        return wellBehaved(name, ...rest)
      },
      { signal: stopping.signal },
    )
    expect(results.stopped).toBe(true)
    expect(results.rows).toHaveLength(1)
  })

  test('a self-test that fails is part of the results', async () => {
    const { results } = await runWith((name, ...rest) =>
      name === 'start'
        ? {
            device: 'a GPU',
            threads: 1,
            checks: [{ family: 'softmax', deviation: 0.2, passed: false }],
          }
        : wellBehaved(name, ...rest),
    )
    expect(testText(results.backends[0], en)).toBe('Failed: softmax (deviation 0.20)')
    expect(noticesOf(results, { isolated: true, wasHidden: false }, en)[0]).toBe(
      'WebGPU failed the self-test: its results are wrong on this device. Use another backend.',
    )
  })
})
