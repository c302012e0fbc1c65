// The page of measurements without a browser: plan and time, statistics, the run with workers that
// answer from a script, and the report.
import { describe, expect, test } from 'vitest'
import { noticesOf, problemText, sideText, testText } from '../../src/editor/bench/format.ts'
import { readBrowser, readSystem, type Machine } from '../../src/editor/bench/machine.ts'
import { measure, type MeasureOptions } from '../../src/editor/bench/measure.ts'
import { ClosedError, LateError, type Peer } from '../../src/editor/bench/peer.ts'
import {
  benchSettings,
  countRounds,
  planBackends,
  planMeasurements,
  settingsOf,
  shareOfTime,
} from '../../src/editor/bench/plan.ts'
import { toJson, toMarkdown, type Report } from '../../src/editor/bench/report.ts'
import type { BenchResults } from '../../src/editor/bench/results.ts'
import { quantile, relativeGap, summarise } from '../../src/editor/bench/statistics.ts'
import { bench as en } from '../../src/editor/texts/en/bench.ts'
import { bench as ko } from '../../src/editor/texts/ko/bench.ts'
import type { RequestName, Requests, Side } from '../../src/nodes/bench/protocol.ts'

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

// ---- the report

const machine: Machine = {
  graphics: 'ANGLE (NVIDIA|RTX)',
  cores: 8,
  isolated: true,
  threads: 7,
  browser: 'Chrome 142.0',
  system: 'Linux',
  app: { version: '0.1.0', commit: 'abc123' },
}

const results: BenchResults = {
  backends: [
    {
      choice: { backend: 'webgpu' },
      device: 'nvidia lovelace',
      threads: 1,
      checks: [
        { family: 'linear', deviation: 2e-7, passed: true },
        { family: 'softmax', deviation: 3.4e-6, passed: true },
      ],
    },
    {
      choice: { backend: 'wasm', threads: 7 },
      device: '',
      threads: 7,
      checks: [],
      problem: { side: 'ours', kind: 'failed', message: 'WebAssembly is not available here' },
    },
  ],
  rows: [
    {
      choice: { backend: 'webgpu' },
      job: { model: 'reference', task: 'train', items: 16 },
      ours: { median: 0.0123, low: 0.012, high: 0.0131, steps: 40 },
      stock: { median: 0.246, low: 0.24, high: 0.25, steps: 12 },
      ratio: 20,
      problems: [],
    },
    {
      choice: { backend: 'webgpu' },
      job: { model: 'digits', task: 'train', items: 64 },
      ours: { median: 1.5, low: 1.5, high: 1.5, steps: 1 },
      problems: [{ side: 'stock', kind: 'kernel', name: 'Conv2DBackpropFilter' }],
    },
  ],
  seconds: 96,
  stopped: false,
}

const report: Report = { date: '2026-11-30T12:00:00.000Z', machine, results, wasHidden: false }

test('writes the report as Markdown', () => {
  expect(toMarkdown(report, en)).toBe(
    [
      '**litegraph-diffusion**, 2026-11-30T12:00:00.000Z',
      '',
      '- Graphics: ANGLE (NVIDIA\\|RTX)',
      '- Processor: 8 cores, 7 threads',
      '- Browser: Chrome 142.0, Linux',
      '- Version: 0.1.0, commit abc123',
      '',
      '| Backend | Device | Self-test |',
      '| --- | --- | --- |',
      '| WebGPU | nvidia lovelace | 2 kernel families passed; largest deviation 0.0000034, of at most 0.001 |',
      '| WebAssembly, 7 threads |  | Not available: WebAssembly is not available here |',
      '',
      '| Backend | Model | Step | This program | Stock tfjs | Times as fast |',
      '| --- | --- | --- | --- | --- | --- |',
      '| WebGPU | reference UNet, 32 × 32, 6.5 million parameters, 16 images | training | 12.3 ms (12 ms to 13.1 ms), 40 steps | 246 ms (240 ms to 250 ms), 12 steps | 20.0 × |',
      '| WebGPU | small UNet, 8 × 8, 177 thousand parameters, 64 images | training | 1,500 ms (1,500 ms to 1,500 ms), 1 step | not possible, tfjs has no kernel Conv2DBackpropFilter here |  |',
      '',
      en.legend,
      '',
    ].join('\n'),
  )
})

test('writes the report as JSON, with times in seconds', () => {
  expect(JSON.parse(toJson(report))).toEqual(report)
})

test('notices name what makes figures doubtful', () => {
  const { notices } = en
  const emulated: BenchResults = {
    ...results,
    backends: [
      { choice: { backend: 'webgpu' }, device: 'Google SwiftShader', threads: 1, checks: [] },
      { choice: { backend: 'wasm', threads: 4 }, device: 'SIMD, 1 thread', threads: 1, checks: [] },
    ],
  }
  expect(noticesOf(results, { isolated: true, wasHidden: false }, en)).toEqual([])
  expect(
    noticesOf(emulated, { isolated: false, wasHidden: true, broken: 'it fell over' }, en),
  ).toEqual([
    notices.broken('it fell over'),
    notices.software('Google SwiftShader'),
    notices.notIsolated,
    notices.fewerThreads('WebAssembly, 4 threads', 1),
    notices.hidden,
  ])
})

test('shows problems beside the times that exist', () => {
  const row = {
    ...results.rows[0],
    problems: [{ side: 'stock', kind: 'differs', gap: 0.0234 } as const],
  }
  expect(sideText(row, 'stock', en)).toBe(
    '246 ms (240 ms to 250 ms), 12 steps, not compared, its results differ by 0.023 of the largest value',
  )
  expect(problemText({ side: 'ours', kind: 'late', seconds: 15 }, en)).toBe('no result within 15 s')
  expect(problemText({ side: 'ours', kind: 'noTime' }, ko)).toBe(ko.problems.noTime)
})

test('reads name and version of browsers', () => {
  const read = (userAgent: string) => [readBrowser({ userAgent }), readSystem({ userAgent })]
  expect(
    read(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.3595.53',
    ),
  ).toEqual(['Edge 142.0.3595.53', 'Windows'])
  expect(
    read(
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    ),
  ).toEqual(['Safari 26.1', 'macOS'])
  expect(read('Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0')).toEqual([
    'Firefox 145.0',
    'Linux',
  ])
  expect(read('other')).toEqual(['other', ''])
})

// ---- texts

/** Returns all texts with their paths; functions are called with placeholders. */
function said(part: unknown, path = ''): [string, string][] {
  if (typeof part === 'string') return [[path, part]]
  if (typeof part === 'function')
    return [[path, (part as (...args: unknown[]) => string)('3', '7', '5')]]
  return Object.entries(part as object).flatMap(([key, value]) => said(value, `${path}.${key}`))
}

test('Korean has the ids of English, with Korean texts', () => {
  const [english, korean] = [said(en), said(ko)]
  expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path))
  const same = korean.filter(([, text], i) => text === english[i][1]).map(([path]) => path)
  expect(same).toEqual(['.measuring', '.problems.failed'])
})
