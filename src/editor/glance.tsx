// What a wire carries, in short: beside the pointer that rests on it, and below an output in the panel and the outline.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Glance as Short } from '../engine/plan/view.ts'
import { sourcePast } from '../nodes/litegraph/reroute.ts'
import { darkTheme, lightTheme, measureText } from '../nodes/views/canvas.ts'
import { paintView } from '../nodes/views/paint.ts'
import { paintHistogram } from '../nodes/views/statistics.ts'
import { IconButton } from './buttons.tsx'
import type { LGraphNode } from './canvas.ts'
import { useEditor } from './context.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import type { Looked } from './looking.ts'
import { useOpenAt } from './place.ts'
import * as state from './state.ts'
import { texts, viewText } from './texts.ts'
import { typeColour } from './theme.ts'

/** Between two looks while a run goes, in milliseconds. */
const AGAIN = 400

/** The last value of an output, again and again while a run goes. */
function useLooked(node: LGraphNode, slot: number): Looked | undefined {
  const { runner } = useEditor()
  const [looked, setLooked] = useState<Looked>()
  const going = state.busy.value
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const look = async () => {
      const found = await runner.look(node, slot)
      if (over) return
      setLooked(found)
      if (going) timer = setTimeout(() => void look(), AGAIN)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [node, slot, going, state.changes.value])
  return looked
}

interface GlanceProps {
  node: LGraphNode
  slot: number
}

export function Glance({ node, slot }: GlanceProps) {
  const looked = useLooked(node, slot)
  const { look } = texts
  if (!looked) return <p class="glance none">{look.looking}</p>
  const { glance, stale } = looked
  if (!glance) return <p class="glance none">{state.busy.value ? look.notYet : look.none}</p>
  return (
    <div class="glance">
      <p class="shape">
        <code>{glance.type}</code>
        {glance.shape.length > 0 && <span>[{glance.shape.map(format.count).join(', ')}]</span>}
      </p>
      {glance.picture && <Painted key="picture" of={glance} what="picture" height={112} />}
      {glance.numbers && <Numbers glance={glance} numbers={glance.numbers} />}
      {glance.notes.length > 0 && (
        <dl>
          {glance.notes.map(([name, value]) => (
            <>
              <dt>{viewText(name)}</dt>
              <dd>{viewText(value)}</dd>
            </>
          ))}
        </dl>
      )}
      {placesOf(glance, stale).map((line) => (
        <p key={line} class="place">
          {line}
        </p>
      ))}
    </div>
  )
}

function placesOf({ index, label, tooLarge }: Short, stale: boolean): string[] {
  const at = index === undefined ? [] : [[texts.look.iteration(format.count(index + 1)), label].filter(Boolean).join(' · ')]
  return [...at, ...(tooLarge ? [texts.look.tooLarge] : []), ...(stale ? [texts.look.stale] : [])]
}

function Numbers({ glance, numbers }: { glance: Short; numbers: NonNullable<Short['numbers']> }) {
  const { mean, std, min, max, nan, infinite, sample } = numbers
  const { look } = texts
  // Moments and a histogram of a single number would say the same thing six times.
  if (!glance.shape.length) return <p class="single">{nan ? 'NaN' : measureText(mean)}</p>
  const cells = { mean, std, min, max }
  return (
    <>
      <dl class="numbers">
        {Object.entries(cells).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{measureText(value)}</dd>
          </div>
        ))}
        <div class={nan ? 'broken' : ''}>
          <dt>NaN</dt>
          <dd>{nan ? format.count(nan) : look.noNaN}</dd>
        </div>
        {infinite > 0 && (
          <div class="broken">
            <dt>{look.infinite}</dt>
            <dd>{format.count(infinite)}</dd>
          </div>
        )}
      </dl>
      {max > min && <Painted key="histogram" of={glance} what="histogram" height={48} />}
      {sample !== undefined && <p class="place">{look.sample(format.count(sample))}</p>}
    </>
  )
}

/** The picture or the histogram, as sharp as the screen. */
function Painted({ of: glance, what, height }: { of: Short; what: 'picture' | 'histogram'; height: number }) {
  const element = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const canvas = element.current!
    const width = canvas.clientWidth || 220
    const dense = devicePixelRatio || 1
    canvas.width = Math.round(width * dense)
    canvas.height = Math.round(height * dense)
    const ctx = canvas.getContext('2d')!
    ctx.scale(dense, dense)
    const theme = {
      ...(state.dark.value ? darkTheme : lightTheme),
      ground: getComputedStyle(canvas).getPropertyValue('--field').trim(),
    }
    const box = { x: 0, y: 0, width, height }
    if (what === 'picture') paintView(ctx, glance.picture!, box, theme)
    else paintHistogram(ctx, glance.numbers!, box, theme)
  }, [glance, state.dark.value])
  return <canvas ref={element} class="painted" style={{ height: `${height}px` }} aria-hidden="true" />
}

/** A button that shows what an output carries, and hides it again. */
export function LookInto({ node, slot }: GlanceProps) {
  const [open, setOpen] = useState(false)
  const { name } = node.outputs[slot]!
  return (
    <>
      <IconButton
        class="icon small look"
        label={texts.look.into(name)}
        icon={<icons.eye />}
        expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && <Glance node={node} slot={slot} />}
    </>
  )
}

// ---- beside the pointer

export function WireCard() {
  const { link, at } = state.look.value ?? {}
  const { stage } = useEditor()
  const from = link && stage.node(link.origin_id)
  const source = from && sourcePast({ node: from, slot: link.origin_slot })
  return source ? <OpenCard key={`${link!.id}`} {...source} at={at!} /> : null
}

function OpenCard({ node, slot, at: [x, y] }: GlanceProps & { at: readonly [number, number] }) {
  const box = useRef<HTMLDivElement>(null)
  useOpenAt(box, [x + 14, y + 16], () => (state.look.value = undefined))
  // It grows when its value has come.
  useLayoutEffect(() => {
    const element = box.current!
    const follow = new ResizeObserver(() => {
      const { height } = element.getBoundingClientRect()
      if (y + 16 + height > innerHeight - 8) element.style.top = `${Math.max(8, y - 12 - height)}px`
    })
    follow.observe(element)
    return () => follow.disconnect()
  }, [])
  const { name, type } = node.outputs[slot]!
  return (
    <div ref={box} class="wire-card" popover="manual" role="tooltip">
      <p class="from">
        <span class="dot" style={{ '--tint': typeColour(type, state.dark.value) }} />
        {node.getTitle()} · <code>{name}</code>
      </p>
      <Glance node={node} slot={slot} />
    </div>
  )
}
