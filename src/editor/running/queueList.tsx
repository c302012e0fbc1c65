// The list of running, waiting and past runs.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { IconButton } from '../ui/buttons.tsx'
import { getCommand, shortcut } from '../ui/commands.ts'
import { useRunning } from './services.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { icons } from '../ui/icons.tsx'
import { useOpenAt } from '../ui/popover.ts'
import type { PastRun, QueuedRun } from './queue.ts'
import { busy, queueShown, runState } from './state.ts'
import { formatFault, texts, translateWorkflow } from '../texts/texts.ts'

/**
 * Focuses the list when the focused button disappears or is disabled. Returns a function that ends
 * this.
 */
function keepFocusInside(box: HTMLElement): () => void {
  const observer = new MutationObserver(() => {
    if (document.activeElement?.matches('body, :disabled')) box.focus()
  })
  observer.observe(box, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  return () => observer.disconnect()
}

export function QueueList() {
  const { runner, stage } = useRunning()
  const box = useRef<HTMLDivElement>(null)
  const before = useRef(document.activeElement)
  const close = () => (queueShown.value = false)
  const leave = () => {
    close()
    const back = before.current
    if (back instanceof HTMLElement && back.isConnected && back !== document.body) back.focus()
    else stage.focus()
  }
  useOpenAt(box, buttonPosition(), close)
  useLayoutEffect(() => box.current?.focus(), [])
  useEffect(() => (box.current ? keepFocusInside(box.current) : undefined), [])
  return (
    <div
      ref={box}
      class="queue"
      popover="manual"
      role="dialog"
      aria-label={texts.queue.label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        leave()
      }}
    >
      <header>
        <h2>{texts.queue.label}</h2>
        <IconButton
          class="icon small"
          label={texts.dialogs.close}
          icon={<icons.close />}
          onClick={leave}
        />
      </header>
      <PresentRunRow />
      <WaitingRuns items={runner.queue.waiting.value} />
      <PastRuns close={close} />
      <QueueActions />
    </div>
  )
}

function WaitingRuns({ items }: { items: readonly QueuedRun[] }) {
  if (items.length === 0)
    return (
      <p class="hint">
        <strong>{texts.queue.nothing}</strong> {texts.queue.nothingHint}
      </p>
    )
  return (
    <ol>
      {items.map((item, i) => (
        <WaitingRunRow key={item.id} item={item} place={i} last={i === items.length - 1} />
      ))}
    </ol>
  )
}

function PastRuns({ close }: { close: () => void }) {
  const { queue } = useRunning().runner
  const past = queue.past.value
  if (past.length === 0) return null
  return (
    <section aria-label={texts.queue.history}>
      <h3>
        {texts.queue.history}
        <button type="button" class="link" onClick={() => queue.clearPast()}>
          {texts.queue.clearHistory}
        </button>
      </h3>
      <ul>
        {past.map((item) => (
          <PastRunRow key={item.id} item={item} close={close} />
        ))}
      </ul>
    </section>
  )
}

function QueueActions() {
  const { runner } = useRunning()
  const { queue } = runner
  const enqueue = getCommand('queue')
  return (
    <footer>
      <button
        type="button"
        class="button outline"
        title={shortcut(enqueue)}
        disabled={!busy.value}
        onClick={() => enqueue.run()}
      >
        {texts.queue.add}
      </button>
      <button
        type="button"
        class="button"
        disabled={!queue.waiting.value.length}
        onClick={() => queue.clear()}
      >
        {texts.queue.clear}
      </button>
      <button type="button" class="button" disabled={!busy.value} onClick={() => runner.stopAll()}>
        {texts.queue.stopAll}
      </button>
    </footer>
  )
}

function buttonPosition(): [number, number] {
  const button = document.querySelector('.queue-count') ?? document.querySelector('.runs')
  const { left, bottom } = button?.getBoundingClientRect() ?? { left: 0, bottom: 0 }
  return [left - 120, bottom + 8]
}

function PresentRunRow() {
  const { runner } = useRunning()
  const { present, progress } = runState
  if (!present.value) return null
  const name = translateWorkflow(present.value.name)
  return (
    <div class="row now">
      <span class="dot" />
      <span class="name">{name}</span>
      <span class="about">
        {progress.value
          ? texts.status.step(
              format.count(progress.value.index),
              format.count(progress.value.count),
            )
          : texts.queue.runs}
      </span>
      <IconButton
        class="icon small"
        label={texts.queue.stop(name)}
        icon={<icons.stop />}
        onClick={() => runner.stop()}
      />
    </div>
  )
}

interface WaitingRunProps {
  item: QueuedRun
  place: number
  last: boolean
}

function WaitingRunRow({ item, place, last }: WaitingRunProps) {
  const { queue } = useRunning().runner
  const { up, down, remove } = texts.queue
  const { id } = item
  const name = translateWorkflow(item.name)
  return (
    <li class="row">
      <span class="place">{place + 1}</span>
      <span class="name">{name}</span>
      <IconButton
        class="icon small"
        label={up(name)}
        icon={<icons.up />}
        disabled={place === 0}
        onClick={() => queue.move(id, -1)}
      />
      <IconButton
        class="icon small"
        label={down(name)}
        icon={<icons.down />}
        disabled={last}
        onClick={() => queue.move(id, 1)}
      />
      <IconButton
        class="icon small"
        label={remove(name)}
        icon={<icons.close />}
        onClick={() => queue.remove(id)}
      />
    </li>
  )
}

function PastRunRow({
  item: { id, outcome, seconds, fault: why, files, ...item },
  close,
}: {
  item: PastRun
  close: () => void
}) {
  const { runner } = useRunning()
  const name = translateWorkflow(item.name)
  return (
    <li class="row" data-outcome={outcome}>
      <span class="name">
        <button
          type="button"
          class="link"
          aria-label={texts.queue.openPast(name)}
          onClick={() => {
            close()
            runner.openPast(id)
          }}
        >
          {name}
        </button>
        {why && <span class="why">{formatFault(why)}</span>}
      </span>
      {files.length > 0 && (
        <IconButton
          class="icon small"
          label={`${texts.panel.download}: ${files.map((file) => file.name).join(', ')}`}
          icon={<icons.download />}
          onClick={() => files.forEach(download)}
        />
      )}
      <span class="about">
        {texts.queue.outcomes[outcome]} · {format.time(seconds)}
      </span>
    </li>
  )
}
