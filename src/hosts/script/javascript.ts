// Literals and calls of JavaScript.
import { escapeUnseen, hasUnseen } from '../program/programText.ts'

/** A property of an object or pattern: a key and what it has. */
export const formatPair = (key: string, value: string): string =>
  key === value ? key : `${key}: ${value}`

export const formatBraces = (parts: readonly string[]): string =>
  parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}'

/** An argument of a call: a text, or a list of properties in braces. */
export type Argument = string | readonly string[]

/** A call. Empty arguments at its end are left out. */
export function formatCall(name: string, given: readonly Argument[]): string {
  const last = given.findLastIndex((each) => each.length > 0)
  const parts = given
    .slice(0, last + 1)
    .map((each) => (typeof each === 'string' ? each : formatBraces(each)))
  const line = `${name}(${parts.join(', ')})`
  return line.length <= 112 ? line : `${name}(\n${parts.map((part) => `  ${part},\n`).join('')})`
}

export const quote = (text: string): string =>
  /['\\]/.test(text) || hasUnseen(text) ? escapeUnseen(JSON.stringify(text)) : `'${text}'`

/** Length of texts that are written line by line, if they have several. */
const LONG = 100

function formatText(text: string): string {
  if (text.length <= LONG || !text.includes('\n')) return quote(text)
  const lines = text.split('\n').map((line) => `    ${quote(line)},\n`)
  return `[\n${lines.join('')}  ].join('\\n')`
}

export function formatLiteral(value: unknown): string {
  if (typeof value === 'string') return formatText(value)
  if (Array.isArray(value)) return `[${value.map(formatLiteral).join(', ')}]`
  if (value && typeof value === 'object')
    return formatBraces(
      Object.entries(value).map(([key, inner]) => `${formatKey(key)}: ${formatLiteral(inner)}`),
    )
  return JSON.stringify(value)
}

const formatKey = (name: string) =>
  /^[A-Za-z]\w*$/.test(name) ? name : escapeUnseen(JSON.stringify(name))
