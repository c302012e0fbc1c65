// Runs the experiments of courses and papers and compares their numbers: `npm run experiments`.
//   --only a,b   runs these experiments
//   --json       prints {"total":..,"passed":..,"results":[..]}
//   --write      writes docs/experiments.md with the measured numbers
//   --backend x  default wasm
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Experiment, ExperimentGroup, Measurement } from '../experiments/define.ts'
import { groups } from '../experiments/experiments.ts'
import { getErrorMessage } from '../src/engine/messages/fault.ts'
import { startBackend } from '../src/engine/backends/backends.ts'
import type { Graph } from '../src/engine/plan/graph.ts'
import { toDeclaration } from '../src/engine/plan/op.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { applySettings, findNode } from '../src/workflow/settings.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'
import { evaluate, type Seen } from '../test/nodes/evaluate.ts'

const declarations = nodes.map(toDeclaration)
const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

const PAGE = 'docs/experiments.md'

export const allExperiments: readonly Experiment[] = groups.flatMap((group) => group.experiments)

/** Path of the workflow of an experiment. */
export function workflowPath({ workflow }: Experiment): string {
  const own = `experiments/${workflow}.json`
  return existsSync(own) ? own : `workflows/${workflow}.json`
}

/** The graph of an experiment with its settings. */
export function experimentGraph(experiment: Experiment): Graph {
  const { workflow } = parseWorkflow(readFileSync(workflowPath(experiment), 'utf8'), declarations)
  return applySettings(toGraph(workflow, declarations), experiment.set ?? {}, declarations)
}

/** The wire that carries a measured number, and the position of the number in a history. */
export function measuredWire(
  graph: Graph,
  { output }: Measurement,
): { wire: string; index: number | undefined } {
  const [, title = '', slot = '', index] = /^(.*)\.(\w+)(?:\[(\d+)\])?$/.exec(output) ?? []
  return {
    wire: `${findNode(graph, title, declared).id}.${slot}`,
    index: index === undefined ? undefined : Number(index),
  }
}

/** Trainings of experiments that differ in their sampling only run once. */
const store = memoryStore()

export interface ExperimentResult {
  id: string
  passed: boolean
  /** Measured numbers, in the order of the experiment. */
  numbers: number[]
  seconds: number
  error?: string
}

/** Runs an experiment on the active backend. Only nodes that lead to its numbers run. */
export async function runExperiment(experiment: Experiment): Promise<ExperimentResult> {
  const began = performance.now()
  const finish = (rest: Omit<ExperimentResult, 'id' | 'seconds'>): ExperimentResult => ({
    id: experiment.id,
    seconds: (performance.now() - began) / 1000,
    ...rest,
  })
  try {
    const graph = experimentGraph(experiment)
    const wires = experiment.measurements.map((each) => measuredWire(graph, each))
    const wanted = Object.fromEntries(wires.map(({ wire }, i) => [`n${i}`, wire]))
    const seen = await evaluate(graph.nodes, wanted, { only: true, store })
    const numbers = wires.map(({ index }, i) => readNumber(seen[`n${i}`], index))
    return finish({ numbers, passed: experiment.measurements.every(fits(numbers)) })
  } catch (error) {
    return finish({ numbers: [], passed: false, error: getErrorMessage(error) })
  }
}

/** A number, or one of a history. */
const readNumber = ({ tensor, losses }: Seen, index: number | undefined): number =>
  index === undefined ? tensor.data[0] : losses.flatMap(({ data }) => [...data])[index]

const fits =
  (numbers: readonly number[]) =>
  ({ from, to }: Measurement, i: number) =>
    numbers[i] >= from && numbers[i] <= to

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      backend: { type: 'string', default: 'wasm' },
    },
  })
  const chosen = chooseExperiments(values.only)
  await startBackend({ prefer: values.backend as BackendName })
  const results: ExperimentResult[] = []
  for (const experiment of chosen) {
    const result = await runExperiment(experiment)
    results.push(result)
    if (!values.json) console.log(describeResult(experiment, result))
  }
  const passed = results.filter((each) => each.passed).length
  if (values.json) console.log(JSON.stringify({ total: results.length, passed, results }))
  else console.log(`${passed} of ${results.length} experiments pass`)
  if (values.write) writeFileSync(PAGE, formatPage(results))
  if (passed < results.length) process.exitCode = 1
}

function chooseExperiments(only: string | undefined): readonly Experiment[] {
  if (only === undefined) return allExperiments
  return only.split(',').map((id) => {
    const found = allExperiments.find((each) => each.id === id)
    if (found) return found
    const names = allExperiments.map((each) => each.id).join(', ')
    throw new Error(`There is no experiment ${id}. Use one of ${names}.`)
  })
}

function describeResult(
  { id, measurements }: Experiment,
  { passed, numbers, seconds, error }: ExperimentResult,
): string {
  const parts = measurements.map(
    ({ name, from, to }, i) => `${name} ${formatNumber(numbers[i])} (${from} to ${to})`,
  )
  return `${passed ? 'ok  ' : 'FAIL'} ${id}: ${error ?? parts.join(', ')}, ${seconds.toFixed(1)} s`
}

const formatNumber = (value: number | undefined) =>
  value === undefined ? '?' : String(Number(value.toPrecision(3)))

// ---- docs/experiments.md

/** The page with the table of all experiments. */
function formatPage(results: readonly ExperimentResult[]): string {
  const byId = new Map(results.map((result) => [result.id, result]))
  return [
    '# Experiments',
    '',
    'Experiments of courses and papers as graphs: no code, and no nodes beyond those of the editor.',
    'Open the file in the editor, apply the settings, press Run. `npm run experiments` runs all of',
    'them and writes this page with `--write`; the numbers are those of wasm.',
    '',
    ...groups.flatMap((group) => formatGroup(group, byId)),
  ].join('\n')
}

const formatGroup = (
  { title, experiments }: ExperimentGroup,
  results: ReadonlyMap<string, ExperimentResult>,
): string[] => [
  `## ${title}`,
  '',
  '| experiment | source | workflow and settings | measured | expected |',
  '| --- | --- | --- | --- | --- |',
  ...experiments.map((each) => formatRow(each, results.get(each.id)?.numbers ?? [])),
  '',
]

export const formatRow = (experiment: Experiment, numbers: readonly number[]): string =>
  `| ${[
    experiment.title,
    experiment.source,
    formatRecipe(experiment),
    experiment.measurements
      .map(({ name }, i) => `${name} ${formatNumber(numbers[i])}`)
      .join('<br>'),
    experiment.measurements.map(({ from, to }) => formatRange(from, to)).join('<br>'),
  ].join(' | ')} |`

const formatRange = (from: number, to: number) =>
  from === -Infinity ? `at most ${to}` : to === Infinity ? `at least ${from}` : `${from} to ${to}`

/** The file of an experiment and its settings, in one line. */
export const formatRecipe = (experiment: Experiment): string =>
  [
    `[${experiment.workflow}](../${workflowPath(experiment)})`,
    ...Object.entries(experiment.set ?? {}).map(
      ([name, value]) => `\`${name} = ${String(value)}\``,
    ),
  ].join(', ')
