// Detection of phone-sized windows, in which panels cover the canvas. See smallScreen.css.

const query = matchMedia('(max-width: 640px)')

export const isSmall = () => query.matches
