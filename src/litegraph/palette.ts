// Colours and shapes of slot types, the same for slots, wires, zones and legends.
import type { SlotType } from '../engine/plan/slotValues.ts'

export type SlotShape = 'circle' | 'box' | 'arrow' | 'grid'

export interface SlotStyle {
  colour: string
  shape: SlotShape
}

/**
 * Shapes distinguish families of types without colour: circles for batches that change, boxes for
 * the configuration of a process, arrows for time, grids for collections. All colours have a
 * contrast of at least 4.5:1 on the canvas colour #222.
 */
export const slotStyles: { readonly [T in SlotType]: SlotStyle } = {
  samples: { colour: '#64b5f6', shape: 'circle' },
  noise: { colour: '#a9b4bd', shape: 'circle' },
  prediction: { colour: '#ff9d5c', shape: 'circle' },
  timestep: { colour: '#f2c14e', shape: 'arrow' },
  timesteps: { colour: '#d9a441', shape: 'arrow' },
  schedule: { colour: '#63d08a', shape: 'box' },
  model: { colour: '#f080b5', shape: 'box' },
  labels: { colour: '#7fdbda', shape: 'circle' },
  tokens: { colour: '#a5d68c', shape: 'circle' },
  condition: { colour: '#4fc3c7', shape: 'circle' },
  loss: { colour: '#ff7b7b', shape: 'circle' },
  losses: { colour: '#ff9e9e', shape: 'grid' },
  weights: { colour: '#e8c17f', shape: 'circle' },
  record: { colour: '#f0a0c0', shape: 'grid' },
  number: { colour: '#d5d9dd', shape: 'circle' },
  text: { colour: '#b9c48a', shape: 'circle' },
  dataset: { colour: '#8fb8de', shape: 'grid' },
  vocabulary: { colour: '#b5c7e8', shape: 'grid' },
  attention: { colour: '#c58cf5', shape: 'box' },
  logits: { colour: '#ffb38a', shape: 'circle' },
  features: { colour: '#8ea9ff', shape: 'box' },
  optimizer: { colour: '#c7a27c', shape: 'box' },
  ema: { colour: '#d7a6e0', shape: 'box' },
  trajectory: { colour: '#5d9cec', shape: 'grid' },
  history: { colour: '#e59a9a', shape: 'grid' },
  training: { colour: '#d98c8c', shape: 'box' },
  loop: { colour: '#b39dff', shape: 'arrow' },
}

const defaultStyle: SlotStyle = { colour: '#c3c8cc', shape: 'circle' }

/**
 * Returns the style of a litegraph type: a name, a comma-separated list (uses the first), or `*`.
 */
export function slotStyle(type: string | number): SlotStyle {
  const first = String(type).split(',')[0]
  return Object.hasOwn(slotStyles, first) ? slotStyles[first as SlotType] : defaultStyle
}

/** Colours of title bars, by category of the declaration. */
const titleColours: Readonly<Record<string, string>> = {
  process: '#2b4438',
  data: '#2b3f52',
  model: '#4a2f42',
  layers: '#43305a',
  training: '#4f3430',
  sampling: '#3a2f5c',
  steps: '#3a2f5c',
  loops: '#3d3a5a',
  evaluate: '#4a4326',
  view: '#3a3f46',
  files: '#4a4234',
  tools: '#3a3f46',
  mine: '#4a3a26',
}
export const titleColour = (category: string) => titleColours[category] ?? '#3a3f46'

/** Colours of zones, by category of their Start. */
const zoneColours: Readonly<Record<string, string>> = {
  sampling: '#b39dff',
  training: '#ff9d7a',
  loops: '#7fc8e8',
}
export const zoneColour = (category: string) => zoneColours[category] ?? slotStyles.loop.colour

export const stateColours = {
  idle: '#7b838a',
  running: '#64b5f6',
  done: '#63d08a',
  cached: '#63d08a',
  fault: '#ff6b6b',
} as const
