// Sound records of all stores of a browser.
import type { StoreName } from '../../src/editor/storage/stores.ts'
import { defaultSettings } from '../../src/editor/storage/settings.ts'
import { workflowText } from './binarySeeds.ts'

export interface StoredSeed {
  store: StoreName
  key: string
  value: unknown
}

export async function storedSeeds(): Promise<StoredSeed[]> {
  const text = workflowText()
  const saved = { name: 'points', text, saved: 5, revision: 2 }
  const seed = (store: StoreName, key: string, value: object): StoredSeed => ({ store, key, value })
  const curve = {
    node: '1',
    title: 'Loss',
    name: 'loss',
    x: Float64Array.of(1, 2),
    y: Float64Array.of(3, 4),
  }
  const run = {
    id: 'r1',
    when: 7,
    order: 7,
    workflow: 'w1',
    name: 'points',
    outcome: 'finished',
    changed: [{ kind: 'param', node: '1', title: 'a', param: 'b', from: 1, to: [2] }],
    seeds: [{ node: '1', title: 'a', param: 'seed', value: 3 }],
    seconds: 2,
    iterations: { done: 1, of: 2 },
    loss: 0.5,
    metrics: [{ title: 'a', name: 'b', value: 3 }],
    star: false,
    note: '',
    size: 100,
    sweep: { id: 's1', at: [0] },
  }
  const picture = {
    width: 2,
    height: 1,
    channels: 1,
    count: 1,
    pixels: Uint8ClampedArray.of(1, 2),
  }
  const points = Float32Array.of(1, 2)
  const views = [
    { kind: 'chart', title: 't', xLabel: 'x', yLabel: 'y', yLog: false, lines: [{ ...curve }] },
    { kind: 'scatter', clouds: [{ name: 'a', points }], paths: [points], extent: [0, 1, 0, 1] },
    { kind: 'images', groups: [{ ...picture, name: 'a' }], columns: 0 },
    { kind: 'film', frames: [picture], t: Float64Array.of(1), columns: 1 },
    { kind: 'numbers', rows: [{ name: 'a', value: 1 }] },
    { kind: 'rows', rows: [['a', 'b']] },
    { kind: 'table', columns: ['a', 'b'], rows: [['c', 'd']] },
    { kind: 'texts', frames: [['a']], t: Float64Array.of(1) },
    {
      kind: 'statistics',
      type: 'samples',
      shape: [1],
      mean: 0,
      std: 1,
      min: 0,
      max: 1,
      nan: 0,
      histogram: Float64Array.of(1, 2),
      notes: [['a', 'b']],
    },
  ].map((view, i) => ({ node: String(i), op: 'x', view }))
  const entry = { id: 'q', tries: 1, when: 2 }
  return [
    seed('workflows', 'w1', { id: 'w1', created: 4, ...saved }),
    seed('workflows', 'w2', { id: 'w2', created: 4, ...saved }),
    seed('drafts', 'd1', { id: 'd1', of: 'w1', name: 'd', text, revision: 1, changed: 9 }),
    seed('drafts', 'd2', { id: 'd2', of: 'd2', name: 'e', text, revision: 0, changed: 8 }),
    seed('versions', 'w1 7', { id: 'w1 7', of: 'w1', when: 7, text }),
    seed('versions', 'w1 8', { id: 'w1 8', of: 'w1', when: 8, text, name: 'Named' }),
    seed('nodes', 'n1', { id: 'n1', description: 'x', ...saved }),
    seed('runs', 'r1', run),
    seed('runs', 'r2', { ...run, id: 'r2' }),
    seed('runDetails', 'r1', { id: 'r1', text, losses: [curve], charts: [curve], pictures: [] }),
    seed('sweeps', 's1', {
      id: 's1',
      when: 7,
      workflow: 'w1',
      name: 'points',
      text,
      axes: [{ node: '1', title: 'a', param: 'b', values: [1, 2] }],
    }),
    seed('views', 'w1', { id: 'w1', when: 7, views }),
    seed('lessons', 'a/b', {
      lesson: 'a/b',
      questions: [{ ...entry, answer: 'x', right: true }],
      tasks: [{ ...entry, passed: true, workflow: text }],
    }),
    seed('settings', 'settings', {
      ...defaultSettings,
      tabs: [{ id: 'w1', name: 'points' }],
      open: { id: 'w1' },
      keys: { run: ['F5'] },
    }),
  ]
}
