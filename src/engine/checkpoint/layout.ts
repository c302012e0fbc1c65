// Where in a ZIP the parts of a checkpoint lie: a pipeline of diffusers, a part of one, or the folder of a model alone.
import { folderOf, isPickle, jsonOf, listZip, unzip } from './archive.ts'
import { CheckpointError } from './error.ts'
import { kindOfClass } from './formats.ts'
import { ABOUT, TRAINING } from './paths.ts'

export interface Layout {
  kind: string
  /** Paths; the first of `weights` is the index where the weights are in several files. */
  config: string
  weights: string
  scheduler: string | undefined
  about: string | undefined
  training: string | undefined
  /** What is worth knowing of how it was found, in sentences. */
  notices: string[]
}

const WEIGHTS = 'diffusion_pytorch_model'

/** Throws CheckpointError that says what is there instead. */
export function findParts(bytes: Uint8Array): Layout {
  refuseOtherFiles(bytes)
  const sizes = listZip(bytes)
  const paths = new Set(sizes.keys())
  const configs = unzip(
    bytes,
    [...paths].filter((path) => /(^|\/)config\.json$/.test(path)),
  )
  const classes = new Map([...configs].map(([path, file]) => [path, jsonOf(file, path)._class_name]))
  const notices: string[] = []
  const config = chooseModel(classes, paths, notices)
  const folder = folderOf(config)
  const around = folderOf(folder.slice(0, -1))
  const first = (...candidates: string[]) => candidates.find((path) => paths.has(path))
  noteWhatIsIgnored(around, folder, paths, notices)
  return {
    kind: kindOfClass(classes.get(config))!,
    config,
    weights: chooseWeights(folder, paths, notices),
    scheduler: first(
      `${around}scheduler/scheduler_config.json`,
      `${folder}scheduler_config.json`,
      `${folder}scheduler/scheduler_config.json`,
    ),
    about: first(`${around}${ABOUT}`, `${folder}${ABOUT}`),
    training: first(`${around}${TRAINING}`),
    notices,
  }
}

/** Files that people take for a checkpoint, told by their first bytes. */
function refuseOtherFiles(bytes: Uint8Array) {
  const headerLength = bytes.length > 16 ? Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) : Infinity
  if (headerLength <= bytes.length - 8 && bytes[8] === 0x7b) {
    throw new CheckpointError(
      'This is a safetensors file: weights alone, without the config that says what they belong to.',
      'Drop its folder, with config.json beside it, or a ZIP of the folder.',
    )
  }
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) throw pickled('The file')
}

const pickled = (what: string) =>
  new CheckpointError(
    `${what} is a pickle of Python, which can run any program when it is read, so it never is.`,
    'Save the model with `save_pretrained(folder, safe_serialization=True)`, and drop the folder.',
  )

/** The config of the model: the outermost one, and `unet` rather than its copies. */
function chooseModel(classes: Map<string, unknown>, paths: Set<string>, notices: string[]): string {
  const known = [...classes].filter(([, name]) => kindOfClass(name) !== undefined).map(([path]) => path)
  if (known.length === 0) throw noModel(classes, paths)
  const depth = (path: string) => path.split('/').length
  const least = Math.min(...known.map(depth))
  const outer = known.filter((path) => depth(path) === least)
  const originals = outer.filter((path) => !path.endsWith('_ema/config.json'))
  const [config, ...more] = originals.length > 0 ? originals : outer
  if (more.length > 0) {
    throw new CheckpointError(
      `There are ${more.length + 1} models in it: ${[config!, ...more].map(folderOf).join(', ')}.`,
      'Choose a ZIP or a folder of one of them.',
    )
  }
  for (const copy of outer) {
    if (copy !== config) notices.push(`${folderOf(config!)} is read, and ${folderOf(copy)} beside it is not.`)
  }
  return config!
}

function noModel(classes: Map<string, unknown>, paths: Set<string>): CheckpointError {
  const [, other] = [...classes].find(([, name]) => typeof name === 'string') ?? []
  if (other !== undefined)
    return new CheckpointError(
      `The model is a ${other}; read are UNet2DModel and UNet2DConditionModel of diffusers, and the MLP and the Classifier of this program.`,
    )
  if ([...paths].some((path) => path.endsWith('data.pkl'))) return pickled('The file')
  if ([...paths].some((path) => path.endsWith('.safetensors'))) {
    return new CheckpointError(
      'There are weights in it, but no config.json that says what they belong to.',
      'Add the config.json of the model.',
    )
  }
  return new CheckpointError('The ZIP holds no model: there is no config.json of one in it.')
}

const IGNORED = ['vqvae', 'vae', 'image_encoder', 'text_encoder'] as const

function noteWhatIsIgnored(around: string, folder: string, paths: Set<string>, notices: string[]) {
  if (around === folder) return
  const found = IGNORED.filter((name) => [...paths].some((path) => path.startsWith(`${around}${name}/`)))
  if (found.length > 0) notices.push(`Of the pipeline only ${folder} is read: without ${found.join(' and ')}.`)
}

/** Full precision before variants such as fp16; one file before several. */
function chooseWeights(folder: string, paths: Set<string>, notices: string[]): string {
  const names = [...paths].filter((path) => folderOf(path) === folder).map((path) => path.slice(folder.length))
  for (const ending of ['safetensors', 'safetensors.index.json']) {
    const plain = `${WEIGHTS}.${ending}`
    if (names.includes(plain)) return folder + plain
    const [variant] = names.filter((name) => name.startsWith(`${WEIGHTS}.`) && isVariant(name, ending)).sort()
    if (variant === undefined) continue
    notices.push(`The weights are those of ${variant}.`)
    return folder + variant
  }
  const [pickle] = names.filter(isPickle)
  if (pickle !== undefined) throw pickled(folder + pickle)
  throw new CheckpointError(`${folder}${WEIGHTS}.safetensors is missing in the ZIP.`)
}

/** `diffusion_pytorch_model.fp16.safetensors`, `diffusion_pytorch_model.safetensors.index.fp16.json`; no part of a split file. */
function isVariant(name: string, ending: string): boolean {
  const rest = name.slice(WEIGHTS.length + 1)
  return ending === 'safetensors'
    ? /^[\w]+\.safetensors$/.test(rest)
    : /^(safetensors\.index\.[\w]+|[\w]+\.safetensors\.index)\.json$/.test(rest)
}
