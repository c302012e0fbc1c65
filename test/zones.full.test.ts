// The workflows of several models, averages as targets and early ends, at full length on wasm.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBackend, stopBackend } from '../src/engine/backends/backends.ts'
import type { ChartView, NumbersView, View } from '../src/engine/base/view.ts'
import { toGraph } from '../src/workflow/index.ts'
import { shownBy } from './nodes/shown.ts'
import { declarations, readWorkflow } from './readyWorkflows.ts'

beforeAll(async () => void (await startBackend({ prefer: 'wasm' })))
afterAll(stopBackend)

/** Runs a workflow as it is and returns the last view of each title. */
async function lastViews(name: string): Promise<Map<string, View>> {
  const { nodes } = toGraph(readWorkflow(name), declarations)
  const titles = new Map(nodes.map(({ id, title, op }) => [id, title ?? op]))
  const views = await shownBy(nodes)
  return new Map([...views].map(([id, all]) => [titles.get(id) ?? id, all[all.length - 1]]))
}

const firstNumber = (view: View | undefined) => (view as NumbersView).rows[0].value
const firstLine = (view: View | undefined) => (view as ChartView).lines[0]

test('the GAN reaches the data and both modes in 300 steps', async () => {
  const views = await lastViews('gan')
  expect(firstNumber(views.get('Distance'))).toBeLessThan(0.1)
  expect(firstNumber(views.get('Modes'))).toBe(2)
  const { x, y } = firstLine(views.get('Distance over steps'))
  expect(x.at(-1)).toBe(300)
  expect(y.at(-1)).toBeLessThan(y[0] / 3)
})

test('consistency training samples the data in one step', async () => {
  const views = await lastViews('consistency-training')
  expect(firstNumber(views.get('Distance'))).toBeLessThan(0.07)
})

test('early stopping ends when the held-out loss has risen', async () => {
  const views = await lastViews('early-stopping')
  const { x, y } = firstLine(views.get('Held-out loss over steps'))
  expect(x.length).toBeLessThan(800)
  expect(x.length % 20).toBe(0)
  const lowest = y.indexOf(Math.min(...y))
  expect(lowest).toBeLessThan(x.length - 20)
  expect(firstLine(views.get('Training loss')).x).toHaveLength(x.length)
})
