// Rows about the network of a model: its size, cost and layers.
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Model } from '../../engine/base/values.ts'
import { ditRows } from '../../engine/models/kinds/dit/summary.ts'
import { countParameters } from '../../engine/models/graph/weights.ts'
import { layersRows } from '../../engine/models/kinds/layers/layers.ts'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { ownNetwork } from '../../engine/models/kinds/defined/network.ts'
import { KindTable } from '../../engine/models/kinds/registry.ts'
import { autoencoderRows } from '../../engine/models/kinds/vae/summary.ts'
import { unetRows } from '../../engine/models/kinds/unet/summary.ts'

type Rows = [string, string][]

const rows = new KindTable<(model: Model) => Rows>(
  {
    unet: unetRows,
    dit: ditRows,
    layers: layersRows,
    autoencoder_kl: autoencoderRows,
    autoencoder_tiny: autoencoderRows,
  },
  ownRows,
)

/** Rows about the network of a model; undefined for kinds without any. */
export const networkRows = (model: Model): Rows | undefined => rows.find(model.kind)?.(model)

function ownRows(definition: ModelDefinition): (model: Model) => Rows {
  const network = ownNetwork(definition)
  return ({ config }) => [
    [viewText('inputShape'), network.itemShape(config).join(' x ')],
    ...(network.graph
      ? ([[viewText('layers'), String(network.graph(config).layers.length)]] as Rows)
      : []),
    [viewText('parameters'), countParameters(network.layers(config)).toLocaleString('en')],
  ]
}
