// Colours and fonts of painters, and the language of what they write.

export interface Theme {
  /** Background of the picture. */
  ground: string
  /** Thin lines: axes, frames. */
  line: string
  /** The faintest lines: the grid. */
  grid: string
  text: string
  /** Ticks and captions. */
  dim: string
  /** Clouds and lines, distinguishable with any colour vision (after Okabe and Ito). */
  series: readonly string[]
  /** Things to compare with: the data, earlier runs. */
  reference: string
  warning: string
  /** Translates the texts of views; English without this. */
  translate?: (english: string) => string
}

export const translateText = ({ translate }: Theme, english: string): string =>
  translate?.(english) ?? english

export const darkTheme: Theme = {
  ground: '#17191b',
  line: '#565d64',
  grid: '#26292d',
  text: '#e6e8ea',
  dim: '#9ba2a9',
  series: ['#56b4e9', '#f0a22e', '#2fc497', '#e08cc0', '#e8dc4a', '#f0743c', '#9d9cf2'],
  reference: '#858d95',
  warning: '#ff7b72',
}

export const lightTheme: Theme = {
  ground: '#ffffff',
  line: '#a3a9af',
  grid: '#eceef0',
  text: '#1c1f22',
  dim: '#5b6269',
  series: ['#0072b2', '#c96a00', '#008a65', '#b8528f', '#8a7a00', '#c2410c', '#5a4fcf'],
  reference: '#8d949b',
  warning: '#c62828',
}

/** Fonts whose digits have equal width, so that changing numbers do not move. */
export const FONTS =
  '"Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", "DejaVu Sans", sans-serif'

export const setFont = (ctx: CanvasRenderingContext2D, size: number, weight = '') =>
  (ctx.font = `${weight} ${size}px ${FONTS}`.trim())
