// Mathematics and Markdown in titles and notes: what is recognised, as plain text and as LaTeX.
import { describe, expect, test } from 'vitest'
import { parseRichText, parseRuns } from '../../../src/litegraph/richText.ts'
import { splitMath, toUnicodeMath } from '../../../src/painters/mathText.ts'
import { latexToUnicode } from '../../../src/painters/unicodeMath.ts'
import { parseMarkdown, safeAddress, splitEquations } from '../../../src/editor/ui/markdown.tsx'

const latex = (text: string) => splitMath(text).flatMap((part) => part.latex ?? [])

describe('mathematics in titles', () => {
  test.each([
    ['The posterior q(x_{t-1} | x_t, x_0)', 'The posterior q(xₜ₋₁ | xₜ, x₀)'],
    ['Error of x_0 by t', 'Error of x₀ by t'],
    ['x_prev becomes x_t', 'xₚᵣₑᵥ becomes xₜ'],
    ['$\\bar\\alpha_t = \\prod_s (1 - \\beta_s)$', 'ᾱₜ = ∏ₛ (1 - βₛ)'],
    ['From $x^2$ to $\\frac{a}{b}$', 'From x² to (a)/(b)'],
  ])('%s', (text, plain) => {
    expect(toUnicodeMath(text)).toBe(plain)
    expect(latex(text).length).toBeGreaterThan(0)
  })

  test.each([
    'batch_size and num_inference_steps',
    'value_1, x_0_2',
    'Write words with _ into Gaps, such as b__k',
    'costs $5 and $6',
    'u = v - (t - r) du/dt, 2 * 0.06^2',
    'mid_block.attentions.0.transformer_blocks.0.attn2',
    'folder/x_t.json',
    'Points',
    '',
  ])('is not found in: %s', (text) => {
    expect(toUnicodeMath(text)).toBe(text)
    expect(latex(text)).toEqual([])
  })

  test('is LaTeX with upright words', () => {
    expect(latex('q(x_{t-1} | x_t) from x_prev by p_theta(x_0 | x_t)')).toEqual([
      'q(x_{t-1} \\mid  x_{t})',
      'x_{\\text{prev}}',
      'p_\\theta',
      'x_{0}',
      'x_{t}',
    ])
  })

  test('keeps a subscript that Unicode lacks', () => {
    expect(toUnicodeMath('from x_T')).toBe('from x_T')
    expect(latex('from x_T')).toEqual(['x_{T}'])
  })

  test('ends for any LaTeX', () => {
    for (const text of [
      '{{{{',
      '\\frac{\\frac{a}{b}}{c}',
      '\\unknown{x}',
      '_'.repeat(2000),
      '^{_{',
    ]) {
      expect(typeof latexToUnicode(text)).toBe('string')
    }
    expect(latexToUnicode('\\frac{\\frac{a}{b}}{c}')).toBe('((a)/(b))/(c)')
    expect(latexToUnicode('\\unknown{x}')).toBe('unknownx')
  })
})

describe('notes on the canvas', () => {
  test('have bold, italic and code runs', () => {
    expect(parseRuns('a **bold** and *soft* `x_t` of x_t')).toEqual([
      { text: 'a ' },
      { text: 'bold', bold: true },
      { text: ' and ' },
      { text: 'soft', italic: true },
      { text: ' ' },
      { text: 'x_t', code: true },
      { text: ' of xₜ' },
    ])
    expect(parseRuns('[Ho et al.](https://example.org) \\*kept\\*')).toEqual([
      { text: 'Ho et al.' },
      { text: ' ' },
      { text: '*' },
      { text: 'kept' },
      { text: '*' },
    ])
  })

  test('leave arithmetic and names alone', () => {
    for (const text of ['2 * 0.06^2 * 3', 'snake_case_name', 'a ** b ** c', '(item_norm(a) - 1)^2'])
      expect(parseRuns(text)).toEqual([{ text }])
  })

  test('have lists, headings and quotes', () => {
    const lines = parseRichText('# Title\n- one\n  - two\n3. three\n> said\n```\n*code*\n```\nend')
    expect(lines).toEqual([
      { runs: [{ text: 'Title', bold: true }], indent: 0 },
      { runs: [{ text: 'one' }], indent: 1, marker: '•' },
      { runs: [{ text: 'two' }], indent: 2, marker: '•' },
      { runs: [{ text: 'three' }], indent: 1, marker: '3.' },
      { runs: [{ text: 'said', italic: true }], indent: 1 },
      { runs: [{ text: '*code*', code: true }], indent: 1 },
      { runs: [{ text: 'end' }], indent: 0 },
    ])
  })
})

describe('notes on the page', () => {
  const kinds = (text: string) => {
    const found: string[] = []
    const visit = (tokens: readonly { type: string; tokens?: unknown }[] = []) => {
      for (const token of tokens) {
        found.push(token.type)
        visit(token.tokens as { type: string }[] | undefined)
      }
    }
    const parsed = parseMarkdown(text)
    visit('tokens' in parsed ? parsed.tokens : [])
    return found
  }

  test('have formulas, which emphasis does not cut', () => {
    expect(kinds('so $a_1 * b_1 * c$ and **x**')).toEqual([
      'paragraph',
      'text',
      'math',
      'text',
      'strong',
      'text',
    ])
    expect(kinds('$$\\sum_i x_i$$')).toEqual(['math'])
    expect(kinds('costs $5 and $6')).toEqual(['paragraph', 'text'])
  })

  test('set equations below each other, unless braces or fences would be cut', () => {
    expect(splitEquations('a = b, \\qquad c = d')).toEqual(['a = b, ', ' c = d'])
    for (const whole of [
      'a = b',
      '\\qquad a',
      '\\text{a \\qquad b}',
      '\\left( a \\qquad b \\right)',
      '\\begin{cases} a \\qquad b \\end{cases}',
    ])
      expect(splitEquations(whole)).toEqual([whole])
  })

  test('links lead to http(s) only', () => {
    expect(safeAddress('https://arxiv.org/abs/2006.11239')).toBe('https://arxiv.org/abs/2006.11239')
    for (const address of [
      'javascript:alert(1)',
      'JAVASCRIPT:alert(1)',
      'java\nscript:alert(1)',
      'data:text/html,<script>1</script>',
      'file:///etc/passwd',
      'blob:https://a/b',
      '/relative',
      '#hash',
      '',
    ])
      expect(safeAddress(address)).toBeUndefined()
  })

  test.each([
    ['characters', 'a'.repeat(20_001)],
    ['nesting', `${'>'.repeat(15_000)} x`],
    ['nesting', `${'- '.repeat(9_000)}x`],
    ['nesting', Array.from({ length: 60 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n')],
    ['marks', '['.repeat(15_000)],
    ['marks', '*a_'.repeat(5_000)],
    ['allMarks', `${'*a_'.repeat(160)}\n\n`.repeat(20)],
    ['spaces', `# ${' '.repeat(1_001)}x`],
    ['lines', 'a\n\n'.repeat(4_000)],
    ['elements', `|${'a|'.repeat(3100)}\n|${'-|'.repeat(3100)}\n`],
    ['formulas', '$x$ y\n\n'.repeat(401)],
    ['formulas', 'x_t '.repeat(401)],
    ['symbols', `$${'x'.repeat(300)}$\n\n`.repeat(21)],
  ])('are shown as they are if they exceed the bound of %s', (problem, text) => {
    expect(parseMarkdown(text)).toEqual({ problem })
  })
})
