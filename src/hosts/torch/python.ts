// Literals of Python.
import { escapeUnseen } from '../program/programText.ts'

/** A number as Python writes it. */
export function pyNumber(value: number): string {
  if (value === Infinity) return 'math.inf'
  if (value === -Infinity) return '-math.inf'
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : pyFloat(value)
}

const pyFloat = (value: number) => String(value).replace(/^(-?\d+)(e[+-]?\d+)$/, '$1.0$2')

/** A string, with escapes for what nobody sees. Lone surrogates cannot be printed. */
export const pyString = (text: string): string =>
  escapeUnseen(JSON.stringify(text.replaceAll(/\p{Cs}/gu, '\ufffd')))

export const pyBool = (value: boolean): string => (value ? 'True' : 'False')

export const pyList = (values: readonly number[]): string => `[${values.map(pyNumber).join(', ')}]`

/** A list of numbers: a range, or evenly spaced, if they are. */
export function pyNumbers(values: readonly number[]): string {
  const last = values.length - 1
  if (values.length < 4) return pyList(values)
  const all = spacing(values)
  if (all !== undefined) return `[*${all}]`
  // Lists of samplers end with clean data.
  const rest = spacing(values.slice(0, -1))
  return rest === undefined ? pyList(values) : `[*${rest}, ${pyNumber(values[last])}]`
}

/** The expression of evenly spaced numbers; undefined for others. */
function spacing(values: readonly number[]): string | undefined {
  const count = values.length
  const [first, last] = [values[0], values[count - 1]]
  const ends = `${pyNumber(first)}, ${pyNumber(last)}, ${count}`
  const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.abs(a)
  const even = values.map((_, i) => first + (i / (count - 1)) * (last - first))
  const stride = values[1] - first
  if (count < 4 || stride === 0) return undefined
  if (values.every((value, i) => Number.isInteger(value) && value === first + i * stride))
    return `range(${first}, ${last + Math.sign(stride)}${stride === 1 ? '' : `, ${stride}`})`
  if (values.every((value, i) => near(value, even[i]))) return `np.linspace(${ends})`
  const isWhole = even.every((value, i) => Math.abs(value - values[i]) < 0.499)
  if (isWhole && values.every(Number.isInteger)) return `map(round, np.linspace(${ends}))`
  if (first <= 0 || last <= 0) return undefined
  const powers = values.map((_, i) => first * (last / first) ** (i / (count - 1)))
  if (values.every((value, i) => near(value, powers[i]))) return `np.geomspace(${ends})`
  return undefined
}

/** A call with its arguments; those that are undefined are left out. */
export const pyCall = (name: string, ...args: readonly (string | undefined)[]): string =>
  `${name}(${args.filter((arg) => arg !== undefined).join(', ')})`

/** A keyword argument, if it differs from the default. */
export const pyOption = <T>(
  name: string,
  value: T,
  standard: T,
  write: (value: T) => string = String,
): string | undefined => (value === standard ? undefined : `${name}=${write(value)}`)

/** Breaks a long assignment of a call into lines of at most `width` characters. */
export function breakLine(line: string, width = 110): string {
  const start = /^( *)(.*?)\(/.exec(line)
  if (line.length <= width || !start || !line.endsWith(')')) return line
  const open = start[0].length
  const parts = splitArguments(line.slice(open, -1))
  if (!parts) return line
  const indent = `${start[1]}    `
  const lines = ['']
  for (const part of parts.flatMap((each) => splitList(each, width - indent.length))) {
    const last = lines[lines.length - 1]
    const joined = last === '' ? part : `${last} ${part}`
    if (last !== '' && indent.length + joined.length > width) lines.push(part)
    else lines[lines.length - 1] = joined
  }
  return [line.slice(0, open), ...lines.map((each) => indent + each), `${start[1]})`].join('\n')
}

/** A long list of numbers in pieces; anything else as it is. */
const splitList = (text: string, width: number): string[] =>
  text.length > width && /^\[[-\d., e]+\],?$/.test(text) ? (text.match(/\S+/g) ?? [text]) : [text]

/** The arguments of a call with their commas; undefined if the last bracket closes another call. */
function splitArguments(text: string): string[] | undefined {
  const parts: string[] = []
  let [depth, from, quoted] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '"') quoted = !quoted
    // The next character is part of an escape.
    if (quoted && c === '\\') i++
    if (quoted) continue
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    if (depth < 0) return undefined
    if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i + 1).trim())
      from = i + 1
    }
  }
  return [...parts, text.slice(from).trim()].filter((part) => part !== '')
}
