// What the rules of loops (c, d, f, g in ARCHITECTURE.md) forbid or warn of, node by node.
import type { Fault } from './fault.ts'
import type { GraphNode, Wire } from './graph.ts'
import type { Op, Ops, StartOp } from './op.ts'
import { checkParams } from './params.ts'
import { named, typeOfWire } from './slots.ts'
import type { Checked } from './zones.ts'

export function zoneFaults(checked: Checked): Fault[] {
  const { nodes, ops, order } = checked
  const perNode = order.flatMap((id) => {
    const op = ops.get(nodes.get(id)!.op)
    if (!op) return []
    return [
      ...(op.role === 'output' ? escapeFaults(id, op, checked) : []),
      ...('stateful' in op ? stateFaults(id, op, checked) : []),
      ...(op.role === 'start' ? trainingFaults(id, op, checked) : []),
      ...(op.role === 'start' ? againFaults(id, checked) : []),
      ...(op.role === 'start' ? recordFaults(id, op, checked) : []),
      ...sameNoiseNotices(id, op, checked),
      ...ownNotices(id, op, checked),
    ]
  })
  return [...crossings(checked), ...perNode]
}

/** Every crossing once, on the first node that has it; those after it only inherit it. */
function crossings(checked: Checked): Fault[] {
  const faults = new Map<string, Fault>()
  for (const id of checked.order) {
    if (checked.zones.has(id)) continue
    for (const fault of crossingFaults(id, checked)) {
      const pair = [...fault.also!].sort().join(' ')
      if (!faults.has(pair)) faults.set(pair, fault)
    }
  }
  return [...faults.values()]
}

/** Rule c: of any two zones whose each outputs a node depends on, one runs inside the other. */
function crossingFaults(id: string, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const own = zonesOf.get(id)!
  const around = (zone: string) => zones.get(zone)?.around ?? []
  for (const [i, a] of own.entries()) {
    for (const b of own.slice(i + 1)) {
      const aInB = around(a).includes(b)
      const bInA = around(b).includes(a)
      if (aInB !== bInA) continue
      const names = `${named(a, nodes, ops)} and ${named(b, nodes, ops)}`
      return [
        {
          node: id,
          message: aInB
            ? `The loops of ${names} each need a value of the other's iterations.`
            : `Depends on the iterations of two loops, ${names}, of which neither runs inside the other.`,
          cure: 'Take the value of one of them from its End.',
          also: [a, b],
        },
      ]
    }
  }
  return []
}

/** Rule d: only observers may hang on body values; files are made of what leaves through End. */
function escapeFaults(id: string, op: Op, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.at(-1)
  if (inner === undefined) return []
  const { end } = zones.get(inner)!
  return [
    {
      node: id,
      message: `${op.title} uses a value from inside the loop of ${named(inner, nodes, ops)}.`,
      cure: `Take it from an output of ${named(end, nodes, ops)}, after the last iteration.`,
      also: [inner, end],
    },
  ]
}

function stateFaults(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.findLast((zone) => behaviourOf(zone, nodes, ops)?.samples)
  return inner !== undefined
    ? []
    : [
        {
          node: id,
          message: `${op.title} remembers earlier steps, but runs in no sampling loop.`,
          cure: 'Take its x_t from a SamplingStart.',
        },
      ]
}

export function behaviourOf(start: string, nodes: Map<string, GraphNode>, ops: Ops) {
  const op = ops.get(nodes.get(start)?.op ?? '')
  return op?.role === 'start' ? (op as StartOp).behaviour : undefined
}

/** The usual mistake of training: the model is wired past its TrainingStart, so the loss cannot reach it. */
function trainingFaults(id: string, op: StartOp, { nodes, ops, zones }: Checked): Fault[] {
  const zone = zones.get(id)
  const loss = zone && nodes.get(zone.end)?.inputs.loss
  if (!op.behaviour.trains || !loss) return []
  const seen = new Set<string>()
  const reaches = ({ node, slot }: Wire): boolean => {
    if (node === id) return slot === 'model'
    if (seen.has(node)) return false
    seen.add(node)
    return Object.values(nodes.get(node)?.inputs ?? {}).some(reaches)
  }
  if (reaches(loss)) return []
  return [
    {
      node: zone.end,
      slot: 'loss',
      message: `The loss does not depend on the model of ${named(id, nodes, ops)}, so there is nothing to train.`,
      cure: `Wire the model output of ${named(id, nodes, ops)}, not the model itself, to Predict.`,
      also: [id],
    },
  ]
}

/** A record of losses that nobody writes stays empty, and what is drawn by it uniform. */
function recordFaults(id: string, op: StartOp, { nodes, ops, zones, order }: Checked): Fault[] {
  const zone = zones.get(id)
  if (!op.behaviour.trains || !zone || nodes.get(zone.end)?.inputs.losses) return []
  const reader = order.find((node) =>
    Object.values(nodes.get(node)!.inputs).some((from) => from.node === id && from.slot === 'record'),
  )
  if (reader === undefined) return []
  return [
    {
      node: zone.end,
      slot: 'losses',
      message: `${named(reader, nodes, ops)} asks for the losses of earlier steps, but none are recorded.`,
      cure: `Wire losses of Loss to ${named(zone.end, nodes, ops)}.`,
      also: [reader],
    },
  ]
}

/** Rule f: `again`, or what a loop's state needs, is read back after each iteration, which cannot be while gradients are recorded. */
function againFaults(id: string, { nodes, ops, zones }: Checked): Fault[] {
  const zone = zones.get(id)
  const trainer = zone?.around.find((outer) => behaviourOf(outer, nodes, ops)?.trains)
  if (!zone || trainer === undefined) return []
  const asks = nodes.get(zone.end)?.inputs.again !== undefined
  if (!asks && !behaviourOf(id, nodes, ops)?.settle) return []
  return [
    {
      node: zone.end,
      ...(asks && { slot: 'again' }),
      message: `A loop that asks after each iteration whether to go on cannot run inside ${named(trainer, nodes, ops)}.`,
      cure: 'Give it a fixed number of iterations, or take it out of the training loop.',
      also: [trainer],
    },
  ]
}

/** Rule g: a random node outside of the loop it feeds draws once; rarely meant. Values that enter through a Start are. */
function sameNoiseNotices(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.at(-1)
  if (inner === undefined || op.role === 'start' || op.role === 'observer') return []
  return Object.values(nodes.get(id)!.inputs).flatMap((from) => {
    const source = nodes.get(from.node)
    const sourceOp = source && ops.get(source.op)
    const random = sourceOp && Object.values(sourceOp.params).some(({ kind }) => kind === 'seed')
    const type = typeOfWire(from, nodes, ops)
    if (!random || (type !== 'noise' && type !== 'timestep') || zonesOf.get(from.node)!.includes(inner)) return []
    return [
      {
        node: source.id,
        message: `${named(source.id, nodes, ops)} is drawn once: the same ${type} in every iteration of ${named(inner, nodes, ops)}.`,
        cure: `To draw afresh each time, wire its input like to an output of ${named(inner, nodes, ops)}.`,
        also: [id],
        notice: true as const,
      },
    ]
  })
}

function ownNotices(id: string, op: Op, { nodes, known }: Checked): Fault[] {
  const node = nodes.get(id)!
  const { params, faults } = checkParams(node, op)
  if (faults.length) return []
  const messages =
    op.role === 'start'
      ? op.behaviour.notices?.(params)
      : 'notices' in op && op.notices?.(params as never, new Set(Object.keys(node.inputs)), known.get(id) as never)
  return (messages || []).map((message) => ({ node: id, message, cure: '', notice: true }))
}
