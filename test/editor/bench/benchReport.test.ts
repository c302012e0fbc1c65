// The report of the measurements: as Markdown, JSON and notices, in English and Korean.
import { expect, test } from 'vitest'
import { noticesOf, problemText, sideText } from '../../../src/editor/bench/format.ts'
import { readBrowser, readSystem, type Machine } from '../../../src/editor/bench/machine.ts'
import { resultsToJson, toMarkdown, type Report } from '../../../src/editor/bench/report.ts'
import type { BenchResults } from '../../../src/editor/bench/results.ts'
import { bench as en } from '../../../src/editor/texts/en/bench.ts'
import { koBench as ko } from '../korean.ts'

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
  expect(JSON.parse(resultsToJson(report))).toEqual(report)
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
