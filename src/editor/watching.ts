// How closely runs are looked at: how fast they go, and whether it is measured what nodes take.
import type { Watching } from '../engine/protocol.ts'
import * as state from './state.ts'

/** Iterations a second while a run is shown node by node; undefined as fast as it goes. */
const perSecond: Record<state.Speed, number | undefined> = { full: undefined, four: 4, one: 1, step: 1.25 }

export const speeds = Object.keys(perSecond) as state.Speed[]

/** For a run; one that nobody sees is not slowed down. */
export function watchingOf(onCanvas: boolean): Watching {
  const speed = onCanvas ? perSecond[state.run.speed.value] : undefined
  return { ...(speed !== undefined && { perSecond: speed }), ...(state.settings.value.measures && { measure: true }) }
}
