// Networks of a script: their classes, and the checkpoints that trainings start from.
import {
  storeModel,
  describeTrainingData,
  writeCheckpoint,
} from '../../engine/checkpoint/pipeline.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import type { Dataset, Model, Value } from '../../engine/base/values.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import type { NodeStep } from '../../engine/plan/steps.ts'
import type { Emitter, Place } from './emit.ts'
import { libraryNames } from './library.ts'
import { NetworkError } from './models/error.ts'
import { writeModule } from './models/writeModule.ts'
import { toPascal } from '../identifiers.ts'
import { titleName } from './names.ts'
import { pyNumber, pyString } from './python.ts'
import type { Ref } from './types.ts'

interface StartFile {
  name: SafeFileName
  model: Model
  schedule?: Schedule | undefined
  dataset?: Dataset | undefined
}

export class Networks {
  /** Code of the classes and their helpers by name, in the order of the file. */
  readonly definitions = new Map<string, string>()
  readonly imports = new Set<string>()
  private readonly starts = new Map<Model, StartFile>()
  private hasDropout = false

  constructor(private readonly emitter: Emitter) {}

  /**
   * Writes the class of a network and its construction. It starts with the weights of `weights`, a
   * file beside the script; by default with its own, and with `--exact` those of the graph.
   */
  write(step: NodeStep, value: Value, slot: string, place: Place, weights?: SafeFileName): Ref {
    const model = value as Model
    const { names } = this.emitter
    const title = this.emitter.title(step)
    const variable = names.take(titleName(title))
    const className = names.take(toPascal(title))
    try {
      const { zero_init: zeroInit } = step.params as { zero_init?: boolean }
      const module = writeModule(
        { ...model, ...(zeroInit !== undefined && { zeroInit }) },
        className,
        new Map([
          ...[...libraryNames, ...names.own()]
            .filter((name) => name !== className)
            .map((name): [string, string] => [name, '']),
          ...this.definitions,
        ]),
      )
      for (const { name, code } of module.definitions) this.definitions.set(name, code)
      for (const line of module.imports) this.imports.add(line)
      this.hasDropout ||= module.drops
      const { seed } = step.params as { seed?: number }
      if (seed !== undefined && weights === undefined)
        place.lines.push(`torch.manual_seed(${pyNumber(seed)})`)
      place.lines.push(`${variable} = ${module.construct}.to(device)`)
    } catch (error) {
      if (error instanceof NetworkError) throw this.emitter.error(step.id, error.message)
      throw error
    }
    if (weights !== undefined) {
      place.lines.push(`load_weights(${pyString(weights)}, ${variable})`)
      if (this.drops) place.lines.push(`${variable}.eval()`)
    } else {
      const name = this.startFile(model)
      place.lines.push('if args.exact:', `    load_weights(${pyString(name)}, ${variable})`)
    }
    const ref: Ref = { code: variable, known: model, predicts: model.predicts }
    this.emitter.set(`${step.id}.${slot}`, ref)
    return ref
  }

  /** True if a network drops values at random in a training. */
  get drops(): boolean {
    return this.hasDropout
  }

  /** The file with the configuration of a trained model, and with its first weights. */
  startFile(model: Model, schedule?: Schedule, dataset?: Dataset): SafeFileName {
    const name = this.starts.get(model)?.name ?? this.emitter.files.reserve('network.start.zip')
    this.starts.set(model, { name, model, schedule, dataset })
    return name
  }

  /** Reads the first weights back from the device, and adds the files. */
  async addFiles() {
    for (const { name, model, schedule, dataset } of this.starts.values()) {
      const stored = await storeModel(model)
      const trainedOn = dataset && describeTrainingData(dataset)
      this.emitter.files.fill(name, writeCheckpoint({ model: stored, schedule, trainedOn }))
    }
  }
}
