// Writes the node reference, docs/nodes.md, from the declarations: `node scripts/run.mjs scripts/docs.ts`. With `--check`, only
// says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs'
import { loadDeclarations } from '../src/build/declarations.ts'
import type { Declaration, InputSlot, OutputSlot, Param } from '../src/engine/plan/op.ts'

export const FILE = 'docs/nodes.md'

/** The whole reference as Markdown. */
export function nodeReference(declarations: readonly Declaration[]): string {
  const categories = new Map<string, Declaration[]>()
  for (const node of declarations) categories.set(node.category, [...(categories.get(node.category) ?? []), node])
  const order = ['process', 'data', 'model', 'training', 'sampling', 'steps', 'loops', 'view', 'files', 'tools']
  const sorted = [...categories].sort(([a], [b]) => place(order, a) - place(order, b) || a.localeCompare(b))
  const contents = sorted.map(
    ([category, nodes]) => `- **${category}**: ${nodes.map((node) => `[${node.title}](#${anchor(node)})`).join(', ')}`,
  )
  return [
    '# Nodes',
    '',
    'Generated from the declarations in `src/nodes` by `npm run docs`; edit those, not this file.',
    '',
    ...contents,
    ...sorted.flatMap(([category, nodes]) => ['', `## ${category}`, ...nodes.flatMap((node) => ['', ...section(node)])]),
    '',
  ].join('\n')
}

const place = (order: readonly string[], name: string) => (order.includes(name) ? order.indexOf(name) : order.length)

const anchor = ({ title }: Declaration) =>
  title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-')

function section(node: Declaration): string[] {
  const lines = [`### ${node.title}`, '', `\`${node.type}\` · ${node.summary}`]
  if (node.equation) lines.push('', '$$', node.equation, '$$')
  if (node.source) lines.push('', `Source: ${node.source}`)
  if (node.loop) lines.push('', loopText(node))
  return [
    ...lines,
    ...table(['input', 'takes', 'about'], Object.entries(node.inputs).map(inputRow)),
    ...table(['output', 'gives', 'about'], Object.entries(node.outputs).map(outputRow)),
    ...table(['param', 'default', 'allowed', 'about'], Object.entries(node.params).map(paramRow)),
  ]
}

function loopText({ role, loop }: Declaration): string {
  const carried = Object.entries(loop!.carries).map(([next, each]) => `\`${next}\` becomes \`${each}\``)
  const back = carried.length ? `; in the next iteration ${carried.join(', ')}` : ''
  return `${role === 'start' ? 'Start' : 'End'} of a loop, together with \`${loop!.other}\`${back}.`
}

const table = (head: string[], rows: string[][]): string[] =>
  rows.length
    ? [
        '',
        `| ${head.join(' | ')} |`,
        `|${head.map(() => '---').join('|')}|`,
        ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
      ]
    : []

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const inputRow = ([name, { accepts, about, optional, many }]: [string, InputSlot]) => [
  `\`${name}\`${many ? ' (as many as are wired)' : ''}`,
  `${accepts === 'any' ? 'anything' : accepts.join(', ')}${optional ? ' (optional)' : ''}`,
  about,
]

const outputRow = ([name, { type, about, many }]: [string, OutputSlot]) => [
  `\`${name}\`${many ? ' (one for each that is wired)' : ''}`,
  typeof type === 'string' ? type : `like \`${type.like}\``,
  about,
]

const paramRow = ([name, param]: [string, Param]) => [`\`${name}\``, defaultText(param), allowedText(param), aboutText(param)]

const aboutText = (param: Param) =>
  param.kind === 'choice' && param.each
    ? [param.about, ...Object.entries(param.each).map(([choice, about]) => `${choice}: ${about}`)].join('; ')
    : param.about

function defaultText(param: Param): string {
  if (param.kind === 'drawing' || param.kind === 'checkpoint') return 'none'
  return param.default === '' ? 'empty' : `\`${param.default}\``
}

function allowedText(param: Param): string {
  switch (param.kind) {
    case 'number': {
      const bound = (value: number) => (Math.abs(value) >= 1e9 ? '' : `${value}`)
      const range = bound(param.min) || bound(param.max) ? ` ${bound(param.min) || '…'} to ${bound(param.max) || '…'}` : ''
      return `${param.integer ? 'whole number' : 'number'}${range}`
    }
    case 'choice':
      return param.choices.map((choice) => `\`${choice}\``).join(', ')
    case 'boolean':
      return '`true`, `false`'
    case 'text':
      return 'text'
    case 'seed':
      return 'whole number 0 to 4294967295'
    case 'drawing':
      return 'points drawn by hand'
    case 'checkpoint':
      return 'a stored checkpoint'
    case 'dataset':
      return 'a data set of your own'
    default:
      return param satisfies never
  }
}

export async function main(args: readonly string[]) {
  const text = nodeReference((await loadDeclarations()).declarations)
  if (!args.includes('--check')) {
    writeFileSync(FILE, text)
    return
  }
  if (readFileSync(FILE, 'utf8') === text) return
  console.error(`${FILE} is not what the declarations say: run \`npm run docs\`.`)
  process.exitCode = 1
}
