// Turns a check into its result, if the graph alone decides it, or into a graph whose nodes `Check`
// decide it in a run.
import { textFields, type TextFields } from '../engine/base/catalogue.ts'
import { hashText } from '../engine/base/hashText.ts'
import { getOwn } from '../engine/base/records.ts'
import type { Graph, GraphNode, Wire } from '../engine/plan/graph.ts'
import type { ByType } from '../engine/plan/op.ts'
import { lessonMessages } from '../messages/lessons.ts'
import { applySettings, SettingError } from '../workflow/settings.ts'
import {
  CheckProblem,
  findOutput,
  findTitled,
  partLeadingTo,
  prefixed,
  rewired,
  wiresInto,
} from './graphParts.ts'
import type { Check } from './readChecks.ts'
import type { Requirement } from './statements.ts'

/** Result of a check. `described` tells what was found, for the student. */
export interface Outcome extends TextFields<'described'> {
  passed: boolean
}

/** A graph that decides a check: all these nodes must pass. */
export interface CheckRun {
  graph: Graph
  checks: readonly string[]
}

export interface CheckContext {
  declared: ByType
  /** The graph of a workflow beside the lesson. */
  reference: (file: string) => Promise<Graph>
  /** Text that makes the hidden inputs of a lesson its own. */
  seed: string
}

/** @throws CheckProblem, with a message for the student, if the graph lacks what the check names */
export async function prepareCheck(
  check: Check,
  graph: Graph,
  context: CheckContext,
): Promise<Outcome | CheckRun> {
  const { declared } = context
  const { requires } = check
  const changed = changeParams(graph, check, declared)
  switch (requires.kind) {
    case 'measure': {
      const reference = requires.minus && findOutput(changed, requires.minus, declared)
      const { quantity, index, test } = requires
      const { rule, bound, upper = 1 } = test
      return checkRun(changed, [
        {
          value: findOutput(changed, requires.wire, declared),
          ...(reference && { reference }),
          params: { quantity, index, rule, bound, upper },
        },
      ])
    }
    case 'loss':
      return prepareLoss(requires, changed, declared)
    case 'carries':
      return checkRun(changed, [
        {
          value: findOutput(changed, requires.wire, declared),
          params: { rule: 'carries', kind: requires.type },
        },
      ])
    case 'formula':
      return prepareFormula(check, requires, changed, context)
    case 'connected':
      return checkWire(requires, changed, declared)
    case 'node': {
      const count = graph.nodes.filter(({ op }) => op === requires.type).length
      return {
        passed: requires.least === 0 ? count === 0 : count >= requires.least,
        ...textFields({
          described: lessonMessages.countIs({ type: requires.type.replace(/^.*\//, ''), count }),
        }),
      }
    }
    case 'param':
      return checkParam(requires, changed, declared)
    default:
      return requires satisfies never
  }
}

function changeParams(graph: Graph, { set }: Check, declared: ByType): Graph {
  if (set.length === 0) return graph
  try {
    return applySettings(graph, Object.fromEntries(set), [...declared.values()])
  } catch (error) {
    if (error instanceof SettingError) throw new CheckProblem(error.message)
    throw error
  }
}

interface CheckedValue {
  value: Wire
  reference?: Wire
  params: Record<string, unknown>
}

/** The part of a graph that leads to the values, with a node `Check` for each. */
function checkRun(graph: Graph, values: readonly CheckedValue[]): CheckRun {
  const part = partLeadingTo(
    graph,
    values.flatMap(({ value, reference }) => [value.node, ...(reference ? [reference.node] : [])]),
  )
  const checks = values.map(({ value, reference, params }, i): GraphNode => ({
    id: `check${i + 1}`,
    op: 'diffusion/Check',
    params,
    inputs: { value, ...(reference && { reference }) },
  }))
  return { graph: { nodes: [...part.nodes, ...checks] }, checks: checks.map(({ id }) => id) }
}

/** Sets the steps of the training, and checks its last losses. */
function prepareLoss(
  { title, most, steps }: Requirement & { kind: 'loss' },
  graph: Graph,
  declared: ByType,
): CheckRun {
  const end = findTitled(graph, title, declared)
  const start = getOwn(end.inputs, 'loop')?.node
  if (end.op !== 'diffusion/TrainingEnd' || start === undefined)
    throw new CheckProblem(lessonMessages.notLoop({ title }))
  const nodes = graph.nodes.map((node) =>
    node.id === start ? { ...node, params: { ...node.params, steps } } : node,
  )
  return checkRun({ nodes }, [
    {
      value: { node: end.id, slot: 'history' },
      params: { quantity: 'late_mean', rule: 'at_most', bound: most },
    },
  ])
}

/**
 * Feeds the student's part of the graph and the reference with equal inputs, which the reference
 * draws, and compares both results. Each draw has seeds of its own.
 */
async function prepareFormula(
  { replace, draws }: Check,
  { wire, reference, file, within }: Requirement & { kind: 'formula' },
  graph: Graph,
  { declared, reference: open, seed }: CheckContext,
): Promise<CheckRun> {
  const hidden = await open(file)
  const own = findOutput(graph, wire, declared)
  const other = findOutput(hidden, reference, declared)
  const replaced = replace.map(
    ([mine, theirs]) =>
      [findOutput(graph, mine, declared), findOutput(hidden, theirs, declared)] as const,
  )
  const nodes: GraphNode[] = []
  const values: CheckedValue[] = []
  for (let draw = 1; draw <= draws; draw++) {
    const [mine, theirs] = [`own${draw}-`, `hidden${draw}-`]
    const move = (prefix: string, { node, slot }: Wire): Wire => ({ node: prefix + node, slot })
    nodes.push(
      ...prefixed(withSeeds(hidden, `${seed} ${draw}`, declared), theirs).nodes,
      ...rewired(
        prefixed(graph, mine),
        replaced.map(([from, to]) => [move(mine, from), move(theirs, to)] as const),
      ).nodes,
    )
    values.push({
      value: move(mine, own),
      reference: move(theirs, other),
      params: { quantity: 'largest_size', rule: 'at_most', bound: within },
    })
  }
  return checkRun({ nodes }, values)
}

/** Gives all seeds of a graph values that depend on `text`. */
const withSeeds = ({ nodes }: Graph, text: string, declared: ByType): Graph => ({
  nodes: nodes.map((node) => {
    const seeds = Object.entries(declared.get(node.op)?.params ?? {}).flatMap(([name, { kind }]) =>
      kind === 'seed' && !getOwn(node.inputs, name)
        ? [[name, hashText(`${text} ${node.id} ${name}`) % 2 ** 31] as const]
        : [],
    )
    return { ...node, params: { ...node.params, ...Object.fromEntries(seeds) } }
  }),
})

function checkWire(
  { from, to }: Requirement & { kind: 'connected' },
  graph: Graph,
  declared: ByType,
): Outcome {
  const source = findOutput(graph, from, declared)
  const passed = wiresInto(findTitled(graph, to.title, declared), to.slot).some(
    ({ node, slot }) => node === source.node && slot === source.slot,
  )
  const names = { from: `${from.title}.${from.slot}`, to: `${to.title}.${to.slot}` }
  return { passed, ...textFields({ described: passed ? '' : lessonMessages.notConnected(names) }) }
}

function checkParam(
  { param: { title, slot }, test, value }: Requirement & { kind: 'param' },
  graph: Graph,
  declared: ByType,
): Outcome {
  const node = findTitled(graph, title, declared)
  const param = getOwn(declared.get(node.op)?.params ?? {}, slot)
  if (!param) throw new CheckProblem(lessonMessages.missingParam({ title, param: slot }))
  const found = getOwn(node.params, slot) ?? param.default
  const described = textFields({
    described: lessonMessages.valueIs({ output: `${title}.${slot}`, value: String(found) }),
  })
  const number = Number(found)
  switch (test) {
    case 'is':
      return {
        passed:
          typeof found === 'number' ? number === Number(value) : String(found).trim() === value,
        ...described,
      }
    case 'at_most':
      return { passed: number <= Number(value), ...described }
    case 'at_least':
      return { passed: number >= Number(value), ...described }
    default:
      return test satisfies never
  }
}
