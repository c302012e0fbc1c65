// The form of a script: its syntax tree without texts and names of variables.
import { parseSync } from 'vite'
import { Violation } from '../violation.ts'

type Node = Record<string, unknown>

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** @throws Violation */
export function parseScript(code: string): unknown {
  const { program, errors } = parseSync('script.mjs', code)
  if (errors.length > 0)
    throw new Violation('syntax', `The script is no JavaScript: ${errors[0].message}`)
  return program
}

/** Scripts that differ in texts and names of variables only have equal forms. */
export const scriptForm = (program: unknown): string => JSON.stringify(new Plain().visit(program))

/** Texts of the params `name` of saved files. */
export function savedNames(program: unknown): string[] {
  const names: string[] = []
  const walk = (value: unknown) => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (!isNode(value)) return
    if (value.type === 'CallExpression' && identifier(value.callee) === 'save')
      names.push(...propertyTexts((value.arguments as Node[])[2], 'name'))
    Object.values(value).forEach(walk)
  }
  walk(program)
  return names
}

const identifier = (value: unknown) => (isNode(value) ? value.name : undefined)

function propertyTexts(value: unknown, name: string): string[] {
  const properties = isNode(value) ? ((value.properties as Node[] | undefined) ?? []) : []
  return properties.flatMap(({ key, value: text }) =>
    identifier(key) === name && isNode(text) ? [String(text.value)] : [],
  )
}

/** True for a long text: a list of its lines that is joined. */
function isJoinedText({ callee }: Node): boolean {
  if (!isNode(callee) || !isNode(callee.object) || identifier(callee.property) !== 'join')
    return false
  const { elements = [] } = callee.object as { elements?: Node[] }
  return elements.length > 0 && elements.every((each) => typeof each.value === 'string')
}

const places = new Set(['start', 'end', 'raw', 'range', 'loc', 'shorthand', 'comments'])

class Plain {
  private readonly names = new Map<string, string>()

  visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.visit(each))
    if (!isNode(value)) return value
    switch (value.type) {
      case 'Identifier':
        return this.rename(String(value.name))
      case 'Literal':
        return typeof value.value === 'string' ? 'S' : value.value
      case 'Property':
        return [value.computed, this.key(value), this.visit(value.value)]
      case 'CallExpression':
        if (isJoinedText(value)) return 'S'
        break
      case 'MemberExpression':
        return [this.visit(value.object), this.key({ ...value, key: value.property })]
      default: // others have nothing to leave out
    }
    return Object.entries(value).flatMap(([name, inner]) =>
      places.has(name) ? [] : [name, this.visit(inner)],
    )
  }

  /** Slots, params and methods are no names of variables. */
  private key({ computed, key }: Node): unknown {
    return computed === true || !isNode(key) ? this.visit(key) : (key.name ?? key.value)
  }

  private rename(name: string): string {
    const found = this.names.get(name) ?? `v${this.names.size}`
    this.names.set(name, found)
    return found
  }
}
