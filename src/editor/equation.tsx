// Equations as MathML, which browsers set themselves. Reads the part of LaTeX that declarations use; what it does not
// know is shown as it is written.
import { h, type ComponentChildren, type VNode } from 'preact'

type Row = VNode[]

const greek = Object.fromEntries(
  'alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ'
    .split(' ')
    .reduce<[string, string][]>((pairs, word, i, all) => (i % 2 ? pairs : [...pairs, [word, all[i + 1]!]]), []),
)

const operators: Record<string, string> = {
  cdot: '⋅',
  times: '×',
  sim: '∼',
  mid: '∣',
  le: '≤',
  leq: '≤',
  ge: '≥',
  geq: '≥',
  ne: '≠',
  neq: '≠',
  approx: '≈',
  in: '∈',
  to: '→',
  rightarrow: '→',
  leftarrow: '←',
  gets: '←',
  infty: '∞',
  partial: '∂',
  nabla: '∇',
  sum: '∑',
  prod: '∏',
  int: '∫',
  pm: '±',
  odot: '⊙',
  ldots: '…',
  dots: '…',
  cdots: '⋯',
  forall: '∀',
  propto: '∝',
  equiv: '≡',
  lVert: '‖',
  rVert: '‖',
  Vert: '‖',
  '|': '‖',
  '{': '{',
  '}': '}',
  langle: '⟨',
  rangle: '⟩',
  prime: '′',
  lfloor: '⌊',
  rfloor: '⌋',
  lceil: '⌈',
  rceil: '⌉',
  star: '⋆',
  ast: '∗',
  circ: '∘',
  top: '⊤',
}

const accents: Record<string, string> = { hat: '^', tilde: '~', vec: '→', dot: '˙' }

/** Widths in em; as operators they would get space of their own besides. */
const spaces: Record<string, number> = { ',': 0.17, ':': 0.22, ';': 0.28, ' ': 0.33, quad: 1, qquad: 2, '!': 0 }

const functions = new Set([
  'exp',
  'log',
  'ln',
  'min',
  'max',
  'cos',
  'sin',
  'tan',
  'arccos',
  'arctan',
  'det',
  'arg',
  'clip',
  'lim',
])

const big = new Set(['sum', 'prod', 'int'])

const alphabets: Record<string, (letter: string) => string> = {
  mathcal: (letter) => script[letter] ?? letter,
  mathbb: (letter) => ({ E: '𝔼', R: 'ℝ', N: 'ℕ', Z: 'ℤ', P: 'ℙ' })[letter] ?? letter,
  mathbf: (letter) => letter,
  boldsymbol: (letter) => letter,
}

const script: Record<string, string> = { N: '𝒩', L: 'ℒ', U: '𝒰', D: '𝒟', O: '𝒪', F: 'ℱ' }

const tokens = (latex: string) => latex.match(/\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|[^\s]/g) ?? []

/** An operator; the words are needed, as an attribute that is false would be left out, and mean true. */
const sign = (text: string, stretchy = false): VNode => h('mo', { stretchy: String(stretchy) } as object, text)

class Reader {
  private readonly all: string[]
  private at = 0

  constructor(latex: string) {
    this.all = tokens(latex)
  }

  row(until?: string): Row {
    const items: Row = []
    while (this.at < this.all.length && this.all[this.at] !== until) items.push(this.scripted())
    if (until) this.at++
    return items
  }

  private scripted(): VNode {
    const token = this.all[this.at]!
    const base = this.atom()
    let sub: VNode | undefined
    let sup: VNode | undefined
    for (;;) {
      const mark = this.all[this.at]
      if (mark === '_') sub = this.argument(1)
      else if (mark === '^') sup = this.argument(1)
      else break
    }
    const limits = big.has(token.slice(1))
    if (sub && sup) return limits ? <munderover>{[base, sub, sup]}</munderover> : <msubsup>{[base, sub, sup]}</msubsup>
    if (sub) return limits ? <munder>{[base, sub]}</munder> : <msub>{[base, sub]}</msub>
    if (sup) return limits ? <mover>{[base, sup]}</mover> : <msup>{[base, sup]}</msup>
    return base
  }

  /** The group or the single thing after `skip` tokens. */
  private argument(skip = 0): VNode {
    this.at += skip
    return this.atom()
  }

  private atom(): VNode {
    const token = this.all[this.at++]
    if (token === undefined) return <mrow />
    if (token === '{') return <mrow>{this.row('}')}</mrow>
    if (token.startsWith('\\')) return this.command(token.slice(1))
    if (/^\d/.test(token)) return <mn>{token}</mn>
    if (/[a-zA-Z]/.test(token)) return <mi>{token}</mi>
    if (token === '-') return <mo>−</mo>
    if (token === "'") return <mo>′</mo>
    if (token === '&') return <mspace width="0.3em" />
    // A bar is a fence only after \left or \right; otherwise its spacing would tear |x|^2 apart.
    if (token === '|') return <mi>|</mi>
    return sign(token)
  }

  private command(name: string): VNode {
    if (name === 'sqrt') return <msqrt>{this.argument()}</msqrt>
    if (name === 'frac' || name === 'tfrac' || name === 'dfrac') return <mfrac>{[this.argument(), this.argument()]}</mfrac>
    if (name === 'left' || name === 'right' || /^(big|Big)[lr]?$/.test(name)) return this.fence()
    if (name === 'text' || name === 'mathrm' || name === 'operatorname' || name === 'mathit')
      return <mtext>{this.letters()}</mtext>
    if (name in spaces) return <mspace width={`${spaces[name]}em`} />
    // A border, because fonts differ in whether they have a bar that fits over a letter.
    if (name === 'bar' || name === 'overline') return <mrow class="bar">{this.argument()}</mrow>
    if (name in accents) {
      return (
        <mover accent>
          {this.argument()}
          {sign(accents[name]!)}
        </mover>
      )
    }
    if (name in alphabets)
      return <mi mathvariant="normal">{[...this.letters()].map((letter) => this.inAlphabet(name, letter)).join('')}</mi>
    if (name in greek) return <mi>{greek[name]}</mi>
    if (functions.has(name)) return <mi>{name}</mi>
    return sign(operators[name] ?? name)
  }

  private inAlphabet = (name: string, letter: string) =>
    letter.startsWith('\\') ? (greek[letter.slice(1)] ?? letter) : alphabets[name]!(letter)

  private fence(): VNode {
    const token = this.all[this.at++] ?? ''
    const text = token.startsWith('\\') ? (operators[token.slice(1)] ?? token.slice(1)) : token
    return sign(text === '.' ? '' : text, true)
  }

  private letters(): string {
    if (this.all[this.at] !== '{') return this.plain(this.all[this.at++] ?? '')
    let text = ''
    for (this.at++; this.at < this.all.length && this.all[this.at] !== '}'; this.at++) text += this.plain(this.all[this.at]!)
    this.at++
    return text
  }

  private plain = (token: string) =>
    token.startsWith('\\') ? (greek[token.slice(1)] ?? operators[token.slice(1)] ?? token.slice(1)) : token
}

/** One equation, or several with `\\` or `\quad` between them, one a line. */
export function Equation({ latex }: { latex: string }) {
  const lines = latex.split(/,?\s*\\quad|\\\\|\n/).filter((line) => line.trim())
  return (
    <div class="equation" role="group" aria-label={latex}>
      {lines.map((line): ComponentChildren => (
        <div key={line}>
          <math display="block">{new Reader(line).row()}</math>
        </div>
      ))}
    </div>
  )
}
