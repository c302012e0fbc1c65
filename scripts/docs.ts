// Writes the node reference, docs/nodes.md, from the declarations, that of formulas,
// docs/formula.md, from the table of functions, the tables of docs/performance.md and the README's
// table of times from bench/results.json, and its table of workflows from the learning path:
// `node scripts/run.mjs scripts/docs.ts`. With `--check`, reports whether the files are up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { formulaReference } from './formulaReference.ts'
import type { BenchRun } from '../bench/report.ts'
import { updateBenchTables, updateSpeedTable } from '../bench/report.ts'
import { updateFirstWorkflows, updateWorkflowTable } from './readmeTable.ts'
import { loadDeclarations } from '../src/build/declarations.ts'
import type { Declaration, InputSlot, OutputSlot, Param } from '../src/engine/plan/op.ts'

export const FILE = 'docs/nodes.md'
export const FORMULA_FILE = 'docs/formula.md'

/** Returns the reference as Markdown. */
export function nodeReference(declarations: readonly Declaration[]): string {
  const categories = new Map<string, Declaration[]>()
  for (const node of declarations)
    categories.set(node.category, [...(categories.get(node.category) ?? []), node])
  const order = [
    'process',
    'data',
    'model',
    'layers',
    'training',
    'sampling',
    'steps',
    'loops',
    'evaluate',
    'view',
    'files',
    'tools',
  ]
  const sorted = [...categories].sort(
    ([a], [b]) => place(order, a) - place(order, b) || a.localeCompare(b),
  )
  const contents = sorted.map(
    ([category, nodes]) =>
      `- **${category}**: ${nodes.map((node) => `[${node.title}](#${anchor(node)})`).join(', ')}`,
  )
  return [
    '# Nodes',
    '',
    'Generated from the declarations in `src/nodes` by `npm run docs`; edit those, not this file.',
    '',
    ...contents,
    ...sorted.flatMap(([category, nodes]) => [
      '',
      `## ${category}`,
      ...nodes.flatMap((node) => ['', ...section(node)]),
    ]),
    '',
  ].join('\n')
}

const place = (order: readonly string[], name: string) =>
  order.includes(name) ? order.indexOf(name) : order.length

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
    ...table(['Input', 'Type', 'Description'], inputRows(node.inputs)),
    ...table(['Output', 'Type', 'Description'], Object.entries(node.outputs).map(outputRow)),
    ...table(
      ['Param', 'Default', 'Values', 'Description'],
      Object.entries(node.params).map(paramRow),
    ),
  ]
}

function loopText({ role, loop }: Declaration): string {
  const carried = Object.entries(loop!.carries).map(
    ([next, each]) => `\`${next}\` becomes \`${each}\``,
  )
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

/** Rows of inputs. Those of a growing row have one together. */
function inputRows(inputs: Declaration['inputs']): string[][] {
  const growing = Object.keys(inputs).filter((name) => inputs[name].grows)
  const rest = new Set(growing.slice(1))
  return Object.entries(inputs)
    .filter(([name]) => !rest.has(name))
    .map(([name, slot]) => {
      const [label, ...cells] = inputRow([name, slot])
      return [slot.grows ? `${label} … \`${growing.at(-1)}\`` : label, ...cells]
    })
}

const inputRow = ([name, { accepts, about, optional, many }]: [string, InputSlot]) => [
  `\`${name}\`${many ? ' (any number)' : ''}`,
  `${accepts === 'any' ? 'anything' : accepts.join(', ')}${optional ? ' (optional)' : ''}`,
  about,
]

const outputRow = ([name, { type, about, many }]: [string, OutputSlot]) => [
  `\`${name}\`${many ? ' (one per connected input)' : ''}`,
  outputType(type),
  about,
]

function outputType(type: OutputSlot['type']): string {
  if (typeof type === 'string') return type
  const like = `same as \`${type.like}\``
  return type.param === undefined ? like : `chosen by \`${type.param}\`, or ${like}`
}

const paramRow = ([name, param]: [string, Param]) => [
  `\`${name}\``,
  defaultText(param),
  allowedText(param),
  aboutText(param),
]

const aboutText = (param: Param) =>
  param.kind === 'choice' && param.each
    ? [
        param.about,
        ...Object.entries(param.each).map(([choice, about]) => `\`${choice}\`: ${about}`),
      ].join('<br>')
    : param.about

function defaultText(param: Param): string {
  if (param.kind === 'drawing' || param.kind === 'checkpoint') return 'none'
  return param.default === '' ? 'empty' : `\`${param.default}\``
}

function allowedText(param: Param): string {
  switch (param.kind) {
    case 'number': {
      const bound = (value: number) => (Math.abs(value) >= 1e9 ? '' : `${value}`)
      const range =
        bound(param.min) || bound(param.max)
          ? ` ${bound(param.min) || '…'} to ${bound(param.max) || '…'}`
          : ''
      return `${param.integer ? 'integer' : 'number'}${range}`
    }
    case 'choice':
      return param.choices.map((choice) => `\`${choice}\``).join(', ')
    case 'boolean':
      return '`true`, `false`'
    case 'text':
      return 'text'
    case 'seed':
      return 'integer 0 to 4294967295'
    case 'drawing':
      return 'points drawn by hand'
    case 'checkpoint':
      return 'a stored checkpoint'
    case 'dataset':
      return 'your own data set'
    default:
      return param satisfies never
  }
}

/** Replaces each block of code that follows `<!-- code: path -->` by the file of that path. */
export const quoteCode = (page: string): string =>
  page.replace(
    /(<!-- code: (\S+) -->\n+```\w+\n)[^]*?(```)/g,
    (_, before: string, path: string, after: string) => before + readFileSync(path, 'utf8') + after,
  )

const readBenches = () => JSON.parse(readFileSync('bench/results.json', 'utf8')) as BenchRun[]

/** The page about performance with the tables of the last benches. */
export const benchPage = (page: string): string => updateBenchTables(page, readBenches())

const WORKFLOWS_FILE = 'docs/workflows.md'

/** The README with its table of times from the last benches, and that of the first workflows. */
export const readmePage = (page: string): string =>
  updateSpeedTable(updateFirstWorkflows(page, readFileSync(WORKFLOWS_FILE, 'utf8')), readBenches())

const QUOTING = [
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'docs/adding-a-sampler.md',
  'docs/adding-a-model.md',
  'docs/notebooks.md',
]

export async function main(args: readonly string[]) {
  const { declarations } = await loadDeclarations()
  const pages = new Map([
    [FILE, nodeReference(declarations)],
    [FORMULA_FILE, formulaReference()],
    ['docs/performance.md', benchPage(readFileSync('docs/performance.md', 'utf8'))],
    [WORKFLOWS_FILE, updateWorkflowTable(readFileSync(WORKFLOWS_FILE, 'utf8'))],
    ['README.md', readmePage(readFileSync('README.md', 'utf8'))],
    ...QUOTING.filter((path) => existsSync(path)).map(
      (path) => [path, quoteCode(readFileSync(path, 'utf8'))] as const,
    ),
  ])
  for (const [path, text] of pages) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
    if (!args.includes('--check')) writeFileSync(path, text)
    else {
      console.error(`${path} is out of date: run \`npm run docs\`.`)
      process.exitCode = 1
    }
  }
}
