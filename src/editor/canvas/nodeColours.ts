// Colours of nodes: litegraph's choices, which files store, and how a theme shows them.
import { LGraphCanvas } from 'litegraph.js/build/litegraph.core.js'
import type { Colours } from '../ui/theme.ts'

/** litegraph's colours by name: of the title, the body and a group. */
export const colourPresets = () => LGraphCanvas.node_colors

/** Colour to lay over a node's body and title, and its opacity there. */
export interface NodeTint {
  colour: string
  body: number
  title: number
}

/** Opacity over body and title, in dark and light themes. */
const [DARK, LIGHT] = [
  { body: 0.2, title: 0.42 },
  { body: 0.14, title: 0.34 },
]

/** Tints by stored colour and theme. */
const known = new Map<string, NodeTint>()

/**
 * How a theme shows the stored colour of a node. Files store the dark colours of litegraph, of which
 * only the hue is used: text stays readable in every theme.
 */
export function getNodeTint(stored: string, { dark, nodeText }: Colours): NodeTint {
  const key = `${dark} ${nodeText} ${stored}`
  let tint = known.get(key)
  if (!tint) {
    tint = { colour: vividColour(stored) ?? nodeText, ...(dark ? DARK : LIGHT) }
    known.set(key, tint)
  }
  return tint
}

/** The hue of a colour at full strength. Undefined for grey; other notations stay as they are. */
function vividColour(stored: string): string | undefined {
  const channels = parseHex(stored)
  if (!channels) return stored
  const [least, most] = [Math.min(...channels), Math.max(...channels)]
  if (most - least < 8) return undefined
  const [r, g, b] = channels.map((each) => (each - least) / (most - least))
  const hue = r === 1 ? (g - b + 6) % 6 : g === 1 ? b - r + 2 : r - g + 4
  return `hsl(${Math.round(60 * hue)} 70% 52%)`
}

function parseHex(text: string): number[] | undefined {
  const [, digits] = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  const size = digits.length / 3
  return [0, 1, 2].map((i) => {
    const part = digits.slice(i * size, (i + 1) * size)
    return Number.parseInt(size === 1 ? part + part : part, 16)
  })
}
