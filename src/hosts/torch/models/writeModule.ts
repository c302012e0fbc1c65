// Writes the network of a model as a PyTorch module.
//
// All kinds are written from their graphs of layers: a class for blocks that differ in sizes only, and
// one for the network. Layers that were wired by hand are lines of the network. Models that only wrap
// others (precondition, guided, classifier_guided), and those of data (exact, gaussian), are no
// networks and are refused here.
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
import { GraphView } from '../../../engine/models/graph/analysis.ts'
import type { LayerGraph } from '../../../engine/models/graph/layer.ts'
import { findNetworkKind } from '../../../engine/models/kinds/registry.ts'
import { torchModelMessages } from '../../../messages/torchModels.ts'
import type { Definition, Definitions } from './definition.ts'
import { formOf, type ModelDescription } from './forms.ts'
import { importsOf } from './imports.ts'
import { writeLayers } from './layers.ts'
import { withFreeNames } from './names.ts'
import { Parts } from './parts.ts'

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
  /** True if it drops values at random in a training. */
  drops: boolean
}

/**
 * Writes a network as the class `className`. Helpers whose names are in `taken` with other code get
 * other names; names of the file that are no definitions may be there with empty code. Throws
 * MessageError if the network has no PyTorch form.
 */
export function writeModule(
  model: ModelDescription,
  className: string,
  taken: Definitions = new Map(),
): PythonModule {
  const graph = graphOf(model)
  const parts = new Parts()
  writeLayers(parts, { graph, className, ...formOf(model, graph) })
  const definitions = withFreeNames(parts.definitions(), taken)
  const { name } = definitions.at(-1)!
  const code = definitions.map((each) => each.code).join('\n')
  const { used, layers } = new GraphView(graph)
  const drops = layers.some(({ op }, i) => used[i] && op === 'dropout')
  return { imports: importsOf(code), definitions, construct: `${name}()`, drops }
}

/** The layers of a network. Throws MessageError if it has none. */
function graphOf(model: ModelDescription): LayerGraph {
  const { kind, config } = model
  const network = findNetworkKind(model)
  if (!network) throw new MessageError(torchModelMessages.kind({ kind }))
  // Autoencoders take images of all sizes; a small one keeps its size out of the code.
  const side = network.sizes?.multiple(config)
  const graph = network.graph?.(config, side === undefined ? undefined : [side, side])
  if (!graph) throw new MessageError(torchModelMessages.ownRun({ kind }))
  return graph
}
