// Params and views that app mode and figures show, in order: `extra.diffusion.app` of a file.
import type { Json } from './json.ts'
import { isObject } from './json.ts'

/**
 * Params as `id.param`, views as ids of their nodes; ids are full. A missing list stands for the
 * default selection, an empty one for nothing. Places that no longer exist are ignored. A type, not
 * an interface, so that it counts as JSON.
 */
export type AppChoices = {
  params?: string[]
  views?: string[]
}

/** Limits of a list, and of a place in it. */
const limits = { params: 60, views: 24, characters: 200 }

/**
 * Reads the choices of a file. Ignores invalid and repeated places, and those beyond the limits.
 * Undefined without any list.
 */
export function readAppChoices(value: Json | undefined): AppChoices | undefined {
  if (!isObject(value)) return undefined
  const params = readPlaces(value.params, limits.params)?.filter((place) => /.\../.test(place))
  const views = readPlaces(value.views, limits.views)
  if (!params && !views) return undefined
  return { ...(params && { params }), ...(views && { views }) }
}

function readPlaces(value: Json | undefined, most: number): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return [...new Set(value.filter(isPlace))].slice(0, most)
}

/** Texts without markup: ids, and names of params, which subgraphs choose. */
const isPlace = (value: Json): value is string =>
  typeof value === 'string' && value.length <= limits.characters && /^[^<>\p{Cc}]+$/u.test(value)
