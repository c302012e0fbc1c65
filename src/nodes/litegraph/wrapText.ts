// Line breaking on a canvas.

/** Lines by font, width and text. Cached, since measuring text is slow. */
const cache = new Map<string, readonly string[]>()
const MAX_CACHED = 500

/** Breaks a text into lines no wider than `room`. Does not break words. */
export function wrapText(
  ctx: CanvasRenderingContext2D,
  text: string,
  room: number,
): readonly string[] {
  const key = `${ctx.font}|${room}|${text}`
  const lines = cache.get(key) ?? text.split('\n').flatMap((line) => breakLine(ctx, line, room))
  if (cache.size > MAX_CACHED) cache.clear()
  cache.set(key, lines)
  return lines
}

function breakLine(ctx: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line ? `${line} ${word}` : word
    if (line && ctx.measureText(longer).width > room) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
