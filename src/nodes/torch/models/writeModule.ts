// Writes the network of a model as a PyTorch module.
//
// Kinds with a form of their own: unet, dit, mlp, classifier, autoencoder_kl and autoencoder_tiny. A
// graph of layers (kind `layers`, and defined kinds such as jit) becomes one line per layer. Models
// that only wrap others (precondition, guided, classifier_guided), and those of data (exact,
// gaussian), are no networks and are refused here.
//
// The class is an nn.Module whose state_dict has the names and shapes of our safetensors files, and
// whose parameters start with the distributions that ours start with. Arguments of `forward`:
//
// - `x`: `[B, C, H, W]` images or `[B, D]` points; `t`: `[B]` times, of any number type. Float64
//   keeps the digits of the sines and cosines of t.
// - By parts of the condition: `classes`, `[B]` or `[B, n]` int64, -1 for the null label; `values`,
//   `[B]`; `vectors`, `[B, width]`; `tokens`, `[B, n, width]`; `channels`, `[B, C, H, W]`. All are
//   keyword arguments that only exist if the network has them. `classes`, `tokens` and `channels`
//   may be left out.
// - The result is the prediction, with a learned variance in the second half of the channels.
//
// Other methods: a classifier has `features(x)` or `features(x, t)`, and `forward` gives logits.
// Autoencoders have `encode(x)` and `decode(z)` instead of `forward`: AutoencoderKL encodes to mean
// and log-variance (a pair), AutoencoderTiny to latents, a graph of layers to what its layers give.
// None of them scales latents. A model of tokens takes one-hot vectors `[B, n, v + 1]`.
import { MessageError } from '../../../engine/base/errors.ts'
import { isKind, type Configured } from '../../../engine/models/kinds/configs.ts'
import { findNetworkKind, getNetworkKind } from '../../../engine/models/kinds/registry.ts'
import { torchModelMessages } from '../../messages/torchModels.ts'
import { writeAutoencoderKl, writeAutoencoderTiny } from './autoencoders.ts'
import type { Definition, Definitions } from './definition.ts'
import { writeDit } from './dit.ts'
import { importsOf } from './imports.ts'
import { writeLayers } from './layers.ts'
import { writeClassifier, writeMlp } from './mlp.ts'
import { withFreeNames } from './names.ts'
import { Parts } from './parts.ts'
import { writeUnet } from './unet.ts'

/** Python source of one network. */
export interface PythonModule {
  /** Import lines that the code needs, such as `import torch.nn.functional as F`. */
  imports: readonly string[]
  /**
   * Functions and classes in the order in which they are to be written, the network last. Networks
   * of one file share equal helpers, which the caller writes once.
   */
  definitions: readonly Definition[]
  /** Expression that creates the network, such as `UNet()`. */
  construct: string
}

/** A network without its weights. A model is one. */
export type ModelDescription = Configured & Initialisation

interface Initialisation {
  /** Param `zero_init` of UNet and DiT: the last layer of each block starts at zero. */
  zeroInit?: boolean
  /** Layers of a graph of layers that start at zero, by name. */
  zeroLayers?: readonly string[]
}

/**
 * Writes a network as the class `className`. Helpers whose names are in `taken` with other code get
 * other names; names of the file that are no definitions may be there with empty code. Throws Error
 * with the reason, in the language of catalogues, if the network has no PyTorch form.
 */
export function writeModule(
  model: ModelDescription,
  className: string,
  taken: Definitions = new Map(),
): PythonModule {
  if (!findNetworkKind(model)) throw new MessageError(torchModelMessages.kind({ kind: model.kind }))
  const parts = new Parts()
  writeNetwork(parts, model, className)
  const definitions = withFreeNames(parts.definitions(), taken)
  const { name } = definitions.at(-1)!
  const code = definitions.map((each) => each.code).join('\n')
  return { imports: importsOf(code), definitions, construct: `${name}()` }
}

/** Adds the class of a network and what it uses, the class last. Throws Error with the reason. */
function writeNetwork(parts: Parts, model: ModelDescription, name: string) {
  const { graph, conditions, startsAtZero } = getNetworkKind(model)
  const { config, zeroInit = false } = model
  const specs = conditions(config)
  if (isKind(model, 'unet')) return writeUnet(parts, model.config, name, specs, zeroInit)
  if (isKind(model, 'dit')) return writeDit(parts, model.config, name, specs, zeroInit)
  if (isKind(model, 'mlp')) return writeMlp(parts, model.config, name, specs)
  if (isKind(model, 'classifier')) return writeClassifier(parts, model.config, name)
  if (isKind(model, 'autoencoder_kl')) return writeAutoencoderKl(parts, model.config, name)
  if (isKind(model, 'autoencoder_tiny')) return writeAutoencoderTiny(parts, model.config, name)
  if (!graph) throw new MessageError(torchModelMessages.ownRun({ kind: model.kind }))
  const zeros = new Set(model.zeroLayers)
  const isZero = (layer: string) => zeros.has(layer) || startsAtZero?.(layer, config) === true
  return writeLayers(parts, graph(config), name, isZero)
}
