// Writes the steps of a plan as statements of Python: one line per node, and a loop for each zone.
import { MessageError } from '../../engine/base/errors.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import type { LoopStep, NodeStep, Step } from '../../engine/plan/steps.ts'
import { torchMessages } from '../../messages/torch.ts'
import { writeForEach, writeRepeat, writeSampling } from './loops.ts'
import { NodeWriter } from './nodeWriter.ts'
import { refusalReason, refuse } from './refusal.ts'
import { torchTable } from './table.ts'
import { writeTraining } from './training.ts'
import { TorchWriter, type Place } from './writer.ts'

type LoopWriter = (writer: TorchWriter, step: LoopStep, place: Place) => void

const loops: ReadonlyMap<string, LoopWriter> = new Map<string, LoopWriter>([
  ['diffusion/TrainingStart', writeTraining],
  ['diffusion/SamplingStart', writeSampling],
  ['diffusion/RepeatStart', writeRepeat],
  ['diffusion/ForEachStart', writeForEach],
])

export class Emitter extends TorchWriter {
  /** Throws for the first node without a form in PyTorch. */
  refuseSteps(steps: readonly Step[]) {
    for (const step of steps) {
      for (const type of step.kind === 'loop' ? [step.op, step.endOp] : [step.op]) {
        const entry = torchTable.get(type)
        if (!entry || 'none' in entry) throw this.error(step.id, refusalReason(entry?.none))
      }
      if (step.kind === 'loop') this.refuseSteps(step.body)
    }
  }

  protected override writeNode(step: NodeStep, place: Place) {
    const entry = torchTable.get(step.op)
    if (!entry || !('write' in entry) || !entry.write) return
    const { write, wires } = entry
    this.refuseWiredParams(step.id, this.op(step.op), step.inputs, wires)
    this.atNode(step.id, () => write(new NodeWriter(this, step, place)))
  }

  protected override writeLoop(step: LoopStep, place: Place) {
    const [periodic] = [...(step.files ?? []), ...(step.snapshots ?? [])]
    this.atNode(step.id, () => {
      const write = loops.get(step.op) ?? refuse(torchMessages.loop())
      this.refuseWiredParams(step.id, this.op(step.op), step.inputs)
      this.refuseWiredParams(step.end, this.op(step.endOp), step.next)
      if (periodic) throw this.error(periodic.file.id, torchMessages.periodic())
      if (place.lines.at(-1) !== '' && place.lines.length > 0) place.lines.push('')
      write(this, step, place)
    })
  }

  /** Adds the node to the reason for which it is refused. */
  private atNode(id: string, write: () => void) {
    try {
      write()
    } catch (error) {
      throw error instanceof MessageError ? this.error(id, getErrorText(error)) : error
    }
  }
}
