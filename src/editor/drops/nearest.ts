// Similar ids, for messages about a wrong one.
import { editDistance } from '../../engine/base/editDistance.ts'

/** Number of similar ids in a message. */
const SUGGESTIONS = 3

/** The ids that are most similar to a name. */
export const nearest = (name: string, ids: readonly string[]): string[] =>
  ids
    .map((id) => ({ id, distance: editDistance(name.toLowerCase(), id) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS)
    .map(({ id }) => id)
