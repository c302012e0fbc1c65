// Compiles a graph to a plan: ordered steps, nested loops, and the last use of each value. A plan
// is plain data, which run.ts executes.
import {
  GraphError,
  moveFaultOutward,
  NodeError,
  type Fault,
  createFault,
} from '../messages/fault.ts'
import { manySlot, outerId, splitMany, valueId, type ValueId } from '../base/ids.ts'
import { planMessages } from '../messages/plan.ts'
import { checkGraph } from './check.ts'
import { expandGraph, followClosed } from './expand.ts'
import { foldParams } from './foldParams.ts'
import { wire, type Graph, type GraphNode, type Wire } from './graph.ts'
import type { Op, Ops } from './op.ts'
import { MOST_ITERATIONS, planWork, workFault } from './plannedWork.ts'
import { StepBuilder } from './stepBuilder.ts'
import type { Plan, PlannedWork, Step } from './steps.ts'
import { findUnusedLayers } from './unusedLayers.ts'
import type { Checked } from './zones.ts'

/** Target of a run: a node, or one of its outputs. */
export type Target = string | Wire

/** @throws GraphError with all faults */
export function compile(graph: Graph, targets: readonly Target[] | undefined, ops: Ops): Plan {
  const { plan, faults } = tryCompile(graph, targets, ops)
  if (!plan) throw new GraphError(faults)
  return plan
}

/**
 * Returns the plan, or all faults that prevent a run, and the notices beside them. The id of a closed node stands for its inner
 * nodes. `prepared` is the external data that nodes have loaded so far, by node id.
 */
export function tryCompile(
  graph: Graph,
  targets: readonly Target[] | undefined,
  ops: Ops,
  prepared?: ReadonlyMap<string, unknown>,
): { plan?: Plan; faults: Fault[]; notices?: Fault[] } {
  const {
    graph: expanded,
    faults: expandFaults,
    closed,
    insides,
    unexpanded,
  } = expandGraph(foldParams(graph, ops), ops)
  // Once more: the outputs of closed nodes are known only now.
  const open = foldParams(expanded, ops)
  const follow = followClosed(closed)
  const wanted = (targets ?? allOutputs(open, ops)).flatMap((target): Target[] => {
    if (typeof target !== 'string') return [follow(target)]
    const inside = unexpanded.has(target) ? undefined : closed.get(target)
    return inside ? Object.values(inside).map(follow) : [target]
  })
  const outside = (fault: Fault) => onClosedNode(moveFaultOutward(fault, insides))
  const checked = checkGraph(
    open,
    wanted.map((target) => (typeof target === 'string' ? target : target.node)),
    ops,
    prepared,
    unexpanded,
  )
  const faults = [
    ...expandFaults,
    ...(wanted.length ? [] : [nothingToRun]),
    ...wanted.flatMap((target) => targetFaults(target, checked)),
    ...checked.faults,
    ...(targets ? [] : findUnusedLayers(open, ops)),
  ].map(outside)
  if (faults.some(({ notice }) => !notice)) return splitNotices(unique(faults))
  const builder = new StepBuilder(checked, requestedValues(wanted, checked))
  const steps = builder.build()
  const { work, fault } = countWork(steps ?? [], checked)
  const found = [...builder.faults, ...(fault ? [fault] : [])].map(outside)
  const all = unique([...faults, ...found])
  const notices = all.filter(({ notice }) => notice)
  return steps && work && !builder.faults.length
    ? { plan: { steps, results: [...builder.results], notices, work, insides, closed }, faults: [] }
    : splitNotices(all)
}

/** The work of a plan with a notice if it is much, or the fault of a loop without a number. */
function countWork(
  steps: readonly Step[],
  { ops, staticInputs }: Checked,
): { work?: PlannedWork; fault?: Fault } {
  try {
    const work = planWork(steps, ops, staticInputs)
    if (work.iterations <= MOST_ITERATIONS) return { work }
    return { work, fault: { ...workFault(work, MOST_ITERATIONS), notice: true } }
  } catch (error) {
    if (error instanceof NodeError) return { fault: { node: '', ...error.fault } }
    throw error
  }
}

const splitNotices = (faults: readonly Fault[]) => ({
  faults: faults.filter(({ notice }) => !notice),
  notices: faults.filter(({ notice }) => notice),
})

const nothingToRun: Fault = createFault({
  node: '',
  message: planMessages.nothingToRun(),
  cure: planMessages.addObserver(),
})

/** Returns the faults of targets that do not exist or compute nothing. */
function targetFaults(target: Target, { nodes, ops, unexpanded }: Checked): Fault[] {
  const id = typeof target === 'string' ? target : target.node
  const node = nodes.get(id)
  if (unexpanded.has(id)) return []
  if (!node)
    return [
      createFault({
        node: '',
        message: planMessages.noTarget({ id }),
        cure: planMessages.chooseTarget(),
      }),
    ]
  const op = ops.get(node.op)
  if (op?.role !== 'note') return []
  return [
    createFault({
      node: id,
      message: planMessages.computesNothing({ node: op.title }),
      cure: planMessages.chooseOther(),
    }),
  ]
}

/**
 * Returns observers and output nodes with at least one wired input; without any, the Ends of
 * trainings, whose states are stored.
 */
function allOutputs(graph: Graph, ops: Ops): string[] {
  const wiredNodes = (isOutput: (op: Op) => boolean) =>
    graph.nodes.flatMap(({ id, op: type, inputs }) => {
      const op = ops.get(type)
      return op && isOutput(op) && Object.keys(inputs).length ? [id] : []
    })
  const shown = wiredNodes(({ role }) => role === 'observer' || role === 'output')
  return shown.length ? shown : wiredNodes(({ role, loop }) => role === 'end' && !!loop?.trains)
}

/** Moves a fault of an inner node to its closed node. */
const onClosedNode = (fault: Fault): Fault => ({
  ...fault,
  node: outerId(fault.node),
  ...(fault.also && { also: fault.also.map(outerId) }),
})

const unique = (faults: Fault[]) => [
  ...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values(),
]

/**
 * Returns the values requested by wire, and all outputs of requested nodes that show nothing
 * themselves.
 */
const requestedValues = (targets: readonly Target[], { nodes, ops }: Checked): Set<ValueId> =>
  new Set(
    targets.flatMap((target) => {
      if (typeof target !== 'string') return [valueId(target)]
      const node = nodes.get(target)
      const op = ops.get(node?.op ?? '')
      return node && (op?.role === 'node' || op?.role === 'end')
        ? listOutputs(node, op).map((slot) => valueId(wire(target, slot)))
        : []
    }),
  )

/** The output slots of a node; of many, those of its wired inputs. */
const listOutputs = ({ inputs }: GraphNode, { outputs }: Op): string[] =>
  Object.entries(outputs).flatMap(([name, { type, many }]) => {
    if (!many) return [name]
    const source = typeof type === 'string' ? name : type.like
    return Object.keys(inputs).flatMap((slot) => {
      const [base, index] = splitMany(slot)
      return base === source && index !== undefined ? [manySlot(name, index)] : []
    })
  })
