// Page of the fuzzer: shows texts with the components of the editor, and measures the page.
import '../../../src/editor/ui/tokens.css'
import '../../../src/editor/ui/base.css'
import '../../../src/editor/panel/panel.css'
import 'katex/dist/katex.min.css'
import katex from 'katex'
import { render } from 'preact'
import { drawNote } from '../../../src/litegraph/richText.ts'
import { toLabel } from '../../../src/painters/cutText.ts'
import { fitLabel } from '../../../src/painters/frame.ts'
import { Equation } from '../../../src/editor/panel/equation.tsx'
import { Markdown } from '../../../src/editor/ui/markdown.tsx'
import { MathText, renderLatex } from '../../../src/editor/ui/math.tsx'
import { whenDone } from '../../../src/editor/ui/timeSlices.ts'
import { measureSlowness } from '../../slowness.ts'
import type { GeneratedText } from '../noteGrammar.ts'

/** What a text did to the page. */
export interface Shown {
  /** Longest time in milliseconds without an answer of the page. */
  blocked: number
  /** Elements of the text, and levels of them. */
  elements: number
  levels: number
  /** What else is wrong. */
  problems: string[]
}

declare global {
  interface Window {
    show(text: GeneratedText): Promise<Shown>
    /** Factor by which other processes slow down the page at present. */
    measureSlowness(): number
  }
}

const find = (id: string): HTMLElement => {
  const element = document.getElementById(id)
  if (!element) throw new Error(`The page has no #${id}.`)
  return element
}

const stage = find('stage')
const canvas = document.createElement('canvas')
canvas.width = canvas.height = 600

window.show = async (text) => {
  const heart = new Heartbeat()
  await heart.beat()
  draw(text.text)
  await heart.beat()
  const problems = checkResult(text)
  const most = { elements: 0, levels: 0 }
  for (const element of elementsOf(text)) {
    render(element, stage)
    // Lays out the page.
    stage.getBoundingClientRect()
    await heart.beat()
    await whenDone()
    stage.getBoundingClientRect()
    await heart.beat()
    problems.push(...findProblems())
    const { elements, levels } = countElements()
    most.elements = Math.max(most.elements, elements)
    most.levels = Math.max(most.levels, levels)
    render(null, stage)
    heart.skip()
  }
  return { ...most, blocked: heart.longest, problems }
}

window.measureSlowness = measureSlowness

/** Measures how long other tasks have to wait. */
class Heartbeat {
  longest = 0
  private last = performance.now()
  private readonly channel = new MessageChannel()

  /** Does not count the time until now. */
  skip() {
    this.last = performance.now()
  }

  /** Resolves in a task of its own. */
  async beat() {
    await new Promise((resolve) => {
      this.channel.port1.onmessage = resolve
      this.channel.port2.postMessage(0)
    })
    const now = performance.now()
    this.longest = Math.max(this.longest, now - this.last)
    this.last = now
  }
}

function draw(text: string) {
  const ctx = canvas.getContext('2d')
  if (!ctx) return
  ctx.clearRect(0, 0, canvas.width, canvas.height)
  drawNote(ctx, text, { x: 0, y: 0, width: 500, height: 500 })
  ctx.font = '13px sans-serif'
  ctx.fillText(fitLabel(ctx, toLabel(text), 200), 0, 10)
  // Ends the drawing, which else happens later.
  ctx.getImageData(0, 0, 1, 1)
}

function elementsOf({ kind, text }: GeneratedText) {
  switch (kind) {
    case 'note':
      return [<Markdown key="note" text={text} />]
    case 'formula':
      return [
        <Markdown key="formula" kind="document" text={`$$${text}$$`} />,
        <Equation key="equation" latex={text} />,
      ]
    case 'label':
      return [<h2 key="label">{<MathText>{text}</MathText>}</h2>]
    default:
      return kind satisfies never
  }
}

function countElements() {
  let level: readonly Element[] = [stage]
  let [elements, levels] = [0, 0]
  for (; level.length > 0; levels++) {
    elements += level.length
    level = level.flatMap((element) => [...element.children])
  }
  return { elements, levels }
}

/** Classes of the editor that a formula must not have. */
const FOREIGN = '.dialog, .banner, .toasts, .markdown .live, [style*="fixed"], img, script, iframe'

function findProblems(): string[] {
  const problems: string[] = []
  const foreign = stage.querySelector(FOREIGN)
  if (foreign) problems.push(`An element of the class ${foreign.className} or <${foreign.tagName}>`)
  scrollTo(0, 0)
  for (const id of ['above', 'below']) {
    const button = find(id)
    button.scrollIntoView()
    const { x, y, width, height } = button.getBoundingClientRect()
    const top = document.elementFromPoint(x + width / 2, y + height / 2)
    if (top !== button) problems.push(`<${top?.className}> covers the button ${id}`)
  }
  return problems
}

/** The formula without the page, whose other checks would hide a missing one. */
function checkResult({ kind, text }: GeneratedText): string[] {
  if (kind !== 'formula') return []
  const { node } = renderLatex(katex, text, { display: true })
  if (!(node instanceof Element)) return []
  return [...node.querySelectorAll<HTMLElement>('.strut')].some(
    ({ style }) => Math.abs(Number.parseFloat(style.height)) > 100,
  )
    ? ['A formula is higher than 100 em']
    : []
}
