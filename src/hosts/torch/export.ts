// Exports a graph as one readable program for PyTorch, and the files that it needs beside it.
import { GraphError, NodeError } from '../../engine/messages/fault.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import { compile } from '../../engine/plan/compile.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Assets, Ops } from '../../engine/plan/op.ts'
import { valueId } from '../../engine/base/ids.ts'
import { wire } from '../../engine/plan/graph.ts'
import { stepInputs, type Step } from '../../engine/plan/steps.ts'
import { expandGraph } from '../../engine/plan/expand.ts'
import { foldParams } from '../../engine/plan/foldParams.ts'
import { Emitter } from './emit.ts'
import { evaluateKnown } from './evaluate.ts'
import { importsOf, modules, usedDefinitions, withoutStrings } from './library.ts'
import { ExportFiles, type Companion } from './files.ts'
import { toOneLine, wrapProgramText } from '../program/programText.ts'
import { torchTable } from './table.ts'
import type { Place } from './writer.ts'

/** The program and the notebook, if the user gave no names. */
export const PROGRAM = safeFileName('train.py')
export const NOTEBOOK = safeFileName('train.ipynb')

export interface ExportText {
  title?: string | undefined
  about?: string | undefined
  /** Names that the user gave the program and its notebook, which no other file gets. */
  name?: string | undefined
  notebook?: string | undefined
}

/** A program in parts, which a notebook shows as cells. */
export interface TorchProgram {
  /** The description at the head. */
  header: string
  imports: string[]
  /** Functions and classes. */
  definitions: string[]
  /** The statements of the graph. */
  body: string[]
  files: Companion[]
  /** Further files that the user has to provide. */
  needs: string[]
}

/**
 * Writes a graph as a program.
 * @throws GraphError with the faults of the graph, or with one for a node without a form in PyTorch
 */
export async function exportTorch(
  graph: Graph,
  ops: Ops,
  assets: Assets,
  text: ExportText = {},
): Promise<TorchProgram> {
  const { steps: all } = compile(graph, undefined, ops)
  const steps = withoutViews(all)
  try {
    const { graph: expanded } = expandGraph(foldParams(graph, ops), ops)
    const { name = PROGRAM, notebook = NOTEBOOK } = text
    const files = new ExportFiles([name, notebook])
    const emitter = new Emitter([...expanded.nodes, ...graph.nodes], ops, steps, files)
    emitter.refuseSteps(steps)
    emitter.known = await evaluateKnown(steps, ops, assets, isKnown)
    const place: Place = { lines: [], before: [], after: [], path: [] }
    emitter.writeSteps(steps, place)
    return await assemble(emitter, place.lines, assets, {
      ...text,
      views: viewTitles(all, emitter),
    })
  } catch (error) {
    if (error instanceof NodeError) throw new GraphError([error.fault as never])
    throw error
  }
}

const isKnown = (type: string) => {
  const entry = torchTable.get(type)
  return entry !== undefined && 'known' in entry && entry.known === true
}

const isView = (step: Step) => {
  const entry = step.kind === 'loop' ? undefined : torchTable.get(step.op)
  return entry !== undefined && 'view' in entry
}

/** Leaves out views of the editor, and what only they read. */
function withoutViews(steps: readonly Step[]): Step[] {
  const remove = (list: readonly Step[], dropped: (step: Step) => boolean): Step[] =>
    list
      .filter((step) => !dropped(step))
      .map((step) => (step.kind === 'loop' ? { ...step, body: remove(step.body, dropped) } : step))
  let left = remove(steps, isView).map(withoutEmission)
  for (;;) {
    const read = new Set(left.flatMap(stepInputs))
    const isUnread = (step: Step) =>
      step.kind === 'run' && !step.outputs.some((slot) => read.has(valueId(wire(step.id, slot))))
    const next = remove(left, isUnread)
    if (countSteps(next) === countSteps(left)) return next.map((step) => keepRead(step, read))
    left = next
  }
}

const withoutEmission = (step: Step): Step =>
  step.kind === 'loop' ? { ...step, emission: [], body: step.body.map(withoutEmission) } : step

/** Outputs that something still reads. */
function keepRead(step: Step, read: ReadonlySet<string>): Step {
  const outputs = step.outputs.filter((slot) =>
    read.has(valueId(wire(step.kind === 'loop' ? step.end : step.id, slot))),
  )
  return step.kind === 'loop'
    ? { ...step, outputs, body: step.body.map((inner) => keepRead(inner, read)) }
    : { ...step, outputs }
}

const countSteps = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => sum + 1 + (step.kind === 'loop' ? countSteps(step.body) : 0), 0)

function viewTitles(steps: readonly Step[], emitter: Emitter): string[] {
  const titles = steps.flatMap((step): string[] =>
    step.kind === 'loop'
      ? viewTitles(step.body, emitter)
      : isView(step)
        ? [emitter.title(step)]
        : [],
  )
  return [...new Set(titles)]
}

async function assemble(
  emitter: Emitter,
  lines: readonly string[],
  assets: Assets,
  text: ExportText & { views: readonly string[] },
): Promise<TorchProgram> {
  const body = tidy(closeTraining(lines))
  const { networks, formulas } = emitter
  const classes = [...networks.definitions.values()]
  const code = withoutStrings([...body, ...classes, ...formulas.values()].join('\n'))
  const definitions = [...usedDefinitions(code), ...formulas.values(), ...classes]
  const trains = /\bload_checkpoint\(/.test(code)
  const all = withoutStrings([...definitions, ...body].join('\n'))
  await networks.addFiles()
  for (const [sha256, name] of emitter.checkpoints) {
    const bytes = await assets.checkpoint(sha256)
    if (bytes) emitter.files.fill(name, bytes)
  }
  const files = emitter.files.withModules()
  return {
    header: headerText(emitter, files, trains, text),
    imports: importsOf(all, networks.imports),
    definitions,
    body,
    files,
    needs: [...emitter.needs],
  }
}

/** Statements after the last training: only the first process goes on. */
function closeTraining(lines: readonly string[]): string[] {
  const last = lines.lastIndexOf('torch.set_grad_enabled(False)')
  if (last < 0) return ['torch.set_grad_enabled(False)', ...lines]
  const rest = lines.slice(last + 1)
  const isLast = rest.every((line) => line === '')
  return [...lines.slice(0, last + 1), 'finish()', ...(isLast ? [] : ['', ...rest])]
}

/** Removes repeated empty lines, and those at the ends. */
const tidy = (lines: readonly string[]): string[] =>
  lines
    .flatMap((line) => line.split('\n'))
    .filter((line, i, all) => line !== '' || (i > 0 && all[i - 1] !== '' && i < all.length - 1))

function headerText(
  emitter: Emitter,
  files: readonly Companion[],
  trains: boolean,
  { title, about, name = PROGRAM, views }: ExportText & { views: readonly string[] },
): string {
  const own = files.map((file) => file.name).filter((file) => !modules.has(file))
  return [
    ...(title ? [toOneLine(title), ''] : []),
    ...(about ? [...wrap(about), ''] : []),
    'Written by litegraph-diffusion from a graph. Needs torch, numpy and safetensors:',
    `    python ${toOneLine(name)}`,
    ...(trains ? [`    torchrun --nproc_per_node=2 ${toOneLine(name)}`] : []),
    ...wrap(
      `Beside it are ${[...own, 'support.py'].join(', ')}, and philox.py for --exact: the numbers of the graph.`,
    ),
    ...[...emitter.needs].map((need) => `Needs ${need}.`),
    ...(views.length > 0
      ? wrap(`Views of the editor that it leaves out: ${views.join(', ')}.`)
      : []),
  ].join('\n')
}

const wrap = (text: string) => wrapProgramText(text, 100).map(toOneLine)

const quoteDoc = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"""', "'''")

/** The program as one file. */
export const toScript = ({ header, imports, definitions, body }: TorchProgram): string =>
  [
    `"""${quoteDoc(header)}\n"""`,
    ...imports,
    ...definitions.flatMap((code) => ['', '', code]),
    '',
    '',
    ...body,
    '',
  ].join('\n')
