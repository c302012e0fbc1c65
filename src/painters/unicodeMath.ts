// LaTeX as plain Unicode text, for canvases, tooltips and page titles.

const subscripts: Readonly<Record<string, string>> = {
  ...zip('0123456789+-=()', '₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎'),
  ...zip('aehijklmnoprstuvx', 'ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ'),
  ...zip('βγρφχ', 'ᵦᵧᵨᵩᵪ'),
}

const superscripts: Readonly<Record<string, string>> = {
  ...zip('0123456789+-=()', '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾'),
  ...zip('inTabcdefghjklmoprstuvwxyz', 'ⁱⁿᵀᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ'),
}

function zip(from: string, to: string): Record<string, string> {
  const targets = [...to]
  return Object.fromEntries([...from].map((letter, i) => [letter, targets[i]]))
}

const translate = (table: Readonly<Record<string, string>>, text: string): string | undefined => {
  const letters = [...text.replaceAll(' ', '')].map((letter) =>
    Object.hasOwn(table, letter) ? table[letter] : undefined,
  )
  return letters.includes(undefined) ? undefined : letters.join('')
}

/** Returns the text as subscripts, undefined if Unicode lacks one of them. */
export const toSubscript = (text: string) => translate(subscripts, text)

const symbols: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  varepsilon: 'ε',
  eta: 'η',
  theta: 'θ',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  xi: 'ξ',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  phi: 'φ',
  chi: 'χ',
  psi: 'ψ',
  omega: 'ω',
  Delta: 'Δ',
  Sigma: 'Σ',
  Omega: 'Ω',
  sum: '∑',
  prod: '∏',
  int: '∫',
  nabla: '∇',
  partial: '∂',
  infty: '∞',
  mid: '|',
  cdot: '·',
  times: '×',
  pm: '±',
  to: '→',
  rightarrow: '→',
  mapsto: '↦',
  approx: '≈',
  sim: '∼',
  le: '≤',
  leq: '≤',
  ge: '≥',
  geq: '≥',
  ne: '≠',
  neq: '≠',
  in: '∈',
  odot: '⊙',
  ldots: '…',
  dots: '…',
}

const accents: Readonly<Record<string, string>> = {
  bar: '\u0304',
  hat: '\u0302',
  tilde: '\u0303',
  dot: '\u0307',
}

/** Returns LaTeX as readable text. Unknown commands keep their names. */
export function latexToUnicode(latex: string): string {
  let text = latex
    .replaceAll(/\\(?:left|right|big|Big|bigl|bigr|displaystyle)\b/g, '')
    .replaceAll(/\\[,;:! ]|~/g, ' ')
  for (let depth = 0; depth < 6; depth++) {
    const next = replaceCommands(text)
    if (next === text) break
    text = next
  }
  return text
    .replaceAll(/[{}\\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .normalize()
}

/** Replaces the innermost commands and scripts. */
const replaceCommands = (text: string) =>
  text
    .replaceAll(
      /\\(bar|hat|tilde|dot)\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|\w))/g,
      (all, accent, group, letter) => {
        const base = String(group ?? letter ?? '')
        const known = base.startsWith('\\') ? replaceSymbol(base) : base
        // Only single letters carry an accent.
        return [...known].length === 1 ? known + accents[String(accent)] : String(all).slice(1)
      },
    )
    .replaceAll(/\\(?:d?frac|tfrac)\{([^{}]*)\}\{([^{}]*)\}/g, '($1)/($2)')
    .replaceAll(/\\sqrt\{([^{}]*)\}/g, '√($1)')
    .replaceAll(
      /\\(?:text|mathrm|mathbf|mathcal|mathbb|operatorname|boldsymbol)\{([^{}]*)\}/g,
      '$1',
    )
    .replaceAll(/\\[A-Za-z]+/g, replaceSymbol)
    .replaceAll(/([_^])(?:\{([^{}\\]*)\}|([^\s{}\\_^]))/g, (all: string, kind, group, letter) => {
      const script = String(group ?? letter)
      const translated = kind === '_' ? toSubscript(script) : translate(superscripts, script)
      return translated ?? (group === undefined ? all : `${String(kind)}(${script})`)
    })

const replaceSymbol = (command: string) => {
  const name = command.replace(/^\\/, '')
  return Object.hasOwn(symbols, name) ? symbols[name] : command
}
