// The list of what runs, waits and has run, and the button that opens it.
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { IconButton } from './buttons.tsx'
import { shortcut } from './commands.ts'
import { useEditor } from './context.ts'
import { download } from './download.ts'
import * as format from './format.ts'
import { icons } from './icons.tsx'
import { useOpenAt } from './place.ts'
import type { Past, Queued } from './queue.ts'
import * as state from './state.ts'
import { inWords, texts, translated } from './texts.ts'

/** How many wait; there as soon as something does. */
export function QueueButton() {
  const { queue } = useEditor().runner
  const [waiting, past] = [queue.waiting.value.length, queue.past.value.length]
  if (!waiting && !past && !state.run.present.value?.queued) return null
  return (
    <button
      type="button"
      class="button queue-count"
      aria-label={texts.queue.waiting(waiting)}
      title={texts.queue.waiting(waiting)}
      aria-haspopup="dialog"
      aria-expanded={state.queueShown.value}
      onClick={() => (state.queueShown.value = true)}
    >
      {waiting}
      <icons.chevron />
    </button>
  )
}

/** Where the button that was pressed is gone or can be pressed no more, the list has the keys. Returns what ends it. */
function keepKeys(box: HTMLElement): () => void {
  const observer = new MutationObserver(() => {
    if (document.activeElement?.matches('body, :disabled')) box.focus()
  })
  observer.observe(box, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  return () => observer.disconnect()
}

export const QueueList = () => (state.queueShown.value ? <OpenList /> : null)

function OpenList() {
  const { runner, stage } = useEditor()
  const box = useRef<HTMLDivElement>(null)
  const before = useRef(document.activeElement)
  const waiting = runner.queue.waiting.value
  const close = () => (state.queueShown.value = false)
  const leave = () => {
    close()
    const back = before.current
    if (back instanceof HTMLElement && back.isConnected && back !== document.body) back.focus()
    else stage.focus()
  }
  useOpenAt(box, placeOfButton(), close)
  useLayoutEffect(() => box.current!.focus(), [])
  useEffect(() => keepKeys(box.current!), [])
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
        <IconButton class="icon small" label={texts.dialogs.close} icon={<icons.close />} onClick={leave} />
      </header>
      <Running />
      {waiting.length > 0 ? (
        <ol>
          {waiting.map((item, i) => (
            <Waiting key={item.id} item={item} place={i} last={i === waiting.length - 1} />
          ))}
        </ol>
      ) : (
        <p class="hint">
          <strong>{texts.queue.nothing}</strong> {texts.queue.nothingHint}
        </p>
      )}
      <Earlier close={close} />
      <Foot />
    </div>
  )
}

function Earlier({ close }: { close: () => void }) {
  const { queue } = useEditor().runner
  const past = queue.past.value
  if (past.length === 0) return null
  return (
    <section aria-label={texts.queue.earlier}>
      <h3>
        {texts.queue.earlier}
        <button type="button" class="link" onClick={() => queue.forgetPast()}>
          {texts.queue.forget}
        </button>
      </h3>
      <ul>
        {past.map((item) => (
          <Ran key={item.id} item={item} close={close} />
        ))}
      </ul>
    </section>
  )
}

function Foot() {
  const { runner, commands } = useEditor()
  const { queue } = runner
  return (
    <footer>
      <button
        type="button"
        class="button outline"
        title={shortcut(commands.queue)}
        disabled={!state.busy.value}
        onClick={() => commands.queue.run()}
      >
        {texts.queue.add}
      </button>
      <button type="button" class="button" disabled={!queue.waiting.value.length} onClick={() => queue.clear()}>
        {texts.queue.clear}
      </button>
      <button type="button" class="button" disabled={!state.busy.value} onClick={() => runner.stopAll()}>
        {texts.queue.stopAll}
      </button>
    </footer>
  )
}

function placeOfButton(): [number, number] {
  const { left, bottom } = (document.querySelector('.queue-count') ?? document.querySelector('.runs')!).getBoundingClientRect()
  return [left - 120, bottom + 8]
}

function Running() {
  const { runner } = useEditor()
  const { present, progress } = state.run
  if (!present.value) return null
  const name = translated(present.value.name)
  return (
    <div class="row now">
      <span class="dot" />
      <span class="name">{name}</span>
      <span class="about">
        {progress.value
          ? texts.status.step(format.count(progress.value.index), format.count(progress.value.count))
          : texts.queue.runs}
      </span>
      <IconButton class="icon small" label={texts.queue.stop(name)} icon={<icons.stop />} onClick={() => runner.stop()} />
    </div>
  )
}

interface WaitingProps {
  item: Queued
  place: number
  last: boolean
}

function Waiting({ item, place, last }: WaitingProps) {
  const { queue } = useEditor().runner
  const { up, down, remove } = texts.queue
  const { id } = item
  const name = translated(item.name)
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
      <IconButton class="icon small" label={down(name)} icon={<icons.down />} disabled={last} onClick={() => queue.move(id, 1)} />
      <IconButton class="icon small" label={remove(name)} icon={<icons.close />} onClick={() => queue.remove(id)} />
    </li>
  )
}

function Ran({ item: { id, outcome, seconds, why, files, ...item }, close }: { item: Past; close: () => void }) {
  const { runner } = useEditor()
  const name = translated(item.name)
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
        {why && <span class="why">{inWords(why)}</span>}
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
