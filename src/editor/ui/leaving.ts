// Events after which a page may be closed, suspended or discarded without further notice.

/** Calls a function when the page is hidden or closed, and before it is suspended or discarded. */
export function whenLeaving(leave: () => void) {
  addEventListener('pagehide', leave)
  document.addEventListener('freeze', leave)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave()
  })
}
