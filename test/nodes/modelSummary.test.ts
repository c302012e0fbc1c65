// ModelSummary: the table of the layers of a model, and its painting.
import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import type { TableView } from '../../src/engine/base/view.ts'
import { paintView } from '../../src/painters/paint.ts'
import { onCpu } from '../backends.ts'
import { node } from './evaluate.ts'
import { lastView, shownBy } from './shown.ts'

const asking = (params: object) => [
  node('mlp', 'MLP', {}, { hidden: 8, layers: 1, time_embedding_dim: 4 }),
  node('table', 'ModelSummary', { model: 'mlp.model' }, { ...params }),
]

onCpu(() => {
  test('lists each layer after their sum', async () => {
    const { columns, rows } = await lastView<TableView>(asking({}), 'table')
    expect([columns, ...rows].map((row) => row.join(' | '))).toMatchInlineSnapshot(`
      [
        "layer | operation | output | parameters | multiply-adds | activations",
        "all layers | 14 layers |  | 322 | 288 | 264 B",
        "time | time |  | 0 | 0 | 0 B",
        "time:timestep_embedding | timestep_embedding | 4 | 0 | 0 | 0 B",
        "time_embedding.linear_1 | linear | 8 | 40 | 32 | 16 B",
        "time_embedding.linear_1:silu | silu | 8 | 0 | 0 | 32 B",
        "time_embedding.linear_2 | linear | 8 | 72 | 64 | 32 B",
        "x | x | 2 | 0 | 0 | 0 B",
        "x:fourier_features | fourier_features | 14 | 0 | 0 | 0 B",
        "linear_in | linear | 8 | 120 | 112 | 56 B",
        "linear_in:add | add | 8 | 0 | 0 | 0 B",
        "linear_in:silu | silu | 8 | 0 | 0 | 32 B",
        "layers.0 | linear | 8 | 72 | 64 | 32 B",
        "layers.0:add | add | 8 | 0 | 0 | 0 B",
        "layers.0:silu | silu | 8 | 0 | 0 | 32 B",
        "linear_out | linear | 2 | 18 | 16 | 32 B",
      ]
    `)
  })

  test('adds up layers by the first parts of their names, and by model kind', async () => {
    const { rows } = await lastView<TableView>(asking({ depth: 1 }), 'table')
    expect(rows.map(([name, count]) => [name, count])).toMatchInlineSnapshot(`
      [
        [
          "all layers",
          "14 layers",
        ],
        [
          "time",
          "2 layers",
        ],
        [
          "time_embedding",
          "3 layers",
        ],
        [
          "x",
          "2 layers",
        ],
        [
          "linear_in",
          "3 layers",
        ],
        [
          "layers",
          "3 layers",
        ],
        [
          "linear_out",
          "1 layer",
        ],
      ]
    `)
    const classifier = [
      node('own', 'Classifier', {}, {}),
      node('table', 'ModelSummary', { model: 'own.model' }, { depth: 1 }),
    ]
    const { rows: own } = await lastView<TableView>(classifier, 'table')
    expect(own.map(([name]) => name)).toContain('head')
    const exact = [
      node('points', 'Points'),
      node('schedule', 'NoiseSchedule'),
      node('own', 'ExactModel', { dataset: 'points.dataset', schedule: 'schedule.schedule' }),
      node('table', 'ModelSummary', { model: 'own.model' }),
    ]
    await expect(shownBy(exact)).rejects.toThrow(
      'Expected a model with a network of layers, got a model of kind "exact".',
    )
  })
})

test('a table is painted in its box, with the number of rows that do not fit', () => {
  const ctx = createCanvas(300, 80).getContext('2d')
  const texts: { text: string; x: number; y: number }[] = []
  const fillText = ctx.fillText.bind(ctx)
  ctx.fillText = (text: string, x: number, y: number) => {
    texts.push({ text, x, y })
    fillText(text, x, y)
  }
  const rows = Array.from({ length: 9 }, (_, i) => [`layer ${i}`, 'conv', `${i} k`])
  const view: TableView = { kind: 'table', columns: ['layer', 'operation', 'size'], rows }
  const box = { x: 0, y: 0, width: 300, height: 80 }
  paintView(ctx as unknown as CanvasRenderingContext2D, view, box)
  const words = texts.map(({ text }) => text)
  expect(words).toEqual(expect.arrayContaining(['layer', 'operation', 'layer 0', '0 k', '7 more']))
  expect(Math.max(...texts.map(({ y }) => y))).toBeLessThan(80)
  // Columns are aligned.
  const at = (text: string) => texts.find((one) => one.text === text)!
  expect(at('0 k').x).toBe(at('1 k').x)
  expect(at('0 k').y).toBe(at('layer 0').y)
})
