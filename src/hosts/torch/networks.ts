// Networks of a program: their classes, and the checkpoints that trainings start from.
import {
  storeModel,
  describeTrainingData,
  writeCheckpoint,
} from '../../engine/checkpoint/pipeline.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Model } from '../../engine/models/model.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import type { Params } from '../../engine/plan/op.ts'
import type { ExportFiles } from './files.ts'
import { writeModule } from './models/writeModule.ts'
import { toPascal } from '../program/identifiers.ts'
import { titleName, type PythonNames } from './names.ts'
import { pyNumber, pyString } from './python.ts'

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

  constructor(
    private readonly names: PythonNames,
    private readonly files: ExportFiles,
  ) {}

  /**
   * Adds the class of a network. Returns its variable, and the lines that construct it. It starts
   * with the weights of `weights`, a file beside the program; by default with its own, and with
   * `--exact` those of the graph.
   * @throws MessageError for a network without a form in PyTorch
   */
  write(model: Model, title: string, params: Params, weights: SafeFileName | undefined) {
    const variable = this.names.take(titleName(title))
    const { zero_init: zeroInit, seed } = params as { zero_init?: boolean; seed?: number }
    const construct = this.define(
      { ...model, ...(zeroInit !== undefined && { zeroInit }) },
      this.names.take(toPascal(title)),
    )
    const load = (name: SafeFileName) => `load_weights(${pyString(name)}, ${variable})`
    const lines = [
      ...(seed !== undefined && weights === undefined
        ? [`torch.manual_seed(${pyNumber(seed)})`]
        : []),
      `${variable} = ${construct}.to(device)`,
      ...(weights === undefined
        ? ['if args.exact:', `    ${load(this.startFile(model))}`]
        : [load(weights), ...(this.drops ? [`${variable}.eval()`] : [])]),
    ]
    return { variable, lines }
  }

  /** Adds a class and what it uses. Returns its construction. */
  private define(model: Model & { zeroInit?: boolean }, className: string): string {
    const others = [...this.names.own()].filter((name) => name !== className)
    const taken = new Map([
      ...others.map((name): [string, string] => [name, '']),
      ...this.definitions,
    ])
    const { definitions, imports, construct, drops } = writeModule(model, className, taken)
    for (const { name, code } of definitions) this.definitions.set(name, code)
    for (const line of imports) this.imports.add(line)
    this.hasDropout ||= drops
    return construct
  }

  /** True if a network drops values at random in a training. */
  get drops(): boolean {
    return this.hasDropout
  }

  /** The file with the configuration of a trained model, and with its first weights. */
  startFile(model: Model, schedule?: Schedule, dataset?: Dataset): SafeFileName {
    const name = this.starts.get(model)?.name ?? this.files.reserve('network.start.zip')
    this.starts.set(model, { name, model, schedule, dataset })
    return name
  }

  /** Reads the first weights back from the device, and adds the files. */
  async addFiles() {
    for (const { name, model, schedule, dataset } of this.starts.values()) {
      const stored = await storeModel(model)
      const trainedOn = dataset && describeTrainingData(dataset)
      this.files.fill(name, writeCheckpoint({ model: stored, schedule, trainedOn }))
    }
  }
}
