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

test.each([
  ['compile', 'compileGraph'],
  ['guide', 'guidePrediction'],
  ['input', 'inputWire'],
  ['mlp', 'mlpModel'],
  ['tryCompile', 'tryCompileGraph'],
  ['unet', 'unetModel'],
  ['wire', 'nodeWire'],
] as const)('the engine has %s as %s', (former, now) => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  const call = (name: typeof former | typeof now) => {
    try {
      return (engine[name] as (...args: unknown[]) => unknown)('a', 'b')
    } catch (error) {
      return String(error)
    }
  }
  expect(call(former)).toEqual(call(now))
  expect(warn.mock.calls.map(([text]) => text)).toEqual([
    `litegraph-diffusion: ${former} is now called ${now}. The former name will be removed in 0.3.`,
  ])
})

test('the documentation lists the former names of the engine', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/stability.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `./engine`'))
  const former = rows.map((row) => row.split('|')[2]).join()
  expect([...former.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(
    Object.keys(formerNames).sort(),
  )
})
