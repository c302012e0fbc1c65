// Inputs of a network.
import type { LayerWriters } from './layer.ts'

export const writers = {
  x: ({ sources }) => sources.x,
  time: ({ sources }) => sources.time(),
  labels: ({ sources, attrs }) => sources.labels(attrs.per_item) ?? '',
  values: ({ sources }) => sources.values(),
  vectors: ({ sources, attrs }) => sources.vectors(attrs.width),
  tokens: ({ sources, attrs }) => sources.tokens(attrs.width),
  channels: ({ sources, attrs }) => sources.channels(attrs.shape),
} satisfies Partial<LayerWriters>
