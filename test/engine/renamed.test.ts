// Former names of public functions: they do the same, and warn once.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import * as formerNames from '../../src/engine/formerNames.ts'
import * as pack from '../../src/index.ts'
import * as index from '../../src/engine/index.ts'

const engine = { ...index }

afterEach(() => {
  vi.restoreAllMocks()
})

test('former builders build the same, and each warns once', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  expect(pack.samples('Points')).toEqual(pack.slot.samples('Points'))
  expect(pack.samples('Others')).toEqual(pack.slot.samples('Others'))
  expect(pack.textValue('A text')).toEqual(pack.slot.text('A text'))
  expect(pack.optional(pack.slot.noise('Noise'))).toEqual(
    pack.slot.optional(pack.slot.noise('Noise')),
  )
  expect(pack.real(2, { max: 3 }, 'Factor')).toEqual(pack.param.real(2, { max: 3 }, 'Factor'))
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    'litegraph-diffusion: samples is now called slot.samples. The former name will be removed in 0.3.',
    'litegraph-diffusion: textValue is now called slot.text. The former name will be removed in 0.3.',
    'litegraph-diffusion: optional is now called slot.optional. The former name will be removed in 0.3.',
    'litegraph-diffusion: real is now called param.real. The former name will be removed in 0.3.',
  ])
})

test('current builders do not warn', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  pack.slot.any('Any')
  pack.param.integer(1, {}, 'Count')
  expect(warn).not.toHaveBeenCalled()
})

const renamings = [
  ['compile', 'compileGraph'],
  ['guide', 'guidePrediction'],
  ['input', 'inputWire'],
  ['mlp', 'mlpModel'],
  ['tryCompile', 'tryCompileGraph'],
  ['unet', 'unetModel'],
  ['wire', 'nodeWire'],
] as const

/** Result or error of a function for a graph of an unknown node. */
function outcome(name: (typeof renamings)[number][number]): string {
  const graph = { nodes: [{ id: '1', op: 'toy/None', params: {}, inputs: {} }] }
  try {
    return JSON.stringify(
      (engine[name] as (...args: unknown[]) => unknown)(graph, undefined, new Map()),
    )
  } catch (error) {
    return String(error)
  }
}

test.each(renamings)('the engine has %s as %s', (former, now) => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  expect(outcome(former)).toBe(outcome(now))
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    `litegraph-diffusion: ${former} is now called ${now}. The former name will be removed in 0.3.`,
  ])
})

test('no two renamed functions have the same outcome', () => {
  expect(new Set(renamings.map(([, now]) => outcome(now))).size).toBe(renamings.length)
})

test('the documentation lists the former names of the engine', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/stability.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `./engine`'))
  const former = rows.map((row) => row.split('|')[2]).join()
  expect([...former.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(
    Object.keys(formerNames).sort(),
  )
})
