// Formats texts of languages: templates with values. CONTRIBUTING.md describes the syntax for
// translators.
//
//     {name}                               a value; the items of a list are joined by commas
//     {count, number}                      a number, grouped as in the language: 1,240
//     {count, one {# …} other {# …}}       the first case that fits, see findCase
//     {slots, each {{slots} …} join { / }} the items of a list, each with a text around it
//     {name}을(를)                         a Korean particle, see particles.ts
//
// Other braces stay as they are.
import { resolveParticles } from './particles.ts'

/** Returns the value of a placeholder. */
export type GetValue = (name: string) => unknown

/** Formats a text in a language, such as `ko`. */
export const format = (text: string, getValue: GetValue, language: string): string =>
  resolveParticles(new Formatter(language).fill(text, getValue))

/** A placeholder in a text: its name, its cases by key, and the position behind it. */
interface Placeholder {
  name: string
  cases: Readonly<Record<string, string>>
  end: number
}

class Formatter {
  constructor(private readonly language: string) {}

  fill(text: string, getValue: GetValue): string {
    let filled = ''
    let from = 0
    for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
      const placeholder = at < from ? undefined : readPlaceholder(text, at)
      if (!placeholder) continue
      filled += text.slice(from, at) + this.show(placeholder, getValue)
      from = placeholder.end
    }
    return filled + text.slice(from)
  }

  private show({ name, cases }: Placeholder, getValue: GetValue): string {
    const value = getValue(name)
    if (Object.hasOwn(cases, 'number')) return Number(value).toLocaleString(this.language)
    if (Object.hasOwn(cases, 'join')) return this.showList(name, value as unknown[], cases)
    if (Object.keys(cases).length === 0) return showValue(value)
    return this.fill(this.findCase(value, cases, getValue), getValue)
  }

  /** In the text of an item, its name is the item, and other names are fields of it. */
  private showList(name: string, items: readonly unknown[], { each, join }: Placeholder['cases']) {
    const showItem = (item: unknown) =>
      this.fill(each, (field) => (field === name ? item : (item as Record<string, unknown>)[field]))
    return items.map((item) => (each === undefined ? showValue(item) : showItem(item))).join(join)
  }

  /**
   * Returns the text of the first case that fits: `=x` is the value x, `==name` the value of another
   * placeholder, `<1` and `>1` are bounds, `zero`, `one`, `two`, `few` and `many` plural forms.
   */
  private findCase(value: unknown, cases: Placeholder['cases'], getValue: GetValue): string {
    const plural = Number.isFinite(Number(value)) && this.plural(Number(value))
    const fits = (key: string) => {
      const rest = key.slice(1)
      if (key.startsWith('==')) return value === getValue(rest.slice(1))
      if (key.startsWith('=')) return showValue(value) === rest
      if (key.startsWith('<')) return Number(value) < Number(rest)
      if (key.startsWith('>')) return Number(value) > Number(rest)
      return key === plural || key === 'other'
    }
    return cases[Object.keys(cases).find(fits) ?? ''] ?? ''
  }

  private plural = (count: number) => new Intl.PluralRules(this.language).select(count)
}

const showValue = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : String(value ?? '')

/** Reads the placeholder that begins at a brace; undefined for another brace. */
function readPlaceholder(text: string, at: number): Placeholder | undefined {
  const [start, name, next] = match(/\{(\w+)(\}|,)/y, text, at) ?? []
  if (start === undefined) return undefined
  const cases: Record<string, string> = {}
  let end = at + start.length
  if (next === '}') return { name, cases, end }
  for (;;) {
    const [whole, key, brace] = match(/\s*([^\s{}]*)\s*([{}])/y, text, end) ?? []
    if (whole === undefined) return undefined
    end += whole.length
    if (brace === '}') {
      if (key) cases[key] = ''
      return { name, cases, end }
    }
    const close = findClosing(text, end)
    if (close < 0) return undefined
    cases[key] = text.slice(end, close)
    end = close + 1
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Position of the brace that closes the one before `from`; -1 if there is none. */
function findClosing(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

/** Names of the placeholders in a text, without those of the items of lists. */
export function listPlaceholders(text: string): string[] {
  const names: string[] = []
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
    const placeholder = readPlaceholder(text, at)
    if (!placeholder) continue
    const { name, end } = placeholder
    const { each: _, ...cases } = placeholder.cases
    names.push(name, ...Object.values(cases).flatMap(listPlaceholders))
    at = end - 1
  }
  return names
}
