// Theme of the page, and the tokens of tokens.css for the canvas.
import { slotStyle } from '../../litegraph/palette.ts'
import type { Settings } from '../storage/settings.ts'

export interface Colours {
  dark: boolean
  canvas: string
  canvasDot: string
  node: string
  nodeLine: string
  nodeTitle: string
  nodeText: string
  nodeFaint: string
  shadow: string
  widget: string
  widgetLine: string
  wire: string
  text: string
  accent: string
  danger: string
  warn: string
  good: string
  surface: string
  font: string
  /** Colour of a node category. */
  category(name: string): string
}

/** System preferences. Contrast has precedence over light and dark. */
const preferences = {
  contrast: '(prefers-contrast: more)',
  light: '(prefers-color-scheme: light)',
} as const

/** Applies a theme to the page. Returns a function that stops following the system's preference. */
export function applyTheme(
  theme: Settings['theme'],
  onChange: (colours: Colours) => void,
): () => void {
  const [contrast, light] = [matchMedia(preferences.contrast), matchMedia(preferences.light)]
  const getSystemTheme = () => (contrast.matches ? 'contrast' : light.matches ? 'light' : 'dark')
  const apply = () => {
    document.documentElement.dataset.theme = theme === 'system' ? getSystemTheme() : theme
    const colours = readColours()
    document.querySelector('meta[name=theme-color]')?.setAttribute('content', colours.canvas)
    onChange(colours)
  }
  apply()
  if (theme !== 'system') return () => {}
  for (const media of [contrast, light]) media.addEventListener('change', apply)
  return () => {
    for (const media of [contrast, light]) media.removeEventListener('change', apply)
  }
}

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  // Cached, because it is read for every painted node.
  const categories = new Map<string, string>()
  return {
    dark: document.documentElement.dataset.theme !== 'light',
    canvas: read('--canvas'),
    canvasDot: read('--canvas-dot'),
    node: read('--node'),
    nodeLine: read('--node-line'),
    nodeTitle: read('--node-title'),
    nodeText: read('--node-text'),
    nodeFaint: read('--node-faint'),
    shadow: read('--shadow-node'),
    widget: read('--widget'),
    widgetLine: read('--widget-line'),
    wire: read('--wire'),
    text: read('--text'),
    accent: read('--accent'),
    danger: read('--danger'),
    warn: read('--warn'),
    good: read('--good'),
    surface: read('--surface-raised'),
    font: read('--font'),
    category(name) {
      const known = categories.get(name)
      if (known !== undefined) return known
      const colour = read(`--cat-${/^[a-z]+$/.test(name) ? name : 'tools'}`) || read('--cat-tools')
      categories.set(name, colour)
      return colour
    },
  }
}

/** Colours for light themes, by the colours for dark ones. */
const deepened = new Map<string, string>()

/** Colour of a slot type. The declared colours are for dark themes; light themes darken them. */
export function typeColour(type: string | number, dark: boolean): string {
  const { colour } = slotStyle(type)
  if (dark) return colour
  const known = deepened.get(colour)
  if (known) return known
  const channel = (i: number) => Math.round(parseInt(colour.slice(i, i + 2), 16) * 0.68)
  const deep = `rgb(${channel(1)} ${channel(3)} ${channel(5)})`
  deepened.set(colour, deep)
  return deep
}
