// Faults of wired params whose values are not known before the run.
import type { MessageText } from '../base/catalogue.ts'
import { type Fault, createFault } from '../messages/fault.ts'
import { valueId } from '../base/ids.ts'
import { planMessages } from '../messages/plan.ts'
import { unknownParamFault } from './expandNode.ts'
import { getNode, type Wire } from './graph.ts'
import type { Op } from './op.ts'
import { nodeName, outputSlot } from './slots.ts'
import { wiredParams } from './paramSlots.ts'
import { behaviourAt, type Checked } from './zones.ts'

/** Returns the faults of wired params that must be known before the run, or are on the device. */
export function paramWireFaults(id: string, op: Op, checked: Checked): Fault[] {
  const { nodes } = checked
  const node = getNode(nodes, id)
  return wiredParams(op, node.inputs).flatMap((name): Fault[] => {
    const from = node.inputs[name]
    if (isReadBeforeRun(op) || choosesType(op, name)) return [unknownParamFault(node, name)]
    if (!isOnDevice(from, checked)) return []
    return [
      createFault({
        node: id,
        slot: name,
        message: planMessages.deviceNumber({ param: name }),
        cure: readingCure(id, checked),
        also: [from.node],
      }),
    ]
  })
}

/** Numbers cannot be read back under the tape. */
function readingCure(id: string, { nodes, ops, zonesOf }: Checked): MessageText {
  const unit = zonesOf.get(id)?.find((zone) => behaviourAt(zone, nodes, ops)?.around)
  return unit === undefined
    ? planMessages.readNumber()
    : planMessages.useFormula({ start: nodeName(unit, nodes, ops) })
}

/** Returns true if params of a node are needed before its inputs have values. */
const isReadBeforeRun = (op: Op) =>
  'prepare' in op || op.role === 'end' || op.role === 'observer' || op.role === 'output'

/** Returns true for a param that chooses the type of an output. */
const choosesType = ({ outputs }: Op, name: string) =>
  Object.values(outputs).some(({ type }) => typeof type !== 'string' && type.param === name)

/**
 * Returns true if a number is known only on the device. An output with the type of an input counts
 * as unknown: it is decided when the value arrives.
 */
function isOnDevice(from: Wire, { nodes, ops, wireType }: Checked): boolean {
  const seen = new Set<string>()
  const wires = [from]
  for (let wire = wires.pop(); wire; wire = wires.pop()) {
    if (seen.has(valueId(wire))) continue
    seen.add(valueId(wire))
    const source = nodes.get(wire.node)
    const op = source && ops.get(source.op)
    const output = op && outputSlot(op, wire.slot)
    if (!source || !output) continue
    const type = wireType(wire)
    if (type !== 'number' && type !== 'loss') continue
    if (output.host === 'inputs') wires.push(...Object.values(source.inputs))
    else if (!output.host && typeof output.type === 'string') return true
  }
  return false
}
