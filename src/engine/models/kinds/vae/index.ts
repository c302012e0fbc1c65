// Autoencoders of images as kinds of models: functions `encode` and `decode` of one set of weights.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { defineNetwork } from '../kind.ts'
import { klFile, parseKlFile, parseTinyFile, tinyFile } from './file.ts'
import type { KlConfig } from './klConfig.ts'
import { klSize } from './klConfig.ts'
import { klFactor, klGraph, klLayers } from './klGraph.ts'
import { autoencoderRows } from './summary.ts'
import type { TinyConfig } from './tinyConfig.ts'
import { tinyFactor, tinyGraph, tinyLayers } from './tinyGraph.ts'

const autoencoder = {
  main: undefined,
  hasVariance: () => false,
  itemShape: (): never => {
    throw new EngineError(modelMessages.notADenoiser, {
      argument: 'model',
      functions: 'encode, decode',
    })
  },
  conditions: () => [],
}

export const klKind = defineNetwork<KlConfig>({
  ...autoencoder,
  parse: parseKlFile,
  graph: (config, size = klSize(config)) => klGraph(config, ...size),
  layers: klLayers,
  sizes: { multiple: klFactor, own: klSize },
  file: klFile,
  rows: ({ config }) => autoencoderRows(config, klFactor(config), klLayers(config)),
})

export const tinyKind = defineNetwork<TinyConfig>({
  ...autoencoder,
  parse: parseTinyFile,
  graph(config, size) {
    const side = tinyFactor(config)
    return tinyGraph(config, ...(size ?? [side, side]))
  },
  layers: tinyLayers,
  sizes: { multiple: tinyFactor },
  file: tinyFile,
  rows: ({ config }) => autoencoderRows(config, tinyFactor(config), tinyLayers(config)),
})
