// Functions of Python: those that programs contain if they use them, and those of the module
// `support` beside each program.
import levels from './python/levels.py?raw'
import models from './python/models.py?raw'
import philox from './python/philox.py?raw'
import predictions from './python/predictions.py?raw'
import sampling from './python/sampling.py?raw'
import support from './python/support.py?raw'

/** Modules beside each program: what does not depend on the graph, and the draws of `--exact`. */
export const modules: ReadonlyMap<string, string> = new Map([
  ['support.py', support],
  ['philox.py', philox],
])

/** The definitions of a file, by name, in its order. */
const splitDefinitions = (text: string): [string, string][] =>
  text
    .trim()
    .split(/\n\n\n+/)
    .map((code) => [/^(?:@.*\n)*(?:def|class) (\w+)/.exec(code)?.[1] ?? '', code])

const definitions = new Map([levels, predictions, models, sampling].flatMap(splitDefinitions))

/** Names that programs import from `support`. */
const supported = [
  'args',
  'device',
  'out',
  ...[...support.matchAll(/^(?:def|class) (\w+)/gm)].map(([, name]) => name),
]

export const libraryNames: ReadonlySet<string> = new Set([...definitions.keys(), ...supported])

/** The code without its strings on one line, which may be texts of the workflow. */
export const withoutStrings = (code: string): string =>
  code.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""')

/** True if code without strings contains the name as a word. */
export const mentions = (code: string, name: string): boolean =>
  new RegExp(`(?<![.\\w"])${name}\\b(?!\\s*=[^=])`).test(code)

/** The functions that code without strings uses, directly or by others, in the order of the library. */
export function usedDefinitions(code: string): string[] {
  const used = new Set<string>()
  const visit = (text: string) => {
    for (const [name, definition] of definitions) {
      if (used.has(name) || !mentions(text, name)) continue
      used.add(name)
      visit(withoutStrings(definition))
    }
  }
  visit(code)
  return [...definitions].filter(([name]) => used.has(name)).map(([, definition]) => definition)
}

const standardModules = ['copy', 'functools', 'itertools', 'math']

/** Import lines of code without strings, besides those of networks. */
export function importsOf(code: string, others: Iterable<string>): string[] {
  const uses = (module: string) => new RegExp(`(?<![.\\w])${module}\\.`).test(code)
  const lines = new Set([
    ...standardModules.filter(uses).map((name) => `import ${name}`),
    ...(uses('np') ? ['import numpy as np'] : []),
    'import torch',
    ...(uses('F') ? ['import torch.nn.functional as F'] : []),
    ...(uses('nn') ? ['from torch import nn'] : []),
    ...others,
  ])
  const sorted = (keep: (line: string) => boolean) => {
    const chosen = [...lines].filter(keep)
    const plain = chosen.filter((line) => line.startsWith('import')).sort()
    return [...plain, ...chosen.filter((line) => line.startsWith('from')).sort()]
  }
  const isOther = (line: string) => /\b(torch|numpy)\b/.test(line)
  const standard = sorted((line) => !isOther(line))
  return [
    ...standard,
    ...(standard.length > 0 ? [''] : []),
    ...sorted(isOther),
    '',
    ...supportImport(code),
  ]
}

/** The import of what the code uses of `support`, in lines. */
function supportImport(code: string, width = 100): string[] {
  const names = supported.filter((name) => mentions(code, name))
  const line = `from support import ${names.join(', ')}`
  if (line.length <= width) return [line]
  const lines = ['']
  for (const name of names) {
    const last = lines[lines.length - 1]
    if (last.length + name.length + 6 > width) lines.push(`${name},`)
    else lines[lines.length - 1] = last === '' ? `${name},` : `${last} ${name},`
  }
  return ['from support import (', ...lines.map((each) => `    ${each}`), ')']
}
