// Detection of phone-sized windows, in which panels cover the canvas (see smallScreen.css), and of
// wide ones, in which the gallery does (see gallery.css).

const small = matchMedia('(max-width: 640px)')
const wide = matchMedia('(min-width: 900px)')

export const isSmall = () => small.matches
export const isWide = () => wide.matches
