import katex from 'katex'
import { describe, expect, test } from 'vitest'
import { getSymbolValues, substituteNumbers } from '../../../src/editor/graph/equationValues.ts'
import { nodes } from '../../../src/nodes/table.ts'

describe('equations', () => {
  const withEquation = nodes.filter(({ equation }) => equation)

  test('KaTeX can set every one, with the numbers of a new node too', () => {
    expect(withEquation.length).toBeGreaterThan(50)
    for (const node of withEquation) {
      const numbers = getSymbolValues(
        node,
        (param) => node.params[param].default,
        () => false,
      )
      for (const latex of [node.equation!, substituteNumbers(node.equation!, numbers)]) {
        expect(
          () =>
            katex.renderToString(latex, {
              strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
              trust: true,
            }),
          `${node.type}: ${latex}`,
        ).not.toThrow()
      }
    }
  })

  test('every symbol of a param is in the equation of a node that has it', () => {
    const holds = (equation: string, symbol: string) =>
      substituteNumbers(equation, new Map([[symbol, 2]])) !== equation
    const symbolsOf = ({ params }: (typeof nodes)[number]) =>
      Object.values(params).flatMap(({ symbol }) => symbol ?? [])
    const found = new Set(
      nodes.flatMap((node) =>
        symbolsOf(node).filter((symbol) => holds(node.equation ?? '', symbol)),
      ),
    )
    expect(nodes.flatMap(symbolsOf).filter((symbol) => !found.has(symbol))).toEqual([])
    expect(found.size).toBeGreaterThan(10)
  })
})

describe('numbers in an equation', () => {
  const live = (latex: string, numbers: Record<string, number>) =>
    substituteNumbers(latex, new Map(Object.entries(numbers))).replaceAll(
      /\\htmlClass\{live\}\{([^}]*)\}/g,
      '<$1>',
    )

  test('stand where their symbols do', () => {
    expect(live('u + w \\, (c - u)', { w: 7.5 })).toBe('u + <7.5> \\, (c - u)')
    expect(live('e^{-\\eta h}', { '\\eta': 0 })).toBe('e^{-<0> h}')
    expect(live('\\beta_{min} u + \\beta', { '\\beta_{min}': 0.1, '\\beta': 3 })).toBe(
      '<0.1> u + <3>',
    )
  })

  test('leave other symbols alone: with another index, as an index, in words', () => {
    expect(live('w_t w', { w: 2 })).toBe('w_t <2>')
    expect(live('x_s s', { s: 2 })).toBe('x_s <2>')
    expect(live('\\mathrm{softmax}(s) \\text{ of } s', { s: 2 })).toBe(
      '\\mathrm{softmax}(<2>) \\text{ of } <2>',
    )
    expect(live('\\sigma s', { s: 2 })).toBe('\\sigma <2>')
  })

  test('very large and small ones are powers of ten', () => {
    expect(substituteNumbers('r', new Map([['r', 1e-7]]))).toBe(
      '\\htmlClass{live}{1 \\cdot 10^{-7}}',
    )
  })

  test('are those of params that mean something now', () => {
    const number = {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 1,
      integer: false,
      slider: false,
      about: '',
    } as const
    const params = {
      w: { ...number, symbol: 'w', unless: 'mask' },
      eta: { ...number, symbol: '\\eta', when: { param: 'kind', is: 'ddim' } },
      other: number,
    }
    const numbers = (kind: string, wired: boolean) => [
      ...getSymbolValues(
        { params } as never,
        (param) => (param === 'kind' ? kind : 0.25),
        () => wired,
      ),
    ]
    expect(numbers('ddim', false)).toEqual([
      ['w', 0.25],
      ['\\eta', 0.25],
    ])
    expect(numbers('ddpm', true)).toEqual([])
  })
})
