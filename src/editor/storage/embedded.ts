// Pages inside other pages share nothing with the user's library.
const query = new URLSearchParams(globalThis.location?.search ?? '')

const isFigure = query.has('embed') || query.has('read')

/** True for the editor in a frame of another origin that asks for no figure. */
export const isFramed: boolean = !isFigure && isFramedByOther()

/**
 * True for a figure or an editor in another page, for reader mode, and for any page in a frame of
 * another origin. All stores are in memory then: the page around can neither read nor change what
 * the user stored at this origin, nor mislead the user into doing so.
 */
export const isEmbedded: boolean = isFigure || isFramed

function isFramedByOther(): boolean {
  if (typeof window === 'undefined' || window.parent === window) return false
  try {
    return window.parent.location.origin !== window.location.origin
  } catch {
    return true
  }
}
