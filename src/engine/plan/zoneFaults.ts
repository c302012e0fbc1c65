// Faults and notices of loops by rules c, d, f and g of ARCHITECTURE.md.
import type { MessageText } from '../base/catalogue.ts'
import { type Fault, createFault } from '../messages/fault.ts'
import { splitMany } from '../base/ids.ts'
import { getNode, type Wire } from './graph.ts'
import type { Op, StartOp } from './op.ts'
import { checkParams, fileInterval } from './params.ts'
import { paramWireFaults } from './paramWireFaults.ts'
import { nodeName } from './slots.ts'
import { wiredParams } from './paramSlots.ts'
import { behaviourAt, type Checked } from './zones.ts'
import { planMessages, planWords } from '../messages/plan.ts'

export function zoneFaults(checked: Checked): Fault[] {
  const { nodes, ops, order } = checked
  const recordReaders = findRecordReaders(checked)
  const reachesNext = findNextSources(checked)
  const measured = findMeasured(checked)
  const perNode = order.flatMap((id) => {
    const op = ops.get(getNode(nodes, id).op)
    if (!op) return []
    return [
      ...(op.role === 'output' ? escapeFaults(id, op, checked) : []),
      ...('stateful' in op ? stateFaults(id, op, checked) : []),
      ...(op.role === 'start' ? trainingFaults(id, op, checked) : []),
      ...(op.role === 'start' ? unitFaults(id, op, checked) : []),
      ...timeFaults(id, op, checked),
      ...(op.role === 'start' ? recordFaults(id, op, checked, recordReaders.get(id)) : []),
      ...('reads' in op || measured.has(id) ? readFaults(id, op, checked) : []),
      ...paramWireFaults(id, op, checked),
      ...sameNoiseNotices(id, op, checked, reachesNext),
      ...ownNotices(id, op, checked),
    ]
  })
  return [...crossings(checked), ...oncePerSource(perNode)]
}

/** Leaves out further notices of the same node and message, for its other readers. */
function oncePerSource(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>()
  return faults.filter(({ node, message, notice }) => {
    const key = `${node} ${message}`
    const isRepeated = notice && seen.has(key)
    seen.add(key)
    return !isRepeated
  })
}

/** Reports every crossing once, at the first node that has it. Later nodes inherit it. */
function crossings(checked: Checked): Fault[] {
  const faults = new Map<string, Fault>()
  for (const id of checked.order) {
    if (checked.zones.has(id)) continue
    for (const fault of crossingFaults(id, checked)) {
      const pair = [...(fault.also ?? [])].sort().join(' ')
      if (!faults.has(pair)) faults.set(pair, fault)
    }
  }
  return [...faults.values()]
}

/**
 * Rule c: if a node depends on the each outputs of two zones, one of them runs inside the other.
 */
function crossingFaults(id: string, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const own = zonesOf.get(id) ?? []
  if (own.length < 2) return []
  const isInside = (zone: string) => zones.get(zone)?.around ?? []
  for (const [i, a] of own.entries()) {
    for (const b of own.slice(i + 1)) {
      const aInB = isInside(a).includes(b)
      const bInA = isInside(b).includes(a)
      if (aInB !== bInA) continue
      const loops = { first: nodeName(a, nodes, ops), second: nodeName(b, nodes, ops) }
      return [
        createFault({
          node: id,
          message: aInB ? planMessages.mutualLoops(loops) : planMessages.separateLoops(loops),
          cure: planMessages.takeFromEnd(),
          also: [a, b],
        }),
      ]
    }
  }
  return []
}

/**
 * Rule d: only observers may be wired to body values, and files that are written after every so
 * many iterations, unless these are part of a unit. Other files need values that leave through End.
 */
function escapeFaults(id: string, op: Op, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const inner = zones.get(zonesOf.get(id)?.at(-1) ?? '')
  if (!inner) return []
  const isInUnit = inner.around.some((zone) => behaviourAt(zone, nodes, ops)?.around)
  if (fileInterval(getNode(nodes, id), op) > 0 && !isInUnit) return []
  const { start, end } = inner
  return [
    createFault({
      node: id,
      message: planMessages.escapes({ node: op.title, start: nodeName(start, nodes, ops) }),
      cure: planMessages.takeAfter({ end: nodeName(end, nodes, ops) }),
      also: [start, end],
    }),
  ]
}

function stateFaults(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)?.findLast((zone) => behaviourAt(zone, nodes, ops)?.samples)
  return inner !== undefined
    ? []
    : [
        createFault({
          node: id,
          message: planMessages.noSamplingLoop({ node: op.title }),
          cure: planMessages.takeFromSampling(),
        }),
      ]
}

/** Returns the metrics with a wired output that is measured on the CPU. */
function findMeasured({ nodes, ops, order }: Checked): ReadonlySet<string> {
  const measured = new Set<string>()
  for (const id of order)
    for (const { node, slot } of Object.values(getNode(nodes, id).inputs)) {
      const op = ops.get(nodes.get(node)?.op ?? '')
      if (op?.role === 'observer' && !op.onDevice?.[slot]) measured.add(node)
    }
  return measured
}

/** Rule f: a node that reads values back cannot wait for them under the tape. */
function readFaults(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  if ('readsKnown' in op && op.readsKnown) return []
  const unit = zonesOf.get(id)?.find((zone) => behaviourAt(zone, nodes, ops)?.around)
  if (unit === undefined) return []
  return [
    createFault({
      node: id,
      message: planMessages.readsInUnit({ node: op.title, start: nodeName(unit, nodes, ops) }),
      cure: planMessages.readAfter({ start: nodeName(unit, nodes, ops) }),
      also: [unit],
    }),
  ]
}

/**
 * Common mistake in a training: the wire of the model bypasses TrainingStart, so the loss does not
 * depend on it.
 */
function trainingFaults(id: string, op: StartOp, checked: Checked): Fault[] {
  const { nodes, ops, zones } = checked
  const zone = zones.get(id)
  const next = zone && nodes.get(zone.end)?.inputs
  if (!op.behaviour.trains || !zone || !next?.loss) return []
  const models = Object.keys(getNode(nodes, id).inputs).filter(
    (slot) => splitMany(slot)[0] === 'model',
  )
  return models.flatMap((model) => {
    const own = `loss${model.slice('model'.length)}`
    const slot = next[own] ? own : 'loss'
    if (dependsOnModel(next[slot], [id, model], checked)) return []
    const names = { start: nodeName(id, nodes, ops), model }
    return [
      createFault({
        node: zone.end,
        slot,
        message:
          model === 'model'
            ? planMessages.independentLoss(names)
            : planMessages.independentOf({ ...names, loss: slot }),
        cure: planMessages.connectModel(names),
        also: [id],
      }),
    ]
  })
}

/** Follows wires back, through the body of the loop only. */
function dependsOnModel(
  loss: Wire,
  [start, model]: [start: string, model: string],
  { nodes, zonesOf }: Checked,
): boolean {
  const seen = new Set<string>()
  const wires = [loss]
  for (let wire = wires.pop(); wire; wire = wires.pop()) {
    if (wire.node === start && wire.slot === model) return true
    if (seen.has(wire.node) || !zonesOf.get(wire.node)?.includes(start)) continue
    seen.add(wire.node)
    wires.push(...Object.values(nodes.get(wire.node)?.inputs ?? {}))
  }
  return false
}

/** The first node that reads the record of losses of each Start. */
function findRecordReaders({ nodes, order }: Checked): ReadonlyMap<string, string> {
  const readers = new Map<string, string>()
  for (const id of order)
    for (const from of Object.values(getNode(nodes, id).inputs))
      if (from.slot === 'record' && !readers.has(from.node)) readers.set(from.node, id)
  return readers
}

/**
 * Checks that the record of losses is written if it is read. An empty record gives uniform draws.
 */
function recordFaults(
  id: string,
  op: StartOp,
  { nodes, ops, zones }: Checked,
  reader: string | undefined,
): Fault[] {
  const zone = zones.get(id)
  if (!op.behaviour.trains || !zone || nodes.get(zone.end)?.inputs.losses) return []
  if (reader === undefined) return []
  return [
    createFault({
      node: zone.end,
      slot: 'losses',
      message: planMessages.noRecord({ node: nodeName(reader, nodes, ops) }),
      cure: planMessages.connectLosses({ end: nodeName(zone.end, nodes, ops) }),
      also: [reader],
    }),
  ]
}

/**
 * Rule f: inside a zone that records gradients nothing waits. Loops that are ended by `again`, or
 * that read part of their state back, cannot run there. A training cannot either: it would be
 * differentiated as if its result were a constant.
 */
function unitFaults(id: string, op: StartOp, { nodes, ops, zones }: Checked): Fault[] {
  const zone = zones.get(id)
  // Loops that contain each other are a fault of their own.
  const unit = zone?.around.findLast(
    (outer) => behaviourAt(outer, nodes, ops)?.around && !zones.get(outer)?.around.includes(id),
  )
  if (!zone || unit === undefined) return []
  const start = nodeName(unit, nodes, ops)
  const fault = (node: string, message: MessageText, cure: MessageText): Fault =>
    createFault({
      node,
      message,
      cure,
      also: [unit],
    })
  const { trains, settle, waits, ended } = op.behaviour
  if (trains)
    return [fault(id, planMessages.nestedTraining({ start }), planMessages.trainInRounds())]
  const next = nodes.get(zone.end)?.inputs ?? {}
  const isWaiting = settle && (waits?.(new Set(Object.keys(next))) ?? true)
  if (next.again !== undefined || (isWaiting && ended))
    return [
      {
        ...fault(
          zone.end,
          planMessages.decidingLoop({ start }),
          planMessages.fixIterations({ start }),
        ),
        ...(next.again !== undefined && { slot: 'again' }),
      },
    ]
  return isWaiting
    ? [fault(zone.end, planMessages.waitingLoop({ start }), planMessages.moveLoopOut({ start }))]
    : []
}

/** A timestep that carries derivatives is for nodes that pass them on; others would lose them. */
function timeFaults(id: string, op: Op, { nodes, ops }: Checked): Fault[] {
  if (op.role === 'observer') return []
  const taken = 'differentiable' in op ? op.differentiable : undefined
  return Object.entries(getNode(nodes, id).inputs).flatMap(([slot, from]) => {
    const isDerived = behaviourAt(from.node, nodes, ops)?.differentiable?.includes(from.slot)
    if (!isDerived || taken?.includes(slot) || taken?.includes(splitMany(slot)[0])) return []
    const start = nodeName(from.node, nodes, ops)
    return [
      createFault({
        node: id,
        slot,
        message: planMessages.differentiableTime({ node: op.title, start }),
        cure: planMessages.constantTimestep({ start }),
        also: [from.node],
      }),
    ]
  })
}

/**
 * Returns the nodes of each zone's body that its next inputs depend on, by Start. Numbers that a
 * zone only carries or ends by are metrics, such as a held-out loss: they do not count.
 */
function findNextSources({
  nodes,
  zones,
  zonesOf,
  wireType,
}: Checked): ReadonlyMap<string, ReadonlySet<string>> {
  const isMetric = (slot: string, from: Wire) =>
    slot === 'again' ||
    (slot.startsWith('value_') && ['number', 'loss'].includes(wireType(from) ?? ''))
  return new Map(
    [...zones.values()].map(({ start, end }) => {
      const found = new Set<string>()
      const stack = Object.entries(nodes.get(end)?.inputs ?? {})
        .filter(([slot, from]) => slot !== 'loop' && !isMetric(slot, from))
        .map(([, { node }]) => node)
      for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
        if (found.has(id) || !zonesOf.get(id)?.includes(start)) continue
        found.add(id)
        stack.push(...Object.values(nodes.get(id)?.inputs ?? {}).map(({ node }) => node))
      }
      return [start, found]
    }),
  )
}

/**
 * Rule g: a random node outside the loop it feeds draws only once, which is rarely intended. Values
 * that enter through a Start are exempt, as are values that only observers of the body read, and
 * loops that draw the same numbers in every iteration anyway.
 */
function sameNoiseNotices(
  id: string,
  op: Op,
  { nodes, ops, zonesOf, wireType }: Checked,
  reachesNext: ReadonlyMap<string, ReadonlySet<string>>,
): Fault[] {
  const inner = zonesOf.get(id)?.at(-1)
  if (inner === undefined || op.role === 'start' || op.role === 'observer') return []
  if (!reachesNext.get(inner)?.has(id) || behaviourAt(inner, nodes, ops)?.samePath) return []
  return Object.values(getNode(nodes, id).inputs).flatMap((from) => {
    const source = nodes.get(from.node)
    const sourceOp = source && ops.get(source.op)
    const random = sourceOp && Object.values(sourceOp.params).some(({ kind }) => kind === 'seed')
    const type = wireType(from)
    if (
      !random ||
      (type !== 'noise' && type !== 'timestep') ||
      zonesOf.get(from.node)?.includes(inner)
    )
      return []
    return [
      createFault({
        node: source.id,
        message: planMessages.drawnOnce({
          node: nodeName(source.id, nodes, ops),
          kind: planWords[type](),
          start: nodeName(inner, nodes, ops),
        }),
        cure: planMessages.drawAgain({ start: nodeName(inner, nodes, ops) }),
        also: [id],
        notice: true as const,
      }),
    ]
  })
}

function ownNotices(id: string, op: Op, { nodes, zones, staticInputs: known }: Checked): Fault[] {
  const node = getNode(nodes, id)
  const { params, faults } = checkParams(node, op)
  if (faults.length || wiredParams(op, node.inputs).length) return []
  const wired = new Set(Object.keys(node.inputs))
  const messages =
    op.role === 'start'
      ? op.behaviour.notices?.(params, { wired, isNested: !!zones.get(id)?.around.length })
      : 'notices' in op && op.notices?.(params as never, wired, known.get(id) as never)
  return (messages || []).map((message) =>
    createFault({ node: id, message, cure: '', notice: true }),
  )
}
