// Line breaking on a canvas.
import { cutText } from '../painters/cutText.ts'

/** Characters that are broken into lines: more than a tip or a paragraph on a node shows. */
const MAX_LENGTH = 4000

/** Lines by font, width and text. Cached, since measuring text is slow. */
const cache = new Map<string, readonly string[]>()
const MAX_CACHED = 500

/** Breaks a text into lines no wider than `room`. Does not break words. Cuts long texts. */
export function wrapText(
  ctx: CanvasRenderingContext2D,
  text: string,
  room: number,
): readonly string[] {
  const cut = cutText(text, MAX_LENGTH)
  const key = `${ctx.font}|${room}|${cut}`
  const known = cache.get(key)
  if (known) return known
  const lines = cut.split('\n').flatMap((line) => breakLine(ctx, line, room))
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(key, lines)
  return lines
}

/** Measures each word once: the start of the line again and again would take quadratic time. */
function breakLine(ctx: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines: string[] = []
  const space = ctx.measureText(' ').width
  let line = ''
  let width = 0
  for (const word of text.split(' ')) {
    const wide = ctx.measureText(word).width
    if (line && width + space + wide > room) {
      lines.push(line)
      line = word
      width = wide
    } else {
      width = line ? width + space + wide : wide
      line = line ? `${line} ${word}` : word
    }
  }
  return [...lines, line]
}
