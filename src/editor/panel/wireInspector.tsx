// Preview of the value of a link: in a card at the pointer, and below outputs in the panel and the
// outline.
import { useRunning } from '../running/services.ts'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Inspection as Short } from '../../engine/base/view.ts'
import { sourcePastReroutes } from '../../litegraph/reroute.ts'
import { darkTheme, lightTheme } from '../../painters/theme.ts'
import { measureText } from '../../painters/ticks.ts'
import { IconButton } from '../ui/buttons.tsx'
import type { LGraphNode } from '../canvas/canvas.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import type { InspectedValue } from '../running/wireInspection.ts'
import { getPainters } from '../ui/painters.ts'
import { useOpenAt } from '../ui/popover.ts'
import { busy } from '../running/state.ts'
import { lastChange } from '../workspace/state.ts'
import { isDark } from '../ui/state.ts'
import { hoveredWire, setHoveredWire } from '../canvas/state.ts'
import { texts, translateView } from '../texts/texts.ts'
import { typeColour } from '../ui/theme.ts'

/** Polling interval during a run, in milliseconds. */
const POLL_MS = 400

/** Returns the last value of an output, updated during a run. */
function useInspectedValue(node: LGraphNode, slot: number): InspectedValue | undefined {
  const { runner } = useRunning()
  const [inspected, setInspected] = useState<InspectedValue>()
  const running = busy.value
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let disposed = false
    const poll = async () => {
      const found = await runner.inspect(node, slot)
      if (disposed) return
      setInspected(found)
      if (running) timer = setTimeout(() => void poll(), POLL_MS)
    }
    void poll()
    return () => {
      disposed = true
      clearTimeout(timer)
    }
  }, [node, slot, running, lastChange.value])
  return inspected
}

interface OutputProps {
  node: LGraphNode
  slot: number
}

export function ValuePreview({ node, slot }: OutputProps) {
  const inspected = useInspectedValue(node, slot)
  const { linkValue: words } = texts
  if (!inspected) return <p class="inspection none">{words.reading}</p>
  const { inspection, stale } = inspected
  if (!inspection) return <p class="inspection none">{busy.value ? words.notYet : words.none}</p>
  return (
    <div class="inspection">
      <p class="shape">
        <code>{inspection.type}</code>
        {inspection.shape.length > 0 && (
          <span>[{inspection.shape.map(format.count).join(', ')}]</span>
        )}
      </p>
      {inspection.picture && (
        <ValueCanvas key="picture" of={inspection} what="picture" height={112} />
      )}
      {inspection.numbers && <Numbers inspection={inspection} numbers={inspection.numbers} />}
      {inspection.notes.length > 0 && (
        <dl>
          {inspection.notes.map(([name, value]) => (
            <>
              <dt>{translateView(name)}</dt>
              <dd>{translateView(value)}</dd>
            </>
          ))}
        </dl>
      )}
      {describePosition(inspection, stale).map((line) => (
        <p key={line} class="place">
          {line}
        </p>
      ))}
    </div>
  )
}

function describePosition({ index, label, tooLarge }: Short, stale: boolean): string[] {
  const at =
    index === undefined
      ? []
      : [[texts.linkValue.iteration(format.count(index + 1)), label].filter(Boolean).join(' · ')]
  return [
    ...at,
    ...(tooLarge ? [texts.linkValue.tooLarge] : []),
    ...(stale ? [texts.linkValue.stale] : []),
  ]
}

function Numbers({
  inspection,
  numbers,
}: {
  inspection: Short
  numbers: NonNullable<Short['numbers']>
}) {
  const { mean, std, min, max, nan, infinite, sample } = numbers
  const { linkValue: words } = texts
  // Statistics and a histogram of a single number would repeat it six times.
  if (!inspection.shape.length) return <p class="single">{nan ? 'NaN' : measureText(mean)}</p>
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
          <dd>{nan ? format.count(nan) : words.noNaN}</dd>
        </div>
        {infinite > 0 && (
          <div class="broken">
            <dt>{words.infinite}</dt>
            <dd>{format.count(infinite)}</dd>
          </div>
        )}
      </dl>
      {max > min && <ValueCanvas key="histogram" of={inspection} what="histogram" height={48} />}
      {sample !== undefined && <p class="place">{words.sample(format.count(sample))}</p>}
    </>
  )
}

/** Image or histogram at the resolution of the screen. */
function ValueCanvas({
  of: inspection,
  what,
  height,
}: {
  of: Short
  what: 'picture' | 'histogram'
  height: number
}) {
  const element = useRef<HTMLCanvasElement>(null)
  const painters = getPainters()
  useLayoutEffect(() => {
    const canvas = element.current
    const ctx = canvas?.getContext('2d')
    if (!canvas || !ctx || !painters) return
    const width = canvas.clientWidth || 220
    const dense = devicePixelRatio || 1
    canvas.width = Math.round(width * dense)
    canvas.height = Math.round(height * dense)
    ctx.scale(dense, dense)
    const theme = {
      ...(isDark.value ? darkTheme : lightTheme),
      ground: getComputedStyle(canvas).getPropertyValue('--field').trim(),
    }
    const box = { x: 0, y: 0, width, height }
    if (what === 'histogram' && inspection.numbers)
      painters.paintHistogram(ctx, inspection.numbers, box, theme)
    if (what === 'picture' && inspection.picture)
      painters.paintView(ctx, inspection.picture, box, theme)
  }, [inspection, isDark.value, painters])
  return (
    <canvas ref={element} class="painted" style={{ height: `${height}px` }} aria-hidden="true" />
  )
}

/** Button that shows or hides the value of an output. */
export function ValueToggle({ node, slot }: OutputProps) {
  const [open, setOpen] = useState(false)
  const { name } = node.outputs[slot]
  return (
    <>
      <IconButton
        class="icon small look"
        label={texts.linkValue.title(name)}
        icon={<icons.eye />}
        expanded={open}
        onClick={() => setOpen(!open)}
      />
      {open && <ValuePreview node={node} slot={slot} />}
    </>
  )
}

// ---- card at the pointer

export function WireCard() {
  const { link, at } = hoveredWire.value ?? {}
  const { stage } = useRunning()
  const from = link && stage.node(link.origin_id)
  const source = from && sourcePastReroutes({ node: from, slot: link.origin_slot })
  return source && at ? <OpenCard key={`${link.id}`} {...source} at={at} /> : null
}

function OpenCard({ node, slot, at: [x, y] }: OutputProps & { at: readonly [number, number] }) {
  const box = useRef<HTMLDivElement>(null)
  useOpenAt(box, [x + 14, y + 16], () => setHoveredWire(undefined))
  // The card grows when its value arrives.
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const follow = new ResizeObserver(() => {
      const { height } = element.getBoundingClientRect()
      if (y + 16 + height > innerHeight - 8) element.style.top = `${Math.max(8, y - 12 - height)}px`
    })
    follow.observe(element)
    return () => follow.disconnect()
  }, [])
  const { name, type } = node.outputs[slot]
  return (
    <div ref={box} class="wire-card" popover="manual" role="tooltip">
      <p class="from">
        <span class="dot" style={{ '--tint': typeColour(type, isDark.value) }} />
        {node.getTitle()} · <code>{name}</code>
      </p>
      <ValuePreview node={node} slot={slot} />
    </div>
  )
}
