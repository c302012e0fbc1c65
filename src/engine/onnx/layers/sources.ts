// Inputs of a network.
import type { WriteLayer } from './layer.ts'

export const x: WriteLayer = ({ sources }) => sources.x
export const time: WriteLayer = ({ sources }) => sources.time()
export const labels: WriteLayer = ({ sources, attrs }) =>
  sources.labels(attrs.per_item as number) ?? ''
export const values: WriteLayer = ({ sources }) => sources.values()
export const vectors: WriteLayer = ({ sources, attrs }) => sources.vectors(attrs.width as number)
export const tokens: WriteLayer = ({ sources, attrs }) => sources.tokens(attrs.width as number)
export const channels: WriteLayer = ({ sources, attrs }) =>
  sources.channels(attrs.shape as number[])
