// Windows as small as a phone: there is no room beside the canvas, so panels lie over it. See small.css.

const query = matchMedia('(max-width: 640px)')

export const isSmall = () => query.matches
